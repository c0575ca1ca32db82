"""The drivers: they send and wait as the steps say, hand in what comes of it, and let everything else pass."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from mistral_voices import Mistral
from mistral_voices._core.request import Request, Send, Wait
from mistral_voices._core.response import Response, TransportError
from tests.harness import VOICE, ClientKind, Fails, Reply

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
