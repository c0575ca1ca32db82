"""Backup and restore in processes of their own: Ctrl-C, a kill, and a question at a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from scripts.crash import main
from tests.cli.accounts import Account, Cli, voice, wav
from tests.cli.conftest import SCRIPT, SECONDS, in_terminal


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)], ids=["ctrl-c", "kill"])
def test_what_was_saved_stays_and_the_next_run_goes_on(account: Account, cli: Cli, number: int, status: int) -> None:
    many = Account(*(voice(each, f"Voice {each}") for each in range(12)))
    many.server.fail(every=4, delay=SECONDS, times=1, path="/v1/audio/voices/{voice_id}/sample")
    command = [str(SCRIPT), "backup", "b", "--server-url", many.url, "--concurrency", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + SECONDS
    journal = Path("b/journal.jsonl")
    # Until three samples are noted, and the fourth is under way, and hangs.
    while len(many.server.requests) < 5 or not journal.exists() or journal.read_bytes().count(b"\n") < 3:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(number)
    if number == signal.SIGINT and process.stderr is not None:
        while "Ctrl-C again does not wait" not in (line := process.stderr.readline()):
            assert line
        process.send_signal(number)
    said = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == status, said
    assert ("the same command goes on there" in said) == (status == 130)
    many.requested()
    cli("backup", "b", "--server-url", many.url)
    assert len(many.requested()) == 1 + 12 - 3
    assert sorted(path.read_bytes() for path in Path("b/samples").iterdir()) == sorted(map(wav, range(12)))
    many.server.close()


@pytest.mark.parametrize(("answer", "created"), [("y", 2), ("n", 0)])
def test_a_restore_asks_at_a_terminal(account: Account, other: Account, cli: Cli, answer: str, created: int) -> None:
    cli("backup", "b")
    question = f"Create 2 voices at {other.url}?"
    ended = in_terminal("restore", "b", "--server-url", other.url, answers=[(question, f"{answer}\n")], columns=200)
    assert "+ create Ada (id-1)" in ended.out.partition(question)[0].replace("\x1b[32m", "").replace("\x1b[0m", "")
    assert len(other.library()) == created
    assert (ended.status == 0) == bool(created)


def test_after_a_no_no_recording_of_a_copy_is_left(account: Account, other: Account, cli: Cli) -> None:
    sides = ("--from-server-url", account.url, "--to-server-url", other.url)
    assert "--yes" in cli("copy", *sides, status=2).err
    assert account.requested() == []
    ended = in_terminal("copy", *sides, answers=[("[y/N]", "n\n")], columns=200)
    assert (ended.status, other.library()) == (1, [])
    assert [*Path("state/mistral-voices").iterdir()] == []


@pytest.mark.slow
def test_kills_at_twenty_places_lose_and_duplicate_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--kills", "20"]) == 0, capsys.readouterr().out
