"""Restoring a backup: what is there already, what is missing, what is in doubt, and creating what is missing."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from mistral_voices import Mistral, errors, models

from ..failures import describe
from ..parallel import each_until_all_would_fail
from .creations import Creations, Voices, arguments, create, fold
from .fetching import fetch_sample
from .folder import Backup, Entry, Folder, sha256

Action: TypeAlias = Literal["create", "there", "in doubt", "impossible", "damaged"]


@dataclass(slots=True)
class Step:
    """What becomes of one voice of a backup.

    Attributes:
        action: What is done: only "create" changes the target.
        entry: The voice.
        reason: Why, for people.
        new: The id at the target where it is there already.
        others: The ids of the voices at the target that have its name.
    """

    action: Action
    entry: Entry
    reason: str = ""
    new: str | None = None
    others: list[str] = field(default_factory=list)


class Planner:
    """Compares a backup with the voices of an account.

    Args:
        backup: The backup.
        target: The address of the server.
        present: The voices of the account there.
        creations: What was created there before.
    """

    def __init__(self, backup: Backup, target: str, present: Voices, creations: Creations) -> None:
        self._backup = backup
        self._present = present
        self._creations = creations
        self._ids = {voice.id for voice in present}
        self._old_ids = {entry.id for entry in backup.voices} if backup.server == target else set()
        self._by_name: dict[str, list[str]] = {}
        for voice in present:
            self._by_name.setdefault(fold(voice.name), []).append(voice.id)

    def to_compare(self) -> list[str]:
        """Give the ids of the voices whose samples tell whether they are those of the backup."""
        claimed = self._claimed()
        names = {fold(entry.name) for entry in self._backup.voices if self._known(entry) is None}
        return [voice_id for name in names for voice_id in self._by_name.get(name, ()) if voice_id not in claimed]

    def steps(self, hashes: Mapping[str, str | Exception]) -> list[Step]:
        """Say for each voice of the backup what is to be done.

        `hashes` are the sha256 of the samples to compare, or why one cannot be read.
        """
        claimed, steps = self._claimed(), []
        for entry in self._backup.voices:
            named = self._by_name.get(fold(entry.name), [])
            step = self._known(entry)
            if step is None:
                step = _compare(entry, [voice_id for voice_id in named if voice_id not in claimed], hashes)
                claimed |= {step.new} if step.new else set()
            step.others = named
            steps.append(step)
        return steps

    def _claimed(self) -> set[str]:
        return self._creations.claimed | self._old_ids

    def _known(self, entry: Entry) -> Step | None:
        """Decide without samples; None where they have to be compared."""
        if entry.is_preset:
            return Step("impossible", entry, "a preset comes with the service")
        if entry.id in self._old_ids & self._ids:
            return Step("there", entry, "it was never gone", entry.id)
        if new := self._creations.among(entry.id, self._ids):
            return Step("there", entry, "it was restored before", new)
        if entry.sample is None:
            return Step("impossible", entry, entry.error or "the backup has no sample of it")
        return self._begun(entry) if self._creations.had_begun(entry.id) else None

    def _begun(self, entry: Entry) -> Step:
        """Decide where a create began and nobody knows how it ended."""
        found = [voice.id for voice in self._creations.candidates(entry.id, self._present)]
        if len(found) == 1:
            return Step("there", entry, "it was created when the last run ended", found[0])
        if found:
            return Step("in doubt", entry, f"the last run may have created one of {', '.join(found)}")
        return Step("create", entry)


def _compare(entry: Entry, named: list[str], hashes: Mapping[str, str | Exception]) -> Step:
    """Decide by the samples of the voices that have its name."""
    wanted = entry.sample["sha256"] if entry.sample else None
    for voice_id in named:
        if hashes.get(voice_id) == wanted:
            return Step("there", entry, "it has the same name and the same sample", voice_id)
    for voice_id in named:
        if isinstance(error := hashes.get(voice_id), Exception):
            reason = f"{voice_id} has its name, and its sample cannot be read: {describe(error)[0]}"
            return Step("in doubt", entry, reason)
    if named:
        return Step("in doubt", entry, f"{', '.join(named)} has its name, but another sample")
    return Step("create", entry)


def prepare(
    mistral: Mistral,
    folder: Folder,
    backup: Backup,
    target: str,
    creations: Creations,
    say: Callable[[str], None],
    *,
    concurrency: int,
) -> list[Step]:
    """Look at the target and make the plan; files that are to be sent are verified first."""
    present = creations.list_complete(lambda: [*mistral.audio.voices.iterate(type_="custom")], say)
    planner = Planner(backup, target, present, creations)
    steps = planner.steps(_sample_hashes(mistral, planner.to_compare(), concurrency))
    for step in steps:
        if step.action == "create" and step.entry.sample:
            damage = folder.damage(step.entry.sample, verify=True)
            if damage:
                step.action, step.reason = "damaged", damage
    return steps


def _sample_hashes(mistral: Mistral, ids: Iterable[str], concurrency: int) -> dict[str, str | Exception]:
    """Fetch samples from the target only to hash them; a voice without one is left out.

    Raises:
        errors.MistralError: The key, the limits of the account or the network are in the way.
        OSError: There is no room for them.
    """
    # The backup may be read-only.
    with tempfile.TemporaryDirectory(prefix="mistral-voices-", ignore_cleanup_errors=True) as folder:

        def fetch(voice_id: str) -> str:
            path = fetch_sample(mistral, voice_id, Path(folder))
            digest = sha256(path)
            path.unlink()
            return digest

        found = dict(each_until_all_would_fail(fetch, ids, concurrency))
    return {voice_id: outcome for voice_id, outcome in found.items() if not isinstance(outcome, errors.NotFoundError)}


@dataclass(slots=True)
class Restored:
    """What a restore did: ids by voice, and errors."""

    created: list[tuple[Entry, str]] = field(default_factory=list)
    failed: list[tuple[Entry, Exception]] = field(default_factory=list)


def restore(
    mistral: Mistral,
    folder: Folder,
    steps: list[Step],
    creations: Creations,
    *,
    concurrency: int,
    advance: Callable[[], object],
) -> Restored:
    """Create what is missing, and write the map from old to new ids as it goes.

    Raises:
        errors.MistralError: The key, the limits of the account or the network are in the way.
        OSError: The map cannot be written, because the disk is full, say.
    """
    result = Restored()
    create = [step for step in steps if step.action == "create"]
    # One after the other for each name: so a create that was cut off can be told from the next.
    names = {fold(step.entry.name): threading.Lock() for step in create}

    def make(step: Step) -> str:
        with names[fold(step.entry.name)]:
            return _create(mistral, folder, step, creations)

    for step, outcome in each_until_all_would_fail(make, create, concurrency):
        if isinstance(outcome, Exception):
            result.failed.append((step.entry, outcome))
        else:
            result.created.append((step.entry, outcome))
        advance()
    return result


def note_present(steps: Iterable[Step], creations: Creations) -> None:
    """Write what is there already into the map.

    Raises:
        OSError: The map cannot be written.
    """
    for step in steps:
        if step.action == "there" and step.new and not creations.among(step.entry.id, {step.new}):
            creations.done(step.entry.id, step.new, name=step.entry.name)


def _create(mistral: Mistral, folder: Folder, step: Step, creations: Creations) -> str:
    entry = step.entry
    file, given = folder.file(entry.sample or {}), arguments(entry.voice)

    def make() -> models.VoiceResponse:
        return mistral.audio.voices.create(sample_audio=file, recover=True, **given)

    return create(creations, entry.id, entry.name, step.others, make).id
