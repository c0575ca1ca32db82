"""Completion of commands, options and names of voices, in the shells that are there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import string
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mistral_voices.cli.options import VARIABLE
from mistral_voices.local import VoicesServer

from .conftest import SCRIPT, WAV, Ended, in_terminal

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
"""
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is on the path."""
    monkeypatch.setenv("PATH", f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}")


def in_bash(*code: str) -> str:
    """Give what bash writes."""
    done = subprocess.run(["bash", "-c", "\n".join(code)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def keep(voices: list[tuple[str, str]]) -> None:
    """Keep names and ids as those of the last listing."""
    cache = Path.home() / ".cache" / "mistral-voices" / "names.json"
    cache.parent.mkdir(parents=True)
    cache.write_text(json.dumps(voices))


@needs_bash
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("line", TYPED)
def test_bash(call: Callable[..., Ended], server: VoicesServer, user: Path, line: str) -> None:
    (user / "a.wav").write_bytes(WAV)
    call("create", "a.wav", "--name", "Ada Lovelace (2)")
    call("list")
    server.close()  # completion asks nobody
    words = " ".join(f"'{word}'" for word in line.replace("\\ ", "\x00").split(" ")).replace("\x00", "\\ ")
    written = in_bash(BASH.format(words=words), "printf '%s\\n' \"${COMPREPLY[@]}\"")
    assert written.split("\n")[:-1] == TYPED[line]


@needs_bash
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_bash_takes_a_name_for_one_word_or_gets_the_id(user: Path, quote: str) -> None:
    (user / "q").touch()  # what a pattern could become
    forms = ("q{}r", "q{0}{0}r", "q\\{}touch made", "q r{}", "q{} r")
    names = [form.format(mark) for form in forms for mark in string.punctuation] + ["q名 é", "q\tr", "q\nr", "q\u2028r"]
    voices = {name: f"id-{number}" for number, name in enumerate(names)}
    keep([*voices.items(), ("q", "q$(touch made)")])
    given = in_bash(
        f"quote={shlex.quote(quote)}",
        BASH.format(words='mistral-voices find "${quote}q"'),
        'for reply in "${COMPREPLY[@]}"; do eval "words=($quote$reply$quote)"; printf "%s\\n" "${words[@]}"; done',
    ).splitlines()
    plain = {name for name in names if re.fullmatch(r"[\w .,()-]*", name)}
    assert len(plain) > 20
    assert sorted(given) == sorted({"q"} | plain | {voices[name] for name in voices.keys() - plain})
    assert [path.name for path in user.iterdir()] == ["q"]


@needs_bash
@pytest.mark.usefixtures("path")
def test_what_the_tab_key_inserts_is_one_word(user: Path) -> None:
    keep([("qa\\;touch made", "id-a"), ("qb\\>made", "id-b"), ("Ada (2)", "id-c"), ("Eva, M.,", "id-d")])
    typed = {"qa": "id-a", "qb": "id-b", "Ada": "Ada (2)", "'Ada": "Ada (2)", '"ada': "Ada (2)", "Ev": "Eva, M.,"}
    begin = """
    PS1='ready> '
    eval "$(mistral-voices completion bash)"
    given() { printf '<%s>' "$@"; }
    completed() { _mistral_voices_completion mistral-voices; }
    complete -F completed given
    """
    (user / "rc").write_text(begin)
    answers = [("ready> ", "".join(f"given find {text}\t\n" for text in typed) + "exit\n")]
    ended = in_terminal(
        "--noprofile", "--rcfile", "rc", "-i", answers=answers, program=Path(shutil.which("bash") or "")
    )
    assert re.findall("<find><(.*?)>", ended.out) == [*typed.values()]
    assert [path.name for path in user.iterdir()] == ["rc"]


def test_other_shells_escape_what_they_are_given(call: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    keep([("q;(r)", "id-1"), ("q\nr", "id-2"), ("q\n", "\x1b")])
    for name, value in {VARIABLE: "zsh_complete", "COMP_WORDS": "mistral-voices find q", "COMP_CWORD": "2"}.items():
        monkeypatch.setenv(name, value)
    assert call().out == "plain\nid-2\n_\nplain\nq;(r)\n_\n"


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
