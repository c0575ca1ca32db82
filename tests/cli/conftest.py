"""The command line as people use it: in this process where that makes no difference, in pipes, and in a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mistral_voices.cli.app import run
from mistral_voices.local import VoicesServer

SCRIPT = Path(sys.executable).with_name("mistral-voices")
SECONDS = 30
FULL_DISK = Path("/dev/full")
needs_full_disk = pytest.mark.skipif(not FULL_DISK.exists(), reason="the system has no /dev/full")
# The terminal of a session sends Ctrl-C as a signal.
IN_CONTROL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
# Access rights do not bind root, who runs the tests in containers: so without the capabilities that lift them.
AS_ANYBODY = """
import ctypes, os, sys
if os.geteuid() == 0:
    for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER; 24 is PR_CAPBSET_DROP
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
WAV = (Path(__file__).parent.parent / "data" / "hello.wav").read_bytes()


class Ended(NamedTuple):
    """How a command ended: its exit status, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def served() -> dict[str, Any]:
    """What the server is made with."""
    return {}


@pytest.fixture
def server(served: dict[str, Any]) -> Iterator[VoicesServer]:
    with VoicesServer(**served) as server:
        server.serve()
        yield server


@pytest.fixture(autouse=True)
def user(server: VoicesServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with a key, a server and an empty folder, where the command runs."""
    home, folder = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    folder.mkdir()
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "MISTRAL_SERVER_URL": server.url,
        "MISTRAL_API_KEY": "key-0123456789abcdef",
        "HOME": str(home),
        "TERM": "xterm",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command in this process."""

    def call(*arguments: str) -> Ended:
        status = run([*arguments])
        return Ended(status, *capsys.readouterr())

    return call


def piped(*arguments: str, stdin: str = "", program: Sequence[str | Path] = (SCRIPT,)) -> Ended:
    """Run the installed script with pipes."""
    done = subprocess.run(
        [*program, *arguments], input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def read_only(folder: Path) -> Iterator[Callable[..., Ended]]:
    """Take away the right to write to a folder; gives `piped` for a user who is bound by that."""
    before = folder.stat().st_mode
    folder.chmod(0o555)
    as_anybody = (sys.executable, "-c", AS_ANYBODY)
    try:
        can_write = [*as_anybody, sys.executable, "-c", "import os, sys; sys.exit(os.access('.', os.W_OK))"]
        if subprocess.run(can_write, cwd=folder, check=False).returncode:
            pytest.skip("this root keeps its capabilities")
        yield partial(piped, program=(*as_anybody, SCRIPT))
    finally:
        folder.chmod(before)


def in_terminal(
    *arguments: str, answers: Sequence[tuple[str, str]] = (), columns: int = 80, program: Path = SCRIPT
) -> Ended:
    """Run the installed script, or another program, in a terminal.

    Each answer is typed when the text before it has appeared.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-ISc", IN_CONTROL, program, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=environment,
    )
    os.close(theirs)
    waiting, typed, text, until = [*answers], b"", "", time.monotonic() + SECONDS
    try:
        while time.monotonic() < until:
            if not select.select([ours], [], [], 2)[0]:
                os.write(ours, typed)  # again: a prompt that is not ready yet drops what is typed
                continue
            try:
                read = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not read:
                break
            text += read.decode(errors="replace")
            if waiting and waiting[0][0] in text:
                typed = waiting.pop(0)[1].encode()
                os.write(ours, typed)
        return Ended(process.wait(SECONDS), text.replace("\r\n", "\n"), "")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def plain(text: str) -> str:
    """Take the colours out of a text."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
