"""The faults are many and the same again with their seed; what a client lost, doubled or made up is seen."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from mistral_voices.models import VoiceResponse
from scripts.chaos import calls, faults

ROOT = Path(__file__).resolve().parents[2]
REPLY = faults.Reply(200, {"content-type": "application/json"}, b'{"id": "v1", "name": "Ada"}')


def voice(voice_id: str, name: str, description: str | None = None) -> VoiceResponse:
    created = datetime(2026, 1, 2, tzinfo=UTC)
    return VoiceResponse(id=voice_id, name=name, created_at=created, user_id="u1", description=description)


def sent(name: str, seed: int = 1) -> tuple[bool, bytes]:
    """Say whether a fault does the work, and what it sends."""
    worked: list[bool] = []

    def work() -> faults.Reply:
        worked.append(True)
        return REPLY

    parts = faults.FAULTS[name].parts(faults.Exchange(work, Random(seed), [REPLY]))
    return bool(worked), b"".join(parts)


def test_there_are_many_kinds() -> None:
    assert len(faults.FAULTS) > 100
    assert {*faults.UNREAD, *faults.NOT_FOR_SAMPLES} < {*faults.FAULTS}


@pytest.mark.parametrize("name", faults.FAULTS)
def test_no_fault_denies_the_work_that_was_done_nor_makes_up_a_good_reply(name: str) -> None:
    worked, data = sent(name)
    assert (worked, data) == sent(name)
    status = data.removeprefix(b"\r\n").split(b" ")[1:2]
    assert not (worked and status and status[0][:1] in (b"3", b"4"))
    assert worked or REPLY.body not in data


def callers(**names: calls.Voice) -> list[calls.Caller]:
    caller = calls.Caller("1", "s0", ROOT)
    caller.voices = {each.id: each for each in names.values()}
    caller.unknown = {"perhaps"}
    return [caller]


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        ([("v1", "Ada", "a", b"1")], []),
        ([("v1", "Ada", "a", b"1"), ("v2", "perhaps", None, b"2")], []),
        ([], ["lost:"]),
        ([("v1", "Ada", "b", b"1")], ["there is"]),
        ([("v1", "Ada", "a", b"2")], ["there is"]),
        ([("v1", "Ada", "a", b"1"), ("v2", "Eva", None, b"2")], ["unexpected:"]),
        ([("v1", "Ada", "a", b"1"), ("v2", "Ada", "a", b"1")], ["made 2 times:", "unexpected:"]),
        ([("v1", "Ada", "a", b"1"), ("v2", "perhaps", "", b"2"), ("v3", "perhaps", "", b"2")], ["made 2 times:"]),
    ],
)
def test_what_the_server_has_is_compared(state: list[tuple[str, str, str | None, bytes]], wrong: list[str]) -> None:
    told = callers(ada=calls.Voice("v1", "Ada", sha256(b"1").digest(), {"a"}))
    found = [(voice(*members), sample) for *members, sample in state]  # type: ignore[arg-type]
    differences = calls.differences(told, found)
    assert [each[: len(start)] for each, start in zip(differences, wrong, strict=True)] == wrong


@pytest.mark.slow
def test_four_hundred_calls_through_chaos_end_as_they_may() -> None:
    command = (sys.executable, ROOT / "scripts" / "chaos", "--calls", "200", "--seed", "14")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
