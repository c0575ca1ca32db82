"""One line an attempt, where it goes, and the warning that an operation will end."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mistral_voices._core import flow, logs
from mistral_voices._core.key import Key
from mistral_voices._core.logs import default_logger, log_attempt, warn_of_end
from mistral_voices._core.options import Options
from mistral_voices._core.request import Request, Send
from mistral_voices._core.response import TransportError

from ..harness import KEY, LOST, Reply, run_steps

GET: Request[Any] = Request("GET", "/v1/audio/voices/v1?q=name", lambda response: response.json(), {})
SEND = Send(GET, "https://api.example", {"authorization": f"Bearer {KEY}"}, None, 2)
ATTEMPT = "GET /v1/audio/voices/v1 {} in 1500 ms (attempt 2, request id {})"
LINES: list[tuple[Any, float | None, str]] = [
    (Reply(200).response(), None, ATTEMPT.format("200", "-")),
    (Reply(429, headers={"x-request-id": "r-1"}).response(), 0.5, ATTEMPT.format("429", "r-1") + ", again in 0.50 s"),
    (Reply(200, headers={"mistral-correlation-id": f"r-{KEY}"}).response(), None, ATTEMPT.format("200", "r-***")),
    (TransportError(httpx.ReadError(KEY), KEY), 0.0, ATTEMPT.format("ReadError", "-") + ", again in 0.00 s"),
]


@pytest.mark.parametrize(("outcome", "wait", "line"), LINES)
def test_line_of_an_attempt(outcome: Any, wait: float | None, line: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_attempt(logging.getLogger("mine"), SEND, outcome, seconds=1.5, wait=wait)
    assert caplog.record_tuples == [("mine", logging.INFO, line)]


class Silent(logging.Logger):
    """A logger that is off, and fails when it is given anything to format."""

    def makeRecord(self, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
        raise AssertionError("a line was made for a logger that is off")

    info = debug = log = warning = makeRecord


@pytest.mark.parametrize("logger", [logging.getLogger("mine"), None])
def test_flow_logs_each_attempt(logger: logging.Logger | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    options = Options("https://api.example", Key(KEY), logger=logger)
    clock = iter([0.0, 1.0, 2.5, 3.0, 4.0, 4.25, 5.0, 6.0, 6.125, 7.0])
    with pytest.raises(Exception, match="400"):
        run_steps(
            flow.exchange(GET, options, clock=lambda: next(clock), random=lambda: 0), [Reply(429), LOST, Reply(400)]
        )
    assert {record.name for record in caplog.records} == {"mine" if logger else "mistral_voices"}
    assert [record.getMessage().removeprefix("GET /v1/audio/voices/v1 ") for record in caplog.records] == [
        "429 in 1500 ms (attempt 1, request id -), again in 0.50 s",
        "ReadError in 250 ms (attempt 2, request id -), again in 1.00 s",
        "400 in 125 ms (attempt 3, request id -)",
    ]
    caplog.clear()
    ticks = iter([0.0, 1.0, 1.5])
    run_steps(flow.exchange(GET, options, clock=lambda: next(ticks)), ["good"])
    assert [each.message.partition("v1 ")[2] for each in caplog.records] == ["200 in 500 ms (attempt 1, request id -)"]


def test_nothing_is_formatted_when_the_logger_is_off() -> None:
    options = Options("https://api.example", Key(KEY), logger=Silent("silent", logging.WARNING))
    assert run_steps(flow.call(GET, options), [Reply(429), "good"]) == "good"


@pytest.fixture
def our_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("mistral_voices")
    handlers, level = list(logger.handlers), logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


SHOWN = {"1": 1, "true": 1, "YES": 1, "on": 1, " True ": 1, "0": 0, "": 0, "no": 0, "off": 0}


@pytest.mark.parametrize(("value", "lines"), SHOWN.items())
def test_mistral_debug(
    value: str, lines: int, our_logger: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("MISTRAL_DEBUG", value)
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.lastResort)
    level = our_logger.level
    assert default_logger() is default_logger() is our_logger
    our_logger.info("a line")
    output = capsys.readouterr()
    assert (output.out, (list(root.handlers), root.level, logging.lastResort)) == ("", before)
    found = re.findall(r"^\d{4}-\d\d-\d\d [\d:,]+ mistral_voices INFO a line$", output.err, re.MULTILINE)
    assert (len(found), our_logger.level) == (lines, logging.DEBUG if lines else level)


WARNED: list[tuple[str, dict[str, str], str]] = [
    ("DELETE", {"deprecation": "@1"}, "DELETE /v1/audio/voices/{voice_id} is deprecated (Deprecation: @1)"),
    ("PATCH", {"sunset": "x" * 90}, f"PATCH /v1/audio/voices/{{voice_id}} is deprecated and ends on {'x' * 80}"),
]


@pytest.mark.parametrize(("method", "headers", "message"), WARNED)
def test_warning_of_the_end_of_an_operation_comes_once(
    method: str, headers: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_warned", set())
    options = Options("https://api.example", Key(KEY))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            run_steps(flow.call(GET._replace(method=method), options), [Reply(200, "good", headers)])
        run_steps(flow.call(GET, options), ["good"])
        warn_of_end(SEND._replace(request=GET._replace(method=method)), Reply(200, "", headers).response())
    assert [(each.category, str(each.message)) for each in caught] == [(DeprecationWarning, message)]
    assert caught[0].filename.endswith("harness.py")  # the first line that is not ours
