"""Read an extract as a tree of facts that can be compared one by one.

A key is the way to a fact: ("components", "schemas", "Voice") leads to ("properties", "slug"), and
that to ("default",).
Items of lists are named (a parameter by its name), so that their order plays no part.
"""

from __future__ import annotations

import json
from typing import Any

from scripts.import_extract import operations

Key = tuple[str, ...]
Tree = dict[Key, "Tree | str"]

COMBINED = {"anyOf": " or ", "oneOf": " or ", "allOf": " and "}
IN_TYPE = {"$ref", "type", "items", *COMBINED}


def schemas(document: dict[str, Any]) -> dict[str, Any]:
    """Give the schemas of a document."""
    found: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return found


def document_facts(document: dict[str, Any]) -> Tree:
    """Read all facts of an extract."""
    tree: Tree = {("openapi",): document["openapi"], ("version",): str(document.get("info", {}).get("version"))}
    for server in document.get("servers", ()):
        tree["servers", server["url"]] = _rest(server, "url")
    for name, item, operation in operations(document):
        method, path = name.split(" ", 1)
        shared = {"security": document.get("security"), **operation}
        parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
        tree["paths", path, method.lower()] = _operation_facts({**shared, "parameters": parameters})
    for kind, components in document.get("components", {}).items():
        for name, content in components.items():
            tree["components", kind, name] = (
                schema_facts(content) if kind == "schemas" else {("definition",): _text(content)}
            )
    return tree


def _operation_facts(operation: dict[str, Any]) -> Tree:
    tree = _rest(operation, "parameters", "requestBody", "responses")
    for parameter in operation["parameters"]:
        required = _yes(parameter.get("required", False))
        rest = _rest(parameter, "name", "required", "schema")
        label = parameter.get("name", parameter.get("$ref"))
        tree["parameters", label] = {
            **rest,
            ("required",): required,
            ("schema",): schema_facts(parameter.get("schema", True)),
        }
    if "requestBody" in operation:
        body = operation["requestBody"]
        tree[("requestBody",)] = {("required",): _yes(body.get("required", False)), **_content_facts(body, "required")}
    for status, response in operation.get("responses", {}).items():
        tree["responses", status] = _content_facts(response)
    return tree


def _content_facts(node: dict[str, Any], *known: str) -> Tree:
    """Read a request body or a response."""
    tree = _rest(node, "content", "headers", *known)
    for kind in ("content", "headers"):
        for name, part in node.get(kind, {}).items():
            tree[kind, name] = {**_rest(part, "schema"), ("schema",): schema_facts(part.get("schema", True))}
    return tree


def schema_facts(schema: Any) -> Tree:
    """Read one schema, with the schemas of its properties."""
    tree: Tree = {("type",): _type(schema)}
    if not isinstance(schema, dict):
        return tree
    required = schema.get("required", ())
    tree |= _rest(schema, *IN_TYPE, "required", "enum", "properties")
    for value in schema.get("enum", ()):
        tree["enum", str(value)] = {}
    for name, part in schema.get("properties", {}).items():
        tree["properties", name] = {**schema_facts(part), ("required",): _yes(name in required)}
    if isinstance(schema.get("items"), dict) and schema["items"].keys() - IN_TYPE:
        tree[("items",)] = schema_facts(schema["items"])
    return tree


def _type(schema: Any) -> str:
    """Say in words what a schema allows."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for keyword, word in COMBINED.items():
        if keyword in schema:
            return word.join(sorted(_alternative(each) for each in schema[keyword]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', True))}"
    kinds = schema.get("type", "anything")
    return " or ".join(sorted(kinds)) if isinstance(kinds, list) else str(kinds)


def _alternative(schema: Any) -> str:
    """Say what one alternative allows, its bounds included."""
    rest = {key: value for key, value in schema.items() if key not in IN_TYPE} if isinstance(schema, dict) else {}
    bounds = ", ".join(f"{key} {_text(value)}" for key, value in sorted(rest.items()))
    return f"{_type(schema)} ({bounds})" if bounds else _type(schema)


def _rest(node: dict[str, Any], *known: str) -> Tree:
    """Read the members that need no special reading."""
    return {(key,): _text(value) for key, value in node.items() if key not in known}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, sort_keys=True)


def _yes(condition: bool) -> str:
    return "yes" if condition else "no"
