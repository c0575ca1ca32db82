"""Read an OpenAPI document as facts, compare those of two documents, and pair the schemas that were renamed.

Each fact has a place: ("components", "schemas", "Voice", "properties", "slug", "default"). What has parts is True.
Items of lists are named (a parameter by its name), so that their order plays no part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from scripts.openapi import operations, schemas

Place = tuple[str, ...]
Fact = str | bool
Facts = dict[Place, Fact]

COMBINED = {"anyOf": " or ", "oneOf": " or ", "allOf": " and "}
IN_TYPE = {"$ref", "type", "items", *COMBINED}
NAMED = ("parameters", "responses", "content", "headers", "properties", "enum")
NESTED = ("requestBody", "schema", "items")
ALIKE = 0.6  # two schemas that share this part of their facts count as one that was renamed


def document_facts(document: dict[str, Any]) -> Facts:
    """Read all facts of a document."""
    found: Facts = {("openapi",): document["openapi"], ("version",): str(document.get("info", {}).get("version"))}
    for server in document.get("servers", ()):
        found |= facts(server, ("servers", server["url"]))
    for name, operation in operations(document):
        found |= facts({"security": document.get("security"), **operation}, operation_place(name))
    for kind, components in document.get("components", {}).items():
        for name, content in components.items():
            found |= facts(content, ("components", kind, name))
    return found


def operation_place(name: str) -> Place:
    """Say where an operation stands: `GET /path`."""
    method, path = name.split(" ", 1)
    return "paths", path, method.lower()


def facts(node: Any, place: Place = ()) -> Facts:
    """Read one object of a document, all the way down."""
    found: Facts = {place: True} if place else {}
    if not isinstance(node, dict):
        return {**found, (*place, "type"): kind_of(node)} if isinstance(node, bool) else found
    if IN_TYPE & node.keys():
        found[*place, "type"] = kind_of(node)
    for key, value in node.items():
        if key in NAMED:
            members = value.items() if isinstance(value, dict) else ((_label(each), each) for each in value)
            for name, part in members:
                found |= facts(part, (*place, key, str(name)))
        elif key in NESTED:
            if key != "items" or (isinstance(value, dict) and value.keys() - IN_TYPE):
                found |= facts(value, (*place, key))
        elif key not in IN_TYPE and not (key == "required" and isinstance(value, list)):
            found[*place, key] = text(value)
    for name in node.get("properties", ()):
        found[*place, "properties", name, "required"] = text(name in node.get("required", ()))
    return found


def _label(item: Any) -> str:
    return str(item.get("name", item.get("$ref"))) if isinstance(item, dict) else str(item)


def kind_of(schema: Any) -> str:
    """Say in words what a schema allows."""
    if not isinstance(schema, dict):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for keyword, word in COMBINED.items():
        if keyword in schema:
            return word.join(sorted(_alternative(each) for each in schema[keyword]))
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', True))}"
    kinds = schema.get("type", "anything")
    return " or ".join(sorted(kinds)) if isinstance(kinds, list) else str(kinds)


def _alternative(schema: Any) -> str:
    """Say what one alternative allows, its bounds included."""
    rest = {key: value for key, value in schema.items() if key not in IN_TYPE} if isinstance(schema, dict) else {}
    bounds = ", ".join(f"{key} {text(value)}" for key, value in sorted(rest.items()))
    return f"{kind_of(schema)} ({bounds})" if bounds else kind_of(schema)


def text(value: Any) -> str:
    """Write a value as one line."""
    return value if isinstance(value, str) else json.dumps(value, default=str, sort_keys=True)


def differences(old: Facts, new: Facts) -> Iterator[tuple[Place, Fact | None, Fact | None]]:
    """Give what differs, with its place; what only one of the two has is given once, without its parts."""
    last: Place = ("",)
    for place in sorted(old.keys() | new.keys()):
        if old.get(place) != new.get(place) and place[: len(last)] != last:
            yield place, old.get(place), new.get(place)
            last = place


def renames(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """Pair schemas that are gone from a document with new ones of nearly the same content, the most alike first."""
    before, after = schemas(old), schemas(new)
    different = dict.fromkeys(before.keys() ^ after.keys(), "?")
    lines = {name: set(facts(rename({**before, **after}[name], different)).items()) for name in different}
    pairs = [
        (len(lines[a] & lines[b]) / len(lines[a] | lines[b]), a, b)
        for a in before.keys() & different
        for b in after.keys() & different
    ]
    result: dict[str, str] = {}
    for alike, name, name_now in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if alike >= ALIKE and name not in result and name_now not in result.values():
            result[name] = name_now
    return result


def rename(node: Any, renamed: dict[str, str]) -> Any:
    """Copy a part of a document with new names for some schemas, in references and where they stand."""
    if isinstance(node, list):
        return [rename(each, renamed) for each in node]
    if isinstance(node, str):
        start, _, name = node.rpartition("/")
        return f"{start}/{renamed.get(name, name)}" if start == "#/components/schemas" else node
    if not isinstance(node, dict):
        return node
    result = {key: rename(value, renamed) for key, value in node.items()}
    if "openapi" in result and schemas(result):
        found = {renamed.get(name, name): schema for name, schema in schemas(result).items()}
        result["components"] = {**result["components"], "schemas": found}
    return result
