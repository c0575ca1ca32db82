"""A marked key and a marked sample are shown nowhere, whatever fails, and reach no other server."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import re
import traceback
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices import Mistral, errors
from mistral_voices.local import VoicesServer

from ..harness import GOOD, KEY, ClientKind, Fails, Reply
from .test_operations import ARGUMENTS, SAMPLE, folder  # noqa: F401 - a fixture that each test uses


def assert_clean(text: str | bytes) -> None:
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    assert KEY not in plain
    assert SAMPLE[:16] not in plain  # nor more of it


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
    for text in (repr(error), str(error), *map(str, error.args), *traceback.format_exception(error)):
        assert_clean(text)
    for value in vars(error).values():
        assert_clean(repr(value))
    assert from_options or [text for text in our_frames(error) if KEY in text] == []
    if isinstance(error, errors.MistralError):
        assert_clean(pickle.dumps(error))
        assert_clean(repr(vars(copy.deepcopy(error))))


def log_all(caplog: pytest.LogCaptureFixture) -> None:
    """Log everything, whatever another test or a tool has done to these loggers."""
    for logger in ("", "httpcore", "httpcore2", "httpx", "httpx2", "mistral_voices"):
        caplog.set_level(logging.DEBUG, logger)


ECHO = {"x-request-id": f"id-{KEY}", "mistral-correlation-id": KEY, "x-echo": f"Bearer {KEY}"}
JSON = {"content-type": "application/json"}


def failures(sent: str, served: str) -> list[Reply | Fails]:
    """Give the failures of a server that repeats all that it got, and serves more than it should."""
    entry = {"loc": ["body", sent], "msg": f"bad, key {KEY}", "type": "x", "input": sent, "ctx": {KEY: sent}}
    return [
        Reply(401, {"message": f"Bearer {KEY} sent {sent}", "type": KEY, KEY: sent}, ECHO),
        Reply(422, {"message": {"detail": [entry]}}),
        Reply(422, f"{KEY} {sent}".encode(), ECHO),
        Reply(429, f"{KEY} {sent}".encode(), {"retry-after": "0", **ECHO}),
        Reply(520, f"<html><p>{KEY}</p>{sent}".encode(), {"content-type": "text/html"}),
        Reply(307, headers={"location": f"https://{KEY}:{KEY}@other.example/{KEY}?{KEY}#{sent}"}),
        Reply(200, {"id": 1, "name": served, KEY: [served], "audio": served}, ECHO),
        Reply(200, f'"{served}'.encode(), JSON),
        Reply(201, f'"{served}"'.encode(), JSON),
        Reply(200, f"<p>{KEY}</p>".encode(), {"content-type": "text/html", **ECHO}),
        *map(Fails, ("ConnectError", "ConnectTimeout", "PoolTimeout", "WriteTimeout", "ReadTimeout", "ReadError")),
    ]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_failures_show_no_secret(
    client_kind: ClientKind, name: str, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    log_all(caplog)
    # The sample leaves with a create, and comes with its download.
    sent = SAMPLE if name == "create" else "nothing"
    for failure in failures(sent, SAMPLE if "sample" in name else sent):
        mistral = client_kind.mistral(client_kind.replies(failure), api_key=lambda: KEY)
        with pytest.raises(errors.MistralError) as caught:
            client_kind.call(mistral, name, **ARGUMENTS[name])
        assert_hidden(caught.value)
        assert_clean(f"{mistral!r} {mistral} {mistral.audio!r} {mistral.audio.voices!r}")
    assert "mistral_voices" in {record.name for record in caplog.records}
    for record in caplog.records:
        assert_clean(f"{record.getMessage()} {record.args!r}")


REFUSED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    *[({option: value}, {}) for option, value in (("server", "mars"), ("retry_config", 3), ("timeout_ms", 0))],
    *[({"server_url": url}, {}) for url in ("mars", f"https://{KEY}@x.example", f"https://x.example?key={KEY}")],
    ({"client": object(), "async_client": object()}, {}),
    *[({"api_key": key}, {}) for key in (f"{KEY}\n", f"{KEY}\u00e9", KEY.encode(), lambda: f"{KEY}\n", KEY.encode)],
    *[({}, {option: value}) for option, value in (("retries", 3), ("timeout_ms", 0), ("server_url", "mars"))],
    *[({}, {"http_headers": headers}) for headers in ({"x": 5}, {"authorization": f"Bearer {KEY}\n"})],
    ({}, {"timeout": 5}),
    *[({}, {"sample_audio": sample}) for sample in ([SAMPLE], SAMPLE + "\ud800")],
]


def test_refused_arguments_show_no_secret(client_kind: ClientKind) -> None:
    server = client_kind.replies(GOOD["create"])

    def run(constructor: dict[str, Any], call: dict[str, Any]) -> None:
        mistral = client_kind.mistral(server, **{"api_key": KEY, **constructor})
        client_kind.call(mistral, "create", **{**ARGUMENTS["create"], **call})

    for constructor, call in REFUSED:
        with pytest.raises((TypeError, ValueError)) as caught:
            run(constructor, call)
        assert server.requests == []
        assert_hidden(caught.value, from_options=KEY in f"{call} {constructor.get('server_url')}")


def test_key_of_the_environment_or_in_http_headers(client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", f"{KEY}\n")
    server = client_kind.replies(failures("", "")[0])
    with pytest.raises(ValueError, match="MISTRAL_API_KEY") as refused:
        client_kind.call(client_kind.mistral(server, api_key=None), "list")
    assert_hidden(refused.value)
    mistral = client_kind.mistral(server, api_key="another-key-1234")
    with pytest.raises(errors.AuthenticationError) as caught:
        client_kind.call(mistral, "list", http_headers={"Authorization": f"Bearer {KEY}"})
    assert_hidden(caught.value, from_options=True)


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_redirect_takes_nothing_along(library: Any, caplog: pytest.LogCaptureFixture) -> None:
    log_all(caplog)
    with VoicesServer() as first, VoicesServer() as other:
        options: dict[str, Any] = {"api_key": KEY, "server_url": first.serve()}
        first.fail(307, times=4 * len(ARGUMENTS), headers={"location": f"{other.serve()}/x"})
        moved = re.escape(f"redirects to {other.url}, and")

        async def run_async() -> None:
            async with library.AsyncClient(follow_redirects=True) as client, Mistral(**options) as ours:
                for mistral in (ours, Mistral(**options, async_client=client)):
                    for name, arguments in ARGUMENTS.items():
                        with pytest.raises(errors.SDKError, match=moved) as caught:
                            await getattr(mistral.audio.voices, f"{name}_async")(**arguments)
                        assert_hidden(caught.value)

        asyncio.run(run_async())
        with library.Client(follow_redirects=True) as client, Mistral(**options) as ours:
            for mistral in (ours, Mistral(**options, client=client)):
                for name, arguments in ARGUMENTS.items():
                    with pytest.raises(errors.SDKError, match=moved) as caught:
                        getattr(mistral.audio.voices, name)(**arguments)
                    assert_hidden(caught.value)
        assert (len(first.requests), len(other.requests)) == (4 * len(ARGUMENTS), 0)
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert_clean(caplog.text)
