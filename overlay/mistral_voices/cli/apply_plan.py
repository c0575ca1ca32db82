"""What `apply` compares: the voices that a file wants with those of the account; reading them, planning the change."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeAlias

from mistral_voices import models

from .backup import yaml_text
from .backup.creations import Creations, Voices, fold
from .backup.folder import sha256
from .failures import NOT_FOUND, Failure

# What a file may say of a voice, with the kind of each value and what the API has where nothing was said.
TEXT, NUMBER, TEXTS = "text", "a whole number", "a list of texts"
MEMBERS: dict[str, tuple[str, Any]] = {
    "languages": (TEXTS, []),
    "gender": (TEXT, None),
    "age": (NUMBER, None),
    "tags": (TEXTS, None),
    "description": (TEXT, None),
    "retention_notice": (NUMBER, 30),
}
Action: TypeAlias = Literal["create", "update", "replace", "unchanged", "delete"]


@dataclass(slots=True)
class Wanted:
    """A voice as the file has it; `members` are those that the file names."""

    name: str
    sample: Path | None
    members: dict[str, Any]


@dataclass(slots=True)
class Change:
    """What is to be done for one voice.

    Attributes:
        action: "replace" creates a new voice with a new id and deletes the old one.
        name: Its name.
        wanted: The voice as the file has it; None for one that is deleted.
        present: The voice of the account; None for one that is created.
        changes: By member what is there and what is wanted.
        sha256: Of the sample; None where the file names none.
        new: The voice that takes the place of another, where the last run made it already.
        unrecorded: Whether nothing tells if the sample has changed.
    """

    action: Action
    name: str
    wanted: Wanted | None = None
    present: models.VoiceResponse | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    sha256: str | None = None
    new: str | None = None
    unrecorded: bool = False

    def to_json(self, error: str | None = None) -> dict[str, Any]:
        """Give it as JSON has it."""
        changes = {name: {"from": old, "to": new} for name, (old, new) in self.changes.items()}
        voice_id = self.present.id if self.present else None
        return {"action": self.action, "name": self.name, "id": voice_id, "changes": changes, "error": error}


def read_wanted(path: Path) -> list[Wanted]:
    """Read the file.

    Raises:
        ValueError: It is not of the form that apply takes; the message names the place.
        OSError: It cannot be read.
    """
    document = yaml_text.read(path)
    items = document.get("voices") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise ValueError(f"{path} needs a list of voices: `voices:`, and below it `- name: Ada`")  # noqa: TRY004
    found = [_read_voice(item, f"{path}: voices[{number}]", path.parent) for number, item in enumerate(items)]
    names: dict[str, str] = {}
    for wanted in found:
        if (other := names.setdefault(fold(wanted.name), wanted.name)) is not wanted.name:
            raise ValueError(f"{path} has two voices of one name, which is how apply tells them apart: {other!r}")
    return found


def _read_voice(item: Any, place: str, folder: Path) -> Wanted:
    if isinstance(item, dict) and "voice" in item:
        raise ValueError(f"{place} is of a backup: `mistral-voices restore` takes its folder")
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"].strip():
        raise ValueError(f"{place} needs a name that is text")
    place = f"{place} ({item['name']})"
    known = ["name", "sample", *MEMBERS]
    for member, value in item.items():
        if member not in known:
            close = get_close_matches(str(member), known, n=1)
            meant = f"do you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            raise ValueError(f"{place}: {member} is not known; {meant}")
        kind = MEMBERS[member][0] if member in MEMBERS else TEXT
        if value is not None and not _is(kind, value):
            remedy = (
                "" if kind == NUMBER or isinstance(value, str) else "; YAML takes words such as no for it: quote them"
            )
            raise ValueError(f"{place}: {member} must be {kind}, not {reprlib.repr(value)}{remedy}")
    sample = None if item.get("sample") is None else folder / _path(item["sample"], place)
    members = {name: item[name] for name in MEMBERS if name in item}
    return Wanted(item["name"], sample, members)


def _path(text: str, place: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"{place}: there is no home folder for {text!r}: write it out, or set HOME") from None


def _is(kind: str, value: Any) -> bool:
    if kind == TEXTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str) if kind == TEXT else isinstance(value, int) and not isinstance(value, bool)


def compare(wanted: Iterable[Wanted], present: Voices, records: Creations, *, prune: bool) -> list[Change]:
    """Plan what makes the account what the file says.

    Args:
        wanted: The voices of the file.
        present: The voices of the account.
        records: The hashes of the samples at the last apply, and the creates that had begun.
        prune: Whether what the file does not name is deleted.

    Raises:
        Failure: Several voices of the account have a name, a voice to create has no sample, or all would be pruned.
        OSError: A sample cannot be read.
    """
    named: dict[str, Voices] = {}
    for voice in present:
        named.setdefault(fold(voice.name), []).append(voice)
    changes = [_compare_voice(each, named.pop(fold(each.name), []), records) for each in wanted]
    if prune and named and not any(change.present for change in changes):
        number = sum(map(len, named.values()))
        message = f"The file names no voice of the account: --prune would delete all {number}"
        remedy = (
            "Is it the right account? Apply it without --prune first; `mistral-voices delete` deletes what is named."
        )
        raise Failure(message, remedy)
    if prune:
        changes += [Change("delete", voice.name, present=voice) for rest in named.values() for voice in rest]
    return changes


def _compare_voice(wanted: Wanted, named: Voices, records: Creations) -> Change:
    key = fold(wanted.name)
    change = Change("unchanged", wanted.name, wanted, sha256=sha256(wanted.sample) if wanted.sample else None)
    made = records.candidates(key, named) if records.had_begun(key) else []
    line = records.last(key)
    new = made[0].id if len(made) == 1 else line.get("new")
    if {voice.id for voice in named} == {new, line.get("replaces")}:
        # The last run ended between the new voice and the deletion of the old one.
        old = next(voice for voice in named if voice.id != new)
        return replace(change, action="replace", present=old, new=new, sha256=line["sha256"])
    if len(named) > 1:
        ids = ", ".join(voice.id for voice in named)
        message = f"{len(named)} voices of the account are called {wanted.name!r}"
        raise Failure(message, f"Rename or delete all but one: {ids}", NOT_FOUND)
    if not named:
        if wanted.sample is None:
            raise Failure(f"{wanted.name!r} is not in the account, and without a sample it cannot be created")
        return replace(change, action="create")
    voice = named[0]
    recorded = (line if made else records.line_of(key, voice.id)).get("sha256")
    changes = _differences(wanted, voice)
    change.unrecorded = bool(change.sha256 and not recorded)
    if change.sha256 and recorded and change.sha256 != recorded:
        return replace(change, action="replace", present=voice, changes=changes)
    return replace(change, action="update" if changes else "unchanged", present=voice, changes=changes)


def _differences(wanted: Wanted, voice: models.VoiceResponse) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {} if wanted.name == voice.name else {"name": (voice.name, wanted.name)}
    for name, value in wanted.members.items():
        there = getattr(voice, name)
        if _plain(name, there) != _plain(name, value):
            changes[name] = (there, value)
    return changes


def _plain(name: str, value: Any) -> Any:
    """Give a value for comparison: null is the default, and the order of a list says nothing."""
    value = MEMBERS[name][1] if value is None else value
    return sorted(value or ()) if MEMBERS[name][0] == TEXTS else value
