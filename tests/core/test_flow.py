"""A whole call without I/O: what each attempt sends, when the next begins, and what comes of it all."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mistral_voices import errors
from mistral_voices._core import flow
from mistral_voices._core.key import Key
from mistral_voices._core.options import Options, UserHeaders
from mistral_voices._core.request import Request, Send, Wait
from mistral_voices._core.response import Response, TransportError
from mistral_voices._core.retry import DEFAULT, NO_RETRIES, RetryPolicy

from ..harness import KEY, LOST, REFUSED, Reply, run_steps


def request(method: str, **more: Any) -> Request[Any]:
    path = "/v1/audio/voices/v1?q=name"
    return Request(method, path, lambda response: response.json(), {"accept": "a/b"}, **more)


GET, CREATE, DELETE = request("GET"), request("POST", creates=True), request("DELETE", deletes=True)
OPTIONS = Options("https://api.example", Key(KEY))
NEVER = OPTIONS._replace(retry=NO_RETRIES)
WILLING = OPTIONS._replace(retry=DEFAULT._replace(retries_creates=True))
GONE = Reply(404, {"message": "No such voice"})
TOLERANT = request("DELETE", deletes=True, missing_ok=True)
LOST_RESPONSES = [Reply(502), Reply(504), LOST]
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
    options = OPTIONS._replace(headers=UserHeaders({"x-mine": "1", "accept": "c/d"}), timeout=7.0)
    done = run(GET, Reply(429), {"id": "v1"}, options=options)
    headers = {"authorization": f"Bearer {KEY}", "accept": "c/d", "x-mine": "1"}
    url = "https://api.example/v1/audio/voices/v1?q=name"
    for attempt, sent in enumerate(done.sent, 1):
        assert (sent.request, sent.url, sent.headers, sent.timeout, sent.attempt) == (GET, url, headers, 7.0, attempt)
    assert len(done.sent) == 2
    assert (done.waits, done.result, done.sent[0].path) == ([0.5], {"id": "v1"}, "/v1/audio/voices/v1")
    assert done.response is not None
    assert (done.response.status_code, done.response.content) == (200, b'{"id": "v1"}')
    (own,) = run(GET, {}, options=OPTIONS._replace(headers=UserHeaders({"authorization": "Bearer other"}))).sent
    assert (own.headers, own.timeout) == ({"authorization": "Bearer other", "accept": "a/b"}, None)


REPEATED = [*map(Reply, (429, 500, 502, 503, 504)), LOST, REFUSED]
MADE = [Reply(500), Reply(502), Reply(503), LOST]  # the server may have made a voice all the same
NOT_MADE = [Reply(429), Reply(503, headers={"retry-after": "1"}), REFUSED]
UNREADABLE: list[tuple[Any, str]] = [
    (Reply(206, {}), "the status is 206, so it is a part of what was requested"),
    *[(Reply(status), f"the status is {status}, so it has no body") for status in (204, 205)],
    *[(Reply(status), "the body is empty") for status in (200, 201, 202)],
    (Reply(200, b"{}").response("the body cannot be decoded"), "the body cannot be decoded"),
    (Reply(200, b"{"), "the body is not JSON"),
]
DOUBT = "; the voice may have been made all the same: candidates() looks for it"
DELETED = "; an earlier attempt of this call, whose response was lost, most likely deleted the voice"
SAYS_DELETED = "; the status {} says that the voice {} deleted"
# Request, options, what comes for each attempt (the last again and again), attempts, and the result or the error: its
# class, and what it says of earlier attempts.
ENDS: list[tuple[Request[Any], Options, list[Any], int, Any]] = [
    *[(GET, OPTIONS, [failure], 4, (errors.MistralError, "")) for failure in REPEATED],
    *[(GET, OPTIONS, [failure, failure, "good"], 3, "good") for failure in REPEATED],
    *[(GET, NEVER, [failure], 1, (errors.MistralError, "")) for failure in REPEATED],
    *[(GET, OPTIONS, [LOST, Reply(400)], 2, (errors.BadRequestError, ""))],
    *[(CREATE, OPTIONS, [Reply(status, "good")], 1, "good") for status in (200, 201, 202, 203, 226, 299)],
    *[(DELETE, OPTIONS, [LOST, Reply(status, "good")], 2, "good") for status in (200, 202)],
    *[(GET, WILLING, [reply], 1, (errors.ResponseValidationError, "")) for reply, _ in UNREADABLE],
    *[
        (each, OPTIONS, [reply], 1, (errors.ResponseValidationError, SAYS_DELETED.format(status, verb)))
        for reply, status, verb in (
            (Reply(204), 204, "is"),
            (Reply(200, b"<p>"), 200, "is"),
            (Reply(202), 202, "will be"),
        )
        for each in (DELETE, TOLERANT)
    ],
    (DELETE, OPTIONS, [Reply(502), Reply(204)], 2, (errors.ResponseValidationError, SAYS_DELETED.format(204, "is"))),
    *[(CREATE, WILLING, [reply], 1, (errors.ResponseValidationError, DOUBT)) for reply, _ in UNREADABLE],
    *[(CREATE, OPTIONS, [failure, "good"], 1, (errors.MistralError, DOUBT)) for failure in MADE],
    *[(CREATE, WILLING, [failure, "good"], 2, "good") for failure in MADE],
    *[(CREATE, OPTIONS, [failure], 4, (errors.MistralError, "")) for failure in NOT_MADE],
    *[(CREATE, OPTIONS, [REFUSED, Reply(status)], 2, (errors.SDKError, "")) for status in (302, 400, 409, 422)],
    *[(CREATE, WILLING, [LOST, failure, Reply(400)], 3, (errors.BadRequestError, DOUBT)) for failure in NOT_MADE],
    *[(DELETE, OPTIONS, [lost, Reply(429), GONE], 3, (errors.NotFoundError, DELETED)) for lost in LOST_RESPONSES],
    *[(DELETE, OPTIONS, [known, GONE], 2, (errors.NotFoundError, "")) for known in (Reply(429), Reply(500), REFUSED)],
    (DELETE, OPTIONS, [LOST, Reply(400)], 2, (errors.BadRequestError, "")),
    (GET, OPTIONS, [LOST, GONE], 2, (errors.NotFoundError, "")),
    (TOLERANT, OPTIONS, [LOST, GONE], 2, None),
    (TOLERANT, OPTIONS, [Reply(410)], 1, (errors.SDKError, "")),
]


@pytest.mark.parametrize(("request_", "options", "outcomes", "attempts", "end"), ENDS)
def test_end_of_a_call(request_: Request[Any], options: Options, outcomes: list[Any], attempts: int, end: Any) -> None:
    done = run(request_, *outcomes, options=options)
    assert [send.attempt for send in done.sent] == [1, 2, 3, 4][:attempts]
    if not isinstance(end, tuple):
        assert (done.result, done.error) == (end, None)
        return
    error, (kind, more) = done.error, end
    assert isinstance(error, kind)
    assert (str(error), error.message.endswith(more), f"attempt {attempts}" in str(error)) == (
        error.message,
        True,
        attempts > 1,
    )
    assert (error.outcome_unknown, DOUBT in error.message) == (more == DOUBT, more == DOUBT)
    assert (getattr(error, "already_deleted", False), DELETED in error.message) == (more == DELETED, more == DELETED)
    assert error.__cause__ is getattr(outcomes[-1] if attempts > 1 else outcomes[0], "cause", None)
    assert error.__suppress_context__


@pytest.mark.parametrize(("reply", "reason"), UNREADABLE)
def test_unreadable_response_says_why(reply: Any, reason: str) -> None:
    assert str(run(GET, reply).error.cause).startswith(reason)


def test_time_since_the_first_attempt_bounds_the_rest() -> None:
    assert run(GET, LOST, random=1).waits == [0.625, 1.25, 2.5]
    by_time = OPTIONS._replace(retry=RetryPolicy(None, 10.0, 1.0, 4.0, 2.0))
    assert run(GET, Reply(500), options=by_time).waits == [1.0, 2.0, 4.0]
    assert run(GET, Reply(429, headers={"retry-after": "25"})).waits == [25.0, 25.0]  # a third would be too late
    # A date is compared to the time of day.
    soon, late = ({"retry-after": f"Fri, 15 Jan 2027 08:{after} GMT"} for after in ("00:05", "01:30"))
    assert run(GET, Reply(429, headers=soon), "good").waits == [5.0]
    done = run(GET, Reply(429, headers=late))
    assert (done.waits, done.error.retry_after) == ([], 90.0)
    assert not run(CREATE, Reply(503, headers=late)).error.outcome_unknown


def test_what_shows_a_step_hides_what_it_holds() -> None:
    (send,) = run(CREATE, "good").sent
    shown = [
        send,
        send.request,
        Reply(200, b"sample").response(),
        OPTIONS._replace(headers=UserHeaders({"x-key": KEY})),
    ]
    line = "POST https://api.example/v1/audio/voices/v1?q=name"
    names = [f"Send({line})", "Request(POST /v1/audio/voices/v1?q=name)", "Response(200)"]
    assert [repr(each) for each in shown] == [*names, "Options(server_url='https://api.example')"]


@pytest.mark.parametrize("kind", [ValueError, OverflowError, RecursionError, MemoryError])
def test_what_a_parser_raises_is_ours(kind: type[Exception]) -> None:
    def parse(response: Response) -> Any:
        raise kind

    error = run(Request("POST", "/", parse, {}, creates=True), Reply(200, {})).error
    assert (type(error), error.outcome_unknown) == (errors.ResponseValidationError, True)
    assert kind is ValueError or kind.__name__ in str(error)


def test_a_client_that_is_closed_is_no_lost_response() -> None:
    closed = TransportError.of_environment("closed", RuntimeError("closed"))
    with pytest.raises(RuntimeError, match=r"^closed$"):
        run(GET, closed)
    error = run(CREATE, LOST, closed, options=WILLING).error
    assert (type(error), error.outcome_unknown) == (errors.NoResponseError, True)
