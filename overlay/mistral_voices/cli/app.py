"""The root of the command line: its commands, loaded when they are used, and what becomes of their errors."""

from __future__ import annotations

import functools
import io
import os
import sys
from typing import Any

import click

import mistral_voices

from . import failures
from .options import VARIABLE, global_options
from .output import discard, say

NAME = "mistral-voices"
EXIT_STATUSES = """\b
Exit status:
    0  done
    1  failed
    2  wrong usage
    3  no such voice, or several that fit
    4  not authorised
    5  the outcome of a create is unknown
    6  apply --check: the account differs from the file
  130  interrupted
"""
MORE_OPTIONS = f"Key, server, timeout, retries, --json and --debug: `{NAME} --help`."
# By section, so that --help loads none of them.
COMMANDS = {
    "Look and listen": {
        "list": "List voices.",
        "get": "Show all that is known of voices.",
        "find": "Print the id of the voice that a name or slug means.",
        "sample": "Save or play the recording of a voice.",
    },
    "Change": {
        "create": "Create voices from recordings.",
        "update": "Change what is said of voices.",
        "delete": "Delete voices, on request after a backup of them.",
        "apply": "Make the account what a file says.",
    },
    "Keep and move": {
        "backup": "Save voices and their recordings in a folder.",
        "restore": "Create what is missing from a backup.",
        "copy": "Copy voices to another region or account.",
        "page": "Make a page to hear and compare the voices of a backup.",
    },
    "Help": {
        "doctor": "Find out why something does not work.",
        "serve": "Run a voices server on this machine, to try things out.",
        "completion": "Print the completion script of a shell.",
    },
}


@functools.cache
def _load(name: str) -> click.Command | None:  # noqa: C901 - a table
    """Load a command. The imports are written out, so that tools which freeze programs find them."""
    module: Any = None
    match name:
        case "list" | "get" | "find":
            from . import listing as module
        case "create" | "update" | "delete":
            from . import editing as module
        case "sample":
            from . import samples as module
        case "serve":
            from . import serving as module
        case "doctor":
            from . import doctor as module
        case "completion":
            from . import completion as module
        case "backup" | "restore":
            from .backup import commands as module
        case "apply":
            from . import apply as module
        case "copy":
            from .backup import copying as module
        case "page":
            from .page import page as module
    found: click.Command | None = getattr(module, "list_voices" if name == "list" else name, None)
    if found is not None:
        found.epilog = f"{found.epilog or ''}\n\n{MORE_OPTIONS}"
    return found


class Root(click.Group):
    """A group whose commands load when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of all commands."""
        return [name for commands in COMMANDS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None where there is none of the name."""
        return _load(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a misspelt one the error names what is close."""
        if args[0].startswith("-") or self.get_command(ctx, args[0]):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches  # 1 ms, only where something is misspelt

        close = get_close_matches(args[0], self.list_commands(ctx), n=1)
        advice = f"; do you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"There is no command {args[0]!r}{advice}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by section, without loading them."""
        for section, commands in COMMANDS.items():
            with formatter.section(section):
                formatter.write_dl(list(commands.items()))


@click.group(
    NAME, cls=Root, epilog=EXIT_STATUSES, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@global_options(hidden=False)
@click.version_option(mistral_voices.__version__, message="%(prog)s %(version)s")
def root() -> None:
    """Manage, move, back up and hear the voices of a Mistral account.

    A voice is meant by its id, slug or name. Results go to standard output, all else to standard error. The key comes
    from MISTRAL_API_KEY, --api-key-file or --api-key-command. The options below may stand after a command as well.
    """


def run(arguments: list[str]) -> int:
    """Run a command and give its exit status; errors are reported."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before the start
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        if isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if instruction := os.environ.get(VARIABLE):
        from click.shell_completion import shell_complete  # 3 ms, which only a press of the tab key needs

        return shell_complete(root, {}, NAME, VARIABLE, instruction)
    try:
        status = _invoke(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout, sys.stderr)
        status = failures.PIPE_CLOSED
    except (click.Abort, KeyboardInterrupt):
        say("\nInterrupted.")
        status = failures.INTERRUPTED
    except (click.ClickException, mistral_voices.errors.MistralError, OSError, ValueError) as error:
        try:
            sys.stdout.flush()
        except OSError:  # a full disk, say: the interpreter would try again at its end, and fail
            discard(sys.stdout)
        status = failures.report(error, as_json=bool({"--json", "--jsonl"} & {*arguments}))
    return status


def _invoke(arguments: list[str]) -> int:
    """Run a command; not by root.main(), which has a status of its own for a closed pipe."""
    try:
        with root.make_context(NAME, [*arguments]) as context:
            result = root.invoke(context)
    except click.exceptions.NoArgsIsHelpError as no_command:
        say(no_command.format_message())
        return failures.USAGE
    except click.exceptions.Exit as end:
        return end.exit_code
    return result if isinstance(result, int) else failures.DONE
