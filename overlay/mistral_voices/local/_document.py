"""The packaged document as the server uses it: routes, and reading a request by the rules of its operation.

Nothing here knows an operation by name, so the server cannot allow or demand what the document does not say.
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, unquote

import yaml
from jsonschema import Draft202012Validator

from mistral_voices.local._exchange import (
    JSON,
    RefusedError,
    ServerRequest,
    error_response,
    json_response,
    read_json,
    unknown_path,
)
from mistral_voices.local._validation import Problem, Validator, find_problems, make_integers, missing, wrong_type

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# What `int` reads beyond this, such as 1_0 or the digits of other alphabets, no other program does.
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request that fits the document: its values by name, with the document's defaults for those left out."""

    raw: ServerRequest
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter in the path or the query."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]
    validator: Draft202012Validator


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What an operation takes as its body."""

    required: bool
    schema: Mapping[str, Any]
    validator: Draft202012Validator
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `path` is the document's template."""

    name: str
    method: str
    path: str
    parameters: Sequence[Parameter]
    body: RequestBody | None

    def match(self, path: str) -> dict[str, str] | None:
        """Read the values of the path, None if it is another path; a value is one segment, decoded, never empty."""
        wanted, given = self.path.split("/"), path.split("/")
        if len(wanted) != len(given):
            return None
        values = {}
        for template, segment in zip(wanted, given, strict=True):
            if template.startswith("{") and segment:
                values[template[1:-1]] = unquote(segment)
            elif template != segment:
                return None
        return values


class Document:
    """An OpenAPI document, ready to be served."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._of_members: dict[str, Draft202012Validator] = {}
        self.operations = [
            self._read_operation(path, method, item)
            for path, item in content["paths"].items()
            for method in _METHODS
            if method in item
        ]

    def properties(self, schema: str) -> Mapping[str, Any]:
        """Give the members of a schema of the document, each with its own schema."""
        properties: Mapping[str, Any] = self._content["components"]["schemas"][schema]["properties"]
        return properties

    def find_member_problems(self, schema: str, members: Mapping[str, Any]) -> list[Problem]:
        """Check some members of an object against a schema of the document; none of them is required."""
        if schema not in self._of_members:
            self._of_members[schema] = self._validator({"properties": self.properties(schema)})
        return find_problems(self._of_members[schema], members, [])

    def check_handlers(self, handlers: Iterable[str]) -> None:
        """Make sure that the server does all that the document says and nothing else.

        Raises:
            ValueError: an operation has no handler or a handler has no operation; the message names them.
        """
        named, handled = {operation.name for operation in self.operations}, set(handlers)
        if named != handled:
            raise ValueError(
                "the handlers in local/_application.py and the document disagree: operations without a handler: "
                f"{sorted(named - handled)}, handlers without an operation: {sorted(handled - named)}"
            )

    def find_template(self, path: str) -> str | None:
        """Find the document's template for a path, None if it has none."""
        return next((each.path for each in self.operations if each.match(path) is not None), None)

    def find(self, request: ServerRequest) -> tuple[Operation, Mapping[str, str]]:
        """Find the operation that a request means, and the values in its path.

        Raises:
            RefusedError: 404 for an unknown path, 405 for a known path with another method.
        """
        found = [(operation, operation.match(request.path)) for operation in self.operations]
        matches = {operation.method: (operation, values) for operation, values in found if values is not None}
        if not matches:
            raise RefusedError(unknown_path(request.path))
        if request.method not in matches:
            message, allowed = f"{request.method} is not allowed for {request.path}", ", ".join(sorted(matches))
            raise RefusedError(error_response(405, message, "method_not_allowed", {"allow": allowed}))
        return matches[request.method]

    def read(self, request: ServerRequest, operation: Operation, in_path: Mapping[str, str]) -> ParsedRequest:
        """Check the values of a request and convert them.

        Raises:
            RefusedError: 422, with one entry for each value that does not fit.
        """
        given = {("path", name): [text] for name, text in in_path.items()}
        for name, text in parse_qsl(request.query, keep_blank_values=True):
            given.setdefault(("query", name), []).append(text)
        problems: list[Problem] = []
        values: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
        for parameter in operation.parameters:
            where = (parameter.place, parameter.name)
            value = parameter.schema.get("default")
            if where in given:
                value = _convert(given[where], parameter.schema)
                problems += find_problems(parameter.validator, value, where)
            elif parameter.required:
                problems.append(missing(where))
            values[parameter.place][parameter.name] = value
        body: Mapping[str, Any] = {}
        if operation.body is not None:
            body, found = _read_body(request, operation.body)
            problems += found
        if problems:
            raise RefusedError(json_response({"detail": problems}, 422))
        return ParsedRequest(request, values["path"], values["query"], body)

    def _read_operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        content = item[method]
        name, body = content["operationId"], None
        listed = (*item.get("parameters", ()), *content.get("parameters", ()))
        parameters = [self._read_parameter(resolve(self._content, each), name) for each in listed]
        if "requestBody" in content:
            sent = resolve(self._content, content["requestBody"])
            schema = resolve(self._content, sent["content"][JSON]["schema"])
            members = schema.get("properties", {}).items()
            defaults = {name: member["default"] for name, member in members if "default" in member}
            body = RequestBody(sent.get("required", False), schema, self._validator(schema), defaults)
        return Operation(name, method.upper(), path, parameters, body)

    def _read_parameter(self, content: Mapping[str, Any], operation: str) -> Parameter:
        name, place, schema = content["name"], content["in"], _without_null(self._content, content["schema"])
        written = place, content.get("style", "form"), content.get("explode", True)
        is_list = schema.get("type") == "array" and written == ("query", "form", True)
        kind = (schema["items"] if is_list else schema).get("type")
        if place not in ("path", "query") or kind not in ("string", "integer"):
            raise ValueError(
                f"the local server cannot read the parameter {name!r} of {operation}: make it text, an integer or a "
                "list of these by a patch in openapi/patches, or read it in local/_document.py"
            )
        return Parameter(name, place, content.get("required", False), schema, self._validator(schema))

    def _validator(self, schema: Mapping[str, Any]) -> Draft202012Validator:
        # Beside the schema stand those it refers to, so that its references resolve within itself.
        return Validator({**schema, "components": self._content["components"]})


def resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a `$ref` within a document, through any number of them; anything else stays as it is.

    Raises:
        KeyError: there is nothing where it leads.
    """
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[unquote(step).replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _without_null(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the schema of a parameter without null, which no address can hold."""
    whole = resolve(document, schema)
    choices = [resolve(document, each) for each in whole.get("anyOf", ())]
    concrete = [each for each in choices if each.get("type") != "null"]
    return (
        {**{name: each for name, each in whole.items() if name != "anyOf"}, **concrete[0]}
        if len(concrete) == 1
        else whole
    )


@functools.cache
def packaged_document() -> Document:
    """Read the document that is packaged with the generated client, once a process."""
    return Document(load_yaml(resources.files("mistral_voices_api").joinpath("voices.yaml").read_bytes()))


def load_yaml(text: str | bytes) -> Any:
    """Read YAML by the loader in C, where PyYAML has it; it is ten times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are safe ones


def _convert(texts: Sequence[str], schema: Mapping[str, Any]) -> Any:
    """Convert what a parameter was given; one that is no array takes the last."""
    if schema["type"] == "array":
        return [_convert([text], schema["items"]) for text in texts]
    text = texts[-1]
    if schema["type"] != "integer" or _INTEGER.fullmatch(text) is None:
        return text  # checked next, and then reported as it was sent
    return int(text)


def _read_body(request: ServerRequest, rules: RequestBody) -> tuple[Mapping[str, Any], list[Problem]]:
    if not request.body:
        return {}, [missing(["body"])] if rules.required else []
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type != JSON:
        return {}, [wrong_type(["body"], "object")]
    try:
        value = read_json(request.body)
        problems = find_problems(rules.validator, value, ["body"])
    except json.JSONDecodeError as error:
        return {}, [_invalid_json(error.pos, error.msg)]
    except ValueError as error:  # not UTF-8, NaN, a number of thousands of digits, or too deep
        return {}, [_invalid_json(0, str(error))]
    except RecursionError:  # could be read, but not checked
        return {}, [_invalid_json(0, "nested too deep")]
    return ({}, problems) if problems else ({**rules.defaults, **make_integers(rules.schema, value)}, [])


def _invalid_json(position: int, reason: str) -> Problem:
    return {
        "loc": ["body", position],
        "msg": "JSON decode error",
        "type": "json_invalid",
        "input": {},
        "ctx": {"error": reason},
    }
