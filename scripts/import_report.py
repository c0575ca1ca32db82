"""Report what the vendor changed between two extracts of its document, and what to do about each change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from jsonpath import JSONPathMatch

from scripts.import_facts import Key, Tree, differences, document_facts, rename, renames
from scripts.import_patches import Action
from scripts.openapi import operations, schemas, schemas_of, sent

OVERLAY = "overlay/mistral_voices"
PATCHES = "openapi/patches"
ADVICE = {
    "operation added": f"give it our operationId, words and responses in {PATCHES}/020-operations.yaml and "
    f"030-requests-and-responses.yaml; `make generate`; add a method and its `_async` twin in {OVERLAY}/voices/crud.py "
    "(listing.py for lists, samples.py for audio) and name the operation in _api/operations.py",
    "operation removed": f"`make generate`; take its method out of {OVERLAY}/voices and its name out of "
    "_api/operations.py, which breaks users",
    "operation changed": "see whether a patch sets our own in its place; if not, `make generate` and `make check`",
    "schema added": f"describe it in {PATCHES}/060-descriptions.yaml; if users need it, name it in {OVERLAY}/models.py",
    "schema removed": f"`make generate`; take it out of {OVERLAY}/models.py, which breaks users",
    "schema renamed": f"`make generate`; give {OVERLAY}/models.py the new name, and keep the old one for users",
    "parameter added": f"describe it in {PATCHES}/020-operations.yaml; `make generate`; add the argument in "
    f"{OVERLAY}/voices",
    "parameter removed": f"`make generate`; take the argument out of its method in {OVERLAY}/voices, "
    "which breaks users",
    "response added": f"describe it in {PATCHES}/030-requests-and-responses.yaml; see that {OVERLAY}/errors.py maps it",
    "response removed": f"if servers still send it, add it in {PATCHES}/030-requests-and-responses.yaml; `make generate`",
    "sent added": f"describe it in {PATCHES}/060-descriptions.yaml; `make generate`; "
    f"add the argument in {OVERLAY}/voices/crud.py",
    "sent removed": f"`make generate`; take the argument out of {OVERLAY}/voices/crud.py, which breaks users",
    "sent required": f"`make generate`; make the argument follow in {OVERLAY}/voices (a new required one breaks users)",
    "sent changed": f"`make generate`; make the argument follow in {OVERLAY}/voices (type, default and docstring)",
    "received added": f"describe it in {PATCHES}/060-descriptions.yaml; `make generate` adds the attribute",
    "received removed": f"if servers still send it, add it in {PATCHES}/040-voices.yaml; else `make generate` "
    "drops the attribute, which breaks users",
    "received required": "`make generate` changes the type of the attribute; if servers may leave it out, "
    f"say so in {PATCHES}/040-voices.yaml, or their responses are refused",
    "received changed": "`make generate` changes what is accepted; if servers still send the old form, "
    f"say so in {PATCHES}/040-voices.yaml",
    "other changed": f"see whether {PATCHES}/010-document.yaml still says the right thing",
}
WORDS = {"parameters": "parameter", "responses": "response", "properties": "property", "content": "media type"}
WORDS |= {"headers": "header", "enum": "value", "servers": "server", "paths": "operation"}
SIDES = {"parameters": "sent", "requestBody": "sent", "responses": "received"}


class Change(NamedTuple):
    """One thing that the vendor changed: what, the key of ADVICE for it, and where it stands in the new document."""

    text: str
    advice: str
    location: Key


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


def _touches(action: Action, document: dict[str, Any], location: Key) -> bool:
    """Return whether an action refers to what stands at a location, or changes that and nothing else."""
    if f'"#/{"/".join(location)}"' in json.dumps(action.update):
        return True
    reached = [_reaches(action, _labels(match), location) for match in action.matches(document)]
    return bool(reached) and all(reached)


def _labels(match: JSONPathMatch) -> Key:
    """Name the items of lists on the way to a match as facts name them."""
    if match.parent is None:
        return ()
    key, node = match.parts[-1], match.obj
    label = node.get("name", node.get("url", key)) if isinstance(key, int) and isinstance(node, dict) else key
    return (*_labels(match.parent), str(label))


def _reaches(action: Action, target: Key, location: Key) -> bool:
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


def _along(old: dict[str, Any], new: dict[str, Any]) -> dict[Key, list[str]]:
    """List the operations that only the new document has, each with the new schemas that no other operation needs."""
    known = dict(operations(old))
    needed = schemas_of(new, [each for name, each in operations(new) if name in known]) | schemas(old).keys()
    added = {name: each for name, each in operations(new) if name not in known}
    return {_place(name): sorted(schemas_of(new, each) - needed) for name, each in added.items()}


def _place(operation: str) -> Key:
    method, path = operation.split(" ", 1)
    return "paths", path, method.lower()


def _change(
    place: Key, old: Tree | str | None, new: Tree | str | None, along: dict[Key, list[str]], requests: set[str]
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
    if isinstance(old, dict) or isinstance(new, dict):
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
