"""Responses that come while an upload runs: read before the connection breaks, so that they are not lost with it.

A server that refuses an upload may respond and close at once. asyncio drops what has arrived unread when it fails to
send, and the caller would hear of a lost connection instead of the 413.
"""

from __future__ import annotations

import asyncio
from typing import Any

# What is smaller is sent before a response can come.
SMALLEST_UPLOAD = 1 << 16
READ_BYTES = 1 << 16


class EarlyReadingBackend:
    """The HTTP library's network, with connections that read while they write."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    async def connect_tcp(self, *arguments: Any, **options: Any) -> EarlyReadingStream:
        return EarlyReadingStream(await self._backend.connect_tcp(*arguments, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


class EarlyReadingStream:
    """A connection that reads, in a task of its own, while large blocks are written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._reading: asyncio.Task[bytes] | None = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._reading is None and len(buffer) >= SMALLEST_UPLOAD:
            self._reading = asyncio.create_task(self._stream.read(READ_BYTES))
            self._reading.add_done_callback(_take_exception)
            for _ in range(3):  # so that what has arrived by now is read before anything can break
                await asyncio.sleep(0)
        await self._stream.write(buffer, timeout)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()  # which takes nothing away from what has arrived
            await asyncio.wait([reading])
            if not reading.cancelled():
                return reading.result()
        given: bytes = await self._stream.read(max_bytes, timeout)
        return given

    async def aclose(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        await self._stream.aclose()

    async def start_tls(self, *arguments: Any, **options: Any) -> EarlyReadingStream:
        return EarlyReadingStream(await self._stream.start_tls(*arguments, **options))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _take_exception(reading: asyncio.Task[bytes]) -> None:
    """Keep asyncio from complaining when a connection is given up before anyone reads."""
    if not reading.cancelled():
        reading.exception()
