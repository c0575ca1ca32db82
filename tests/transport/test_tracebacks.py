"""No traceback that shows local variables shows the key, whatever fails, on whatever way, and sync or async."""

from __future__ import annotations

import asyncio
import io
import socketserver
import ssl
import traceback
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

from mistral_voices import Mistral, errors
from mistral_voices._transport.transport_errors import _chain
from tests.harness import CALLS, KEY, ClientKind
from tests.loopback import Server, serving

PASSWORD = "marked-word"
TRUST = ssl.create_default_context()


class BrokenServer(Server):
    """It reads what comes first, says something, and closes; with nothing to say it reads on."""

    def __init__(self, says: bytes | None) -> None:
        super().__init__()
        self.RequestHandlerClass: Any = BrokenHandler
        self.says = says


class BrokenHandler(socketserver.BaseRequestHandler):
    server: BrokenServer

    def handle(self) -> None:
        with suppress(ConnectionError):
            while self.request.recv(65_536) and self.server.says is None:
                pass
            self.request.sendall(self.server.says or b"")


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """Give the frames of an error and of all that led to it, but those of tests."""
    for each in _chain(error):
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if not frame.f_globals["__name__"].startswith("tests"):
                yield frame


def assert_hidden(error: BaseException) -> None:
    for frame in frames_of(error):
        shown = repr(frame.f_locals)
        assert KEY not in shown, frame
        assert PASSWORD not in shown, frame
    assert any(frame.f_globals["__name__"].startswith("mistral_voices") for frame in frames_of(error))


def own_client(kind: ClientKind, **settings: Any) -> dict[str, Any]:
    make: Any = kind.library.AsyncClient if kind.is_async else kind.library.Client
    return {"async_client" if kind.is_async else "client": make(verify=TRUST, **settings)}


DIRECT, FORWARD, TUNNEL = "directly", "through a proxy over http", "through a tunnel"
LOST: list[tuple[str, bytes]] = [
    (DIRECT, b""),
    (DIRECT, b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"),
    (FORWARD, b""),
    (FORWARD, b"nonsense\r\n\r\n"),
    (FORWARD, b"HTTP/1.1 401 No\r\n\r\n"),
    (TUNNEL, b"HTTP/1.1 200 OK\r\n\r\n"),
]


@pytest.mark.parametrize(("way", "says"), LOST)
def test_lost_connections(client_kind: ClientKind, way: str, says: bytes) -> None:
    with serving(BrokenServer(says)) as server:
        url, settings = server.url, {}
        if way != DIRECT:
            settings["proxy"] = server.url.replace("//", f"//user:{PASSWORD}@")
            url = "http://voices.example" if way == FORWARD else "https://voices.example"
        mistral = Mistral(lambda: KEY, server_url=url, retry_config=None, **own_client(client_kind, **settings))
        with pytest.raises(errors.MistralError) as caught:
            client_kind.call(mistral, "create", **CALLS["create"])
    assert_hidden(caught.value)


class Unreadable(io.BytesIO):
    """A file that breaks in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 1_000_000:
            self.seek(0)
            raise OSError("broken")
        return super().read(size)


def interrupt(done: int, total: int | None) -> None:
    raise KeyboardInterrupt


FAILURES: list[tuple[type[BaseException], dict[str, Any]]] = [
    (OSError, {"sample_audio": Unreadable(bytes(3_000_000))}),
    (KeyboardInterrupt, {"on_progress": interrupt}),
    (ZeroDivisionError, {"on_progress": lambda done, total: 1 // 0}),
]


@pytest.mark.parametrize(("kind", "arguments"), FAILURES, ids=["file", "interrupt", "on_progress"])
def test_what_else_ends_a_call(client_kind: ClientKind, kind: type[BaseException], arguments: Any) -> None:
    given = {"name": "Ada", "sample_audio": bytes(3_000_000), **arguments}
    with serving(BrokenServer(None)) as server:
        mistral = Mistral(lambda: KEY, server_url="http://voices.example", **own_client(client_kind, proxy=server.url))
        with pytest.raises(kind) as caught:
            client_kind.call(mistral, "create", **given)
    assert_hidden(caught.value)


def test_a_call_that_is_cancelled(server: Server) -> None:
    async def main() -> None:
        async with Mistral(lambda: KEY, server_url=server.url) as mistral:
            task = asyncio.ensure_future(mistral.audio.voices.get_async(voice_id="slow"))
            while not server.arrived.is_set():
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert_hidden(caught.value)

    asyncio.run(main())
