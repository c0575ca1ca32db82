"""Apply our patches, OpenAPI Overlay 1.0 files, so strictly that none can miss its target unnoticed.

Beyond the specification: each action needs a `description`, its reason. What it adds must not be there, or be equal.
What it replaces or removes must be what was there when the action was written, which stands in `x-was`. A mapping or
list within an `update` must meet one that is there, unless the action says `x-adds: true`. Members come in the order in
which the last update names them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jsonpath import JSONPathEnvironment, JSONPathError, JSONPathMatch

from scripts.import_extract import NAMED, PROSE
from scripts.openapi import load

MEMBERS = {"target", "description", "update", "remove", "x-adds", "x-was"}
JSONPATH = JSONPathEnvironment(strict=True)  # RFC 9535 and no more
COMPARE = "compare the two, then drop the action or record what is there as `x-was`"


class PatchError(Exception):
    """An action cannot be read or applied; the message names it."""


class Action(NamedTuple):
    """One action of a patch."""

    file: str  # name of the patch file
    heading: str  # title of the patch
    position: int  # its place in the file, from 1
    target: str  # the JSONPath of what it changes
    reason: str  # why we deviate there
    update: Any  # what to merge; None for a removal
    adds: bool  # whether the update may bring mappings and lists that are not there yet
    was: Any  # what the action replaces or removes, as it was when the action was written; None for nothing

    def __str__(self) -> str:
        """Name the action as a maintainer looks for it."""
        return f"{self.file} action {self.position}"

    def matches(self, document: Any) -> list[JSONPathMatch]:
        """Find what it changes, each place once."""
        return list({match.parts: match for match in JSONPATH.finditer(self.target, document)}.values())


def read_actions(folder: Path) -> list[Action]:
    """Read all actions of the patches in a folder, in the order of the file names."""
    return [action for path in sorted(folder.glob("*.yaml")) for action in _actions(path)]


def _actions(path: Path) -> Iterator[Action]:
    patch = load(path)
    heading = patch.get("info", {}).get("title")
    if patch.get("overlay") != "1.0.0" or not heading or not isinstance(patch.get("actions"), list):
        raise PatchError(f"{path} is no Overlay 1.0.0 file, with `overlay: 1.0.0`, a title in `info`, and `actions`")
    for position, action in enumerate(patch["actions"], 1):
        where = f"{path.name} action {position}"
        if not isinstance(action, dict) or not action.keys() <= MEMBERS:
            raise PatchError(f"{where}: it must be a mapping with nothing but {', '.join(sorted(MEMBERS))}")
        if not all(isinstance(action.get(key), str) and action[key] for key in ("target", "description")):
            raise PatchError(f"{where}: it needs a target, and its reason as description")
        if ("update" in action) == (action.get("remove") is True) or action.get("update", "") is None:
            raise PatchError(f"{where}: it needs either an update or `remove: true`")
        if "remove" in action and "x-was" not in action:
            raise PatchError(f"{where}: it needs as `x-was` what it removes, so that a change of that is noticed")
        try:
            JSONPATH.compile(action["target"])
        except JSONPathError as error:
            raise PatchError(f"{where}: {action['target']} is no JSONPath: {error.args[0]}") from error
        reason = " ".join(action["description"].split())
        update, adds = action.get("update"), action.get("x-adds") is True
        yield Action(path.name, heading, position, action["target"], reason, update, adds, action.get("x-was"))


def apply(document: dict[str, Any], actions: list[Action]) -> tuple[dict[str, Any], list[str], list[str]]:
    """Apply all actions to a copy; gives it, what failed, and which actions are no longer needed."""
    result = copy.deepcopy(document)
    errors, needless = [], []
    for action in actions:
        try:
            if not _apply(result, action):
                needless.append(f"{action} is no longer needed, the vendor has {action.target} too ({action.reason})")
        except PatchError as error:
            errors.append(f"{action}: {error} (its reason: {action.reason})")
    return result, errors, needless


def _apply(document: dict[str, Any], action: Action) -> bool:
    """Apply one action; False when it changes nothing."""
    matches, update = action.matches(document), action.update
    if not matches:
        raise PatchError(f"{action.target} matches nothing; the vendor may have renamed or removed it")
    nodes: list[Any] = [match.obj for match in matches]
    if any(not isinstance(node, dict | list) for node in nodes):
        raise PatchError(f"{action.target} selects a plain value; Overlay 1.0 changes only mappings and lists")
    if update is None:
        for match in reversed(matches):
            _remove(match, action)
        return True
    if all(update in node if isinstance(node, list) else contains(node, update) for node in nodes):
        return False
    for node in nodes:
        if isinstance(node, list):
            _extend(node, [update], action.target)
        elif isinstance(update, dict):
            merge(node, update, action.was or {}, adds=action.adds, where=action.target)
        else:
            raise PatchError(f"{action.target} is a mapping, the update is not")
    return True


def _remove(match: JSONPathMatch, action: Action) -> None:
    if match.parent is None:
        raise PatchError("the whole document cannot be removed")
    if match.obj != action.was:
        raise PatchError(f"{action.target} was {_shown(action.was)} and is now {_shown(match.obj)}; {COMPARE}")
    del match.parent.obj[match.parts[-1]]  # type: ignore[attr-defined]


def _extend(node: list[Any], update: list[Any], where: str) -> None:
    """Append to a list what is not there, neither as it is nor with the same name."""
    for each in update:
        names = [{key: each[key]} for key in ("name", "url") if isinstance(each, dict) and key in each]
        if any(contains(other, name) for other in node for name in [each, *names]):
            raise PatchError(f"{where} has {each} already, perhaps with other members; compare the two, then keep one")
    node.extend(copy.deepcopy(update))


def contains(node: Any, update: Any) -> bool:
    """Return whether merging an update would change nothing."""
    if isinstance(node, dict) and isinstance(update, dict):
        return all(key in node and contains(node[key], value) for key, value in update.items())
    if isinstance(node, list) and isinstance(update, list):
        return all(each in node for each in update)
    return type(node) is type(update) and bool(node == update)


def merge(node: dict[str, Any], update: dict[str, Any], was: dict[str, Any], *, adds: bool, where: str) -> None:
    """Merge an update as Overlay 1.0 says: mappings recursively, lists appended, plain values replaced."""
    for key, value in update.items():
        inner, old = f"{where}.{key}", node.get(key)
        is_part = key in NAMED or not adds
        if key not in node:
            if isinstance(value, dict | list) and not adds:
                raise PatchError(f"{inner} is not there (renamed by the vendor?), and there is no `x-adds: true`")
            node[key] = copy.deepcopy(value)
        elif contains(old, value):
            continue
        elif is_part and isinstance(old, dict) and isinstance(value, dict):
            merge(old, value, was.get(key, {}), adds=adds, where=inner)
        elif isinstance(old, list) and isinstance(value, list):
            _extend(old, value, inner)
        elif isinstance(old, dict) != isinstance(value, dict) or isinstance(old, list) != isinstance(value, list):
            raise PatchError(f"{inner} is of another kind than the update: remove it first, then update")
        elif key not in was or old != was[key]:
            if isinstance(old, dict):
                raise PatchError(f"{inner} is there, and the action adds another {_differing(old, value)}; {COMPARE}")
            kind = f"replaces {_shown(was[key])} by" if key in was else "adds"
            raise PatchError(f"{inner} is there as {_shown(old)}, and the action {kind} {_shown(value)}; {COMPARE}")
        else:
            node[key] = value
    ordered = {key: node[key] for key in update} | node
    node.clear()
    node.update(ordered)


def _differing(old: Any, new: Any, place: str = "") -> str:
    """Name the places in which two mappings differ."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return place
    keys = [key for key in {**old, **new} if key not in PROSE and not contains(old.get(key), new.get(key))]
    return ", ".join(_differing(old.get(key), new.get(key), f"{place}.{key}".strip(".")) for key in keys)


def _shown(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
