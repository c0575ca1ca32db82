"""`apply`: the plan like a diff, the question, and making the account what the file says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click

from mistral_voices import Mistral, models

from .apply_plan import Change, compare, read_wanted
from .backup.creations import Creations, Voices, arguments, create, fold
from .backup.folder import locked
from .connection import address, connect
from .failures import DONE, DRIFT, Failure, describe, describe_resumable, status_of
from .options import concurrency_option, dry_run_option, global_options, settings, yes_option
from .output import confirm, paint, plural, say, visible, write, write_json
from .parallel import each_until_all_would_fail
from .progress import Progress, on_failure_say
from .recordings import refuse_other_files

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
        if any(change.wanted and change.action != "update" for change in todo):
            records.make_ready()
        done = "What was done stays done; the same command goes on there."
        with on_failure_say(done), Progress("Applying", len(todo)) as bar:
            failed = _apply(mistral, records, present, todo, concurrency, bar)
            _note_samples(records, changes)
    return _report(changes, failed)


def _apply(
    mistral: Mistral,
    records: Creations,
    present: Voices,
    changes: Sequence[Change],
    concurrency: int,
    bar: Progress,
) -> list[tuple[Change, Exception]]:
    """Do all that is to be done, and delete at the end, if nothing failed; give what failed.

    Raises:
        errors.MistralError: The key, the limits of the account or the network are in the way.
        OSError: What is made cannot be recorded.
    """
    failed: list[tuple[Change, Exception]] = []
    deletions = [change for change in changes if change.action == "delete"]

    def do_each(part: Iterable[Change]) -> None:
        for change, outcome in each_until_all_would_fail(partial(_do, mistral, records, present), part, concurrency):
            if isinstance(outcome, Exception):
                failed.append((change, outcome))
            bar.advance()

    do_each(change for change in changes if change.action not in ("delete", "unchanged"))
    if failed:  # it may be what takes the place of a voice that is to go
        left = Failure("not all else was done, so that it stays", exit_status=status_of(error for _, error in failed))
        return [*failed, *((change, left) for change in deletions)]
    do_each(deletions)
    return failed


def _do(mistral: Mistral, records: Creations, present: Voices, change: Change) -> None:
    voices = mistral.audio.voices
    if change.action == "update" and change.present:
        voices.update(voice_id=change.present.id, **{name: new for name, (_, new) in change.changes.items()})
        return
    if change.new is not None:
        _record(records, change, change.new)
    elif change.action != "delete":
        _create(mistral, records, present, change)
    if change.present:
        voices.delete(voice_id=change.present.id, missing_ok=True)


def _create(mistral: Mistral, records: Creations, present: Voices, change: Change) -> None:
    """Create a voice, or its successor: with what the old one has and the file does not name, but for the slug."""
    wanted, old = change.wanted, change.present
    if wanted is None or wanted.sample is None:
        return
    key, sample = fold(change.name), wanted.sample
    refuse_other_files(sample)
    kept = {**old.to_dict(), "slug": None} if old else {}
    given = arguments({**kept, **wanted.members, "name": wanted.name})
    others = [voice.id for voice in present if fold(voice.name) == key]

    def make() -> models.VoiceResponse:
        return mistral.audio.voices.create(sample_audio=sample, recover=True, **given)

    create(records, key, change.name, others, make, sha256=change.sha256, replaces=old.id if old else None)


def _note_samples(records: Creations, changes: Iterable[Change]) -> None:
    """Note the samples of voices that stay where none was noted yet: what they are now counts as applied."""
    try:
        for change in changes:
            if change.action in ("unchanged", "update") and change.present and change.sha256:
                _record(records, change, change.present.id)
    except OSError as error:  # in a folder that is read-only, say: nothing at the server depends on it
        say(f"What the samples are was not noted: {describe(error)[0]}")


def _record(records: Creations, change: Change, voice_id: str) -> None:
    key = fold(change.name)
    if not records.line_of(key, voice_id):
        replaces = records.last(key).get("replaces")
        records.done(key, voice_id, name=change.name, sha256=change.sha256, replaces=replaces)


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
    status = status_of([error for _, error in failed])
    if settings().get("json"):
        messages = {id(change): describe(error)[0] for change, error in failed}
        write_json({"apply": [change.to_json(messages.get(id(change))) for change in changes]})
        return status
    for change, error in failed:
        say(visible(f"{change.action} {change.name} failed: {describe_resumable(error)}"))
    done = [change.action for change in changes if change.action != "unchanged"]
    say(f"{plural(len(done) - len(failed), 'voice')} changed, {len(changes) - len(done)} unchanged.")
    return status
