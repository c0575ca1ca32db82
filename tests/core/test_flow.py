"""A whole call without I/O: what each attempt sends, when the next begins, and what comes of it all."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mistral_voices import errors
from mistral_voices._core import flow
from mistral_voices._core.key import Key
from mistral_voices._core.options import Options
from mistral_voices._core.request import Request, Send, Wait
from mistral_voices._core.response import Response
from mistral_voices._core.retry import DEFAULT, NO_RETRIES, RetryPolicy

from ..harness import KEY, LOST, REFUSED, Reply, run_steps

GET: Request[Any] = Request("GET", "/v1/audio/voices/v1?q=name", lambda response: response.json(), {"accept": "a/b"})
CREATE = GET._replace(method="POST", creates=True)
DELETE = GET._replace(method="DELETE", deletes=True)
OPTIONS = Options("https://api.example", Key(KEY))
WILLING = OPTIONS._replace(retry=DEFAULT._replace(repeats_creates=True))
GONE = Reply(404, {"message": "No such voice"})
NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT


class Run(NamedTuple):
    """What a call sent, how long it waited each time, and what it gave or raised."""

    sent: list[Send]
    waits: list[float]
    result: Any
    response: Response | None
    error: Any


def run(request: Request[Any], *outcomes: Any, options: Options = OPTIONS, random: float = 0) -> Run:
    """Run a call by a clock that only waits move on."""
    record: list[Send | Wait] = []

    def waits() -> list[float]:
        return [step.seconds for step in record if isinstance(step, Wait)]

    steps = flow.exchange(request, options, clock=lambda: sum(waits()), now=lambda: NOW, random=lambda: random)
    result, response, error = None, None, None
    try:
        result, response = run_steps(steps, outcomes, record)
    except errors.MistralError as raised:
        error = raised
    return Run([step for step in record if isinstance(step, Send)], waits(), result, response, error)


def test_each_attempt_shows_request_and_options_and_a_good_response_is_the_last() -> None:
    options = OPTIONS._replace(headers={"x-mine": "1", "accept": "c/d"}, timeout=7.0)
    done = run(GET, Reply(429), {"id": "v1"}, options=options)
    headers = {"authorization": f"Bearer {KEY}", "accept": "c/d", "x-mine": "1"}
    first = Send(GET, "https://api.example/v1/audio/voices/v1?q=name", headers, 7.0, 1)
    assert done.sent == [first, first._replace(attempt=2)]
    assert (done.waits, done.result, first.path) == ([0.5], {"id": "v1"}, "/v1/audio/voices/v1")
    assert done.response is not None
    assert (done.response.status_code, done.response.content) == (200, b'{"id": "v1"}')
    (own,) = run(GET, {}, options=OPTIONS._replace(headers={"authorization": "Bearer other"})).sent
    assert (own.headers, own.timeout) == ({"authorization": "Bearer other", "accept": "a/b"}, None)


REPEATED = [*map(Reply, (429, 500, 502, 503, 504)), LOST, REFUSED]


@pytest.mark.parametrize("failure", REPEATED)
def test_failure_is_repeated(failure: Any) -> None:
    done = run(GET, failure)
    assert ([send.attempt for send in done.sent], done.waits) == ([1, 2, 3, 4], [0.5, 1.0, 2.0])
    assert "attempt 4" in done.error.message
    assert done.error.__cause__ is (None if isinstance(failure, Reply) else failure.cause)
    assert run(GET, failure, Reply(400)).error.__cause__ is None
    assert run(GET, failure, failure, "good", random=1).waits == [0.625, 1.25]
    once = run(GET, failure, options=OPTIONS._replace(retry=NO_RETRIES))
    assert (len(once.sent), once.waits, once.error is None) == (1, [], False)


def test_time_since_the_first_attempt_bounds_the_rest() -> None:
    by_time = OPTIONS._replace(retry=RetryPolicy(None, 10.0, 1.0, 4.0, 2.0))
    assert run(GET, Reply(500), options=by_time).waits == [1.0, 2.0, 4.0]
    assert run(GET, Reply(429, headers={"retry-after": "25"})).waits == [25.0, 25.0]  # a third would be too late
    # A date is compared to the time of day.
    soon, late = ({"retry-after": f"Fri, 15 Jan 2027 08:{after} GMT"} for after in ("00:05", "01:30"))
    assert run(GET, Reply(429, headers=soon), "good").waits == [5.0]
    done = run(GET, Reply(429, headers=late))
    assert (done.waits, done.error.retry_after) == ([], 90.0)
    assert not run(CREATE, Reply(503, headers=late)).error.outcome_unknown


UNREADABLE: list[tuple[Any, str]] = [
    *[(Reply(status, {}), f"the status is {status}, expected 200") for status in (201, 204, 299)],
    (Reply(200, b"{}").response("the body cannot be decoded"), "the body cannot be decoded"),
    (Reply(200, b"{"), "the body is not JSON"),
]


@pytest.mark.parametrize(("reply", "reason"), UNREADABLE)
def test_unreadable_success_is_not_repeated(reply: Any, reason: str) -> None:
    for request in (GET, CREATE):
        done = run(request, reply, options=WILLING)
        assert (type(done.error), len(done.sent)) == (errors.ResponseValidationError, 1)
        assert str(done.error.cause).startswith(reason)
        assert (done.error.outcome_unknown, done.error.__suppress_context__) == (request.creates, True)


DOUBT = "; the voice may have been made all the same: candidates() looks for it"
DELETED = "; an earlier attempt of this call, whose answer was lost, most likely deleted the voice"


@pytest.mark.parametrize("failure", [Reply(500), Reply(502), Reply(503), LOST])
def test_create_is_not_repeated_blindly(failure: Any) -> None:
    done = run(CREATE, failure, "good")
    assert (len(done.sent), done.error.outcome_unknown) == (1, True)
    assert done.error.message.endswith(DOUBT)
    assert str(done.error) == done.error.message
    assert run(CREATE, failure, "good", options=WILLING).result == "good"
    assert run(GET, failure).error.outcome_unknown is False


@pytest.mark.parametrize("failure", [Reply(429), Reply(503, headers={"retry-after": "1"}), REFUSED])
def test_create_is_in_no_doubt_where_the_server_cannot_have_acted(failure: Any) -> None:
    done = run(CREATE, failure)
    assert (len(done.sent), done.error.outcome_unknown, DOUBT in done.error.message) == (4, False, False)
    for status in (302, 400, 409, 422):
        refused = Reply(status, {"detail": []})
        assert not run(CREATE, failure, refused).error.outcome_unknown
        assert run(CREATE, LOST, failure, refused, options=WILLING).error.outcome_unknown


@pytest.mark.parametrize("failure", [Reply(502), Reply(504), LOST])
def test_delete_whose_response_was_lost_says_that_it_deleted(failure: Any) -> None:
    done = run(DELETE, failure, Reply(429), GONE)
    assert (type(done.error), done.error.already_deleted) == (errors.NotFoundError, True)
    assert done.error.message.startswith("No such voice (404, ")
    assert done.error.message.endswith(DELETED)
    assert not hasattr(run(DELETE, failure, Reply(400)).error, "already_deleted")
    for request, before in ((GET, failure), (DELETE, Reply(429)), (DELETE, Reply(500)), (DELETE, REFUSED)):
        other = run(request, before, GONE).error
        assert (other.already_deleted, DELETED in other.message) == (False, False)


def test_missing_ok_makes_none_of_a_404_alone() -> None:
    tolerant = DELETE._replace(missing_ok=True)
    done = run(tolerant, LOST, GONE)
    assert (done.result, done.error, len(done.sent)) == (None, None, 2)
    assert done.response is not None
    assert done.response.status_code == 404
    assert run(tolerant, Reply(410)).error.status_code == 410
    assert isinstance(run(DELETE, GONE).error, errors.NotFoundError)


def test_what_shows_a_step_hides_what_it_holds() -> None:
    (send,) = run(CREATE, "good").sent
    shown = [send, send.request, Reply(200, b"sample").response(), OPTIONS._replace(headers={"x-key": KEY})]
    line = "POST https://api.example/v1/audio/voices/v1?q=name"
    names = [f"Send({line})", "Request(POST /v1/audio/voices/v1?q=name)", "Response(200)"]
    assert [repr(each) for each in shown] == [*names, "Options(server_url='https://api.example')"]
