"""Options that several commands take, and the kinds of their values. Light, because --help loads it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

# By which the completion script of a shell calls the command.
VARIABLE = "_MISTRAL_VOICES_COMPLETE"
SERVER = click.Choice(["global", "eu", "us"])
F = TypeVar("F", bound=Callable[..., Any])


class Text(click.ParamType[str]):
    """A text that is not empty: the empty value of a variable in a script would mean all, or clear."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the text."""
        if not value.strip():
            self.fail("It is empty: give a value, or leave the option out.", param, ctx)
        return str(value)


class NamedPath(click.Path):
    """A path that is not empty: the empty value of a variable in a script would mean the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path."""
        if value == "":
            self.fail("It is empty: give a path.", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = NamedPath(file_okay=False, path_type=Path)


class FileToWrite(NamedPath):
    """The path of a file to write; one that ends as that of a folder needs the folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path."""
        if str(value).endswith(("/", os.sep)) and not os.path.isdir(value):
            self.fail(f"There is no folder {value}", param, ctx)
        return super().convert(value, param, ctx)


class Seconds(click.FloatRange):
    """A number of seconds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the number."""
        if math.isnan(seconds := super().convert(value, param, ctx)):
            self.fail(f"{value!r} is no number.", param, ctx)
        return seconds


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Make one decorator of several; --help shows their options in this order."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def settings() -> dict[str, Any]:
    """Give the options of the running command that every command takes, by name."""
    found: dict[str, Any] = click.get_current_context().find_root().ensure_object(dict)
    return found


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep an option where all commands find it; after the command it wins over the one before."""
    if value is not None:
        context.find_root().ensure_object(dict)[parameter.name] = value


_file = NamedPath(dir_okay=False, allow_dash=True)
_seconds = Seconds(0, 864_000, min_open=True)
GLOBAL: dict[str, dict[str, Any]] = {
    "--server": {"type": SERVER, "help": "The server by its region."},
    "--server-url": {"type": Text(), "metavar": "URL", "help": "The server by its address; it wins over --server."},
    "--api-key-file": {"type": _file, "help": "Read the key from a file; - is standard input."},
    "--api-key-command": {
        "type": Text(),
        "metavar": "COMMAND",
        "help": "Take the key from what a command prints, as 'pass mistral'.",
    },
    "--timeout": {"type": _seconds, "metavar": "SECONDS", "help": "How long each phase of an attempt may take."},
    "--retries": {
        "type": click.IntRange(0, 100),
        "metavar": "N",
        "help": "At most so many retries within a minute (3).",
    },
    "--json": {"is_flag": True, "default": None, "help": "Write results and errors as JSON."},
    "--debug": {"is_flag": True, "default": None, "help": "Show each request, without key and sample."},
}


def global_options(*, hidden: bool) -> Callable[[F], F]:
    """Add the options that may stand before a command and after it."""
    return together(
        *(
            click.option(name, callback=_keep, expose_value=False, hidden=hidden, **rest)
            for name, rest in GLOBAL.items()
        )
    )


yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would be done.")
force_option = click.option("--force", is_flag=True, help="Replace a file that is there.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print ids only, and no progress.")
concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    metavar="N",
    help="So many samples at a time.",
)
