"""`copy`: a backup and a restore in one, through a folder that is gone when all is done."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import click

from ..connection import address, connect
from ..failures import DONE
from ..options import global_options
from ..output import say
from . import report, saving
from .commands import concurrency_option, dry_run_option, restore_into, save, yes_option
from .folder import Folder


def _side(side: str) -> list[click.Option]:
    key = click.Path(dir_okay=False)
    return [
        click.Option(
            [f"--{side}-server"], type=click.Choice(["global", "eu", "us"]), help=f"The server to copy {side}."
        ),
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
    The recordings lie in a folder of your own meanwhile, which is gone when all is done; a map of old to new ids stays.
    After an interruption the same command goes on.
    """
    origin, target = (_of(side, sides) for side in ("from", "to"))
    ends = [{**end, "address": address(**_place(end))} for end in (origin, target)]
    if ends[0] == ends[1]:
        raise click.UsageError("The two sides are the same: name another server or key file for one of them.")
    path = _state_folder() / "mistral-voices" / f"copy-{hashlib.sha256(json.dumps(ends).encode()).hexdigest()[:16]}"
    finished = path.with_name(f"{path.name}.done")
    shutil.rmtree(finished, ignore_errors=True)
    folder = Folder(path)
    with folder.held():
        with connect(**origin) as mistral:
            todo = saving.plan(folder, str(ends[0]["address"]), mistral.audio.voices.iterate(type_="custom"))
            taken = save(mistral, folder, todo, prune=True, concurrency=concurrency)
        with connect(**target) as mistral:
            place = str(ends[1]["address"])
            record = path.with_name(f"{path.name}.jsonl")
            status = restore_into(mistral, folder, place, record, dry_run=dry_run, yes=yes, concurrency=concurrency)
    for entry, error in taken.failed:
        say(f"{report.named([entry])} was not copied: {error}")
        status = status or 1
    if status == DONE or dry_run:
        _remove(path, finished)
    else:
        say(f"The recordings stay in {path} until all is copied: run it again, or delete that folder.")
    return status


copy.params[:0] = [*_side("from"), *_side("to")]


def _of(side: str, sides: dict[str, str | None]) -> dict[str, str | None]:
    """Give the options of a side by the names that `connect` has for them; all are left out where none is given."""
    given = {name.removeprefix(f"{side}_"): value for name, value in sides.items() if name.startswith(f"{side}_")}
    server = {name: given[name] for name in ("server", "server_url")}
    key = {name: given[name] for name in ("api_key_file", "api_key_command")}
    return (server if any(server.values()) else {}) | (key if any(key.values()) else {})


def _place(end: dict[str, str | None]) -> dict[str, str | None]:
    return {name: value for name, value in end.items() if name in ("server", "server_url")}


def _state_folder() -> Path:
    """Give the folder for what must survive a kill: XDG_STATE_HOME, or where the system keeps such things."""
    home = Path.home() / ".local" / "state"
    given = os.environ.get("XDG_STATE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return Path(given) if given and Path(given).is_absolute() else home


def _remove(path: Path, finished: Path) -> None:
    """Take the folder away in one step, so that a kill cannot leave the half of it as the beginning of another copy."""
    path.replace(finished)
    shutil.rmtree(finished)
