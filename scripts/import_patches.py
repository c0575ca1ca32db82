"""Apply our patches, OpenAPI Overlay 1.0 files, so strictly that none can miss its target unnoticed.

Beyond the specification: each action needs a `description`, its reason. An `update` may set plain values, but a mapping
or list within it must meet one that is there, unless the action says `x-adds: true`. Members come in the order in which
the last update names them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.import_extract import load

Location = tuple[str | int, ...]

SEGMENT = re.compile(
    r"\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\['(?P<quoted>[^'\\]+)'\]"
    r"|(?P<every>\[\*\])"
    r"|\[\?@\.(?P<member>[A-Za-z_][A-Za-z0-9_]*)=='(?P<value>[^'\\]*)'\]"
)
MEMBERS = {"target", "description", "update", "remove", "x-adds"}


class PatchError(Exception):
    """An action cannot be read or applied; the message names it."""


@dataclass(frozen=True)
class Action:
    """One action of a patch.

    Attributes:
        file: Name of the patch file.
        heading: Title of the patch.
        position: Its place in the file, from 1.
        target: The JSONPath of what it changes.
        reason: Why we deviate there.
        update: What to merge; None for a removal.
        adds: Whether the update may bring mappings and lists that are not there yet.
    """

    file: str
    heading: str
    position: int
    target: str
    reason: str
    update: Any
    adds: bool

    def __str__(self) -> str:
        """Name the action as a maintainer looks for it."""
        return f"{self.file} action {self.position}"


def read_actions(folder: Path) -> list[Action]:
    """Read all actions of the patches in a folder, in the order of the file names."""
    return [action for path in sorted(folder.glob("*.yaml")) for action in _actions(path)]


def _actions(path: Path) -> Iterator[Action]:
    patch = load(path)
    heading = patch.get("info", {}).get("title")
    if patch.get("overlay") != "1.0.0" or not heading or not isinstance(patch.get("actions"), list):
        raise PatchError(
            f"{path} is no Overlay 1.0.0 file: it needs `overlay: 1.0.0`, a title in `info`, and `actions`"
        )
    for position, action in enumerate(patch["actions"], 1):
        where = f"{path} action {position}"
        if not isinstance(action, dict) or not action.keys() <= MEMBERS:
            raise PatchError(f"{where}: it must be a mapping with nothing but {', '.join(sorted(MEMBERS))}")
        if not all(isinstance(action.get(key), str) and action[key] for key in ("target", "description")):
            raise PatchError(f"{where}: it needs a target, and its reason as description")
        if ("update" in action) == (action.get("remove") is True) or action.get("update", "") is None:
            raise PatchError(f"{where}: it needs either an update or `remove: true`")
        parse(action["target"])
        reason = " ".join(action["description"].split())
        update, adds = action.get("update"), action.get("x-adds") is True
        yield Action(path.name, heading, position, action["target"], reason, update, adds)


def parse(target: str) -> list[re.Match[str]]:
    """Split a JSONPath into its segments; a form that is not supported is an error."""
    segments = []
    position = 1
    while target.startswith("$") and (segment := SEGMENT.match(target, position)):
        segments.append(segment)
        position = segment.end()
    if position != len(target) or not target.startswith("$"):
        raise PatchError(f"{target}: only $, .name, ['name'], [*] and [?@.name=='value'] are supported in a JSONPath")
    return segments


def find(document: Any, target: str) -> list[Location]:
    """Find what a JSONPath selects, as the keys that lead there."""
    found: list[tuple[Location, Any]] = [((), document)]
    for segment in parse(target):
        found = [
            ((*location, key), child)
            for location, node in found
            for key, child in _children(node)
            if _selects(segment, key, child)
        ]
    return [location for location, _ in found]


def _children(node: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)


def _selects(segment: re.Match[str], key: str | int, child: Any) -> bool:
    if segment["every"]:
        return True
    if segment["member"]:
        return isinstance(child, dict) and child.get(segment["member"]) == segment["value"]
    return key == (segment["name"] or segment["quoted"])


def at(document: Any, location: Location) -> Any:
    """Give the part of a document to which some keys lead."""
    for key in location:
        document = document[key]
    return document


def apply(document: dict[str, Any], actions: list[Action]) -> tuple[dict[str, Any], list[str], list[str]]:
    """Apply all actions to a copy; gives it, what failed, and which actions are no longer needed."""
    result = copy.deepcopy(document)
    errors, notices = [], []
    for action in actions:
        try:
            if not _apply(result, action):
                notices.append(
                    f"{action} is no longer needed, the vendor says so too: {action.target} ({action.reason})"
                )
        except PatchError as error:
            errors.append(f"{action}: {error} (its reason: {action.reason})")
    return result, errors, notices


def _apply(document: dict[str, Any], action: Action) -> bool:
    locations = find(document, action.target)
    if not locations:
        raise PatchError(
            f"{action.target} matches nothing; the vendor may have renamed or removed it, see CONTRIBUTING.md"
        )
    nodes = [at(document, location) for location in locations]
    if any(not isinstance(node, dict | list) for node in nodes):
        raise PatchError(f"{action.target} selects a plain value; Overlay 1.0 changes only mappings and lists")
    if action.update is None:
        for location in reversed(locations):
            if not location:
                raise PatchError("the whole document cannot be removed")
            del at(document, location[:-1])[location[-1]]
        return True
    if all(action.update in node if isinstance(node, list) else contains(node, action.update) for node in nodes):
        return False
    for node in nodes:
        if isinstance(node, list):
            _append(node, action.update, action.target)
        elif isinstance(action.update, dict):
            merge(node, action.update, adds=action.adds, where=action.target)
        else:
            raise PatchError(f"{action.target} is a mapping, the update is not")
    return True


def _append(node: list[Any], update: Any, where: str) -> None:
    for key in {"name", "url"} & update.keys() if isinstance(update, dict) else ():
        if any(isinstance(each, dict) and each.get(key) == update[key] for each in node):
            raise PatchError(f"{where} has {update[key]} already, but differently; compare the two, then keep one")
    node.append(copy.deepcopy(update))


def contains(node: Any, update: Any) -> bool:
    """Tell whether merging an update would change nothing."""
    if isinstance(node, dict) and isinstance(update, dict):
        return all(key in node and contains(node[key], value) for key, value in update.items())
    if isinstance(node, list) and isinstance(update, list):
        return all(each in node for each in update)
    return type(node) is type(update) and bool(node == update)


def merge(node: dict[str, Any], update: dict[str, Any], *, adds: bool, where: str) -> None:
    """Merge an update as Overlay 1.0 says: mappings recursively, lists appended, plain values replaced."""
    for key, value in update.items():
        inner = f"{where}.{key}"
        if key not in node:
            if isinstance(value, dict | list) and not adds:
                raise PatchError(
                    f"{inner} is not there, and the action does not say `x-adds: true`; the vendor may have renamed it"
                )
            node[key] = copy.deepcopy(value)
        elif isinstance(node[key], dict) and isinstance(value, dict):
            merge(node[key], value, adds=adds, where=inner)
        elif isinstance(node[key], list) and isinstance(value, list):
            if any(each in node[key] for each in value):
                raise PatchError(
                    f"{inner} has a part of the update already; compare the two, then remove it before updating"
                )
            node[key].extend(copy.deepcopy(value))
        elif isinstance(node[key], dict | list) or isinstance(value, dict | list):
            raise PatchError(f"{inner} is of another kind than the update: remove it first, then update")
        else:
            node[key] = value
    ordered = {key: node[key] for key in update} | node
    node.clear()
    node.update(ordered)
