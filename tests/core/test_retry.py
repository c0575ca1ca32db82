"""Which failures are repeated, and after how long: the rule as one table, and how it is read from what users give."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from mistral_voices import utils
from mistral_voices._core import retry
from mistral_voices._core.response import TransportError
from mistral_voices._core.retry import DEFAULT, LONGEST_MS, NO_RETRIES, RetryPolicy

from ..harness import LOST, REFUSED, Reply

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT
BY_TIME = RetryPolicy(attempts=None, total=10.0, initial=1.0, longest=4.0, exponent=2.0)
NINE = DEFAULT._replace(attempts=9)
NOT_LOST = DEFAULT._replace(connection_errors=False)
FINAL = TransportError(httpx.DecodingError("bad"), "bad", is_transient=False)


def after(value: str, status: int = 429) -> Reply:
    return Reply(status, headers={"retry-after": value})


def outcome_of(failure: Reply | TransportError) -> Any:
    return failure.response() if isinstance(failure, Reply) else failure


TABLE: list[tuple[RetryPolicy, int, float, Reply | TransportError, float, float | None]] = [
    # policy, attempt, elapsed, outcome, random, seconds to wait
    *[(DEFAULT, attempt, 0.0, Reply(500), 0.0, wait) for attempt, wait in ((1, 0.5), (2, 1.0), (3, 2.0), (4, None))],
    *[(NINE, attempt, 4.0, Reply(503), 1.0, wait) for attempt, wait in ((4, 5.0), (5, 10.0), (6, 10.0))],
    # No attempt begins later than a minute after the first, and jitter ends there.
    *[(DEFAULT, 1, elapsed, Reply(504), 1.0, wait) for elapsed, wait in ((0, 0.625), (59.4, 0.6), (59.6, None))],
    (DEFAULT, 1, 59.5, Reply(504), 0, 0.5),
    *[(DEFAULT, 1, 0.0, Reply(status), 0.0, None) for status in (200, 302, 400, 404, 408, 409, 422, 501, 520)],
    *[(DEFAULT, 1, 0, after(text), 1, wait) for text, wait in (("7", 8.75), ("0", 0.0), ("60", 60.0), ("61", None))],
    (DEFAULT, 1, 50, after("11"), 0, None),
    (DEFAULT, 1, 0, after("2", 500), 0, 2.0),
    (DEFAULT, 1, 0, after("2", 404), 0, None),
    *[(DEFAULT, 1, 0.0, failure, 0.0, 0.5) for failure in (REFUSED, LOST, after("soon"), Reply(429), Reply(502))],
    (DEFAULT, 4, 0, LOST, 0, None),
    (DEFAULT, 1, 0, FINAL, 0, None),
    (NOT_LOST, 1, 0, LOST, 0, None),
    (NOT_LOST, 1, 0, Reply(500), 0, 0.5),
    # By time alone; the exponent of attempt 5000 overflows.
    *[(BY_TIME, n, 5.0, Reply(500), 0.0, wait) for n, wait in ((1, 1.0), (2, 2.0), (3, 4.0), (900, 4.0), (5000, 4.0))],
    (BY_TIME, 4, 6.5, Reply(500), 0, None),
    *[(BY_TIME, 1, 0, after(text), 0, wait) for text, wait in (("9", 9.0), ("11", None), ("0", 1.0))],
    (NO_RETRIES, 1, 0, Reply(500), 0, None),
]


@pytest.mark.parametrize(("policy", "attempt", "elapsed", "failure", "random", "expected"), TABLE)
def test_delay(
    policy: RetryPolicy, attempt: int, elapsed: float, failure: Any, random: float, expected: float | None
) -> None:
    found = retry.delay(policy, attempt, elapsed, NOW, outcome_of(failure), random)
    assert found == (None if expected is None else pytest.approx(expected))


# What a failure may have done, whether its response was lost on the way, and whether a create may be repeated blindly.
ACTED: list[tuple[Reply | TransportError, bool, bool, bool]] = [
    *[(failure, False, False, True) for failure in (Reply(429), after("1", 503), REFUSED)],
    *[(failure, True, False, False) for failure in (Reply(500), Reply(503), after("soon", 503), Reply(520))],
    *[(failure, True, True, False) for failure in (Reply(502), Reply(504), after("1", 504), LOST)],
    *[(Reply(status), True, False, False) for status in (200, 299)],
    *[(Reply(status), False, False, False) for status in (300, 409, 499)],
]


@pytest.mark.parametrize(("failure", "acted", "lost", "repeated"), ACTED)
def test_what_may_have_acted(failure: Any, acted: bool, lost: bool, repeated: bool) -> None:
    outcome, willing = outcome_of(failure), DEFAULT._replace(retries_creates=True)
    assert (retry.may_have_acted(outcome, NOW), retry.was_lost(outcome)) == (acted, lost)
    assert (retry.delay(DEFAULT, 1, 0, NOW, outcome, 0, creates=True) is not None) is repeated
    assert retry.delay(willing, 1, 0, NOW, outcome, 0, creates=True) == retry.delay(DEFAULT, 1, 0, NOW, outcome, 0)


RETRY_AFTER: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    *[({"retry-after": text}, seconds) for text, seconds in (("7", 7.0), (" 0 ", 0.0), ("1.5", 1.5), ("2.", 2.0))],
    ({"retry-after": "9" * 15}, 999_999_999_999_999.0),
    *[({"retry-after": text}, None) for text in ("", "soon", "-1", "nan", "inf", "1e3", "1_0", "\u0661", "9" * 16)],
    ({"retry-after": formatdate(NOW + 9, usegmt=True)}, 9.0),
    ({"retry-after": formatdate(NOW - 9, usegmt=True)}, 0.0),
    ({"retry-after": "Fri, 15 Jan 2027 10:00:05 +0200"}, 5.0),
    # Dates that cannot be: no such month, a year and a zone out of the range of the calendar.
    ({"retry-after": "Thu, 99 Foo 2026 00:00:00 GMT"}, None),
    ({"retry-after": "Fri, 15 Jan 99999999999999999999 08:00:00 GMT"}, None),
    ({"retry-after": "Fri, 15 Jan 2027 08:00:00 +99999999999999999999"}, None),
    # The clock of the server is an hour ahead of ours, or behind; and a Date that is none.
    ({"retry-after": formatdate(NOW + 3605, usegmt=True), "date": formatdate(NOW + 3600, usegmt=True)}, 5.0),
    ({"retry-after": formatdate(NOW - 3595, usegmt=True), "date": formatdate(NOW - 3600, usegmt=True)}, 5.0),
    ({"retry-after": formatdate(NOW + 9, usegmt=True), "date": "today"}, 9.0),
    ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
    ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
    ({"retry-after-ms": formatdate(NOW + 9, usegmt=True)}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), RETRY_AFTER)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    # Characters beyond ASCII come as they are, not as httpx would encode them.
    given: Any = httpx.Headers([(name.encode(), value.encode()) for name, value in headers.items()], encoding="utf-8")
    assert retry.retry_after(given, NOW) == seconds


ZONELESS = ["Fri, 15 Jan 2027 08:00:09 -0000", "Fri Jan 15 08:00:09 2027", "15 Jan 2027 08:00:09"]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has one time zone")
@pytest.mark.parametrize("date", ZONELESS)
def test_a_date_without_a_zone_is_utc(date: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/New_York")
        time.tzset()
        assert retry.retry_after({"retry-after": date}, NOW) == 9
    time.tzset()


def test_waits_of_tests_are_short_and_as_many() -> None:
    short = DEFAULT._replace(wait_factor=0.001)
    assert retry.delay(short, 3, 0, NOW, after("9", 503).response(), 1) == pytest.approx(0.01125)
    assert retry.delay(short, 1, 0, NOW, after("61", 503).response(), 1) is None
    assert retry.delay(short, 4, 0, NOW, Reply(503).response(), 1) is None


BACKOFF = utils.BackoffStrategy(500, 60_000, 1.5, 300_000)
CONFIG = utils.RetryConfig("backoff", BACKOFF, retry_connection_errors=True)
POLICY = RetryPolicy(None, 300.0, 0.5, 60.0, 1.5, connection_errors=True, retries_creates=False)


def test_policy_is_read_from_what_users_give() -> None:
    defaults = RetryPolicy(4, 60.0, 0.5, 8.0, 2.0, connection_errors=True, retries_creates=False)
    nothing = CONFIG._replace(strategy="none", backoff=None)  # type: ignore[arg-type]
    edges = CONFIG._replace(backoff=utils.BackoffStrategy(0, LONGEST_MS, 1, 0))
    read: list[tuple[Any, RetryPolicy]] = [
        *[(number, defaults._replace(attempts=number + 1)) for number in (0, 1, 2, 100)],
        *[(utils.UNSET, defaults), (None, NO_RETRIES), (nothing, NO_RETRIES), (CONFIG, POLICY)],
        (CONFIG._replace(retry_connection_errors=False), POLICY._replace(connection_errors=False)),
        (edges, POLICY._replace(initial=0, longest=864_000, exponent=1, total=0)),
    ]
    assert [retry.read_retries(given, "retries") for given, _ in read] == [policy for _, policy in read]


MEMBERS: list[tuple[str, Any, int]] = [
    *[(name, value, 0) for name in ("initial_interval", "max_interval") for value in (-1, LONGEST_MS + 1, "1", None)],
    *[("exponent", value, 1) for value in (0, 0.5, float("nan"), float("inf"))],
    *[("max_elapsed_time", value, 0) for value in (-1, float("nan"), LONGEST_MS + 1)],
]


def test_what_is_no_config_is_refused() -> None:
    for number in (-1, 101, 10**5000):
        with pytest.raises(ValueError, match=r"^mine must be a number of retries from 0 to 100$"):
            retry.read_retries(number, "mine")
    for given in (True, False, 2.0, "2", "backoff", ("backoff", BACKOFF, True), CONFIG._replace(backoff=(1, 1, 1, 1))):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"^mine must be a whole number of retries, None, or a utils\.RetryConf"):
            retry.read_retries(given, "mine")  # type: ignore[arg-type]
    for member, value, least in MEMBERS:
        config = CONFIG._replace(backoff=BACKOFF._replace(**{member: value}))
        with pytest.raises(ValueError, match=f"^mine: {member} must be a number from {least} to 864,000,000$"):
            retry.read_retries(config, "mine")
