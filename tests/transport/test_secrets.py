"""A marked key and a marked sample are shown nowhere, whatever fails, and reach no other server."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Mapping
from typing import Any

import pytest

import mistral_voices
from mistral_voices import Mistral, errors

from ..harness import KEY, VOICE, ClientKind, Fails, Reply
from .test_operations import ARGUMENTS, SAMPLE, folder  # noqa: F401 - a fixture that each test uses


def assert_clean(text: str | bytes) -> None:
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    assert KEY not in plain
    assert SAMPLE[:16] not in plain  # nor more of it


OURS = mistral_voices.__path__[0]


def reported(value: Any) -> str:
    """Show a value as error reporters do: mappings, lists and tuples by their members, all else by its repr."""
    if isinstance(value, Mapping):
        return " ".join(f"{name!r}: {reported(each)}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(map(reported, value))
    return repr(value)


def our_frames(error: BaseException | None) -> str:
    """Give the local variables of our own code in the traceback of an error, its cause and its context."""
    if error is None:
        return ""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if frame.f_code.co_filename.startswith(OURS)]
    shown = "".join(f"{frame.f_code.co_name}: {reported(frame.f_locals)}\n" for frame in ours)
    return shown + our_frames(error.__cause__) + our_frames(error.__context__)


def assert_hidden(error: BaseException, *, from_options: bool = False) -> None:
    """Look into all that an error shows or takes along; what a user puts into options does stand in local variables."""
    printed = "".join(traceback.format_exception(error))
    assert_clean(f"{printed} {error!r} {error.args} {vars(error)}")
    frames = our_frames(error)
    assert OURS in printed
    assert from_options or KEY not in frames
    if isinstance(error, errors.MistralError):
        assert_clean(pickle.dumps(error))
        assert_clean(repr(vars(copy.deepcopy(error))))


def log_all(caplog: pytest.LogCaptureFixture) -> None:
    """Log everything, whatever another test or a tool has done to these loggers."""
    for logger in ("", "httpx", "httpx2", "mistral_voices"):
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
        Reply(206, f'"{served}"'.encode(), JSON),
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
        server = client_kind.replies(failure)
        mistral = Mistral(lambda: KEY, **client_kind.own_client(server, follow_redirects=True))
        with pytest.raises(errors.MistralError) as caught:
            client_kind.call(mistral, name, **ARGUMENTS[name])
        assert_hidden(caught.value)
        assert_clean(f"{mistral!r} {mistral} {mistral.audio!r} {mistral.audio.voices!r}")
        assert {request.url.host for request in server.requests} == {"api.mistral.ai"}
    assert "mistral_voices" in {record.name for record in caplog.records}
    for record in caplog.records:
        assert_clean(f"{record.getMessage()} {record.args!r}")


# Options of the constructor and of the call; MISTRAL_API_KEY holds a bad key, too.
REFUSED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    *[({option: value}, {}) for option, value in (("server", "mars"), ("retry_config", -1), ("timeout_ms", 0))],
    *[({"http_headers": headers}, {}) for headers in ({"x": 5, "y": KEY}, {"x": f"{KEY}\n"})],
    *[({"http_headers": {"x": KEY}, option: value}, {}) for option, value in (("server", "mars"), ("on_response", 5))],
    ({"http_headers": {"x": KEY}, "api_key": 5}, {}),
    *[({"server_url": url}, {}) for url in ("mars", f"https://{KEY}@x.example", f"https://x.example?key={KEY}")],
    ({"client": object(), "async_client": object()}, {}),
    *[({"api_key": key}, {}) for key in (f"{KEY}\n", f"{KEY}\u00e9", KEY.encode(), lambda: f"{KEY}\n", KEY.encode)],
    ({"api_key": None}, {}),
    *[({}, {option: value}) for option, value in (("retries", -1), ("timeout_ms", 0), ("server_url", "mars"))],
    *[({}, {"http_headers": headers}) for headers in ({"x": 5}, {"authorization": f"Bearer {KEY}\n"})],
    ({}, {"timeout": 5}),
    *[({}, {"sample_audio": sample}) for sample in ([SAMPLE], SAMPLE + "\ud800")],
]


def test_refused_arguments_show_no_secret(client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", f"{KEY}\n")
    server = client_kind.replies(VOICE)
    for constructor, call in REFUSED:
        with pytest.raises((TypeError, ValueError)) as caught:  # noqa: PT012 - it depends on the options which refuses
            mistral = client_kind.mistral(server, **constructor)
            client_kind.call(mistral, "create", **{**ARGUMENTS["create"], **call})
        assert server.requests == []
        assert_hidden(caught.value, from_options=KEY in f"{call} {constructor.get('server_url')}")


def test_key_in_headers_of_the_client_is_hidden(client_kind: ClientKind) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "x-api-key": KEY}
    told: list[Any] = []
    plain = client_kind.mistral(client_kind.replies(failures("", "")[0]), api_key="other-key-1", http_headers=headers)
    for mistral in (plain, plain.with_options(retries=0), plain.with_options(http_headers=headers)):
        with pytest.raises(errors.AuthenticationError) as caught:
            client_kind.call(mistral, "list", on_response=told.append)
        assert_hidden(caught.value)
        assert_clean(f"{mistral!r} {mistral._options!r} {reported(mistral._options)} {told}")
        assert dict(mistral._options.headers.values) == {"authorization": f"Bearer {KEY}", "x-api-key": KEY}
    derive: Any = plain.with_options
    for wrong in ({"x": KEY, "y": 5}, {"x": f"{KEY}\n"}, {"x": KEY, "x y": "z"}):
        with pytest.raises((TypeError, ValueError)) as refused:
            derive(http_headers=wrong)
        assert KEY not in our_frames(refused.value)
    with pytest.raises(TypeError) as refused:
        derive(http_headers={"x": KEY}, zeal=5)
    assert KEY not in our_frames(refused.value)


def test_key_in_http_headers_is_hidden(client_kind: ClientKind) -> None:
    mistral = client_kind.mistral(client_kind.replies(failures("", "")[0]), api_key="another-key-1234")
    with pytest.raises(errors.AuthenticationError) as caught:
        client_kind.call(mistral, "list", http_headers={"Authorization": f"Bearer {KEY}"})
    assert_hidden(caught.value, from_options=True)
