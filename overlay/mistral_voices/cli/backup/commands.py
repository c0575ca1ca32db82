"""`backup` and `restore`: what they take, ask and return."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path

import click

from mistral_voices import Mistral

from ..connection import address, connect
from ..failures import DONE, Failure
from ..options import global_options, settings
from ..output import confirm, plural, say, write_json
from ..progress import Progress
from . import report, restoring, saving
from .creations import Creations
from .folder import Backup, Folder
from .threads import CONCURRENCY

PATH = click.Path(file_okay=False, path_type=Path)
concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=CONCURRENCY,
    show_default=True,
    metavar="N",
    help="So many samples at a time.",
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would be done.")


@click.command()
@click.argument("path", metavar="DIR", type=PATH)
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
        if dry_run:
            report.backup_plan(todo, prune=prune)
            return DONE
        if prune and todo.gone:
            say(f"No longer in the account: {report.named(todo.gone)}.")
            confirm(f"Take {plural(len(todo.gone), 'voice')} out of {path} for good?", yes=yes)
        result = save(mistral, folder, todo, prune=prune, concurrency=concurrency)
    return report.backup_result(folder, todo, result, prune=prune)


@click.command()
@click.argument("path", metavar="DIR", type=PATH)
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
    if not path.is_dir():
        raise Failure(f"There is no folder {path}", "Make a backup first: mistral-voices backup DIR")
    with folder.held(), connect() as mistral:
        record = path / "restored.jsonl"
        return restore_into(mistral, folder, address(), record, dry_run=dry_run, yes=yes, concurrency=concurrency)


def save(mistral: Mistral, folder: Folder, todo: saving.Plan, *, prune: bool, concurrency: int) -> saving.Result:
    """Take a backup with a progress bar."""
    done = f"What was saved is in {folder.path}; the same command goes on there."
    with says_what_was_done(done), Progress("Saving", len(todo.missing)) as bar:
        return saving.save(mistral, folder, todo, prune=prune, concurrency=concurrency, advance=bar.advance)


def restore_into(
    mistral: Mistral, folder: Folder, target: str, record: Path, *, dry_run: bool, yes: bool, concurrency: int
) -> int:
    """Plan, show, ask, create, report; gives the exit status. `record` maps old to new ids."""
    taken = read_backup(folder)
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
        done = "What was created is noted; the same command goes on there, and creates nothing twice."
        with says_what_was_done(done), Progress("Creating", len(create)) as bar:
            result = restoring.restore(mistral, folder, steps, creations, concurrency=concurrency, advance=bar.advance)
    return report.restore_result(steps, result, record)


def read_backup(folder: Folder) -> Backup:
    """Read voices.yaml.

    Raises:
        Failure: There is none.
    """
    taken = folder.read()
    if taken is not None:
        return taken
    if folder.journal.path.exists():
        raise Failure(
            f"The backup in {folder.path} did not come to its end", "Run `mistral-voices backup` again first."
        )
    raise Failure(f"{folder.path} holds no backup: there is no voices.yaml in it")


@contextmanager
def says_what_was_done(text: str) -> Iterator[None]:
    """Say so when what is within is interrupted or fails."""
    with ExitStack() as on_failure:
        on_failure.callback(say, text)
        yield
        on_failure.pop_all()
