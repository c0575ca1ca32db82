"""The drivers: they send and wait as the steps say, hand in what comes of it, and let everything else pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any

import anyio
import pytest

from mistral_voices import Mistral, errors
from mistral_voices._core.request import Request, Send, Wait
from mistral_voices._core.response import Response, TransportError
from mistral_voices._transport import concurrency
from tests.harness import CALLS, KEY, VOICE, ClientKind, Fails, Reply

URL = "https://api.example/x"
REQUEST: Request[Any] = Request("PATCH", "/x", lambda response: None, {}, content=b"{}")
SEND = Send(REQUEST, URL, {"x-a": "1"}, 0.5, 1)


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
        assert (request.method, str(request.url), request.content, request.headers["x-a"]) == (
            "PATCH",
            URL,
            b"{}",
            "1",
        )
        assert request.extensions["timeout"]["read"] == 0.5


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


@pytest.mark.parametrize("name", CALLS)
def test_redirects_are_not_followed(client_kind: ClientKind, name: str) -> None:
    server = client_kind.replies(Reply(307, b"", {"location": "https://elsewhere.example/"}))
    mistral = Mistral(KEY, **client_kind.own_client(server, follow_redirects=True))
    with pytest.raises(errors.SDKError, match=r"redirects to https://elsewhere\.example, and"):
        client_kind.call(mistral, name, **CALLS[name])
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", [ZeroDivisionError, OSError])
def test_what_on_progress_raises_comes_out(client_kind: ClientKind, kind: type[Exception]) -> None:
    server = client_kind.replies(VOICE)
    done: list[int] = []

    def on_progress(number: int, _: int | None) -> None:
        done.append(number)
        raise kind("mine") from ValueError("its cause")

    with pytest.raises(kind, match="^mine$") as caught:
        client_kind.call(
            client_kind.mistral(server), "create", name="Ada", sample_audio=b"RIFF0000WAVE", on_progress=on_progress
        )
    assert repr(caught.value.__cause__) == "ValueError('its cause')"
    assert len(done) == 1


def test_the_logger_of_the_client_is_found_once() -> None:
    transport = Mistral(KEY).audio.voices._transport
    assert transport.options.logger is not None
    assert transport.merged({}) is transport.options
    assert transport.merged({"timeout_ms": 500}).timeout == 0.5


def test_work_in_a_thread() -> None:
    async def main() -> None:
        assert await concurrency.in_thread(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await concurrency.in_thread(divmod, 7, 0)

    asyncio.run(main())


@pytest.mark.parametrize("is_in_memory", [True, False])
def test_memory_needs_no_thread(is_in_memory: bool) -> None:
    from threading import get_ident

    ident = asyncio.run(concurrency.in_thread_unless(is_in_memory, get_ident))
    assert (ident == get_ident()) is is_in_memory


@pytest.mark.parametrize("cancel", ["task", "scope"])
def test_a_thread_ends_before_the_call_that_is_cancelled(cancel: str) -> None:
    from threading import Event

    began, may_end, ended = Event(), Event(), Event()

    def work() -> None:
        began.set()
        may_end.wait(5)
        ended.set()

    async def cancelled(by: Callable[[], Any]) -> None:
        await asyncio.to_thread(began.wait, 5)
        by()
        asyncio.get_running_loop().call_soon(may_end.set)

    async def main() -> None:
        if cancel == "task":
            call = asyncio.create_task(concurrency.in_thread(work))
            await cancelled(call.cancel)
            with pytest.raises(asyncio.CancelledError):
                await call
        else:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(concurrency.shielded_in_thread, work)
                    await cancelled(scope.cancel)
        assert ended.is_set()

    asyncio.run(main())
