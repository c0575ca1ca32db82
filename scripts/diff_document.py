"""Rate what a change of the document means for users, where neither redocly nor the generated package shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL, Finding
from scripts.import_changes import Change, changes, renames
from scripts.openapi import sent


def document_findings(
    old: dict[str, Any], new: dict[str, Any], *, public: Collection[str] = (), kept: Collection[str] = ()
) -> list[Finding]:
    """List what changed; users import the `public` classes of the overlay before, and now those that are `kept`."""
    renamed = renames(old, new)
    found = [_renamed_class(name, now, public, kept) for name, now in renamed.items()]
    requests = sent(old) | sent(new)
    moved = dict(_renamed_paths(old, new))
    found += [Finding(BREAKING, f"path renamed: {was} -> {now} (its arguments follow)") for was, now in moved.items()]
    old = {**old, "paths": {moved.get(path, path): item for path, item in old["paths"].items()}}
    for change in changes(old, new, renamed):
        rating, why = _rate(change, requests)
        if rating:
            found.append(Finding(rating, f"{change.text} ({why})"))
    return found


def _renamed_class(name: str, now: str, public: Collection[str], kept: Collection[str]) -> Finding:
    """Rate a class that is gone under its name."""
    text = f"class renamed: {name} -> {now}"
    if name not in public:
        return Finding(INTERNAL, f"{text} (models.py does not export it)")
    if name in kept:
        return Finding(COMPATIBLE, f"{text} (models.py keeps the name {name})")
    return Finding(BREAKING, f"{text} (users import models.{name}; `{name} = {now}` in models.py would keep it)")


def _renamed_paths(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Pair paths that differ in nothing but the names of their parameters."""
    shapes = {_shape(path): path for path in new["paths"]}
    for path in old["paths"]:
        if shapes.get(_shape(path), path) != path and path not in new["paths"]:
            yield path, shapes[_shape(path)]


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _rate(change: Change, requests: Collection[str]) -> tuple[str, str]:
    """Rate a change, with the reason; "" for what another tool reports."""
    found = ("", "")
    match change.location:
        case [*_, "default"]:
            found = BREAKING, "what is left out now means something else"
        case ["paths", _, _, "responses", status, *place] if status.startswith("2"):
            if not place or (place[0] == "content" and place[2:] == ["schema", "type"]):
                found = BREAKING, "a call gives something else"
        case ["paths", _, _, "security"]:
            found = BREAKING, "another authentication"
        case [*place, "properties", _] if "removed" in change.text:
            if "requestBody" in place or (place[0] == "components" and place[2] in requests):
                found = BREAKING, "an argument is gone"
        case ["paths", _, _, "operationId" | "tags"]:
            found = INTERNAL, "_api/operations.py must follow; users do not see it"
    return found
