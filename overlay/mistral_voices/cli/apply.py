"""`apply`: the plan like a diff, the question, and making the account what the file says."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from mistral_voices import Mistral, errors, models

from .apply_plan import Change, compare, read_wanted
from .backup.commands import concurrency_option, dry_run_option, says_what_was_done, yes_option
from .backup.creations import Creations, arguments, create, fold
from .backup.folder import locked
from .backup.saving import GENERAL
from .backup.threads import each
from .connection import address, connect
from .failures import DONE, DRIFT, FAILED, UNKNOWN, describe
from .options import global_options, settings
from .output import confirm, paint, plural, say, visible, write, write_json
from .progress import Progress

SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "replace": ("!", "yellow"), "delete": ("-", "red")}


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing, and exit with 6 when the account differs from FILE.")
@click.option("--prune", is_flag=True, help="Delete voices of the account that FILE does not name.")
@dry_run_option
@yes_option
@concurrency_option
@global_options(hidden=True)
def apply(path: Path, check: bool, prune: bool, dry_run: bool, yes: bool, concurrency: int) -> int:
    """Make the account what a file says.

    FILE is YAML: `voices:`, a list of voices with name, sample (a path beside FILE), languages, gender, age, tags,
    description and retention_notice. A voice is known by its name; what FILE does not say of it stays as it is. A
    sample has changed when it is not what it was at the last apply, which FILE.applied.jsonl records: then a new voice
    takes the place of the old one, under a new id. Keep that file too: without it a sample counts as unchanged.
    """
    wanted = read_wanted(path)
    target = address()
    with (
        locked(path),
        connect() as mistral,
        closing(Creations(path.with_name(f"{path.name}.applied.jsonl"), target, "key")) as records,
    ):
        present = records.list_complete(lambda: [*mistral.audio.voices.iterate(type_="custom")], say)
        changes = compare(wanted, present, records, prune=prune)
        todo = [change for change in changes if change.action != "unchanged"]
        if unrecorded := sum(change.unrecorded for change in changes):
            say(f"Taken as unchanged, for {path.name}.applied.jsonl has no record: {plural(unrecorded, 'sample')}.")
        if (check or dry_run) and settings().get("json"):
            write_json({"plan": [change.to_json() for change in changes]})
        else:
            _show(changes, target, to_result=check or dry_run)
        if check or dry_run:
            return DRIFT if check and todo else DONE
        if todo:
            confirm(f"Change {plural(len(todo), 'voice')} at {target}?", yes=yes)
        done = "What was done stays done; the same command goes on there."
        with says_what_was_done(done), Progress("Applying", len(todo)) as bar:
            failed = Applying(mistral, records, present, bar).run(changes, concurrency)
    return _report(changes, failed)


class Applying:
    """Carries out a plan."""

    def __init__(
        self, mistral: Mistral, records: Creations, present: Sequence[models.VoiceResponse], bar: Progress
    ) -> None:
        self._voices = mistral.audio.voices
        self._records = records
        self._present = present
        self._bar = bar
        self._failed: list[tuple[Change, Exception]] = []
        self._lock = threading.Lock()

    def run(self, changes: Sequence[Change], concurrency: int) -> list[tuple[Change, Exception]]:
        """Do all that is to be done, deletions last; give what failed.

        Raises:
            errors.MistralError: The key, the limits of the account or the network are in the way.
            OSError: What was done cannot be recorded.
        """
        each(self._do, [change for change in changes if change.action != "delete"], concurrency)
        each(self._do, [change for change in changes if change.action == "delete"], concurrency)
        return self._failed

    def _do(self, change: Change) -> None:
        try:
            getattr(self, f"_{change.action}")(change)
        except (errors.MistralError, ValueError, TypeError) as error:
            if isinstance(error, GENERAL) and not error.outcome_unknown:
                raise
            with self._lock:
                self._failed.append((change, error))
        if change.action != "unchanged":
            self._bar.advance()

    def _create(self, change: Change) -> None:
        """Create a voice, or its successor: with what the old one has and the file does not name, but for the slug."""
        wanted, old = change.wanted, change.present
        if wanted is None or wanted.sample is None:
            return
        key, sample = fold(change.name), wanted.sample
        kept = {**old.to_dict(), "slug": None} if old else {}
        given = arguments({**kept, **wanted.members, "name": wanted.name})
        others = [voice.id for voice in self._present if fold(voice.name) == key]

        def make() -> models.VoiceResponse:
            return self._voices.create(sample_audio=sample, recover=True, **given)

        noted = {"sha256": change.sha256, "replaces": old.id if old else None}
        create(self._records, key, change.name, others, make, **noted)

    def _replace(self, change: Change) -> None:
        if change.new is None:
            self._create(change)
        else:
            self._record(change, change.new)
        self._delete(change)

    def _update(self, change: Change) -> None:
        if change.present:
            self._voices.update(voice_id=change.present.id, **{name: new for name, (_, new) in change.changes.items()})
        self._unchanged(change)

    def _unchanged(self, change: Change) -> None:
        """Note the sample where none was noted yet: what it is now counts as applied."""
        if change.present and change.sha256:
            self._record(change, change.present.id)

    def _record(self, change: Change, voice_id: str) -> None:
        key = fold(change.name)
        if not self._records.line_of(key, voice_id):
            noted = {"sha256": change.sha256, "replaces": self._records.last(key).get("replaces")}
            self._records.done(key, voice_id, name=change.name, **noted)

    def _delete(self, change: Change) -> None:
        if change.present:
            self._voices.delete(voice_id=change.present.id, missing_ok=True)


def _show(changes: Sequence[Change], target: str, *, to_result: bool) -> None:
    """Show the plan like a diff."""
    line, stream = (write, sys.stdout) if to_result else (say, sys.stderr)
    for change in changes:
        if change.action in SIGNS:
            sign, colour = SIGNS[change.action]
            line(paint(f"{sign} {change.action} {visible(_title(change))}", stream, fg=colour))
        for name, (old, new) in change.changes.items():
            line(visible(f"    {name}: {_value(old)} -> {_value(new)}"))
    unchanged = sum(change.action == "unchanged" for change in changes)
    line(f"{plural(len(changes) - unchanged, 'voice')} to change at {target}, {unchanged} unchanged.")


def _title(change: Change) -> str:
    if change.action == "create" and change.wanted:
        return f"{change.name} from {change.wanted.sample}"
    place = f"{change.name} ({change.present.id if change.present else ''})"
    if change.action != "replace":
        return place
    if change.new:
        return f"{place}: {change.new} was made in its place, and it is deleted now"
    return f"{place}: the sample has changed; a new voice with a new id and no slug takes its place"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _report(changes: Sequence[Change], failed: Sequence[tuple[Change, Exception]]) -> int:
    """Say what was done, and give the exit status."""
    status = DONE if not failed else FAILED
    if any(getattr(error, "outcome_unknown", False) for _, error in failed):
        status = UNKNOWN
    if settings().get("json"):
        messages = {id(change): describe(error)[0] for change, error in failed}
        write_json({"apply": [change.to_json(messages.get(id(change))) for change in changes]})
        return status
    for change, error in failed:
        message, remedy = describe(error)
        if getattr(error, "outcome_unknown", False):
            remedy = "Whether it was made is not known; run the same command again, which looks for it."
        say(visible(f"{change.action} {change.name} failed: {message} {remedy}".rstrip()))
    done = [change.action for change in changes if change.action != "unchanged"]
    say(f"{plural(len(done) - len(failed), 'voice')} changed, {len(changes) - len(done)} unchanged.")
    return status
