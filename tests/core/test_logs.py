"""One line an attempt, where it goes; what on_response is given; and the warning that an operation will end."""

from __future__ import annotations

import gc
import logging
import pickle
import re
import warnings
from typing import Any

import pytest

from mistral_voices import errors, utils
from mistral_voices._core import flow, logs
from mistral_voices._core.key import Key
from mistral_voices._core.options import Options
from mistral_voices._core.request import Request

from ..harness import KEY, LOST, Reply, run_steps

GET: Request[Any] = Request("GET", "/v1/audio/voices/v1?q=name", lambda response: response.json(), {})
OPTIONS = Options("https://api.example", Key(KEY))
LINES = [
    "429 in 1500 ms (attempt 1, request id r-1), again in 0.50 s",
    "ReadError in 250 ms (attempt 2, request id -), again in 1.00 s",
    "200 in 125 ms (attempt 3, request id r-***)",
]


@pytest.mark.parametrize("logger", [logging.getLogger("mine"), None])
def test_line_of_each_attempt(logger: logging.Logger | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = iter([0.0, 1.0, 2.5, 3.0, 4.0, 4.25, 5.0, 6.0, 6.125])
    steps = flow.exchange(GET, OPTIONS._replace(logger=logger), clock=lambda: next(clock), random=lambda: 0)
    first, last = Reply(429, headers={"x-request-id": "r-1"}), {"mistral-correlation-id": f"r-{KEY}"}
    assert run_steps(steps, [first, LOST, Reply(200, "good", last)])[0] == "good"
    name = "mine" if logger else "mistral_voices"
    assert caplog.record_tuples == [(name, logging.INFO, f"GET /v1/audio/voices/v1 {line}") for line in LINES]


SECRETS = {"Set-Cookie": "session=1", "location": "https://x.example?signature=1", "Authorization": "Bearer 1"}


def test_on_response_is_given_every_response() -> None:
    given: list[utils.ResponseInfo] = []
    clock = iter([0.0, 1.0, 2.5, 3.0, 4.0, 4.25, 5.0, 6.0, 6.125])
    options = OPTIONS._replace(on_response=given.append)
    first = Reply(429, headers={"X-Request-Id": "r-1", "x-ratelimit-remaining-tokens": "7", **SECRETS})
    steps = flow.exchange(GET, options, clock=lambda: next(clock), random=lambda: 0)
    run_steps(steps, [first, LOST, Reply(200, "good", {"mistral-correlation-id": f"r-{KEY}"})])
    start = ("GET", "/v1/audio/voices/v1")
    assert [info[:3] + info[4:] for info in given] == [(*start, 429, "r-1", 1, 1.5), (*start, 200, "r-***", 3, 0.125)]
    assert dict(given[0].headers) == {"x-request-id": "r-1", "x-ratelimit-remaining-tokens": "7"}
    assert given[0].headers["X-RateLimit-Remaining-Tokens"] == "7"
    for change in ("headers", "status_code"):
        with pytest.raises(AttributeError):
            setattr(given[0], change, None)
    with pytest.raises(TypeError):
        given[0].headers["x"] = "y"  # type: ignore[index]
    assert pickle.loads(pickle.dumps(given)) == given


def test_on_response_comes_before_what_refuses_the_response() -> None:
    for reply in (Reply(404), Reply(200, b"{"), Reply(206, {}), Reply(204)):
        given: list[utils.ResponseInfo] = []
        with pytest.raises(errors.MistralError):
            run_steps(flow.call(GET, OPTIONS._replace(on_response=given.append)), [reply])
        assert [info.status_code for info in given] == [reply.status]


async def coroutine(info: Any) -> None: ...


def fails(info: Any) -> None:
    raise StopIteration(info.status_code)


FAILED = "on_response failed; the call goes on"
AWAITED = "on_response gave a coroutine, which nobody awaits: it must be a plain function"


@pytest.mark.parametrize(("function", "message"), [(fails, FAILED), (coroutine, AWAITED)])
def test_on_response_that_fails_is_logged(function: Any, message: str, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run_steps(flow.call(GET, OPTIONS._replace(on_response=function)), [Reply(500), "good"]) == "good"
        gc.collect()
    assert caplog.record_tuples == [("mistral_voices", logging.WARNING, message)] * 2
    assert [record.exc_info is not None for record in caplog.records] == [message == FAILED] * 2


class Silent(logging.Logger):
    """A logger that is off, and fails when it is given anything to format."""

    def makeRecord(self, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
        raise AssertionError("a line was made for a logger that is off")

    info = debug = log = warning = makeRecord


def test_nothing_is_formatted_when_the_logger_is_off() -> None:
    options = OPTIONS._replace(logger=Silent("silent", logging.WARNING))
    assert run_steps(flow.call(GET, options), [Reply(429), "good"]) == "good"


SHOWN = {"1": 1, "true": 1, "yes": 1, "on": 1, " True ": 1, "0": 0, "": 0}


@pytest.mark.parametrize(("value", "lines"), SHOWN.items())
def test_mistral_debug(value: str, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("MISTRAL_DEBUG", value)
    assert logs.LOGGER is logging.getLogger("mistral_voices")
    monkeypatch.setattr(logs, "LOGGER", logging.getLogger("test_mistral_debug" + value))  # not that of other tests
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.lastResort)
    logger = logs.default_logger()
    assert logger is logs.default_logger() is logs.LOGGER
    logger.info("a line")
    output = capsys.readouterr()
    assert (output.out, (list(root.handlers), root.level, logging.lastResort)) == ("", before)
    found = re.findall(r"^\d{4}-\d\d-\d\d [\d:,]+ test_mistral_debug.* INFO a line$", output.err, re.MULTILINE)
    assert (len(found), logger.level) == (lines, logging.DEBUG if lines else logging.NOTSET)


ENDS: list[tuple[dict[str, str], str]] = [
    ({"deprecation": "@1" + "x" * 90}, f" (Deprecation: @1{'x' * 78})"),
    ({"sunset": "x" * 90}, f" and ends on {'x' * 80}"),
    ({"deprecation": "true", "sunset": "soon"}, " (Deprecation: true) and ends on soon"),
]


def test_warning_of_the_end_is_a_log_line_where_warnings_are_errors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logs, "_warned", set())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            assert run_steps(flow.call(GET, OPTIONS), [Reply(200, "good", {"deprecation": "true"})]) == "good"
    found = [(record.levelname, record.getMessage()) for record in caplog.records if record.levelno >= logging.WARNING]
    assert found == [("WARNING", "GET /v1/audio/voices/{voice_id} is deprecated (Deprecation: true)")]


def test_warning_of_the_end_comes_once_an_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    for headers, message in ENDS:
        monkeypatch.setattr(logs, "_warned", set())
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for path, method in (("v1", "GET"), ("v2", "GET"), ("v1", "DELETE")):
                request = Request(method, f"/v1/audio/voices/{path}", GET.parse, {})
                run_steps(flow.call(request, OPTIONS), [Reply(200, "good", headers)])
        assert [each.category for each in caught] == [DeprecationWarning] * 2
        for each, method in zip(caught, ("GET", "DELETE"), strict=True):
            assert str(each.message) == f"{method} /v1/audio/voices/{{voice_id}} is deprecated{message}"
            assert each.filename.endswith("harness.py")  # where the first line that is not ours stands


PLAIN = {
    "http://voices.example": "voices.example",
    "http://other.example/base": "other.example",
    "http://VOICES.example:8080": "VOICES.example:8080",
    "http://10.0.0.1": "10.0.0.1",
    "http://[2001:db8::1]:80": "[2001:db8::1]:80",
    "http://localhost:8000": None,
    "http://a.localhost": None,
    "http://127.8.9.1": None,
    "http://[::1]:5": None,
    "https://other.example": None,
}


def test_a_key_that_others_can_read_is_logged_once_a_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logs, "_plain", set())
    for url in [*PLAIN, *PLAIN]:
        run_steps(flow.call(GET, OPTIONS._replace(server_url=url)), [Reply(503), Reply(200, "good")])
    message = "the key and all data go to {} over plain http, where others can read them: use https"
    wanted = [message.format(host) for host in PLAIN.values() if host is not None]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", text) for text in wanted
    ]
