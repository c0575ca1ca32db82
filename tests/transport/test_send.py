"""The drivers: they send and wait as the steps say, hand in what comes of it, and let everything else pass."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from mistral_voices import Mistral, errors, utils
from mistral_voices._core.request import Request, Send, Wait
from mistral_voices._core.response import Response, TransportError
from tests.harness import CALLS, KEY, VOICE, ClientKind, Fails, Reply

REQUEST: Request[Any] = Request("PATCH", "/x", lambda response: None, {}, content=b"{}")
SEND = Send(REQUEST, "https://api.example/x", {"x-a": "1"}, 0.5, 1)


def drive(client_kind: ClientKind, mistral: Mistral, steps: Any) -> Any:
    transport = mistral.audio.voices._transport
    return asyncio.run(transport.drive_async(steps)) if client_kind.is_async else transport.drive(steps)


def test_steps_are_done_and_get_their_outcomes(client_kind: ClientKind, waits: list[float]) -> None:
    server = client_kind.replies(Reply(404, b"gone", {"x-b": "2"}), Fails("ReadError"), b"good")
    seen: list[Any] = []

    def steps() -> Generator[Send | Wait, Any, str]:
        seen.append((yield SEND))
        seen.append((yield Wait(1.5)))
        try:
            yield SEND
        except TransportError as error:
            seen.append(error)
        seen.append((yield Wait(0)))
        seen.append((yield SEND))
        return "result"

    assert drive(client_kind, client_kind.mistral(server), steps()) == "result"
    assert [type(each) for each in seen] == [Response, type(None), TransportError, type(None), Response]
    assert (seen[0].status_code, seen[0].content, seen[0].headers["x-b"]) == (404, b"gone", "2")
    assert (type(seen[2].cause), seen[2].was_sent) == (client_kind.library.ReadError, True)
    assert (seen[4].status_code, seen[4].content) == (200, b"good")
    assert waits == [1.5, 0]
    for request in server.requests:
        assert (request.method, str(request.url), request.content) == ("PATCH", "https://api.example/x", b"{}")
        assert (request.headers["x-a"], request.extensions["timeout"]["read"]) == ("1", 0.5)


class Stop(BaseException):
    """Something that is not even an Exception."""


PASSING = [KeyboardInterrupt, SystemExit, Stop, ZeroDivisionError, GeneratorExit, StopIteration, StopAsyncIteration]
PASSING += [ValueError, LookupError, TimeoutError]  # as a signal handler raises it, say
BACKOFF = utils.BackoffStrategy(1, 1, 1, 60_000)


@pytest.mark.parametrize("kind", PASSING)
def test_any_other_exception_passes_through(client_kind: ClientKind, kind: type[BaseException]) -> None:
    requests: list[Any] = []

    def handler(request: Any) -> Any:
        requests.append(request)
        if len(requests) == 1:
            raise kind("from within")
        return client_kind.library.Response(200, json=VOICE)

    mistral = client_kind.mistral(handler)
    # In a coroutine Python itself turns a StopIteration into a RuntimeError.
    with pytest.raises((kind, RuntimeError) if kind is StopIteration else kind) as caught:
        client_kind.call(mistral, "get", voice_id="v1")
    flows = [entry.frame.f_locals["steps"] for entry in caught.traceback if "steps" in entry.frame.f_locals]
    assert flows
    assert all(flow.gi_frame is None for flow in flows)
    assert len(requests) == 1
    assert client_kind.call(mistral, "get", voice_id="v1").id == "v1"


@pytest.mark.parametrize("location", ["https://xn--a", "http://xn--\u00e9/", "http://a:99999999", "x" * 70_000])
def test_a_redirect_that_a_library_cannot_read_is_an_error_of_ours(client_kind: ClientKind, location: str) -> None:
    def handler(_: Any) -> Any:
        return client_kind.library.Response(308, headers=[(b"location", location.encode())])

    mistral = client_kind.mistral(handler, retry_config=None)
    for name in ("get", "create"):
        with pytest.raises(errors.MistralError) as caught:
            client_kind.call(mistral, name, **CALLS[name])
        if caught.value.status_code is None:  # the library did not give the response
            assert type(caught.value) is errors.NoResponseError
            assert caught.value.outcome_unknown is (name == "create")


def test_so_are_a_cookie_that_cannot_be_sent_back_and_a_lack_of_memory(client_kind: ClientKind) -> None:
    def handler(request: Any) -> Any:
        if request.method == "POST":
            raise MemoryError
        cookie = [(b"set-cookie", "a=\u00e9; path=/".encode())]
        return client_kind.library.Response(200, json=VOICE, headers=cookie)

    mistral = client_kind.mistral(handler, retry_config=None)
    with pytest.raises(errors.NoResponseError, match="MemoryError") as caught:
        client_kind.call(mistral, "create", **CALLS["create"])
    assert caught.value.outcome_unknown
    assert client_kind.call(mistral, "get", voice_id="v1").id == "v1"
    with pytest.raises(errors.NoResponseError, match="could not be sent: UnicodeEncodeError") as caught:
        client_kind.call(mistral, "create", **CALLS["create"])
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("what", ["Mistral", "client"])
def test_closing_between_attempts_does_not_hide_what_they_did(
    client_kind: ClientKind, what: str, waits: list[float]
) -> None:
    def fail(_: Any) -> Any:
        if what == "Mistral":
            mistral.close()
        elif not client_kind.is_async:
            client.close()
        raise client_kind.library.ReadError("gone")

    async def fail_async(request: Any) -> Any:
        if what == "client":
            await client.aclose()
        return fail(request)

    own = client_kind.own_client(fail_async if client_kind.is_async else fail)
    (client,) = own.values()
    mistral = Mistral(KEY, server_url="https://api.example", **own)
    with pytest.raises(errors.NoResponseError, match=r"\(attempt 2\) could not be sent: .*closed") as caught:
        client_kind.call(mistral, "create", **CALLS["create"], retries=utils.RetryConfig("backoff", BACKOFF, True))
    assert (caught.value.outcome_unknown, len(waits)) == (True, 1)
    with pytest.raises(RuntimeError, match="closed"):
        client_kind.call(mistral, "get", voice_id="v1")
