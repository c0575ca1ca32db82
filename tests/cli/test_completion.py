"""Completion of commands, options and names of voices, in the shells that are there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mistral_voices.local import VoicesServer

from .conftest import SCRIPT, WAV, Ended

TYPED = {
    "mistral-voices li": ["list"],
    "mistral-voices list --older": ["--older-than"],
    "mistral-voices list --type pre": ["preset"],
    "mistral-voices get ADA\\ L": ["Ada\\ Lovelace\\ \\(2\\)"],
    "mistral-voices delete Clara local-": ["local-clara", "local-henri", "local-noor"],
}
BASH = """
source <(mistral-voices completion bash)
COMP_WORDS=({words}) COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_mistral_voices_completion mistral-voices
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize("line", TYPED)
def test_bash(call: Callable[..., Ended], server: VoicesServer, user: Path, line: str) -> None:
    (user / "a.wav").write_bytes(WAV)
    call("create", "a.wav", "--name", "Ada Lovelace (2)")
    call("list")
    server.close()  # completion asks nobody
    words = " ".join(f"'{word}'" for word in line.replace("\\ ", "\x00").split(" ")).replace("\x00", "\\ ")
    environment = {**os.environ, "PATH": f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", BASH.format(words=words)], env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout.split("\n")[:-1], done.stderr) == (TYPED[line], "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(call: Callable[..., Ended], shell: str) -> None:
    ended = call("completion", shell)
    assert ended.status == 0
    assert "_MISTRAL_VOICES_COMPLETE" in ended.out


def test_the_cache_is_the_users_own(call: Callable[..., Ended]) -> None:
    cache = Path.home() / ".cache" / "mistral-voices" / "names.json"
    call("list", "--query", "Clara")
    assert not cache.exists()
    call("list")
    assert cache.stat().st_mode & 0o777 == 0o600
    assert cache.parent.stat().st_mode & 0o777 == 0o700
    assert cache.read_text() == '[["Clara", "local-clara"], ["Henri", "local-henri"], ["Noor", "local-noor"]]'
    assert [path.name for path in cache.parent.iterdir()] == ["names.json"]


def test_a_cache_that_cannot_be_written_is_no_error(
    call: Callable[..., Ended], user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (user / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(user / "file"))
    assert call("list").status == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has other homes")
def test_without_a_home_names_are_not_kept_and_a_copy_says_what_to_set(
    call: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home() -> Path:  # as for a user id that no entry of the system has
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    assert call("list").status == 0
    ended = call("copy", "--from-server", "eu", "--to-server", "us", "--yes")
    assert (ended.status, ended.err) == (1, "Error: There is no home folder: set HOME or XDG_STATE_HOME\n")
