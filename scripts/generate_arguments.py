"""Read from the document what it allows of every argument, as openapi/templates/arguments.py.jinja takes it.

What no argument can be, and every rule that nothing would check before sending, is refused by its place and name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi_python_client.strings import ClassName, PythonIdentifier

from scripts.openapi import operations, resolve, schemas, sent

TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list"}
BOUNDS = {"minimum": "minimum", "maximum": "maximum", "minLength": "min_length", "maxLength": "max_length"}
WORDS = {"description", "title", "default", "example", "examples", "deprecated"}
KNOWN = WORDS | {"type", "items", "enum", "x-sent", *BOUNDS}
# Checked where samples are read (_media/sample_text.py), and the contract tests find an argument that is not.
KNOWN |= {"contentEncoding"}
BODY = WORDS | {"type", "properties", "required", "additionalProperties", "x-sent"}
STYLES = {"query": "form", "path": "simple", "header": "simple", "cookie": "form"}
BY_PATCH = "describe it in another form by a patch in openapi/patches"


class GenerationError(Exception):
    """The package cannot be generated; the message says why and what to do."""


def class_name(schema: str) -> str:
    """Give the name of the class that the generator makes of a schema: `Page-Output` becomes PageOutput."""
    return str(ClassName(schema, ""))


def arguments(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Write the rules of every argument by operation and name."""
    for problem in _unused(document):
        raise GenerationError(problem)
    found: dict[str, dict[str, str]] = {}
    for _, operation in operations(document):
        name = operation["operationId"]
        members = [*_parameters(document, name, operation), *_body(document, name, operation)]
        found[name] = {
            str(PythonIdentifier(key, "field_")): _rules(document, f"{name}.{key}", schema, required)
            for key, schema, required in members
        }
    return found


def _unused(document: dict[str, Any]) -> Iterator[str]:
    """Name what a document may say and nothing of ours would read."""
    for path, item in document["paths"].items():
        for place in (item, *(value for value in item.values() if isinstance(value, dict))):
            if "servers" in place:
                yield f"{path} has servers of its own, which nothing reads: drop them by a patch in openapi/patches"
    requests = sent(document)
    for name, schema in schemas(document).items():
        unused = "readOnly" if name in requests else "writeOnly"
        for key, member in schema.get("properties", {}).items():
            if isinstance(member, dict) and member.get(unused):
                yield f"{name}.{key} is {unused}, so it does not belong there: remove it by a patch in openapi/patches"
        if name not in requests:
            yield from (
                f"{place} says which additionalProperties may come, and nothing checks those of a response: "
                "remove that by a patch in openapi/patches/040-voices.yaml, or where it is false, set it to true"
                for place, each in _parts(name, schema)
                if each.get("additionalProperties", True) is not True
            )


def _parts(place: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a schema and all that is written within it, each with the member where it stands."""
    if isinstance(schema, dict):
        yield place, schema
        for part in (*schema.get("anyOf", ()), schema.get("items")):
            yield from _parts(place, part)
        for key, member in schema.get("properties", {}).items():
            yield from _parts(f"{place}.{key}", member)


def _parameters(
    document: dict[str, Any], name: str, operation: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for each in operation["parameters"]:
        parameter = resolve(document, each)
        where = f"{name}.{parameter['name']}"
        if "schema" not in parameter:
            raise GenerationError(f"{where} has content in place of a schema: {BY_PATCH}")
        style, usual = parameter.get("style"), STYLES[parameter["in"]]
        if style not in (None, usual):
            raise GenerationError(f"{where} has the style {style}, and only {usual} can be sent: {BY_PATCH}")
        yield parameter["name"], parameter["schema"], parameter.get("required", False)


def _body(document: dict[str, Any], name: str, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        if media_type != "application/json":
            raise GenerationError(f"the body of {name} may be {media_type}, and only JSON is sent: {BY_PATCH}")
        body = resolve(document, content.get("schema", {}))
        if unknown := sorted(body.keys() - BODY):
            raise GenerationError(f"the body of {name} uses {', '.join(unknown)}: {BY_PATCH}")
        if "properties" not in body:
            raise GenerationError(f"the body of {name} is no object with properties: {BY_PATCH}")
        if not body.get("x-sent"):
            where = content["schema"].get("$ref", f"the body of {name}").rpartition("/")[2]
            raise GenerationError(f"{where} is sent: give it `x-sent: true` in openapi/patches/040-voices.yaml")
        for key, schema in body["properties"].items():
            yield key, schema, key in body.get("required", ())


def _rules(document: dict[str, Any], where: str, schema: dict[str, Any], required: bool) -> str:
    """Write what `Argument` takes for one argument."""
    whole = resolve(document, schema)
    beside = {key: value for key, value in whole.items() if key not in ("anyOf", "type")}
    alternatives = [resolve(document, each) for each in whole["anyOf"]] if "anyOf" in whole else [whole]
    concrete = [{**beside, **each} for each in alternatives if each.get("type") != "null"]
    rules = {"types": _types(where, concrete)}
    rules |= {"required": "True"} if required else {}
    rules |= {"nullable": "True"} if len(concrete) < len(alternatives) else {}
    for each in concrete:
        if "items" in each:
            items = resolve(document, each["items"])
            kinds = [resolve(document, kind) for kind in items.get("anyOf", [items])]
            rules["items"] = _types(f"{where}[]", kinds, KNOWN - {"items", "enum", *BOUNDS})
        if "enum" in each:
            rules["enum"] = repr(tuple(each["enum"]))
        rules |= {name: repr(each[keyword]) for keyword, name in BOUNDS.items() if keyword in each}
    return ", ".join(f"{name}={rule}" for name, rule in rules.items())


def _types(where: str, alternatives: list[dict[str, Any]], known: set[str] = KNOWN) -> str:
    """Write the types of an argument, when nothing but what is known is said of any of them."""
    for each in alternatives:
        kind = each.get("type")
        if kind == "object" or isinstance(kind, list):
            what = "an object" if kind == "object" else f"of several types ({', '.join(kind)}), which anyOf can say"
            raise GenerationError(f"{where} is {what}: {BY_PATCH}")
        if unknown := sorted(each.keys() - known):
            raise GenerationError(
                f"{where} uses {', '.join(unknown)}, which nothing checks before sending: {BY_PATCH}, or add it to "
                "`Argument` in openapi/templates/arguments.py.jinja, to the checks in overlay/mistral_voices/_api/"
                "arguments.py and local/_validation.py, and to tests/contract/values.py"
            )
        if kind not in TYPES:
            raise GenerationError(f"{where} has no type: {BY_PATCH}")
    return "".join(["(", *(f"{TYPES[each['type']]}, " for each in alternatives), ")"])
