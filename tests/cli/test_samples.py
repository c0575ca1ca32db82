"""Saving and playing a recording."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import SCRIPT, WAV, Ended, in_terminal


@pytest.fixture
def voice(call: Callable[..., Ended], user: Path) -> str:
    """A voice with a name that is no good file name; gives its id."""
    (user / "ada.wav").write_bytes(WAV)
    return call("create", "ada.wav", "--name", "../Ada/ ė", "-q").out.strip()


def test_saving(call: Callable[..., Ended], user: Path, voice: str) -> None:
    assert call("sample", voice) == (0, "Ada-ė.wav\n", "")
    assert (user / "Ada-ė.wav").read_bytes() == WAV
    again = call("sample", voice)
    assert (again.status, again.err) == (1, "Error: Ada-ė.wav is there already\n--force replaces it.\n")
    assert call("sample", voice, "--force").status == 0
    (user / "kept").mkdir()
    saved = json.loads(call("sample", voice, "-o", "kept", "--json").out)
    assert (saved["file"], saved["voice"]["id"]) == ("kept/Ada-ė.wav", voice)
    assert call("sample", voice, "-o", "absent/a.wav").status == 1


def test_standard_output(voice: str) -> None:
    done = subprocess.run([SCRIPT, "sample", voice, "-o", "-"], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (WAV, b"")
    refused = in_terminal("sample", voice, "-o", "-")
    assert refused.status == 2
    assert "RIFF" not in refused.out


@pytest.mark.parametrize(
    ("players", "said", "status"),
    [
        ({"ffplay": 0, "mpv": 0}, "Playing with ffplay ...\n", 0),
        ({"ffplay": 1, "aplay": 0}, "Playing with ffplay ...\nPlaying with aplay ...\n", 0),
        ({"aplay": 0, "paplay": 0}, "Playing with paplay ...\n", 0),
        ({"mpv": 1}, "Playing with mpv ...\nError: These could not play it: mpv\n", 1),
        ({}, "Error: There is no player for .wav here\n", 1),
    ],
)
def test_playing(
    call: Callable[..., Ended],
    user: Path,
    voice: str,
    monkeypatch: pytest.MonkeyPatch,
    players: dict[str, int],
    said: str,
    status: int,
) -> None:
    programs = user / "bin"
    programs.mkdir()
    for name, ends in players.items():
        (programs / name).write_text(f'#!/bin/sh\nfor last; do :; done\n/bin/cat "$last" > {user}/heard\nexit {ends}\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(programs))
    ended = call("sample", voice, "--play")
    assert (ended.status, ended.out) == (status, "")
    assert ended.err.startswith(said)
    assert not players or (user / "heard").read_bytes() == WAV
    assert sorted(path.name for path in user.glob("*.wav")) == ["ada.wav"]


def test_a_player_is_given_only_what_it_knows(
    call: Callable[..., Ended], user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An aplay would play a FLAC file as noise."""
    (user / "ada.flac").write_bytes(b"fLaC" + bytes(100))
    call("create", "ada.flac")
    (user / "aplay").write_text("#!/bin/sh\n")
    (user / "aplay").chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(user))
    assert call("sample", "ada", "--play").err.startswith("Error: There is no player for .flac here\n")
