"""Which failures are repeated, how often, and after how long."""

from __future__ import annotations

import itertools
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from mistral_voices import errors, utils
from mistral_voices._core.retry import RetryPolicy as Policy
from mistral_voices._core.retry import delay as pause

from .harness import CALLS, GOOD, ClientKind, Fails, Reply

NOW = 1_800_000_000.0
THREE = Policy()
BY_TIME = Policy(attempts=None, total=10.0, initial=1.0, longest=4.0, exponent=2.0)


class Answered:
    """A stand-in for an answer: the rule looks at no more than this."""

    def __init__(self, status: int, **headers: str) -> None:
        self.status_code = status
        self.headers = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})


TABLE: list[tuple[Policy, int, float, Any, float, float | None]] = [
    # policy, attempt, elapsed, outcome, random, seconds to wait
    (THREE, 1, 0, Answered(429), 0, 0.5),
    (THREE, 2, 1, Answered(500), 0, 1.0),
    (THREE, 3, 2, Answered(502), 0, 2.0),
    (THREE, 4, 4, Answered(503), 0, None),
    (THREE, 1, 0, Answered(504), 1, 0.625),
    (THREE, 1, 60, Answered(504), 0, None),
    (THREE, 1, 59.4, Answered(504), 1, 0.6),
    (THREE, 1, 0, Answered(400), 0, None),
    (THREE, 1, 0, Answered(408), 0, None),
    (THREE, 1, 0, Answered(501), 0, None),
    (THREE, 1, 0, Answered(520), 0, None),
    (THREE, 1, 0, Answered(200), 0, None),
    (THREE, 1, 0, Answered(302), 0, None),
    (THREE, 1, 0, Answered(429, retry_after="7"), 0, 7.0),
    (THREE, 1, 0, Answered(429, retry_after="7"), 1, 8.75),
    (THREE, 1, 0, Answered(503, retry_after="0"), 1, 0.0),
    (THREE, 1, 0, Answered(429, retry_after="1.5"), 0, 1.5),
    (THREE, 1, 0, Answered(429, retry_after="60"), 1, 60.0),
    (THREE, 1, 0, Answered(429, retry_after="61"), 0, None),
    (THREE, 1, 0, Answered(429, retry_after="3600"), 0, None),
    (THREE, 1, 50, Answered(429, retry_after="11"), 0, None),
    (THREE, 1, 0, Answered(429, retry_after=formatdate(NOW + 9, usegmt=True)), 0, 9.0),
    (THREE, 1, 0, Answered(429, retry_after=formatdate(NOW - 9, usegmt=True)), 1, 0.0),
    (THREE, 1, 0, Answered(429, retry_after=formatdate(NOW + 90, usegmt=True)), 0, None),
    (THREE, 1, 0, Answered(429, retry_after_ms="250"), 0, 0.25),
    (THREE, 1, 0, Answered(429, retry_after_ms="250", retry_after="9"), 0, 0.25),
    (THREE, 1, 0, Answered(429, retry_after_ms="x", retry_after="9"), 0, 9.0),
    (THREE, 1, 0, Answered(429, retry_after_ms="90000"), 0, None),
    (THREE, 1, 0, Answered(429, retry_after="soon"), 0, 0.5),
    (THREE, 1, 0, Answered(429, retry_after="-1"), 0, 0.5),
    (THREE, 1, 0, Answered(429, retry_after="nan"), 0, 0.5),
    (THREE, 1, 0, Answered(429, retry_after="inf"), 0, 0.5),
    (THREE, 1, 0, Answered(429, retry_after=""), 0, 0.5),
    (THREE, 1, 0, Answered(429, retry_after="Thu, 99 Foo 2026 00:00:00 GMT"), 0, 0.5),
    (THREE, 1, 0, Answered(500, retry_after="2"), 0, 2.0),
    (THREE, 1, 0, Answered(404, retry_after="2"), 0, None),
    (THREE, 1, 0, httpx.ConnectError(""), 0, 0.5),
    (THREE, 1, 0, httpx.ReadTimeout(""), 0, 0.5),
    (THREE, 1, 0, httpx.RemoteProtocolError(""), 0, 0.5),
    (THREE, 4, 0, httpx.ReadError(""), 0, None),
    (THREE, 1, 0, httpx.UnsupportedProtocol(""), 0, None),
    (THREE, 1, 0, httpx.LocalProtocolError(""), 0, None),
    (THREE, 1, 0, httpx.DecodingError(""), 0, None),
    (THREE._replace(connection_errors=False), 1, 0, httpx.ReadError(""), 0, None),
    (THREE._replace(connection_errors=False), 1, 0, Answered(500), 0, 0.5),
    (BY_TIME, 1, 0, Answered(500), 0, 1.0),
    (BY_TIME, 2, 0, Answered(500), 0, 2.0),
    (BY_TIME, 3, 0, Answered(500), 0, 4.0),
    (BY_TIME, 4, 0, Answered(500), 0, 4.0),
    (BY_TIME, 900, 5, Answered(500), 0, 4.0),
    (BY_TIME, 5000, 5, Answered(500), 0, 4.0),
    (BY_TIME, 4, 6.5, Answered(500), 0, None),
    (BY_TIME, 1, 0, Answered(429, retry_after="9"), 0, 9.0),
    (BY_TIME, 1, 0, Answered(429, retry_after="11"), 0, None),
    (BY_TIME, 1, 0, Answered(429, retry_after="0"), 0, 1.0),
    (THREE, 1, 0, Answered(429, retry_after="1_0"), 0, 0.5),
    (Policy(attempts=1), 1, 0, Answered(500), 0, None),
]


@pytest.mark.parametrize(("policy", "attempt", "elapsed", "outcome", "random", "expected"), TABLE)
def test_rule(
    policy: Policy, attempt: int, elapsed: float, outcome: Any, random: float, expected: float | None
) -> None:
    found = pause(policy, attempt, elapsed, NOW, outcome, random)
    assert found == (None if expected is None else pytest.approx(expected))


SAFE = [name for name in CALLS if name != "create"]
REPEATED = [Reply(429), Reply(500), Reply(502), Reply(503), Reply(504)]
LOST = [Fails(name) for name in ("ConnectError", "ConnectTimeout", "PoolTimeout", "ReadError", "ReadTimeout")]
LOST += [Fails(name) for name in ("WriteError", "WriteTimeout", "RemoteProtocolError", "CloseError", "ProxyError")]


@pytest.mark.parametrize("name", SAFE)
@pytest.mark.parametrize("failure", [*REPEATED, *LOST])
def test_four_attempts_by_default(client_kind: ClientKind, waits: list[float], name: str, failure: Any) -> None:
    server = client_kind.replies(failure)
    with pytest.raises(errors.MistralError, match="attempt 4"):
        client_kind.call(client_kind.mistral(server), name, **CALLS[name])
    assert len(server.requests) == 4
    assert [0.5 <= waits[0] <= 0.625, 1 <= waits[1] <= 1.25, 2 <= waits[2] <= 2.5, len(waits) == 3] == [True] * 4
    assert len({request.content for request in server.requests}) == 1


@pytest.mark.parametrize("name", SAFE)
@pytest.mark.parametrize("failure", [*REPEATED, *LOST])
def test_a_later_success_is_a_success(client_kind: ClientKind, waits: list[float], name: str, failure: Any) -> None:
    server = client_kind.replies(failure, failure, GOOD[name])
    client_kind.call(client_kind.mistral(server), name, **CALLS[name])
    assert len(server.requests) == 3


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 422, 501, 520, 302])
def test_other_statuses_are_not_repeated(client_kind: ClientKind, waits: list[float], name: str, status: int) -> None:
    server = client_kind.replies(Reply(status, {"detail": []}))
    with pytest.raises(errors.MistralError):
        client_kind.call(client_kind.mistral(server), name, **CALLS[name])
    assert (len(server.requests), waits) == (1, [])


NOT_ACTED = [Reply(429), Reply(503, b"", {"retry-after": "1"}), Fails("ConnectError"), Fails("ConnectTimeout")]
NOT_ACTED += [Fails("PoolTimeout"), Fails("ProxyError")]
MAY_HAVE_ACTED = [Reply(500), Reply(502), Reply(503), Reply(504), Fails("ReadError"), Fails("ReadTimeout")]
MAY_HAVE_ACTED += [Fails("WriteError"), Fails("WriteTimeout"), Fails("RemoteProtocolError"), Fails("CloseError")]
CONFIG = utils.RetryConfig("backoff", utils.BackoffStrategy(1, 1, 1, 30_000), retry_connection_errors=True)


@pytest.mark.parametrize("failure", NOT_ACTED)
def test_create_is_repeated_where_the_server_cannot_have_acted(
    client_kind: ClientKind, waits: list[float], failure: Any
) -> None:
    server = client_kind.replies(failure, failure, GOOD["create"])
    client_kind.call(client_kind.mistral(server), "create", **CALLS["create"])
    assert len(server.requests) == 3


@pytest.mark.parametrize("failure", MAY_HAVE_ACTED)
@pytest.mark.parametrize("options", [{}, {"retry_config": CONFIG}])
def test_create_is_not_repeated_blindly(
    client_kind: ClientKind, waits: list[float], failure: Any, options: dict[str, Any]
) -> None:
    server = client_kind.replies(failure, GOOD["create"])
    with pytest.raises(errors.MistralError) as caught:
        client_kind.call(client_kind.mistral(server, **options), "create", **CALLS["create"])
    assert (len(server.requests), waits, caught.value.outcome_unknown) == (1, [], True)


@pytest.mark.parametrize("failure", MAY_HAVE_ACTED)
def test_create_is_repeated_when_this_very_call_says_so(
    client_kind: ClientKind, waits: list[float], failure: Any
) -> None:
    server = client_kind.replies(failure, failure, GOOD["create"])
    client_kind.call(client_kind.mistral(server), "create", **CALLS["create"], retries=CONFIG)
    assert len(server.requests) == 3


def test_create_in_doubt_stays_in_doubt_whatever_follows(client_kind: ClientKind, waits: list[float]) -> None:
    server = client_kind.replies(Fails("ReadError"), Reply(409))
    with pytest.raises(errors.ConflictError) as caught:
        client_kind.call(client_kind.mistral(server), "create", **CALLS["create"], retries=CONFIG)
    assert caught.value.outcome_unknown


LOST_ANSWERS = [Reply(502), Reply(504), *[failure for failure in MAY_HAVE_ACTED if isinstance(failure, Fails)]]


@pytest.mark.parametrize("after", LOST_ANSWERS)
def test_delete_whose_answer_was_lost_says_that_it_deleted(
    client_kind: ClientKind, waits: list[float], after: Any
) -> None:
    server = client_kind.replies(after, Reply(404, {"message": "No such voice"}))
    with pytest.raises(errors.NotFoundError, match=r"No such voice .* most likely deleted the voice") as caught:
        client_kind.call(client_kind.mistral(server), "delete", voice_id="v1")
    assert caught.value.already_deleted
    assert str(caught.value) == caught.value.message


NOT_LOST = [Reply(429), Reply(500), Reply(503), Fails("ConnectError"), Reply(503, b"", {"retry-after": "0"})]


@pytest.mark.parametrize("after", NOT_LOST)
def test_delete_that_never_arrived_does_not_say_so(client_kind: ClientKind, waits: list[float], after: Any) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(after, Reply(404))), "delete", voice_id="v1")
    assert not caught.value.already_deleted


NONE = [
    {"retries": None},
    {"retries": CONFIG._replace(strategy="none")},
    {"retries": CONFIG._replace(strategy="none", backoff=None)},  # type: ignore[arg-type]
]


@pytest.mark.parametrize("options", NONE)
@pytest.mark.parametrize("failure", [*REPEATED, *LOST])
def test_no_retries(client_kind: ClientKind, waits: list[float], options: dict[str, Any], failure: Any) -> None:
    for where in ("call", "constructor"):
        server = client_kind.replies(failure)
        mistral = client_kind.mistral(
            server, **({"retry_config": options["retries"]} if where == "constructor" else {})
        )
        with pytest.raises(errors.MistralError):
            client_kind.call(mistral, "list", **(options if where == "call" else {}))
        assert (len(server.requests), waits) == (1, [])


def test_a_given_config_is_bounded_by_its_time_alone(client_kind: ClientKind, waits: list[float]) -> None:
    server = client_kind.replies(*itertools.repeat(Reply(500), 20), GOOD["list"])
    client_kind.call(client_kind.mistral(server, retry_config=CONFIG), "list")
    assert len(server.requests) == 21


def test_connection_errors_can_be_excepted(client_kind: ClientKind, waits: list[float]) -> None:
    config = CONFIG._replace(retry_connection_errors=False)
    server = client_kind.replies(Reply(500), Fails("ReadError"))
    with pytest.raises(errors.NoResponseError):
        client_kind.call(client_kind.mistral(server), "list", retries=config)
    assert len(server.requests) == 2


FORMS = {"2": 2.0, "0": 0.0, "0.5": 0.5}


@pytest.mark.parametrize(("value", "seconds"), FORMS.items())
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(
    client_kind: ClientKind, waits: list[float], status: int, value: str, seconds: float
) -> None:
    server = client_kind.replies(Reply(status, b"", {"retry-after": value}), GOOD["list"])
    client_kind.call(client_kind.mistral(server), "list")
    assert len(waits) == 1
    assert seconds <= waits[0] <= seconds * 1.25


@pytest.mark.parametrize("headers", [{"retry-after": "3600"}, {"retry-after-ms": "61000"}])
@pytest.mark.parametrize("name", CALLS)
def test_a_wait_that_is_too_long_is_raised_at_once(
    client_kind: ClientKind, waits: list[float], name: str, headers: dict[str, str]
) -> None:
    server = client_kind.replies(Reply(429, {"message": "Slow down"}, headers))
    with pytest.raises(errors.RateLimitError, match="Slow down") as caught:
        client_kind.call(client_kind.mistral(server), name, **CALLS[name])
    assert (len(server.requests), waits) == (1, [])
    assert caught.value.retry_after == float(headers.get("retry-after", "61"))


def test_rate_limit_without_retry_after_has_none(client_kind: ClientKind) -> None:
    with pytest.raises(errors.RateLimitError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(Reply(429)), retry_config=None), "list")
    assert caught.value.retry_after is None


BAD_CONFIGS = [
    (("backoff", 1, 2), TypeError, "must be a utils.RetryConfig"),
    (3, TypeError, "must be a utils.RetryConfig"),
    (CONFIG._replace(backoff=None), TypeError, "whose backoff is a utils.BackoffStrategy"),  # type: ignore[arg-type]
    (
        CONFIG._replace(backoff=CONFIG.backoff._replace(exponent=0)),
        ValueError,
        "exponent must be a number from 1 to",
    ),
    (CONFIG._replace(backoff=CONFIG.backoff._replace(max_elapsed_time=-1)), ValueError, "max_elapsed_time must be"),
    (CONFIG._replace(backoff=CONFIG.backoff._replace(exponent=float("nan"))), ValueError, "exponent must be"),
]


@pytest.mark.parametrize(("config", "error", "message"), BAD_CONFIGS)
def test_bad_config_is_refused(client_kind: ClientKind, config: Any, error: type[Exception], message: str) -> None:
    server = client_kind.replies(GOOD["list"])
    with pytest.raises(error, match=f"retry_config.*{message}"):
        client_kind.mistral(server, retry_config=config)
    with pytest.raises(error, match=f"retries.*{message}"):
        client_kind.call(client_kind.mistral(server), "list", retries=config)
    assert not server.requests
