"""The options that stand before a command or after it: key, server, limits, JSON. Light, because --help loads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

# By which the completion script of a shell calls the command.
VARIABLE = "_MISTRAL_VOICES_COMPLETE"
F = TypeVar("F", bound=Callable[..., Any])


def settings() -> dict[str, Any]:
    """Give the options of the running command that every command takes, by name."""
    found: dict[str, Any] = click.get_current_context().find_root().ensure_object(dict)
    return found


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep an option where all commands find it; after the command it wins over the one before."""
    if value is not None:
        context.find_root().ensure_object(dict)[parameter.name] = value


_file = click.Path(dir_okay=False, allow_dash=True)
_seconds = click.FloatRange(0, 864_000, min_open=True)
OPTIONS: dict[str, dict[str, Any]] = {
    "--server": {"type": click.Choice(["global", "eu", "us"]), "help": "The server by its region."},
    "--server-url": {"metavar": "URL", "help": "The server by its address; it wins over --server."},
    "--api-key-file": {"type": _file, "help": "Read the key from a file; - is standard input."},
    "--api-key-command": {"metavar": "COMMAND", "help": "Take the key from what a command prints, as 'pass mistral'."},
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

    def decorate(function: F) -> F:
        for name, rest in reversed(OPTIONS.items()):
            option: Callable[[F], F] = click.option(name, callback=_keep, expose_value=False, hidden=hidden, **rest)
            function = option(function)
        return function

    return decorate
