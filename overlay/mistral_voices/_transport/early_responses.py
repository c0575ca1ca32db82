"""Responses that come while an upload runs: read although the connection broke, so that they are not lost with it.

A server that refuses an upload may respond and close at once. The system keeps what has arrived, but asyncio closes the
socket, and drops that, when it fails to send: the caller would hear of a lost connection instead of the 413.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from anyio import BrokenResourceError, ClosedResourceError, EndOfStream
from anyio.abc import ByteStream, SocketAttribute
from httpcore import WriteError

from .own_clients import Exchange

# What is smaller is the head of a request, or sent with it.
SMALLEST_BODY = 1 << 12


class EarlyReadingBackend:
    """The HTTP library's network, with connections from which all can be read that has arrived."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    async def connect_tcp(self, *arguments: Any, **options: Any) -> Any:
        stream = await self._backend.connect_tcp(*arguments, **options)
        connection = Connection(stream._stream)
        return EarlyReadingStream(type(stream)(connection), connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


class EarlyReadingStream(Exchange):
    """The HTTP library's stream over a connection, perhaps with TLS between them."""

    def __init__(self, stream: Any, connection: Connection) -> None:
        self._stream = stream
        self._connection = connection

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.has_read(await self._stream.read(max_bytes, self.time_to_read(timeout)))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.will_send(buffer)
        if len(buffer) >= SMALLEST_BODY:
            self._connection.keep()
        await self._stream.write(buffer, timeout)
        if self._connection.is_broken:
            raise WriteError("the server closed the connection")  # the library then reads the response

    async def start_tls(self, *arguments: Any, **options: Any) -> EarlyReadingStream:
        return EarlyReadingStream(await self._stream.start_tls(*arguments, **options), self._connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Connection(ByteStream):
    """A connection with a second handle of its socket during an upload, which outlives that of asyncio.

    To TLS a failure to send does not show, because it would not read any more.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._kept: socket.socket | None = None
        self.is_broken: bool = False

    def keep(self) -> None:
        """Keep what arrives readable, whatever becomes of sending."""
        if self._kept is None and not self.is_broken:
            with suppress(OSError):  # it is closed already, or there are too many files
                raw = self._stream.extra_attributes[SocketAttribute.raw_socket]()
                self._kept = socket.fromfd(raw.fileno(), raw.family, raw.type)
                self._kept.setblocking(False)

    async def send(self, item: bytes) -> None:
        try:
            await self._stream.send(item)
        except (BrokenResourceError, ClosedResourceError):
            if self._kept is None:
                raise
            self.is_broken = True

    async def receive(self, max_bytes: int = 65536) -> bytes:
        try:
            given: bytes = await self._stream.receive(max_bytes)
        except (BrokenResourceError, ClosedResourceError, EndOfStream):
            if arrived := self._arrived(max_bytes):
                return arrived
            raise
        if not self.is_broken:
            self._release()
        return given

    def _arrived(self, max_bytes: int) -> bytes:
        with suppress(OSError):
            return b"" if self._kept is None else self._kept.recv(max_bytes)
        return b""

    def _release(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        self._release()
        await self._stream.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Any]:
        return self._stream.extra_attributes  # type: ignore[no-any-return]
