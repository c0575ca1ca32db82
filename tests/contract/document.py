"""The document as the contract tests read it, and the few names of the overlay that differ from it."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mistral_voices.local import _document
from scripts import openapi
from scripts.generate_arguments import class_name

DOCUMENT = openapi.ROOT / "openapi" / "voices.yaml"
JSON = "application/json"

Document = Mapping[str, Any]
Schema = Mapping[str, Any]

# operationId: the method of Voices, where it is not the operationId without _voice or _voices.
METHODS = {"get_voice_sample": "get_sample_audio"}
# Methods of Voices that are no operation of the document.
OWN_METHODS = frozenset({"find", "iterate", "read_sample_audio", "save_sample_audio"})
# Arguments that are the overlay's own, by method.
OWN_ARGUMENTS = {"create": {"recover", "on_progress"}, "delete": {"missing_ok"}}
# Arguments that take more than the document's type: sample_audio is base64 text, or bytes, a path, a binary file, or a
# pair of its name and one of these.
AUDIO = frozenset({"Buffer", "PathLike[str]", "BinaryFile"})
PAIR = f"None | str, {' | '.join(sorted(AUDIO))}"
OWN_TYPES = {("create", "sample_audio"): AUDIO | {"str", f"tuple[{PAIR}]", f"tuple[{PAIR}, None | str]"}}
# Results that may be more than the document's: None where missing_ok says so.
OWN_RESULTS = {"delete": {"None"}}
# Headers that only one operation sends.
OWN_HEADERS = {"create": {"idempotency-key"}}
# The one builtin name that Python arguments and attributes keep.
KEPT_NAMES = {"id"}
# Members of a body whose default is sent; any other that is left out is not.
SENT_DEFAULTS = {("create_voice", "retention_notice")}


class Field(NamedTuple):
    """A value that an operation takes; `place` is path, query or body (or header or cookie).

    `default` is what is sent for an argument that is left out; None where nothing is.
    """

    name: str
    place: str
    schema: Schema
    required: bool
    default: Any = None

    @property
    def python_name(self) -> str:
        return python_name(self.name)

    @property
    def can_send_null(self) -> bool:
        """Whether there is a null to send: an address has none, whatever the document allows."""
        return self.place == "body" and is_nullable(self.schema)

    def __str__(self) -> str:
        return f"{self.place} parameter {self.name!r}" if self.place != "body" else f"property {self.name!r}"


class Operation(NamedTuple):
    """One operation, with what its references name in their place; `responses` has every documented status."""

    name: str
    verb: str
    path: str
    fields: tuple[Field, ...]
    body_types: tuple[str, ...]
    responses: Mapping[str, Any]
    content: Mapping[str, Any]

    @property
    def method(self) -> str:
        """The method of Voices that should serve it."""
        return METHODS.get(self.name, self.name.removesuffix("_voices").removesuffix("_voice"))

    @property
    def success(self) -> str:
        """The first 2XX, as which the client reads every other; "" for none."""
        return min((status for status in self.responses if status[0] == "2"), default="")

    def success_types(self) -> Mapping[str, Schema]:
        """Give the media types of the success, each with its schema."""
        content = self.responses.get(self.success, {}).get("content", {})
        return {media_type: each.get("schema", {}) for media_type, each in content.items()}

    def needed(self) -> dict[str, Any]:
        """Give the arguments without which it cannot be called."""
        return {each.python_name: full(each.schema) for each in self.fields if each.required}

    def __str__(self) -> str:
        return f"operation {self.name} ({self.verb} {self.path})"


def is_generated() -> bool:
    """Whether generated/ was made of this document."""
    return DOCUMENT.read_bytes() == (openapi.ROOT / "generated" / "mistral_voices_api" / DOCUMENT.name).read_bytes()


def python_name(name: str) -> str:
    """Give a name in Python: with a final underscore where it would hide a builtin or be a keyword."""
    taken = keyword.iskeyword(name) or hasattr(builtins, name)
    return f"{name}_" if taken and name not in KEPT_NAMES else name


def models(document: Document) -> dict[str, Schema]:
    """Give the schemas by the names of their classes; one that is an enum has none, but is a union of its values."""
    schemas = document["components"]["schemas"].items()
    return {class_name(name): schema for name, schema in schemas if "enum" not in schema}


def resolve(document: Document, node: Any) -> Any:
    """Copy a part of the document with what its references name in their place; `x-name` is the class of each."""
    if isinstance(node, list):
        return [resolve(document, each) for each in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        name = class_name(node["$ref"].rpartition("/")[2])
        return {**resolve(document, _document.resolve(document, node)), "x-name": name}
    return {name: resolve(document, each) for name, each in node.items()}


def operations(document: Document) -> Iterator[Operation]:
    """Give each operation of the document."""
    for path, item in resolve(document, document["paths"]).items():
        for verb in openapi.METHODS:
            if verb in item:
                yield _operation(path, verb, item)


def _operation(path: str, verb: str, item: Mapping[str, Any]) -> Operation:
    content = item[verb]
    name = content["operationId"]
    fields = []
    for each in (*item.get("parameters", ()), *content.get("parameters", ())):
        default = each["schema"].get("default") if each["in"] == "query" else None
        fields.append(Field(each["name"], each["in"], each["schema"], each.get("required", False), default))
    body_types = content.get("requestBody", {}).get("content", {})
    for body in (each["schema"] for each in body_types.values()):
        for member, schema in body.get("properties", {}).items():
            default = schema.get("default") if (name, member) in SENT_DEFAULTS else None
            fields.append(Field(member, "body", schema, member in body.get("required", ()), default))
    responses = {str(status): each for status, each in content["responses"].items()}
    return Operation(name, verb.upper(), path, tuple(fields), tuple(body_types), responses, content)


def alternatives(schema: Schema) -> list[Schema]:
    """Give the schemas that a value may have, but null, each with the rules beside them."""
    beside = {name: rule for name, rule in schema.items() if name not in ("anyOf", "type")}
    return [{**beside, **each} for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]


def is_nullable(schema: Schema) -> bool:
    """Say whether null is allowed; a schema without a type allows all."""
    if "anyOf" in schema:
        return any(map(is_nullable, schema["anyOf"]))
    return schema.get("type") in (None, "null")


def full(schema: Schema) -> Any:
    """Make one value with all members, each list with two items."""
    schema = (alternatives(schema) or [{}])[0]
    kind = schema.get("type")
    if kind == "array":
        return [full(schema["items"]) for _ in range(2)]
    if kind == "object":
        return {name: full(each) for name, each in schema.get("properties", {}).items()}
    if schema.get("format") == "date-time":
        return "2026-01-02T03:04:05Z"
    text = "UklGRg==" if "contentEncoding" in schema else "text"
    examples = {"string": text, "integer": 7, "number": 1.5, "boolean": True}
    return schema["enum"][0] if "enum" in schema else examples.get(kind or "")
