"""Report what the vendor changed between two extracts of its document, and what to do about each change.

A document is read as facts, each with its place: ("components", "schemas", "Voice", "properties", "slug", "default").
What has parts is True. Items of lists are named (a parameter by its name), so that their order plays no part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jsonpath import JSONPathMatch

from scripts.import_patches import Action
from scripts.openapi import METHODS, load, operations, schemas, schemas_of, sent

Place = tuple[str, ...]
Fact = str | bool
Facts = dict[Place, Fact]

COMBINED = {"anyOf": " or ", "oneOf": " or ", "allOf": " and "}
IN_TYPE = {"$ref", "type", "items", *COMBINED}
NAMED = ("parameters", "responses", "content", "headers", "properties", "enum")
READ_BY_PART = ("info", "servers", "security", "paths", "components")
NESTED = ("requestBody", "schema", "items")
WORDED = {*IN_TYPE, "required", "enum"}
ALIKE = 0.6  # two schemas that share this part of their facts count as one that was renamed


def document_facts(document: dict[str, Any]) -> Facts:
    """Read all facts of a document."""
    found: Facts = {(key,): text(value) for key, value in document.items() if key not in READ_BY_PART}
    found |= {(key,): text(value) for key, value in document.get("info", {}).items()}
    for server in document.get("servers", ()):
        found |= facts(server, ("servers", server["url"]))
    for name, operation in operations(document):
        place = operation_place(name)
        shared = {key: value for key, value in document["paths"][place[1]].items() if key not in METHODS}
        found |= facts({"security": document.get("security"), **shared, **operation}, place)
    for kind, components in document.get("components", {}).items():
        for name, content in components.items():
            place = ("components", kind, name)
            is_scheme = kind == "securitySchemes"
            found |= {place: True, (*place, "details"): text(content)} if is_scheme else facts(content, place)
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
            members = value.items() if isinstance(value, dict) else ((label(each), each) for each in value)
            for name, part in members:
                found |= facts(part, (*place, key, str(name)))
        elif key in NESTED:
            if key != "items" or (isinstance(value, dict) and value.keys() - IN_TYPE):
                found |= facts(value, (*place, key))
        elif key not in IN_TYPE and not (key == "required" and isinstance(value, list)):
            found[*place, key] = text(value)
    for name in node.get("properties", ()):
        found[*place, "properties", name, "required"] = text(name in node.get("required", ()))
    return found | _details(node, place)


def _details(node: dict[str, Any], place: Place) -> Facts:
    """Keep what is put into words as it is, too: the words may not tell all of it."""
    worded = {key: _unordered(node[key]) for key in WORDED & node.keys() if not isinstance(node[key], bool)}
    return {(*place, "details"): text(worded)} if worded else {}


def _unordered(node: Any) -> Any:
    """Copy a part of a document with its lists sorted: no order plays a part."""
    if isinstance(node, list):
        return sorted(map(_unordered, node), key=text)
    return {key: _unordered(value) for key, value in node.items()} if isinstance(node, dict) else node


def label(item: Any) -> str:
    """Name an item of a list."""
    return str(item.get("name", item.get("$ref", item.get("url")))) if isinstance(item, dict) else str(item)


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
    places = [place for place in sorted(old.keys() | new.keys()) if old.get(place) != new.get(place)]
    for place in places:
        base = place[:-1]
        if place[-1] == "details" and any(each == (*base, "type") or _is_part(each, base) for each in places):
            continue  # the words say it
        if place[: len(last)] != last:
            yield place, old.get(place), new.get(place)
            last = place


def _is_part(place: Place, base: Place) -> bool:
    """Return whether a place is within the named parts of another."""
    return place[: len(base)] == base and place[len(base) : len(base) + 1] in (("properties",), ("enum",), ("items",))


def renames(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """Pair schemas that are gone from a document with new ones of nearly the same content, the most alike first."""
    before, after = schemas(old), schemas(new)
    gone, came = before.keys() - after.keys(), after.keys() - before.keys()
    unknown = dict.fromkeys(gone | came, "?")
    lines = {name: set(facts(rename({**before, **after}[name], unknown)).items()) for name in unknown}
    pairs = [(len(lines[a] & lines[b]) / len(lines[a] | lines[b]), a, b) for a in gone for b in came]
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


PATCHES = "openapi/patches"
ADVICE = load(Path(__file__).with_name("import_advice.yaml"))
WORDS = {"parameters": "parameter", "responses": "response", "properties": "property", "content": "media type"}
WORDS |= {"headers": "header", "enum": "value", "servers": "server", "paths": "operation"}
OF_ANY = {"security": "security", "securitySchemes": "security", "deprecated": "deprecated"}
SIDES = {"parameters": "sent", "requestBody": "sent", "responses": "received"}


class Change(NamedTuple):
    """One thing that the vendor changed: what, the key of ADVICE for it, and where it stands in the new document."""

    text: str
    advice: str
    location: Place


def report(old: dict[str, Any], new: dict[str, Any], actions: list[Action]) -> list[str]:
    """Give two lines for each change: what it is, and what to do."""
    renamed = renames(old, new)
    former = {now: name for name, now in renamed.items()}
    lines = []
    for change in changes(old, new, renamed):
        # The patches still have the old name of a renamed schema.
        location = change.location
        if location[:2] == ("components", "schemas"):
            location = (*location[:2], former.get(location[2], location[2]), *location[3:])
        touching = [str(action) for action in actions if _touches(action, old, location)]
        patches = f"follow it in {PATCHES} ({', '.join(touching)}); " if touching else ""
        lines += [f"- {change.text}", f"  to do: {patches}{ADVICE[change.advice]}"]
    return lines


def _touches(action: Action, document: dict[str, Any], location: Place) -> bool:
    """Return whether an action refers to what stands at a location, or changes that and nothing else."""
    if f'"#/{"/".join(location)}"' in json.dumps(action.update):
        return True
    reached = [_reaches(action, _labels(match), location) for match in action.matches(document)]
    return bool(reached) and all(reached)


def _labels(match: JSONPathMatch) -> Place:
    """Name the items of lists on the way to a match as facts name them."""
    if match.parent is None:
        return ()
    key, node = match.parts[-1], match.obj
    label = node.get("name", node.get("url", key)) if isinstance(key, int) and isinstance(node, dict) else key
    return (*_labels(match.parent), str(label))


def _reaches(action: Action, target: Place, location: Place) -> bool:
    """Return whether an action at a target removes or updates what stands at a location, or a part of it."""
    if any(step != other for step, other in zip(target, location, strict=False)):
        return False
    update = action.update
    if target == location[:-1] and location[-1] in ("format", "type"):
        return True  # whatever the action says of a value, it was written for another
    for key in location[len(target) :] if update is not None else ():
        if not isinstance(update, dict) or key not in update:
            return False
        update = update[key]
    return True


def changes(old: dict[str, Any], new: dict[str, Any], renamed: dict[str, str]) -> Iterator[Change]:
    """List what changed; a renamed schema counts once, the schemas that only a new operation needs count with it."""
    for name, other in renamed.items():
        yield Change(f"schema renamed: {name} -> {other}", "schema renamed", ("components", "schemas", other))
    old = rename(old, renamed)
    along = {**_along(old, new), **_along(new, old)}
    counted = {("components", "schemas", name) for names in along.values() for name in names}
    requests, moved = sent(old) | sent(new), _moved(old, new)
    facts_now = document_facts(new)
    found = differences(document_facts(old), facts_now)
    for place, before, now in sorted(found, key=lambda each: each[0] not in along):  # operations first
        if place not in counted:
            change = _change(place, before, now, along, requests)
            if place in moved:
                change = change._replace(text=f"{change.text} (moved: {moved[place]})", advice="operation moved")
            if before is None and facts_now.get((*place, "required")) == "true" and place[-2] == "properties":
                change = change._replace(text=f"{change.text} (required)", advice=f"{change.advice}, required")
            yield change


def _moved(old: dict[str, Any], new: dict[str, Any]) -> dict[Place, str]:
    """Pair operations that differ in nothing but their path and operationId; each is named with the other."""
    before, after = (
        {name: {**each, "operationId": ""} for name, each in operations(document)} for document in (old, new)
    )
    found: dict[Place, str] = {}
    for gone in before.keys() - after.keys():
        for came in after.keys() - before.keys():
            if gone.split()[0] == came.split()[0] and before[gone] == after[came]:
                found |= {operation_place(gone): f"now {came}", operation_place(came): f"was {gone}"}
    return found


def _along(old: dict[str, Any], new: dict[str, Any]) -> dict[Place, list[str]]:
    """List the operations that only the new document has, each with the new schemas that no other operation needs."""
    known = dict(operations(old))
    needed = schemas_of(new, [each for name, each in operations(new) if name in known]) | schemas(old).keys()
    added = {name: each for name, each in operations(new) if name not in known}
    return {operation_place(name): sorted(schemas_of(new, each) - needed) for name, each in added.items()}


def _change(
    place: Place, old: Fact | None, new: Fact | None, along: dict[Place, list[str]], requests: set[str]
) -> Change:
    """Put one difference into words."""
    text, kind, side, outer = "", "", "operation" if place[0] == "paths" else "other", ""
    if place[:2] == ("components", "schemas"):
        side = "sent" if place[2] in requests else "received"
    steps = iter(place)
    for step in steps:
        outer, kind, side = text, WORDS.get(step, step), SIDES.get(step, side)
        if step == "paths":
            path = next(steps)
            text = f"{next(steps).upper()} {path}"
        elif step == "components":
            kind = next(steps)
            kind, text = "schema" if kind == "schemas" else kind, next(steps)
        elif step == "properties":
            text += f".{next(steps)}"
        elif step != "schema":
            name = next(steps, "") if step in WORDS else ""
            text = f"{text} {kind} {name}".strip()
    side = next((OF_ANY[step] for step in (place[-1], *place[:2]) if step in OF_ANY and kind != "property"), side)
    if True in (old, new):
        verb = "added" if old is None else "removed"
        names = f" (with the schemas {', '.join(along[place])})" if along.get(place) else ""
        word = "success" if kind == "response" and place[-1].startswith("2") else kind
        key = f"{side if kind == 'property' else word} {verb}"
        return Change(f"{kind} {verb}: {text}{names}", key if key in ADVICE else f"{side} changed", place)
    if place[-1] == "required":
        verb = "is now required" if new == "true" else "is no longer required"
        schema = place[:-3] if place[-3:-2] == ("properties",) else place[:-1]
        return Change(f"{outer}: {verb}", f"{side} required", (*schema, "required"))
    what = "it" if place[-1] == "details" else place[-1]
    said = f"{outer}: {what} is now {new or 'absent'}, was {old or 'absent'}".removeprefix(": ")
    return Change(said, f"{side} changed", place)
