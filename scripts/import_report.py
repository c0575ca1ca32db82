"""Tell what the vendor changed between two extracts of its document, and what to do about each change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scripts.import_extract import closure, operations
from scripts.import_facts import Key, Tree, document_facts, schema_facts, schemas
from scripts.import_patches import Action, at, find

OVERLAY = "overlay/mistral_voices"
PATCHES = "openapi/patches"
ALIKE = 0.6  # two schemas that share this part of their facts count as one that was renamed
ADVICE = {
    "operation added": f"give it our operationId, words and answers in {PATCHES}/020-operations.yaml and "
    f"030-requests-and-answers.yaml; `make generate`; add a method and its `_async` twin in {OVERLAY}/_records.py "
    "(_listing.py for lists, _samples.py for audio) and name the operation in _operations.py",
    "operation removed": f"`make generate`; take its method out of {OVERLAY} and its name out of _operations.py, "
    "which breaks users",
    "operation changed": "see whether a patch sets our own in its place; if not, `make generate` and `make check`",
    "schema added": f"describe it in {PATCHES}/060-descriptions.yaml; if users need it, name it in {OVERLAY}/models.py",
    "schema removed": f"`make generate`; take it out of {OVERLAY}/models.py, which breaks users",
    "schema renamed": f"`make generate`; give {OVERLAY}/models.py the new name, and keep the old one for users",
    "parameter added": f"describe it in {PATCHES}/020-operations.yaml; `make generate`; add the argument in {OVERLAY}",
    "parameter removed": f"`make generate`; take the argument out of its method in {OVERLAY}, which breaks users",
    "answer added": f"describe it in {PATCHES}/030-requests-and-answers.yaml; see that {OVERLAY}/errors.py maps it",
    "answer removed": f"if servers still answer so, add it in {PATCHES}/030-requests-and-answers.yaml; `make generate`",
    "sent added": f"describe it in {PATCHES}/060-descriptions.yaml; `make generate`; "
    f"add the argument in {OVERLAY}/_records.py",
    "sent removed": f"`make generate`; take the argument out of {OVERLAY}/_records.py, which breaks users",
    "sent required": f"`make generate`; make the argument follow in {OVERLAY} (a new required one breaks users)",
    "sent changed": f"`make generate`; make the argument follow in {OVERLAY} (type, default and docstring)",
    "received added": f"describe it in {PATCHES}/060-descriptions.yaml; `make generate` adds the attribute",
    "received removed": f"if servers still send it, add it in {PATCHES}/040-voices.yaml; else `make generate` "
    "drops the attribute, which breaks users",
    "received required": "`make generate` changes the type of the attribute; if servers may leave it out, "
    f"say so in {PATCHES}/040-voices.yaml, or their answers are refused",
    "received changed": "`make generate` changes what is accepted; if servers still answer the old form, "
    f"say so in {PATCHES}/040-voices.yaml",
    "other changed": f"see whether {PATCHES}/010-document.yaml still says the right thing",
}
KINDS = {"parameters": "parameter", "responses": "answer", "properties": "property", "content": "media type"}
KINDS |= {"headers": "header", "enum": "value", "servers": "server"}
SIDES = {"parameters": "sent", "requestBody": "sent", "responses": "received"}


@dataclass(frozen=True)
class Change:
    """One thing that the vendor changed.

    Attributes:
        text: What changed.
        advice: The key of ADVICE for it.
        location: Where it stands, in the old document if it was there.
    """

    text: str
    advice: str
    location: Key


@dataclass(frozen=True)
class Place:
    """A place in a document: in words, in keys, and the side on which it stands (operation, sent, received, other)."""

    text: str
    location: Key
    side: str

    def inner(self, key: Key) -> Place:
        """Give the place to which a key leads from here."""
        kind, name = key[0], key[-1]
        if kind == "paths":
            text = f"{name.upper()} {key[1]}"
        elif kind == "components":
            text = name
        elif kind == "properties":
            text = f"{self.text}.{name}"
        elif kind == "schema":
            text = self.text
        else:
            text = f"{self.text} {' '.join([KINDS.get(kind, kind), *key[1:]])}".strip()
        return Place(text, self.location + key, SIDES.get(kind, self.side))


def report(old: dict[str, Any], new: dict[str, Any], actions: list[Action]) -> list[str]:
    """Give two lines for each change: what it is, and what to do."""
    lines = []
    for change in changes(old, new):
        touching = [str(action) for action in actions if _touches(action, old, change.location)]
        patches = f"follow it in {PATCHES} ({', '.join(touching)}); " if touching else ""
        lines += [f"- {change.text}", f"  to do: {patches}{ADVICE[change.advice]}"]
    return lines


def _touches(action: Action, document: dict[str, Any], location: Key) -> bool:
    """Tell whether an action refers to what stands at a location, or changes that and nothing else."""
    reference = f'"#/{"/".join(location)}"'
    targets = [_labelled(document, target) for target in find(document, action.target)]
    reached = [_reaches(action, target, location) for target in targets]
    return reference in json.dumps(action.update) or (bool(reached) and all(reached))


def _labelled(document: Any, location: tuple[str | int, ...]) -> Key:
    """Name the items of lists in a location as facts name them."""
    labels = []
    for index, key in enumerate(location):
        node = at(document, location[: index + 1])
        labels.append(
            str(node.get("name", node.get("url", key)) if isinstance(key, int) and isinstance(node, dict) else key)
        )
    return tuple(labels)


def _reaches(action: Action, target: Key, location: Key) -> bool:
    """Tell whether an action at a target removes or updates what stands at a location, or a part of it."""
    shorter = min(len(target), len(location))
    if target[:shorter] != location[:shorter]:
        return False
    return action.update is None or _has(action.update, location[len(target) :])


def _has(update: Any, way: Key) -> bool:
    return not way or (isinstance(update, dict) and way[0] in update and _has(update[way[0]], way[1:]))


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """List what changed; a renamed schema counts once, the schemas that only a new operation needs count with it."""
    found = []
    renamed = renames(schemas(old), schemas(new))
    for name, name_now in renamed.items():
        found.append(Change(f"schema renamed: {name} -> {name_now}", "schema renamed", ("components", "schemas", name)))
    old = rename(old, renamed)
    before, after = document_facts(old), document_facts(new)
    for verb, tree, brought in (("added", after, _brought(old, new)), ("removed", before, _brought(new, old))):
        for operation, names in brought.items():
            method, path = operation.split(" ", 1)
            place = Place("", (), "operation").inner(("paths", path, method.lower()))
            along = f" (with the schemas {', '.join(names)})" if names else ""
            found.append(Change(f"operation {verb}: {place.text}{along}", f"operation {verb}", place.location))
            for key in (place.location, *(("components", "schemas", name) for name in names)):
                tree.pop(key, None)
    sent = _sent(old) | _sent(new)
    for key in sorted(before.keys() | after.keys()):
        side = "operation" if key[0] == "paths" else "other"
        if key[:2] == ("components", "schemas"):
            side = "sent" if key[2] in sent else "received"
        found += _compare(before.get(key), after.get(key), key, Place("", (), side))
    former = {now: name for name, now in renamed.items()}
    return [replace(change, location=_formerly(change.location, former)) for change in found]


def _formerly(location: Key, former: dict[str, str]) -> Key:
    """Write a location with the old name of a renamed schema, as the patches have it."""
    if location[:2] == ("components", "schemas"):
        return (*location[:2], former.get(location[2], location[2]), *location[3:])
    return location


def renames(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """Pair schemas that are gone with new ones of nearly the same content, the most alike first."""
    different = dict.fromkeys(old.keys() ^ new.keys(), "?")
    facts = {name: _lines(schema_facts(rename({**old, **new}[name], different))) for name in different}
    pairs = [
        (len(facts[a] & facts[b]) / len(facts[a] | facts[b]), a, b) for a in old for b in new if {a, b} <= facts.keys()
    ]
    result: dict[str, str] = {}
    for alike, name, name_now in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if alike >= ALIKE and name not in result and name_now not in result.values():
            result[name] = name_now
    return result


def _lines(tree: Tree, place: Key = ()) -> set[tuple[Key, str]]:
    """Flatten a tree, so that two can be compared as sets."""
    lines = set()
    for key, value in tree.items():
        lines |= {(place + key, value)} if isinstance(value, str) else {(place + key, "")} | _lines(value, place + key)
    return lines


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


def _brought(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[str]]:
    """List the operations that only the new document has, each with the new schemas that no other operation needs."""
    known = {name for name, _, _ in operations(old)}
    kept = [each for name, _, each in operations(new) if name in known]
    needed = {name for kind, name in closure(new, kept) if kind == "schemas"} | schemas(old).keys()
    return {
        operation: sorted({name for kind, name in closure(new, each) if kind == "schemas"} - needed)
        for operation, _, each in operations(new)
        if operation not in known
    }


def _sent(document: dict[str, Any]) -> set[str]:
    """Name the schemas that requests use."""
    parts = [
        [item.get("parameters"), each.get("parameters"), each.get("requestBody")]
        for _, item, each in operations(document)
    ]
    return {name for kind, name in closure(document, parts) if kind == "schemas"}


def _compare(old: Tree | str | None, new: Tree | str | None, key: Key, outer: Place) -> Iterator[Change]:
    """Compare what stands at one key, all the way down."""
    place = outer.inner(key)
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for part in sorted(old.keys() | new.keys()):
            yield from _compare(old.get(part), new.get(part), part, place)
    elif isinstance(old, dict) or isinstance(new, dict):
        kind = "schema" if key[:2] == ("components", "schemas") else KINDS.get(key[0], key[0])
        verb = "added" if old is None else "removed"
        side = place.side if kind == "property" else kind
        advice = f"{side} {verb}" if f"{side} {verb}" in ADVICE else f"{place.side} changed"
        yield Change(f"{kind} {verb}: {place.text}", advice, place.location)
    elif key == ("required",):
        verb = "is now required" if new == "yes" else "is no longer required"
        schema = outer.location[:-2] if outer.location[-2:-1] == ("properties",) else outer.location
        yield Change(f"{outer.text}: {verb}", f"{place.side} required", (*schema, "required"))
    else:
        yield Change(
            f"{outer.text}: {key[0]} is now {new or 'absent'}, was {old or 'absent'}".removeprefix(": "),
            f"{place.side} changed",
            place.location,
        )
