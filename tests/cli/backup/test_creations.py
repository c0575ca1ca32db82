"""The record of creates: a create that was cut off may still arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mistral_voices import errors, models
from mistral_voices.cli.backup.creations import IN_FLIGHT, Creations, create
from tests.harness import VOICE

ADA = models.VoiceResponse.from_dict({**VOICE, "id": "new", "name": "Ada"})


@pytest.mark.parametrize(("arrives_after", "waited"), [(0, 0), (5, 6), (None, IN_FLIGHT), (-1, 0)])
def test_a_create_that_began_a_moment_ago_is_waited_for(tmp_path: Path, arrives_after: int | None, waited: int) -> None:
    Creations(tmp_path / "record", "here", "old").begin("a", "Ada", [])
    start = datetime.now(UTC) + timedelta(minutes=5 if arrives_after == -1 else 0)
    slept: list[float] = []
    said: list[str] = []
    present = Creations(tmp_path / "record", "here", "old").list_complete(
        lambda: [ADA] if arrives_after is not None and 0 <= arrives_after <= sum(slept) else [],
        said.append,
        lambda: start + timedelta(seconds=sum(slept)),
        slept.append,
    )
    assert sum(slept) == pytest.approx(waited, abs=2)
    assert len(said) == (1 if waited else 0)
    assert bool(present) == (arrives_after in (0, 5))


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
