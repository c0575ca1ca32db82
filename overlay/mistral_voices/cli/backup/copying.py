"""`copy`: a backup and a restore in one, through a folder that is gone when all is done."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ..connection import address, connect
from ..failures import DONE, FAILED, describe
from ..files import user_folder
from ..options import (
    SERVER,
    F,
    NamedPath,
    Text,
    concurrency_option,
    dry_run_option,
    global_options,
    together,
    yes_option,
)
from ..output import need_answer, say, visible
from . import report, saving
from .commands import restore_into, save
from .folder import Folder

KEYS = ("api_key_file", "api_key_command")


def _side_options(side: str) -> Callable[[F], F]:
    return together(
        click.option(f"--{side}-server", type=SERVER, help=f"The server to copy {side}."),
        click.option(f"--{side}-server-url", type=Text(), metavar="URL", help="The same by its address."),
        click.option(f"--{side}-api-key-file", type=NamedPath(dir_okay=False), help="The file with the key for it."),
        click.option(
            f"--{side}-api-key-command", type=Text(), metavar="COMMAND", help="A command that prints the key for it."
        ),
    )


@click.command()
@_side_options("from")
@_side_options("to")
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
    origin, target = _end("from", sides), _end("to", sides)
    accounts = [[address(**end), *(end.get(name) for name in KEYS)] for end in (origin, target)]
    if accounts[0] == accounts[1]:
        raise click.UsageError("The two sides are the same: name another server or key file for one of them.")
    need_answer(yes=yes or dry_run)
    name = f"copy-{hashlib.sha256(json.dumps(accounts).encode()).hexdigest()[:16]}"
    folder = Folder(user_folder("XDG_STATE_HOME", ".local/state") / name)
    with ExitStack() as on_failure:
        on_failure.callback(say, f"The recordings stay in {folder.path} for the next run.")
        try:
            status = _copy(folder, origin, target, dry_run=dry_run, yes=yes, concurrency=concurrency)
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


def _copy(
    folder: Folder, origin: dict[str, Any], target: dict[str, Any], *, dry_run: bool, yes: bool, concurrency: int
) -> int:
    record = folder.path.with_name(f"{folder.path.name}.jsonl")
    shutil.rmtree(_finished(folder.path), ignore_errors=True)
    with folder.held():
        with connect(**origin) as mistral:
            todo = saving.plan(folder, address(**origin), mistral.audio.voices.iterate(type_="custom"))
            taken = save(mistral, folder, todo, prune=True, concurrency=concurrency)
        with connect(**target) as mistral:
            status = restore_into(
                mistral, folder, folder.require(), address(**target), record,
                dry_run=dry_run, yes=yes, concurrency=concurrency,
            )  # fmt: skip
    for entry, error in taken.failed:
        say(f"{report.named([entry])} was not copied: {visible(describe(error)[0])}")
    return status or (FAILED if taken.failed else DONE)


def _end(side: str, sides: dict[str, Any]) -> dict[str, Any]:
    """Give the options of a side by the names that `connect` has for them; one of a pair takes the place of both."""
    pairs = (("server", "server_url"), KEYS)
    return {
        name: sides[f"{side}_{name}"]
        for pair in pairs
        if any(sides[f"{side}_{name}"] for name in pair)
        for name in pair
    }


def _finished(path: Path) -> Path:
    return path.with_name(f"{path.name}.done")


def _remove(path: Path) -> None:
    """Take the folder away in one step, so that a kill cannot leave the half of it as the beginning of another copy."""
    path.replace(_finished(path))
    shutil.rmtree(_finished(path))
