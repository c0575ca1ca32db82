"""`copy`: a backup and a restore in one, through a folder that is gone when all is done."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ..connection import address, connect
from ..failures import DONE, FAILED
from ..folders import user_folder
from ..options import SERVER, concurrency_option, dry_run_option, global_options, yes_option
from ..output import need_answer, say
from . import report, saving
from .commands import restore_into, save
from .folder import Folder


def _side(side: str) -> list[click.Option]:
    key = click.Path(dir_okay=False)
    return [
        click.Option([f"--{side}-server"], type=SERVER, help=f"The server to copy {side}."),
        click.Option([f"--{side}-server-url"], metavar="URL", help="The same by its address."),
        click.Option([f"--{side}-api-key-file"], type=key, help="The file with the key for it."),
        click.Option([f"--{side}-api-key-command"], metavar="COMMAND", help="A command that prints the key for it."),
    ]


@click.command()
@dry_run_option
@yes_option
@concurrency_option
@global_options(hidden=True)
def copy(dry_run: bool, yes: bool, concurrency: int, **sides: str | None) -> int:
    """Copy voices to another region or account.

    Creates at the target what is missing there; nothing is deleted or changed. Name two servers, two keys, or both.
    Meanwhile the recordings lie in a folder of your own, ~/.local/state/mistral-voices (below XDG_STATE_HOME or, on
    Windows, LOCALAPPDATA), and are gone when all is done. A map of old to new ids stays there: by it the next copy
    creates none a second time. After an interruption the same command goes on.
    """
    ends = [_end(side, sides) for side in ("from", "to")]
    if ends[0] == ends[1]:
        raise click.UsageError("The two sides are the same: name another server or key file for one of them.")
    need_answer(yes=yes or dry_run)
    folder = Folder(
        user_folder("XDG_STATE_HOME", ".local/state")
        / f"copy-{hashlib.sha256(json.dumps(ends).encode()).hexdigest()[:16]}"
    )
    with ExitStack() as on_failure:
        on_failure.callback(say, f"The recordings stay in {folder.path} for the next run.")
        try:
            status = _copy(folder, ends, dry_run=dry_run, yes=yes, concurrency=concurrency)
        except click.exceptions.Exit:  # the answer is no
            on_failure.pop_all()
            _remove(folder.path)
            raise
        on_failure.pop_all()
    if status == DONE or dry_run:
        _remove(folder.path)
    else:
        say(f"The recordings stay in {folder.path} until all is copied: run it again, or delete that folder.")
    return status


def _copy(folder: Folder, ends: list[dict[str, Any]], *, dry_run: bool, yes: bool, concurrency: int) -> int:
    origin, target = ends
    record = folder.path.with_name(f"{folder.path.name}.jsonl")
    shutil.rmtree(_finished(folder.path), ignore_errors=True)
    with folder.held():
        with connect(**_options(origin)) as mistral:
            todo = saving.plan(folder, origin["address"], mistral.audio.voices.iterate(type_="custom"))
            taken = save(mistral, folder, todo, prune=True, concurrency=concurrency)
        with connect(**_options(target)) as mistral:
            status = restore_into(
                mistral, folder, folder.require(), target["address"], record,
                dry_run=dry_run, yes=yes, concurrency=concurrency,
            )  # fmt: skip
    for entry, error in taken.failed:
        say(f"{report.named([entry])} was not copied: {error}")
    return status or (FAILED if taken.failed else DONE)


copy.params[:0] = [*_side("from"), *_side("to")]


def _end(side: str, sides: dict[str, str | None]) -> dict[str, Any]:
    """Give the options of a side by the names that `connect` has for them, and its address."""
    given = {name.removeprefix(f"{side}_"): value for name, value in sides.items() if name.startswith(f"{side}_")}
    pairs = (("server", "server_url"), ("api_key_file", "api_key_command"))
    named = {name: given[name] for pair in pairs if any(given[name] for name in pair) for name in pair}
    return {**named, "address": address(**{name: named[name] for name in pairs[0] if name in named})}


def _options(end: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in end.items() if name != "address"}


def _finished(path: Path) -> Path:
    return path.with_name(f"{path.name}.done")


def _remove(path: Path) -> None:
    """Take the folder away in one step, so that a kill cannot leave the half of it as the beginning of another copy."""
    path.replace(_finished(path))
    shutil.rmtree(_finished(path))
