"""The client of a command, with the key, the server and the limits that its options give."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from mistral_voices import Mistral, utils
from mistral_voices.client import SERVERS

from .failures import NOT_AUTHORISED, Failure
from .options import settings

KEY_REMEDY = "Set MISTRAL_API_KEY, or pass --api-key-file FILE or --api-key-command 'COMMAND'."


def connect(**other: Any) -> Mistral:
    """Make the client that the options ask for; use it in `with`.

    Args:
        **other: Values to use in place of the options, by their names, such as server="eu".

    Raises:
        Failure: There is no key, or it cannot be read.
    """
    given = {**settings(), **other}
    if given.get("debug"):
        os.environ["MISTRAL_DEBUG"] = "1"
    timeout, retries = given.get("timeout"), given.get("retries")
    try:
        return Mistral(
            api_key=read_key(given.get("api_key_file"), given.get("api_key_command")),
            server=given.get("server"),
            server_url=given.get("server_url"),
            timeout_ms=None if timeout is None else max(1, round(timeout * 1000)),
            retry_config=utils.UNSET if retries is None else retries,
        )
    except ValueError as error:
        raise click.UsageError(_by_option(str(error))) from None


def address(**other: Any) -> str:
    """Give the address of the server that `connect` uses for the same values."""
    given = {**settings(), **other}
    named = SERVERS.get(str(given.get("server")))
    url = given.get("server_url") or named or os.environ.get("MISTRAL_SERVER_URL") or SERVERS["global"]
    return str(url).rstrip("/")


def _by_option(message: str) -> str:
    """Name the options in place of the arguments of the library."""
    for argument, option in (("server_url", "--server-url"), ("timeout_ms", "--timeout")):
        message = message.replace(argument, option)
    return message


def read_key(file: str | None, command: str | None) -> str:
    """Find the key: the file, else the command, else MISTRAL_API_KEY.

    Raises:
        Failure: There is none, or it cannot be read.
    """
    if file:
        key, origin = _read_file(file), f"--api-key-file {file}"
    elif command:
        key, origin = _run(command), "--api-key-command"
    else:
        key, origin = os.environ.get("MISTRAL_API_KEY", ""), "MISTRAL_API_KEY"
    key = key.strip()
    if not key:
        message = "There is no API key" if origin == "MISTRAL_API_KEY" else f"{origin} gives no key"
        raise Failure(message, KEY_REMEDY, NOT_AUTHORISED)
    if not key.isascii() or not key.isprintable() or " " in key:
        reason = "it is more than one word" if key.isascii() else "it holds characters that no key has"
        del key
        raise Failure(f"What {origin} gives is no key: {reason}", KEY_REMEDY, NOT_AUTHORISED)
    return key


def _read_file(path: str) -> str:
    try:
        if path != "-":
            return Path(path).read_text("utf-8")
        if sys.stdin is not None:
            return sys.stdin.buffer.read().decode()
        reason: str | None = "standard input is closed"
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
    raise Failure(f"--api-key-file {path} cannot be read: {reason}", KEY_REMEDY, NOT_AUTHORISED)


def _run(command: str) -> str:
    """Run a command without a shell; it may ask for a password at the terminal."""
    try:
        done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, check=True)
        return done.stdout.decode()
    except UnicodeDecodeError:
        reason = "what it prints is no text"
    except (OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or "it is no command line"
    except subprocess.CalledProcessError as error:
        reason = f"it ended with status {error.returncode}"
    raise Failure(f"--api-key-command failed: {reason}", f"Run it by itself: {command}", NOT_AUTHORISED)
