"""Report what the vendor changed between two extracts of its document, and what to do about each change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jsonpath import JSONPathMatch

from scripts.import_facts import Fact, Place, differences, document_facts, operation_place, rename, renames
from scripts.import_patches import Action
from scripts.openapi import load, operations, schemas, schemas_of, sent

PATCHES = "openapi/patches"
ADVICE = load(Path(__file__).with_name("import_advice.yaml"))
WORDS = {"parameters": "parameter", "responses": "response", "properties": "property", "content": "media type"}
WORDS |= {"headers": "header", "enum": "value", "servers": "server", "paths": "operation"}
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
    shorter = min(len(target), len(location))
    if target[:shorter] != location[:shorter]:
        return False
    update = action.update
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
    requests = sent(old) | sent(new)
    found = differences(document_facts(old), document_facts(new))
    for place, before, now in sorted(found, key=lambda each: each[0] not in along):  # operations first
        if place not in counted:
            yield _change(place, before, now, along, requests)


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
            name = f" {next(steps)}" if step in WORDS else ""
            text = f"{text} {kind}{name}".strip()
    if True in (old, new):
        verb = "added" if old is None else "removed"
        names = f" (with the schemas {', '.join(along[place])})" if along.get(place) else ""
        key = f"{side if kind == 'property' else kind} {verb}"
        return Change(f"{kind} {verb}: {text}{names}", key if key in ADVICE else f"{side} changed", place)
    if place[-1] == "required":
        verb = "is now required" if new == "true" else "is no longer required"
        schema = place[:-3] if place[-3:-2] == ("properties",) else place[:-1]
        return Change(f"{outer}: {verb}", f"{side} required", (*schema, "required"))
    said = f"{outer}: {place[-1]} is now {new or 'absent'}, was {old or 'absent'}".removeprefix(": ")
    return Change(said, f"{side} changed", place)
