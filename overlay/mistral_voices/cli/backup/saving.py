"""Taking a backup: which samples are there already, fetching the others, and what becomes of voices that are gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mistral_voices import Mistral, errors, models

from ..parallel import each_until_all_would_fail
from .creations import Creations
from .folder import Backup, Entry, Folder


@dataclass(slots=True)
class Plan:
    """What a backup has to do.

    Attributes:
        entries: The voices at the API, with the samples that are in the folder already.
        missing: Those whose sample is to be fetched.
        gone: The voices of the folder that are no longer at the API.
        damaged: What is wrong with samples in the folder.
        lost_all: Whether the folder has voices, and the API none of them: another account's key, perhaps.
    """

    server: str
    entries: list[Entry] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)
    gone: list[Entry] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    lost_all: bool = False


def plan(folder: Folder, server: str, voices: Iterable[models.VoiceResponse], *, verify: bool = False) -> Plan:
    """Compare the voices at the API with the folder; the samples are read only to verify them.

    Raises:
        ValueError: The folder holds the voices of another server, or voices.yaml is no backup.
    """
    old = folder.read() or Backup(server)
    if old.server != server:
        raise ValueError(f"{folder.path} is a backup of {old.server}, not of {server}: take another folder")
    known = {entry.id: entry for entry in [*old.voices, *folder.journal_entries()]}
    custom = sum(not entry.is_preset for entry in known.values())
    found = Plan(server)
    for entry in known.values():
        if entry.sample and (damage := folder.damage(entry.sample, verify=verify)):
            found.damaged.append(damage)
            entry.error = damage
        folder.claim(entry)
    for voice in voices:
        before = known.pop(voice.id, None)
        found.entries.append(Entry(voice.to_dict(), before.sample if before and not before.error else None))
    found.entries += [known.pop(entry.id) for entry in [*known.values()] if entry.is_preset]  # only --all lists them
    ids = {entry.id for entry in found.entries}
    restored = Creations(folder.path / "restored.jsonl", server, "old")
    found.gone = [entry for entry in known.values() if not restored.among(entry.id, ids)]  # else it is there anew
    found.lost_all = len(found.gone) == custom > 0
    found.missing = [entry for entry in found.entries if entry.sample is None and not entry.is_preset]
    return found


@dataclass(slots=True)
class Result:
    """What a backup did: samples saved now, voices in the folder, voices without a sample, errors by voice."""

    saved: int = 0
    voices: int = 0
    without_sample: list[Entry] = field(default_factory=list)
    failed: list[tuple[Entry, Exception]] = field(default_factory=list)


def save(
    mistral: Mistral,
    folder: Folder,
    todo: Plan,
    *,
    prune: bool = False,
    concurrency: int = 8,
    advance: Callable[[], object] = lambda: None,
) -> Result:
    """Fetch the samples that are missing, and write voices.yaml when all are there.

    A sample that alone cannot be fetched is noted at its voice, and the rest goes on. Errors that others would meet too
    end the run; what was fetched is kept, and the next run goes on there.

    Raises:
        errors.MistralError: The key, the limits of the account or the network are in the way.
        OSError: The folder cannot be written to, because the disk is full, say.
    """
    result, vanished = Result(), set[str]()
    requests = threading.Semaphore(concurrency)  # what was fetched is hashed and noted while others are fetched

    def fetch(entry: Entry) -> bool:
        """Fetch the sample of a voice if it has one; False where the voice is gone."""
        try:
            with requests:
                file = _fetch(mistral, folder, entry)
        except errors.NotFoundError:
            return _is_there(mistral, entry.id)
        entry.sample = folder.describe(file)
        folder.journal.add({"voice": entry.voice, "sample": entry.sample})
        return True

    folder.begin()
    for entry, outcome in each_until_all_would_fail(fetch, todo.missing, 2 * concurrency):
        if isinstance(outcome, Exception):
            entry.error = str(outcome)
            result.failed.append((entry, outcome))
        elif not outcome:
            vanished.add(entry.id)
        elif entry.sample:
            result.saved += 1
        else:
            result.without_sample.append(entry)
        advance()
    entries = [entry for entry in todo.entries if entry.id not in vanished]
    backup = Backup(todo.server, entries + ([] if prune else todo.gone))
    result.voices = len(backup.voices)
    folder.write(backup)
    folder.journal.remove()
    if prune:
        for file in folder.strays(backup):
            file.unlink()
    return result


def _fetch(mistral: Mistral, folder: Folder, entry: Entry) -> Path:
    path = folder.samples / folder.stem(entry.id, entry.name)
    return mistral.audio.voices.save_sample_audio(voice_id=entry.id, path=path, overwrite=True)


def _is_there(mistral: Mistral, voice_id: str) -> bool:
    try:
        mistral.audio.voices.get(voice_id=voice_id)
    except errors.NotFoundError:
        return False
    return True
