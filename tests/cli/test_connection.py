"""Where the key comes from, and that it goes nowhere else."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mistral_voices.cli.connection import read_key
from mistral_voices.cli.failures import Failure
from mistral_voices.local import VoicesServer

from .conftest import SCRIPT, Ended, piped

SECRET = "secret-0123456789"


@pytest.fixture
def served() -> dict[str, Any]:
    return {"api_key": SECRET}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--api-key-file", "key"],
        ["--api-key-command", "cat key"],
        ["--api-key-command", "sh -c 'cat \"key\"'"],
        ["--api-key-file", "key", "--api-key-command", "false"],
    ],
)
def test_other_keys(call: Callable[..., Ended], user: Path, arguments: list[str]) -> None:
    (user / "key").write_text(f"\n{SECRET}\n")
    assert call("find", "clara").status == 4
    assert call("find", "clara", *arguments).status == 0


def test_a_key_from_standard_input(server: VoicesServer) -> None:
    assert piped("find", "clara", "--api-key-file", "-", stdin=f"{SECRET}\n").status == 0
    closed = "import os, sys; os.close(0); os.execv(sys.argv[1], sys.argv[1:])"
    none = piped("find", "clara", "--api-key-file", "-", program=(sys.executable, "-c", closed, SCRIPT))
    assert (none.status, none.out) == (4, "")
    assert none.err.startswith("Error: --api-key-file - cannot be read: standard input is closed\n")


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (b"", [], "There is no API key"),
        (b" \n", ["--api-key-file", "key"], "--api-key-file key gives no key"),
        (b"two words secret", ["--api-key-file", "key"], "is no key: it is more than one word"),
        ("secret-schl\u00fcssel".encode(), ["--api-key-file", "key"], "is no key: it holds characters that no key has"),
        (b"\xff\xfe", ["--api-key-file", "key"], "--api-key-file key cannot be read: it is no text"),
        (b"", ["--api-key-file", "absent"], "--api-key-file absent cannot be read: No such file"),
        (b"", ["--api-key-command", "absent-program x"], "--api-key-command failed: No such file"),
        (b"", ["--api-key-command", "false"], "--api-key-command failed: it ended with status 1"),
        (b"", ["--api-key-command", "'"], "--api-key-command failed: it is no command line"),
        (b"\xff\xfe", ["--api-key-command", "cat key"], "--api-key-command failed: what it prints is no text"),
        (b"", ["--api-key-command", "true"], "--api-key-command gives no key"),
    ],
)
def test_no_key(
    call: Callable[..., Ended],
    server: VoicesServer,
    user: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY")
    (user / "key").write_bytes(content)
    ended = call("list", *arguments)
    assert (ended.status, ended.out, len(server.requests)) == (4, "", 0)
    assert message in ended.err
    assert "secret" not in ended.err


def test_what_is_no_key_stays_out_of_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", f"{SECRET} {SECRET}")
    with pytest.raises(Failure) as caught:
        read_key(None, None)
    assert not any(SECRET in repr(entry.frame.f_locals) for entry in caught.traceback[1:])


def test_no_option_takes_the_key(call: Callable[..., Ended]) -> None:
    assert call("list", "--api-key", SECRET).status == 2


def test_retries_and_timeout(call: Callable[..., Ended], server: VoicesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", SECRET)
    server.fail(503, headers={"Retry-After": "0"}, times=2)
    assert call("find", "clara", "--retries", "1").status == 1
    server.clear_faults()
    server.fail(503, headers={"Retry-After": "0"}, times=2)
    assert call("find", "clara", "--retries", "2").status == 0
    server.fail(delay=5)
    error = json.loads(call("list", "--retries", "0", "--timeout", "0.2", "--json").err)["error"]
    assert error["type"] == "RequestTimeoutError"
