"""Completion for bash, zsh and fish: the script of each, and the names of voices from the last listing."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .files import user_folder, write_whole
from .options import VARIABLE
from .output import examples, write

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from mistral_voices import models


# What bash, and the script that click has for it, take for text and no more, once it is escaped or within quotes.
PLAIN = re.compile(r"[\w .,()-]+")


@click.command(
    epilog=examples(
        'bash  eval "$(mistral-voices completion bash)"            in ~/.bashrc',
        'zsh   eval "$(mistral-voices completion zsh)"             in ~/.zshrc, after compinit',
        "fish  mistral-voices completion fish | source             in ~/.config/fish/config.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a SHELL, with the names of voices from the last `list`."""
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root()
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - click has these three
    write(found(root.command, {}, "mistral-voices", VARIABLE).source())


def complete_voices(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names and ids of the last listing that begin with what is typed.

    Anybody may have named a voice: where a shell could take a name for more than text, its id is offered instead.
    """
    from click.shell_completion import CompletionItem

    is_bash = os.environ.get(VARIABLE, "").startswith("bash")
    is_text: Callable[[str], object] = PLAIN.fullmatch if is_bash else str.isprintable
    fitting = {
        text if is_text(text) else voice_id
        for name, voice_id in _read_cache()
        for text in (name, voice_id)
        if text.casefold().startswith(incomplete.casefold())
    }
    offered = sorted(text for text in fitting if is_text(text))
    if is_bash:
        if not _is_quoted():
            offered = [*map(_escape, offered)]
        offered = [*map(_escape, offered)]  # for `read` in the script
    return [CompletionItem(text) for text in offered]


def _is_quoted() -> bool:
    """Say whether the word that bash completes begins with a quote, within which a backslash is a character."""
    words = os.environ["COMP_WORDS"].split("\n")
    return words[int(os.environ["COMP_CWORD"])].startswith(("'", '"'))


def _escape(text: str) -> str:
    return re.sub(r"([\\ ,()])", r"\\\1", text)


def remember_voices(voices: Iterable[models.VoiceResponse]) -> Iterator[models.VoiceResponse]:
    """Pass voices on and, when all are there, keep their names and ids for completion."""
    known: list[tuple[str, str]] = []
    for voice in voices:
        known.append((voice.name, voice.id))
        yield voice
    with contextlib.suppress(OSError):  # completion is a convenience: no reason for a listing to fail
        file = _cache_file()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, [json.dumps(known)], survives_power_cuts=False)


def _cache_file() -> Path:
    """Give the file that keeps names and ids: the user's alone, in the folder for caches."""
    usual = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return user_folder("XDG_CACHE_HOME", usual) / "names.json"


def _read_cache() -> list[tuple[str, str]]:
    try:
        return [(str(name), str(voice_id)) for name, voice_id in json.loads(_cache_file().read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
