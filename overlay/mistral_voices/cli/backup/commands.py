"""`backup` and `restore`: what they take, ask and return."""

from __future__ import annotations

from contextlib import closing, nullcontext
from pathlib import Path

import click

from mistral_voices import Mistral

from ..connection import address, connect
from ..failures import DONE, Failure, describe
from ..options import FOLDER, concurrency_option, dry_run_option, global_options, settings, yes_option
from ..output import confirm, plural, say, write_json
from ..progress import Progress, on_failure_say
from . import report, restoring, saving
from .creations import Creations
from .folder import Backup, Folder, locked


@click.command()
@click.argument("path", metavar="DIR", type=FOLDER)
@click.option("--all", "all_", is_flag=True, help="The metadata of presets as well.")
@click.option("--verify", is_flag=True, help="Read all samples in DIR, and fetch again what is damaged.")
@click.option("--prune", is_flag=True, help="Take out of DIR what is no longer in the account.")
@dry_run_option
@yes_option
@concurrency_option
@global_options(hidden=True)
def backup(path: Path, all_: bool, verify: bool, prune: bool, dry_run: bool, yes: bool, concurrency: int) -> int:
    """Save voices and their recordings in a folder.

    DIR gets voices.yaml, with all that the API says of the voices, and their samples as files. Run it again to add what
    is new, or to go on after an interruption. Voices that are gone stay in DIR unless --prune is given. The samples are
    recordings of people: DIR can be read by you alone.
    """
    folder = Folder(path)
    with nullcontext() if dry_run else folder.held(), connect() as mistral:
        todo = saving.plan(
            folder, address(), mistral.audio.voices.iterate(type_="all" if all_ else "custom"), verify=verify
        )
        if prune and todo.lost_all:
            raise Failure(
                f"{address()} lists none of the voices in {path}: --prune would take out all of them",
                "Is it the right key? Without --prune they stay; a backup that nobody needs is a folder to delete.",
            )
        if dry_run:
            report.backup_plan(todo, prune=prune)
            return DONE
        if prune and todo.gone:
            say(f"No longer in the account: {report.named(todo.gone)}.")
            confirm(f"Take {plural(len(todo.gone), 'voice')} out of {path} for good?", yes=yes)
        result = save(mistral, folder, todo, prune=prune, concurrency=concurrency)
    return report.backup_result(folder, todo, result, prune=prune)


@click.command()
@click.argument("path", metavar="DIR", type=FOLDER)
@dry_run_option
@yes_option
@concurrency_option
@global_options(hidden=True)
def restore(path: Path, dry_run: bool, yes: bool, concurrency: int) -> int:
    """Create the voices of a backup that are missing.

    What was restored from DIR before is known by DIR/restored.jsonl, which maps old ids to new ones; any other voice is
    there if one has its name and the very same sample. What is in doubt is listed, not created. Presets and voices
    without a sample cannot be restored.
    """
    folder = Folder(path)
    taken, record = folder.require(), path / "restored.jsonl"
    with locked(path), connect() as mistral:
        return restore_into(
            mistral, folder, taken, address(), record, dry_run=dry_run, yes=yes, concurrency=concurrency
        )


def save(mistral: Mistral, folder: Folder, todo: saving.Plan, *, prune: bool, concurrency: int) -> saving.Result:
    """Take a backup with a progress bar."""
    done = f"What was saved is in {folder.path}; the same command goes on there."
    with on_failure_say(done), Progress("Saving", len(todo.missing)) as bar:
        return saving.save(mistral, folder, todo, prune=prune, concurrency=concurrency, advance=bar.advance)


def restore_into(
    mistral: Mistral,
    folder: Folder,
    taken: Backup,
    target: str,
    record: Path,
    *,
    dry_run: bool,
    yes: bool,
    concurrency: int,
) -> int:
    """Plan, show, ask, create, report; gives the exit status. `record` maps old to new ids."""
    with closing(Creations(record, target, "old")) as creations:
        steps = restoring.prepare(mistral, folder, taken, target, creations, say, concurrency=concurrency)
        create = [step for step in steps if step.action == "create"]
        if dry_run and settings().get("json"):
            write_json({"plan": report.steps_json(steps, restoring.Restored())})
        else:
            report.restore_plan(steps, target, to_result=dry_run)
        if dry_run:
            return report.restore_status(steps, restoring.Restored())
        if create:
            confirm(f"Create {plural(len(create), 'voice')} at {target}?", yes=yes)
            creations.make_ready()
        try:
            restoring.note_present(steps, creations)
        except OSError as error:
            if create:
                raise
            say(f"What is there already was not noted: {describe(error)[0]}")
        done = "What was created is noted; the same command goes on there, and creates nothing twice."
        with on_failure_say(done), Progress("Creating", len(create)) as bar:
            result = restoring.restore(mistral, folder, steps, creations, concurrency=concurrency, advance=bar.advance)
    return report.restore_result(steps, result, record)
