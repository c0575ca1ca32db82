"""The record of creates: a create that was cut off may still arrive."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mistral_voices import errors, models
from mistral_voices.cli.backup.creations import IN_FLIGHT, Creations, arguments, create
from tests.harness import VOICE

ADA = models.VoiceResponse.from_dict({**VOICE, "id": "new", "name": "Ada"})


@pytest.mark.parametrize(
    ("arrives_after", "age", "waited"),
    [
        (0, 0, 0),
        (5, 0, 6),
        (None, 0, IN_FLIGHT),
        (None, 300, 0),
        pytest.param(None, -18_000, IN_FLIGHT, id="the clock was set back"),
        pytest.param(5, -18_000, 6, id="the clock was set back, and it arrives"),
    ],
)
def test_a_create_that_began_a_moment_ago_is_waited_for(
    tmp_path: Path, arrives_after: int | None, age: int, waited: int
) -> None:
    Creations(tmp_path / "record", "here", "old").begin("a", "Ada", [])
    start = datetime.now(UTC) + timedelta(seconds=age)
    slept: list[float] = []
    said: list[str] = []
    present = Creations(tmp_path / "record", "here", "old").list_complete(
        lambda: [ADA] if arrives_after is not None and arrives_after <= sum(slept) <= IN_FLIGHT else [],
        said.append,
        lambda: start + timedelta(seconds=sum(slept)),
        slept.append,
    )
    assert sum(slept) == pytest.approx(waited, abs=2)
    assert len(said) == (1 if waited else 0)
    assert bool(present) == (arrives_after is not None)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_set_meanwhile_does_not_make_it_wait_longer(tmp_path: Path, hours: int) -> None:
    Creations(tmp_path / "record", "here", "old").begin("a", "Ada", [])
    times = iter([0, *[hours] * 100])
    slept: list[float] = []
    record = Creations(tmp_path / "record", "here", "old")
    record.list_complete(list, lambda _: None, lambda: datetime.now(UTC) + timedelta(hours=next(times)), slept.append)
    assert sum(slept) <= IN_FLIGHT


@pytest.mark.parametrize("began", [7, "yesterday", [0], "2026-11-30"])
def test_what_is_no_time_may_have_been_a_moment_ago(tmp_path: Path, began: object) -> None:
    line = {"server": "here", "old": "a", "name": "Ada", "new": None, "began": began, "done": None}
    (tmp_path / "record").write_text(json.dumps(line) + "\n")
    slept: list[float] = []
    record = Creations(tmp_path / "record", "here", "old")
    record.list_complete(list, lambda _: None, lambda: datetime(2026, 12, 1, tzinfo=UTC), slept.append)
    assert sum(slept) == pytest.approx(0 if began == "2026-11-30" else IN_FLIGHT)


@pytest.mark.parametrize(
    ("error", "begun"),
    [
        (errors.ConflictError("taken", status_code=409), False),
        (ValueError("too long"), False),
        (errors.NoResponseError("lost", outcome_unknown=True), True),
        (KeyboardInterrupt(), True),
    ],
    ids=repr,
)
def test_only_a_create_that_may_have_happened_stays_open(tmp_path: Path, error: BaseException, begun: bool) -> None:
    def fail() -> models.VoiceResponse:
        raise error

    with pytest.raises(type(error)):
        create(Creations(tmp_path / "record", "here", "old"), "a", "Ada", [], fail)
    assert Creations(tmp_path / "record", "here", "old").had_begun("a") == begun
    assert not Creations(tmp_path / "record", "elsewhere", "old").had_begun("a")


@pytest.mark.parametrize("given", [{}, {"tags": []}, {"languages": []}, {"description": ""}, {"age": 0}], ids=str)
def test_what_is_empty_is_created_so_and_what_is_null_is_left_out(given: dict[str, Any]) -> None:
    voice = {"id": "a", "name": "Ada", "type": "custom", "tags": None, "languages": None, "gender": None}
    assert arguments({**voice, **given}) == {"name": "Ada", **given}
