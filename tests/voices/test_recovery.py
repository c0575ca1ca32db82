"""Never twice, never lost: looking for the voice of a create whose response is lost."""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from mistral_voices import Mistral, errors, models, utils
from mistral_voices._api import operations
from mistral_voices._core.flow import exchange
from mistral_voices._core.logs import LOGGER
from mistral_voices._core.request import Send, Steps, Wait
from mistral_voices.voices import recovery
from mistral_voices.voices.recovery import Created, Creation
from tests.harness import KEY, LOST, REFUSED, VOICE, Reply, run_steps

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)  # the server's clock, which is far from ours
GOOD_DATE = {"date": format_datetime(NOW, usegmt=True)}
GIVEN: dict[str, Any] = dict.fromkeys(models.VoiceCreateRequest.__annotations__, utils.UNSET)
GIVEN |= {"name": "Ada", "retention_notice": 30}
del GIVEN["sample_audio"]


def made(number: int = 1, seconds: float = 0, **members: Any) -> dict[str, Any]:
    created = (NOW + timedelta(seconds=seconds)).isoformat()
    return {**VOICE, "id": f"m{number}", "name": "Ada", "created_at": created, "type": "custom", **members}


def page(*voices: dict[str, Any], headers: Any = GOOD_DATE, token: str | None = None) -> Reply:
    return Reply(200, {"data": list(voices), "next_page_token": token}, headers)


class Create:
    """A create without I/O, by a clock that moves when it waits; `elapses` seconds pass with each reading."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, recover: bool = True, **options: Any) -> None:
        self.record: list[Send | Wait] = []
        self.seconds = self.elapses = 0.0
        self.created: Created = ({}, set())
        monkeypatch.setattr(recovery, "time", SimpleNamespace(monotonic=self.clock))
        monkeypatch.setattr(recovery, "random", SimpleNamespace(random=lambda: 0.5))
        self.transport = Mistral(KEY).audio.voices._transport
        self.recover, self.options = recover, options

    def clock(self) -> float:
        self.seconds += self.elapses
        return self.seconds + sum(self.waits)

    @property
    def waits(self) -> list[float]:
        return [step.seconds for step in self.record if isinstance(step, Wait)]

    @property
    def sent(self) -> list[str]:
        return [step.request.method for step in self.record if isinstance(step, Send)]

    def begin(self, **given: Any) -> Steps[models.VoiceResponse]:
        creation = Creation(self.transport, self.created, self.recover, self.options)  # type: ignore[arg-type]
        return creation.create(operations.create_voice("UklGRg==", None, LOGGER, **(GIVEN | given)))

    def run(self, *outcomes: Any, **given: Any) -> models.VoiceResponse:
        return run_steps(self.begin(**given), outcomes, self.record)


@pytest.fixture
def create(monkeypatch: pytest.MonkeyPatch) -> Create:
    return Create(monkeypatch)


@pytest.mark.parametrize("lost", [LOST, Reply(504), Reply(200, b"<html>")])
def test_it_is_found_and_never_sent_again(create: Create, lost: Any) -> None:
    assert create.run(lost, page(token="a"), page(made())).id == "m1"
    assert (create.sent, create.waits) == (["POST", "GET", "GET"], [])
    look = create.record[1]
    assert isinstance(look, Send)
    assert look.url.endswith("/v2/audio/voices?page_size=100&type=custom&query=Ada")
    assert create.created[0] == {"m1": None}


def test_it_is_found_by_offset_where_there_is_no_search(create: Create) -> None:
    listed = {"items": [made(1), made(2, -60)], "total": 2, "page": 1, "page_size": 100, "total_pages": 1}
    pages = [Reply(200, each, GOOD_DATE) for each in (listed, {**listed, "items": []})]
    assert create.run(LOST, Reply(404), *pages).id == "m1"


def test_an_empty_name_is_looked_for_among_all(create: Create) -> None:
    assert create.run(LOST, page(made(name="")), name="").id == "m1"
    assert "query" not in getattr(create.record[1], "url", "query")


# What was sent besides, what the server shows, and whether that can be the voice.
MATCHES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({}, {"name": "ada"}, False),
    ({}, {"retention_notice": 31}, False),
    ({"retention_notice": None}, {"retention_notice": 31}, True),
    ({}, {"gender": "female", "tags": ["x"], "slug": "s", "trimmed_seconds": 1.5}, True),
    ({"tags": ["a"]}, {"tags": ["a"]}, True),
    ({"tags": ["a"]}, {"tags": ["b"]}, False),
    ({"tags": []}, {"tags": None}, True),
    ({"tags": None}, {"tags": []}, True),
    ({"languages": ["en"]}, {"languages": ["en", "fr"]}, False),
    ({"age": 0}, {"age": None}, False),
    ({"color": "red"}, {"color": "blue"}, False),
    ({"sample_filename": "a.wav"}, {}, True),
    ({}, {"created_at": (NOW - timedelta(seconds=5)).isoformat()}, True),  # 3 s of the look and 2 s of tolerance
    ({}, {"created_at": (NOW - timedelta(seconds=5.1)).isoformat()}, False),
    ({}, {"created_at": (NOW + timedelta(seconds=9)).isoformat()}, True),
    ({}, {"type": "preset"}, True),
]


@pytest.mark.parametrize(("sent", "shown", "is_it"), MATCHES)
def test_which_voice_it_can_be(create: Create, sent: dict[str, Any], shown: dict[str, Any], is_it: bool) -> None:
    create.elapses, create.recover = 3, False
    with pytest.raises(errors.NoResponseError) as caught:
        create.run(LOST, **sent)
    steps: Any = caught.value._lookup._candidates()  # type: ignore[union-attr]
    # The date is that of the first page; what comes later says nothing of when the create began.
    later = {"date": format_datetime(NOW + timedelta(days=1), usegmt=True)}
    found = run_steps(steps, [page(made(7, **shown), token="a"), page(headers=later)])
    assert [voice.id for voice in found] == (["m7"] if is_it else [])


def test_a_member_that_voices_lack_is_not_compared(create: Create, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(models.VoiceResponse.__annotations__, "color")
    assert create.run(LOST, page(made()), color="red").id == "m1"


def test_it_is_looked_for_three_times(create: Create) -> None:
    with pytest.raises(errors.NoResponseError) as caught:
        create.run(LOST, page())
    assert (create.sent, create.waits) == (["POST", "GET", "GET", "GET"], [0.5 * 1.125, 1.125])
    assert caught.value.outcome_unknown
    assert not hasattr(caught.value, "__notes__")
    assert create.run(LOST, page(), page(), page(made())).id == "m1"


@pytest.mark.parametrize(("total", "looks"), [(4, 1), (5.625, 2), (11.249, 2), (11.25, 3)])
def test_looking_keeps_within_the_bound_of_time(monkeypatch: pytest.MonkeyPatch, total: float, looks: int) -> None:
    backoff = utils.BackoffStrategy(5000, 5000, 1, int(total * 1000))
    retries = utils.RetryConfig("backoff", backoff, retry_connection_errors=False)
    create = Create(monkeypatch, retries=retries)
    with pytest.raises(errors.NoResponseError):
        create.run(LOST, page())
    assert create.sent == ["POST"] + ["GET"] * looks


def test_pages_without_end_keep_within_the_bound_of_time(create: Create) -> None:
    create.elapses = 0.1
    endless = (page(made(number, -99), token=str(number)) for number in itertools.count())
    with pytest.raises(errors.NoResponseError) as caught:
        create.run(LOST, *[lambda _: next(endless)] * 2)
    assert caught.value.__notes__ == ["Looking for the voice failed too: the pages of voices did not end within 60 s"]
    assert create.seconds < 61


def test_a_page_is_retried_within_the_bound_of_time(create: Create, monkeypatch: pytest.MonkeyPatch) -> None:
    create.options = {"retries": 100}
    create.elapses = 25
    totals: list[float] = []

    def remember(request: Any, options: Any) -> Any:
        totals.append(options.retry.total)
        return exchange(request, options)

    monkeypatch.setattr("mistral_voices.voices.pagination.exchange", remember)
    assert create.run(LOST, page(token="1"), page(made())).id == "m1"
    assert totals == [60, 10]


# What the other create under way sends, what became of it, and what is recovered.
OTHERS: list[tuple[dict[str, Any], Any, str | None]] = [
    ({}, None, None),  # it is still under way
    ({}, LOST, None),
    ({}, GeneratorExit(), None),  # it was cancelled
    ({"retention_notice": None}, None, None),  # the server has a default
    ({"tags": ["x"]}, None, None),
    ({"name": "Eva"}, None, "m1"),
    ({"retention_notice": 31}, LOST, "m1"),
    ({}, Reply(200, made(2)), "m1"),
    ({}, Reply(422), "m1"),
]


@pytest.mark.parametrize(("sent", "outcome", "recovered"), OTHERS)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_voice_of_a_create_at_the_same_time_is_left_to_it(
    create: Create, sent: dict[str, Any], outcome: Any, recovered: str | None, is_first: bool
) -> None:
    mine = create.begin()
    create.recover = False
    other = create.begin(**sent)
    for steps in (other, mine) if is_first else (mine, other):
        next(steps)
    with contextlib.suppress(errors.MistralError, StopIteration, GeneratorExit):
        if isinstance(outcome, BaseException):
            other.throw(outcome)
        elif outcome is not None:
            other.send(outcome.response())
    listed = page(made(1), made(2)) if outcome == Reply(200, made(2)) else page(made(1))
    mine.throw(LOST)
    if recovered is None:
        with pytest.raises(errors.NoResponseError) as caught:
            mine.send(listed.response())
        assert caught.value.outcome_unknown
        assert caught.value.__notes__[0].startswith("A create like this one was under way")
    else:
        with pytest.raises(StopIteration) as end:
            mine.send(listed.response())
        assert end.value.value.id == recovered
    other.close()
    assert create.created[1] == set()


def test_a_voice_that_is_claimed_during_the_look_is_left(create: Create) -> None:
    mine, other = create.begin(), create.begin()
    next(mine)
    next(other)
    mine.throw(LOST)
    mine.send(page(made(1), token="1").response())
    with pytest.raises(StopIteration):
        other.send(Reply(200, made(1)).response())
    assert isinstance(mine.send(page().response()), Wait)  # it is not there, and is looked for again


DOUBTS: list[tuple[Reply, str]] = [
    (page(made(1), made(2)), "2 voices may be the one: m1, m2"),
    (page(made(1), headers={}), "Looking for the voice failed too: The response has no Date header"),
    (page(made(1), headers={"date": "tomorrow"}), "Looking for the voice failed too: The response has no Date header"),
    (Reply(401, {"message": "Key expired"}), "Looking for the voice failed too: Key expired"),
]


@pytest.mark.parametrize(("reply", "note"), DOUBTS)
def test_the_error_says_why_it_cannot_tell(create: Create, reply: Reply, note: str) -> None:
    with pytest.raises(errors.NoResponseError) as caught:
        create.run(LOST, reply)
    assert create.sent == ["POST", "GET"]
    assert caught.value.__notes__[0].startswith(note)


def test_a_date_without_a_zone_is_utc(create: Create) -> None:
    headers = {"date": NOW.strftime("%a, %d %b %Y %H:%M:%S -0000")}
    assert create.run(LOST, page(made(1), made(2, -3), headers=headers)).id == "m1"


def test_a_voice_that_this_client_made_is_not_it(create: Create, monkeypatch: pytest.MonkeyPatch) -> None:
    assert create.run(Reply(200, made(1))).id == "m1"
    assert create.run(LOST, page(made(1), made(2))).id == "m2"
    monkeypatch.setattr(recovery, "MOST_CREATED", 2)
    assert create.run(Reply(200, made(3))).id == "m3"
    assert list(create.created[0]) == ["m2", "m3"]


@pytest.mark.parametrize("outcome", [Reply(422, {"detail": []}), REFUSED, Reply(429)])
def test_nothing_is_looked_for_when_nothing_happened(create: Create, outcome: Any) -> None:
    with pytest.raises(errors.MistralError) as caught:
        create.run(outcome)
    assert set(create.sent) == {"POST"}
    with pytest.raises(RuntimeError, match="candidates"):
        caught.value.candidates()


@pytest.mark.parametrize("recover", [None, "yes", 1])
def test_recover_is_a_flag(monkeypatch: pytest.MonkeyPatch, recover: Any) -> None:
    with pytest.raises(TypeError, match="recover must be True or False"):
        Create(monkeypatch, recover).run(Reply(200, made()))


@pytest.mark.parametrize("date", ["Fri, 31 Dec 99999999999 23:59:59 GMT", "Fri, 31 Dec 99999 23:59:59 GMT", "x"])
def test_a_date_after_all_dates_is_none(create: Create, date: str) -> None:
    with pytest.raises(errors.NoResponseError) as caught:
        create.run(LOST, page(made(), headers={"date": date}))
    assert "no Date header" in caught.value.__notes__[0]


def test_a_name_that_is_too_long_for_an_address_is_looked_for_by_its_beginning(create: Create) -> None:
    name = "\u00e9" * 20_000
    assert create.run(LOST, page(made(name=name)), name=name).name == name
