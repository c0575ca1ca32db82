"""The document as the contract tests walk it, and the few names of the overlay that differ from it."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "openapi" / "voices.yaml"
JSON = "application/json"
HTTP_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

Document = Mapping[str, Any]
Schema = Mapping[str, Any]

# operationId: the method of Voices, where it is not the operationId without _voice or _voices.
METHODS = {"get_voice_sample": "get_sample_audio"}
# Methods of Voices that are no operation of the document.
OWN_METHODS = frozenset({"find", "iterate", "read_sample_audio", "save_sample_audio"})
# Arguments that are the overlay's own, by method.
OWN_ARGUMENTS = {"create": {"recover", "on_progress"}, "delete": {"missing_ok"}}
# Arguments that take more than the document's type: sample_audio is base64 text, or bytes, a path, a binary file.
OWN_TYPES = {("create", "sample_audio"): frozenset({"str", "bytes", "PathLike[str]", "BinaryIO"})}
# Results that may be more than the document's: None where missing_ok says so.
OWN_RESULTS = {"delete": {"None"}}
# Headers that only one operation sends.
OWN_HEADERS = {"create": {"idempotency-key"}}
# The one builtin name that Python arguments and attributes keep.
KEPT_NAMES = {"id"}
# Members of a body whose default is sent; any other that is left out is not.
SENT_DEFAULTS = {("create_voice", "retention_notice")}


class Field(NamedTuple):
    """A value that an operation takes; `place` is path, query or body (or header or cookie)."""

    name: str
    place: str
    schema: Schema
    required: bool

    @property
    def python_name(self) -> str:
        """The name in Python: with a final underscore where it would hide a builtin or be a keyword."""
        taken = keyword.iskeyword(self.name) or hasattr(builtins, self.name)
        return f"{self.name}_" if taken and self.name not in KEPT_NAMES else self.name

    def describe(self) -> str:
        return f"{self.place} parameter {self.name!r}" if self.place != "body" else f"property {self.name!r}"


class Operation(NamedTuple):
    """One operation; `responses` has every documented status, resolved."""

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

    def success_types(self) -> Mapping[str, Any]:
        """Give the media types of the answer 200, each with its schema."""
        content = self.responses.get("200", {}).get("content", {})
        return {media_type: each.get("schema", {}) for media_type, each in content.items()}

    def __str__(self) -> str:
        return f"operation {self.name} ({self.verb} {self.path})"


def load(path: Path = DOCUMENT) -> dict[str, Any]:
    """Read a document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(path.read_bytes(), Loader=loader)
    return document


def resolve(document: Document, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow `$ref` within the document."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def operations(document: Document) -> Iterator[Operation]:
    """Give each operation of the document."""
    for path, item in document["paths"].items():
        for verb in HTTP_METHODS:
            if verb in item:
                yield _operation(document, path, verb, item)


def _operation(document: Document, path: str, verb: str, item: Mapping[str, Any]) -> Operation:
    content = item[verb]
    fields = []
    for each in (*item.get("parameters", ()), *content.get("parameters", ())):
        parameter = resolve(document, each)
        schema = resolve(document, parameter["schema"])
        fields.append(Field(parameter["name"], parameter["in"], schema, parameter.get("required", False)))
    body_types = resolve(document, content.get("requestBody", {})).get("content", {})
    for media_type in body_types.values():
        body = resolve(document, media_type["schema"])
        for name, schema in body.get("properties", {}).items():
            fields.append(Field(name, "body", resolve(document, schema), name in body.get("required", ())))
    responses = {str(status): resolve(document, each) for status, each in content["responses"].items()}
    return Operation(content["operationId"], verb.upper(), path, tuple(fields), tuple(body_types), responses, content)


def alternatives(document: Document, schema: Schema) -> list[Schema]:
    """Give the schemas that a value may have, but null."""
    each = [resolve(document, one) for one in resolve(document, schema).get("anyOf", [schema])]
    return [resolve(document, one) for one in each if resolve(document, one).get("type") != "null"]


def is_nullable(document: Document, schema: Schema) -> bool:
    """Tell whether null is allowed; a schema without a type allows all."""
    schema = resolve(document, schema)
    if "anyOf" in schema:
        return any(is_nullable(document, each) for each in schema["anyOf"])
    return "type" not in schema or schema["type"] == "null"


def default_of(operation: Operation, field: Field) -> Any:
    """Give the document's default where it is sent for an argument that is left out; None where nothing is."""
    if field.place == "query" or (operation.name, field.name) in SENT_DEFAULTS:
        return field.schema.get("default")
    return None


# What a value may be without the answer being refused: bounds, lengths and enumerations are no reason.
_LOOSE = frozenset({"enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"})


def loosened(node: Any) -> Any:
    """Copy a document or schema without the rules that never reject an answer."""
    if isinstance(node, list):
        return [loosened(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    copy = {name: loosened(each) for name, each in node.items() if name != "properties" and name not in _LOOSE}
    if "properties" in node:  # a property may well be called `minimum`
        copy["properties"] = {name: loosened(each) for name, each in node["properties"].items()}
    return copy
