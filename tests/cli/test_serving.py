"""The local server as a command of this one."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import SCRIPT, Ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_ended(
    call: Callable[..., Ended], user: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (user / "seed.yaml").write_text("- name: Ada\n")
    command = [str(SCRIPT), "serve", "--seed", "seed.yaml", "--data", "voices.sqlite"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("export MISTRAL_SERVER_URL=http://127.0.0.1:")
        monkeypatch.setenv("MISTRAL_SERVER_URL", line.strip().partition("=")[2])
        assert call("find", "Ada").status == 0
        process.send_signal(number)
        assert (process.stdout.read(), process.wait()) == ("", 0)


def test_a_signal_that_whoever_began_it_ignores_does_not_end_it(
    call: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["sh", "-c", "trap '' INT; exec \"$0\" serve", str(SCRIPT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        monkeypatch.setenv("MISTRAL_SERVER_URL", process.stdout.readline().strip().partition("=")[2])
        process.send_signal(signal.SIGINT)
        assert call("find", "clara").out == "local-clara\n"
        process.terminate()
        assert process.wait() == 0


def test_what_it_cannot_do(call: Callable[..., Ended], server: object, user: Path) -> None:
    (user / "seed.yaml").write_text("- {")
    ended = call("serve", "--seed", "seed.yaml")
    assert ended.status == 1
    assert "seed.yaml" in ended.err
