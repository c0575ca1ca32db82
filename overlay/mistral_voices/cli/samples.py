"""Hearing: the command sample, which saves or plays a recording."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .completion import complete_voices
from .connection import connect
from .failures import Failure
from .options import FileToWrite, force_option, global_options, settings
from .output import examples, say, visible, write, write_json
from .selection import find_voice

if TYPE_CHECKING:
    from mistral_voices import Mistral, models

# In this order; a player that knows only some formats has their extensions.
PLAYERS: list[tuple[list[str], tuple[str, ...]]] = [
    (["ffplay", "-nodisp", "-autoexit", "-loglevel", "error"], ()),
    (["mpv", "--no-video", "--really-quiet"], ()),
    (["afplay"], ()),
    (["play", "-q"], ()),
    (["cvlc", "--play-and-exit", "--quiet"], ()),
    (["pw-play"], (".wav", ".flac", ".ogg", ".mp3")),
    (["paplay"], (".wav", ".flac", ".ogg")),
    (["aplay", "-q"], (".wav",)),
]


@click.command(
    epilog=examples(
        "mistral-voices sample ada --play",
        "mistral-voices sample ada -o ada.wav",
        "mistral-voices sample ada -o - | ffmpeg -i - ada.mp3",
    )
)
@click.argument("voice", shell_complete=complete_voices)
@click.option(
    "-o",
    "--output",
    metavar="FILE|-",
    type=FileToWrite(allow_dash=True),
    help="Where to; a folder takes a file named after the voice.",
)
@force_option
@click.option("--play", is_flag=True, help="Play it, with the first of the players that are there.")
@global_options(hidden=True)
def sample(voice: str, output: str | None, force: bool, play: bool) -> None:
    """Save the recording of a VOICE, or play it; without -o it is saved in this folder, under the name of the voice."""
    if output == "-" and sys.stdout.isatty():
        raise click.UsageError("-o - would send the recording to the terminal: redirect it, or name a file.")
    with connect() as mistral:
        found = find_voice(mistral, voice)
        if output == "-":
            sys.stdout.buffer.write(mistral.audio.voices.read_sample_audio(voice_id=found.id))
            sys.stdout.buffer.flush()
            return
        saved = None
        if output is not None or not play:
            saved = _save(mistral, found, Path(output or "."), force)
        if play and saved:
            _play(saved)
        elif play:
            with tempfile.TemporaryDirectory(prefix="mistral-voices-") as folder:
                _play(_save(mistral, found, Path(folder), False))
    if settings().get("json"):
        write_json({"voice": found.to_dict(), "file": None if saved is None else str(saved)})
    elif saved:
        write(visible(str(saved)))


def _save(mistral: Mistral, voice: models.VoiceResponse, path: Path, force: bool) -> Path:
    if path.is_dir():
        path = path / (re.sub(r"[^\w.-]+", "-", voice.slug or voice.name).strip("-.")[:60] or "voice")
    try:
        return mistral.audio.voices.save_sample_audio(voice_id=voice.id, path=path, overwrite=force)
    except FileExistsError as error:
        raise Failure(f"{error.filename or path} is there already", "--force replaces it.") from error


def _play(path: Path) -> None:
    """Play a file with the first player that is there and can.

    Raises:
        Failure: There is none.
    """
    failed = []
    for command, extensions in PLAYERS:
        program = shutil.which(command[0])
        if program is None or (extensions and path.suffix not in extensions):
            continue
        say(f"Playing with {command[0]} ...")
        if subprocess.run([program, *command[1:], str(path)], stdin=subprocess.DEVNULL, check=False).returncode == 0:
            return
        failed.append(command[0])
    tried = f"These could not play it: {', '.join(failed)}" if failed else f"There is no player for {path.suffix} here"
    raise Failure(tried, "Install ffmpeg, mpv or sox, or save the recording with -o FILE.")
