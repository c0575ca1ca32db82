"""Taking a backup: which samples are there already, fetching the others, and what becomes of voices that are gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mistral_voices import Mistral, errors, models

from ..parallel import each_until_all_would_fail
from .creations import Creations
from .fetching import fetch_sample
from .folder import Backup, Entry, Folder


@dataclass(slots=True)
class Plan:
    """What a backup has to do.

    Attributes:
        entries: The voices at the API, with the samples that are in the folder already, damaged ones too.
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

    A voice that was restored has the recording from which it was made, and takes the place of the one that was there.

    Raises:
        ValueError: The folder holds the voices of another server, or voices.yaml is no backup.
    """
    before = folder.read() or Backup(server)
    if before.server != server:
        raise ValueError(f"{folder.path} is a backup of {before.server}, not of {server}: take another folder")
    known = {entry.id: entry for entry in [*before.voices, *folder.journal_entries()]}
    custom = sum(not entry.is_preset for entry in known.values())
    listed = {voice.id: Entry(voice.to_dict(), None) for voice in voices}
    found = Plan(server, [*listed.values()])
    restored = Creations(folder.path / "restored.jsonl", server, "old")
    for old in sorted(known.values(), key=lambda entry: entry.id not in listed):
        folder.claim(old)
        new = listed.get(old.id) or listed.get(restored.among(old.id, listed) or "")
        if old.sample:
            is_doubtful = bool(old.error or (new and new.id != old.id))
            old.error = folder.damage(old.sample, verify=verify or is_doubtful)
            found.damaged += [old.error] if old.error else []
        if new is None:
            (found.entries if old.is_preset else found.gone).append(old)  # only --all lists presets
        elif old.sample and (new.error or not new.sample):
            new.sample, new.error = old.sample, old.error
        elif old.sample and new.sample and not old.error and new.sample["sha256"] != old.sample["sha256"]:
            found.gone.append(old)
    found.lost_all = len(found.gone) == custom > 0
    found.missing = [each for each in found.entries if (each.error or not each.sample) and not each.is_preset]
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

    A sample that alone cannot be fetched is noted at its voice, and the rest goes on; one whose download breaks off
    while the API responds, too. Errors that others would meet end the run; what was fetched is kept, and the next run
    goes on there. A recording that the folder has stays in voices.yaml until a voice has a whole one in its place.

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
                file = fetch_sample(mistral, entry.id, folder.samples / folder.stem(entry.id, entry.name))
        except errors.NotFoundError:
            return _is_there(mistral, entry.id)
        entry.sample, entry.error = folder.describe(file), None
        folder.journal.add({"voice": entry.voice, "sample": entry.sample})
        return True

    folder.begin()
    for entry, outcome in each_until_all_would_fail(fetch, todo.missing, 2 * concurrency):
        if isinstance(outcome, Exception):
            entry.error = str(outcome)
            result.failed.append((entry, outcome))
        elif not outcome:
            vanished.add(entry.id)
        elif entry.sample and not entry.error:
            result.saved += 1
        else:
            result.without_sample.append(entry)
        advance()
    entries = [entry for entry in todo.entries if entry.sample or entry.id not in vanished]
    backup = Backup(todo.server, entries + ([] if prune else todo.gone))
    result.voices = len(backup.voices)
    folder.write(backup)
    folder.journal.remove()
    if prune:
        for file in folder.strays(backup):
            file.unlink()
    return result


def _is_there(mistral: Mistral, voice_id: str) -> bool:
    try:
        mistral.audio.voices.get(voice_id=voice_id)
    except errors.NotFoundError:
        return False
    return True
