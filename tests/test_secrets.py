"""A marked key and a marked sample are shown nowhere, and reach no other server; logging, which could show them."""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import pickle
import re
import subprocess
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices import Mistral, errors

from .harness import CALLS, GOOD, ClientKind, Fails, Replies, Reply

KEY = "marked-key-5f2c9a71e0"
SAMPLE = "UklGRmFya2VkL3NhbXBs/ZSttYXJrZWQr+c2FtcGxl"
ARGUMENTS = {**CALLS, "create": {"name": "Ada", "sample_audio": SAMPLE}}
# What a server that repeats what it was sent can repeat; the sample leaves with a create and comes with its download.
SENT = {name: SAMPLE if name == "create" else "nothing" for name in CALLS}
SERVED = {**SENT, "get_sample_audio": SAMPLE}

EVERY = pytest.mark.parametrize("name", CALLS)
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2])


def cut(library: Any, sample: str) -> Callable[[Any], Any]:
    """Answer with a body that breaks off."""

    class Body(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            yield f'"{sample}'.encode()
            raise library.RemoteProtocolError("peer closed the connection")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for block in self:
                yield block

    return lambda _: library.Response(200, stream=Body(), headers={"content-type": "application/json"})


def repeating(status: int, **headers: str) -> Callable[[str], Reply]:
    return lambda sample: Reply(status, f"{status}: Bearer {KEY} sent {sample}".encode(), headers)


def validation(sample: str) -> Reply:
    entry = {"loc": ["body", sample], "msg": f"bad, key {KEY}", "type": "x", "input": sample, "ctx": {KEY: sample}}
    return Reply(422, {"message": {"detail": [entry]}})


def escaped(sample: str) -> Reply:
    """Repeat the sample as a server does whose JSON escapes slashes and plus signs."""
    text = sample.replace("/", "\\/").replace("+", "\\u002B")
    return Reply(422, f'{{"detail": [{{"loc": ["{text}"], "msg": "not {text}", "type": "x"}}]}}'.encode())


ECHO = {"x-request-id": f"id-{KEY}", "mistral-correlation-id": KEY, "x-echo": f"Bearer {KEY}"}
FAILURES: dict[str, Callable[[str], Any]] = {
    "401": lambda _: Reply(401, {"message": f"Bearer {KEY} is not known", "type": KEY, "code": KEY}, ECHO),
    "404": lambda _: Reply(404, {"detail": f"{KEY} has no such voice"}, ECHO),
    "422": validation,
    "422 escaped": escaped,
    "422 text": repeating(422),
    "429": repeating(429, **{"retry-after": "0", **ECHO}),
    "500": repeating(500, **ECHO),
    "520 HTML": lambda sample: Reply(520, f"<html><p>{KEY}</p>{sample}</html>".encode(), {"content-type": "text/html"}),
    "redirect": lambda sample: Reply(307, headers={"location": f"https://other.example/{KEY}?{KEY}#{sample}"}),
    "redirect with a user": lambda _: Reply(302, headers={"location": f"https://{KEY}:{KEY}@other.example"}),
}
LOST = ("ConnectError", "ConnectTimeout", "PoolTimeout", "WriteTimeout", "ReadTimeout", "ReadError")
UNREADABLE: dict[str, Callable[[str], Any]] = {
    "2XX of another form": lambda sample: Reply(200, {"id": 1, "name": sample, KEY: [sample], "audio": sample}),
    "2XX cut JSON": lambda sample: Reply(200, f'"{sample}'.encode(), {"content-type": "application/json"}),
    "2XX HTML": lambda _: Reply(200, f"<p>{KEY}</p>".encode(), {"content-type": "text/html", **ECHO}),
    "201": lambda sample: Reply(201, f'"{sample}"'.encode(), {"content-type": "application/json"}),
}


def assert_clean(text: str | bytes) -> None:
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    assert KEY not in plain
    assert SAMPLE not in plain
    assert SAMPLE[:16] not in plain  # nor the beginning of it


def our_frames(error: BaseException | None) -> Iterator[str]:
    """Give each local variable of our own code, as a traceback that captures them shows it."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_globals["__name__"].startswith("mistral_voices"):
                for name, value in frame.f_locals.items():
                    with suppress(AttributeError):  # a traceback, too, passes over what is only half made
                        yield f"{frame.f_code.co_qualname}: {name} = {value!r}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def assert_hidden(error: BaseException, *, from_options: bool = False) -> None:
    """Look into all that an error shows or takes along; what a user puts into options does stand in local variables."""
    shown = [repr(error), str(error), f"{error}", *map(str, error.args), *traceback.format_exception(error)]
    shown += [repr(value) for value in vars(error).values()]
    for text in shown:
        assert_clean(text)
    assert from_options or [text for text in our_frames(error) if KEY in text] == []
    if isinstance(error, errors.MistralError):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            pickled = pickle.dumps(error, protocol)
            assert_clean(pickled)
            assert repr(vars(pickle.loads(pickled)))
        assert_clean(repr(vars(copy.deepcopy(error))))


def log_all(caplog: pytest.LogCaptureFixture) -> None:
    """Log everything, whatever another test or a tool has done to these loggers."""
    caplog.set_level(logging.DEBUG)
    for logger in ("httpcore", "httpcore2", "httpx", "httpx2", "mistral_voices"):
        caplog.set_level(logging.DEBUG, logger)


@EVERY
@pytest.mark.parametrize("failure", [*FAILURES, *UNREADABLE, *LOST, "cut body"])
def test_failures_show_no_secret(
    client_kind: ClientKind, name: str, failure: str, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    log_all(caplog)
    handler: Any
    if failure == "cut body":
        handler = cut(client_kind.library, SERVED[name])
    elif failure in LOST:
        handler = client_kind.replies(Fails(failure))
    else:
        made = FAILURES[failure](SENT[name]) if failure in FAILURES else UNREADABLE[failure](SERVED[name])
        handler = client_kind.replies(made)
    mistral = client_kind.mistral(handler, api_key=lambda: KEY)
    with pytest.raises(errors.MistralError) as caught:
        client_kind.call(mistral, name, **ARGUMENTS[name])
    assert_hidden(caught.value)
    assert "mistral_voices" in {record.name for record in caplog.records}
    for record in caplog.records:
        assert_clean(record.getMessage())
        assert_clean(repr(record.args))
    for thing in (mistral, mistral.audio, mistral.audio.voices):
        assert_clean(f"{thing!r} {thing}")


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "server": ({"server": "mars"}, {}),
    "server_url": ({"server_url": "mars"}, {}),
    "server_url with the key": ({"server_url": f"https://{KEY}@api.mistral.ai"}, {}),
    "server_url with the key in its query": ({"server_url": f"https://api.mistral.ai?key={KEY}"}, {}),
    "retry_config": ({"retry_config": 3}, {}),
    "timeout_ms": ({"timeout_ms": 0}, {}),
    "client": ({"client": object(), "async_client": object()}, {}),
    "key with a line break": ({"api_key": f"{KEY}\n"}, {}),
    "key with a letter that is not ASCII": ({"api_key": f"{KEY}\u00e9"}, {}),
    "key in bytes": ({"api_key": KEY.encode()}, {}),
    "function with a bad key": ({"api_key": lambda: f"{KEY}\n"}, {}),
    "function with a key in bytes": ({"api_key": KEY.encode}, {}),
    "retries": ({}, {"retries": 3}),
    "http_headers": ({}, {"http_headers": {"x": 5}}),
    "http_headers with the key": ({}, {"http_headers": {"authorization": f"Bearer {KEY}\n"}}),
    "timeout_ms of the call": ({}, {"timeout_ms": 0}),
    "server_url of the call": ({}, {"server_url": "mars"}),
    "unknown option": ({}, {"timeout": 5}),
    "sample of a wrong type": ({}, {"sample_audio": [SAMPLE]}),
    "sample with half a pair": ({}, {"sample_audio": SAMPLE + "\ud800"}),
}


@pytest.mark.parametrize(("constructor", "call"), REFUSED.values(), ids=REFUSED)
def test_refused_arguments_show_no_secret(
    client_kind: ClientKind, constructor: dict[str, Any], call: dict[str, Any]
) -> None:
    server = client_kind.replies(GOOD["create"])

    def run() -> None:
        mistral = client_kind.mistral(server, **{"api_key": KEY, **constructor})
        client_kind.call(mistral, "create", **{**ARGUMENTS["create"], **call})

    with pytest.raises((TypeError, ValueError)) as caught:
        run()
    assert server.requests == []
    assert_hidden(caught.value, from_options=KEY in f"{call} {constructor.get('server_url')}")


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\u00e9"])
def test_bad_key_of_the_environment_is_not_shown(
    client_kind: ClientKind, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", key)
    with pytest.raises(ValueError, match="MISTRAL_API_KEY") as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(b""), api_key=None), "list")
    assert_hidden(caught.value)


def test_key_given_in_http_headers_is_not_shown(client_kind: ClientKind) -> None:
    mistral = client_kind.mistral(client_kind.replies(FAILURES["401"]("")), api_key="another-key-1234")
    with pytest.raises(errors.AuthenticationError) as caught:
        client_kind.call(mistral, "list", http_headers={"Authorization": f"Bearer {KEY}"})
    assert_hidden(caught.value, from_options=True)


class Target(HTTPServer):
    """A loopback server that redirects to another one, or answers 500 when there is none; it counts requests."""

    def __init__(self, location: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Redirect)
        self.location = location
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.seen: list[str] = []
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Redirect(BaseHTTPRequestHandler):
    server: Target

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(f"{self.path} {self.headers}")
        self.send_response(500 if self.server.location is None else 307)
        if self.server.location is not None:
            self.send_header("location", self.server.location + self.path)
        self.send_header("content-length", "0")
        self.end_headers()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def targets() -> Iterator[tuple[Target, Target]]:
    """Give a server that redirects, and the one that it redirects to."""
    other = Target()
    first = Target(other.url)
    yield first, other
    first.end()
    other.end()


@LIBRARIES
def test_redirect_takes_nothing_along(
    library: Any, targets: tuple[Target, Target], caplog: pytest.LogCaptureFixture
) -> None:
    log_all(caplog)
    first, other = targets

    options: dict[str, Any] = {"api_key": KEY, "server_url": first.url}

    async def run_async() -> None:
        async with library.AsyncClient(follow_redirects=True) as client, Mistral(**options) as ours:
            for mistral in (ours, Mistral(**options, async_client=client)):
                for name, arguments in ARGUMENTS.items():
                    with pytest.raises(errors.SDKError, match=re.escape(other.url)) as caught:
                        await getattr(mistral.audio.voices, f"{name}_async")(**arguments)
                    assert_hidden(caught.value)

    asyncio.run(run_async())
    with library.Client(follow_redirects=True) as client, Mistral(**options) as ours:
        for mistral in (ours, Mistral(**options, client=client)):
            for name, arguments in ARGUMENTS.items():
                with pytest.raises(errors.SDKError, match=re.escape(other.url)) as caught:
                    getattr(mistral.audio.voices, name)(**arguments)
                assert_hidden(caught.value)
    assert len(first.seen) == 4 * len(ARGUMENTS)
    assert all(KEY in request for request in first.seen)
    assert other.seen == []
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert_clean(caplog.text)


def test_refused_connection_shows_no_secret(targets: tuple[Target, Target], caplog: pytest.LogCaptureFixture) -> None:
    log_all(caplog)
    unused = HTTPServer(("127.0.0.1", 0), Redirect)
    url = f"http://127.0.0.1:{unused.server_port}"
    unused.server_close()
    with Mistral(api_key=KEY, server_url=url, retry_config=None) as mistral:
        for name, arguments in ARGUMENTS.items():
            with pytest.raises(errors.NoResponseError) as caught:
                getattr(mistral.audio.voices, name)(**arguments)
            assert_hidden(caught.value)
    assert_clean(caplog.text)


LINE = re.compile(r"(GET|POST|PATCH|DELETE) (/v1/audio/voices\S*) (\w+) in \d+ ms \(attempt (\d), request id (\S+)\)")
METHODS = {"create": "POST", "update": "PATCH", "delete": "DELETE"}


@EVERY
@pytest.mark.parametrize("own_logger", [False, True])
def test_one_line_an_attempt(
    client_kind: ClientKind, name: str, own_logger: bool, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    good = GOOD[name]
    server = client_kind.replies(
        Reply(429, headers={"x-request-id": "r-1"}),
        Fails("ConnectError"),
        Reply(200, good, {"mistral-correlation-id": "r-3"}),
    )
    options = {"debug_logger": logging.getLogger("mine")} if own_logger else {}
    client_kind.call(client_kind.mistral(server, **options), name, **ARGUMENTS[name])
    lines = [record for record in caplog.records if record.name in ("mine", "mistral_voices")]
    assert {record.name for record in lines} == {"mine" if own_logger else "mistral_voices"}
    found = [LINE.match(record.getMessage()) for record in lines]
    assert [match and match.group(3, 4, 5) for match in found] == [
        ("429", "1", "r-1"),
        ("ConnectError", "2", "-"),
        ("200", "3", "r-3"),
    ]
    path = server.requests[0].url.path
    assert {match and match.group(1, 2) for match in found} == {(METHODS.get(name, "GET"), path)}


class Silent(logging.Logger):
    """A logger that is off and must not be given anything to format."""

    def makeRecord(self, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
        raise AssertionError("a line was made for a logger that is off")

    info = debug = log = warning = makeRecord


@EVERY
def test_nothing_is_formatted_when_the_logger_is_off(client_kind: ClientKind, name: str, waits: list[float]) -> None:
    server = client_kind.replies(Reply(429), GOOD[name])
    mistral = client_kind.mistral(server, debug_logger=Silent("silent", logging.WARNING))
    client_kind.call(mistral, name, **ARGUMENTS[name])
    assert len(server.requests) == 2


@pytest.fixture
def our_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("mistral_voices")
    handlers, level = list(logger.handlers), logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.mark.parametrize(
    ("value", "shown"),
    [*[(v, True) for v in ("1", "true", "YES", "on", "True")], *[(v, False) for v in ("0", "false", "", "no", "off")]],
)
def test_mistral_debug(
    client_kind: ClientKind,
    value: str,
    shown: bool,
    our_logger: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MISTRAL_DEBUG", value)
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.lastResort)
    mistral = client_kind.mistral(client_kind.replies(GOOD["create"]), api_key=KEY)
    for _ in range(2):
        client_kind.call(mistral, "create", **ARGUMENTS["create"])
    output = capsys.readouterr()
    assert output.out == ""
    assert len(LINE.findall(output.err)) == (2 if shown else 0)
    assert_clean(output.err)
    assert (list(root.handlers), root.level, logging.lastResort) == before
    client_kind.call(
        client_kind.mistral(Replies(client_kind.library, [GOOD["list"]]), debug_logger=Silent("x", 50)), "list"
    )
    assert capsys.readouterr().err == ""


def test_mistral_debug_in_a_process_of_its_own(targets: tuple[Target, Target]) -> None:
    code = """
import sys
from mistral_voices import Mistral, errors
with Mistral(server_url=sys.argv[1]) as mistral:
    mistral.audio.voices.create(name="Ada", sample_audio=sys.argv[2])
"""
    environment = {**os.environ, "MISTRAL_DEBUG": "1", "MISTRAL_API_KEY": KEY}
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code, targets[1].url, SAMPLE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, env=environment)
    assert "ServerError" in done.stderr
    assert len(LINE.findall(done.stderr)) == 1
    assert_clean(done.stdout + done.stderr)
