"""A loopback server that answers what voices clients ask, from answers made before: `python server.py CERTIFICATES`.

It prints its ports for http and for https, and ends when its standard input does. Into the file CERTIFICATES it writes
what a client must trust: its own authority behind those that httpx trusts, so that loading them costs the same. The
first segment of a path is a number: how many voices there are, or how many MB a sample has (`/100/v1/audio/voices`).
What is posted is read and forgotten.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import ssl
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

MB = 1_000_000
# A multiple of three bytes, so that the text of a sample is the text of the block, repeated.
BLOCK = b"RIFF\x00\x00\x00\x00WAVE" + bytes(range(256)) * 234 + bytes(84)
TEXT = base64.b64encode(BLOCK)


def voice(number: int) -> dict[str, Any]:
    """Make up a voice with the members that mistralai 2.3.2 knows and `type`, so that all peers do nearly the same."""
    return {
        "id": f"0190a1b2-0000-7000-8000-{number:012d}",
        "name": f"Voice {number}",
        "created_at": "2026-01-02T03:04:05.678901Z",
        "user_id": "0190a1b2-ffff-7000-8000-000000000001",
        "slug": f"voice-{number}",
        "languages": ["en", "fr"],
        "gender": "female",
        "age": 30,
        "tags": ["calm", "warm"],
        "color": "#336699",
        "retention_notice": 30,
        "type": "custom",
    }


# The other members of the document.
NEWER = {"description": "A calm voice for stories", "trimmed_seconds": 0.5, "kind": "ivc"}


def voices_body(count: int, more: dict[str, Any] | None = None) -> bytes:
    """Write a page of the listing by offset, of voices that have more members if some are given."""
    items = [voice(number) | (more or {}) for number in range(count)]
    return json.dumps({"items": items, "total": count, "page": 1, "page_size": count, "total_pages": 1}).encode()


def search_body(count: int, page_size: int, start: int) -> bytes:
    """Write a page of the listing by cursor."""
    end = min(start + page_size, count)
    items = [voice(number) for number in range(start, end)]
    return json.dumps({"data": items, "next_page_token": str(end) if end < count else None}).encode()


def head_of(length: int, media_type: str = "application/json") -> bytes:
    """Write the head of an answer."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n".encode()


@cache
def answer(target: str) -> bytes:
    """Make a small answer, once."""
    parts = urlsplit(target)
    _, count, version, _, _, *rest = parts.path.split("/")
    if rest:
        body = json.dumps(voice(0)).encode()
    elif version == "v2":
        query = parse_qs(parts.query)
        body = search_body(int(count), int(query["page_size"][0]), int(query.get("page_token", ["0"])[0]))
    else:
        body = voices_body(int(count))
    return head_of(len(body)) + body


def repeated(block: bytes, length: int) -> Iterator[bytes]:
    """Give so many bytes of a block, over and over."""
    for start in range(0, length, len(block)):
        yield block[: length - start]


def sample(target: str, wants_audio: bool) -> Iterator[bytes]:
    """Give the answer with a sample, as audio or as JSON text."""
    length = int(target.split("/", 2)[1]) * MB // 3 * 3
    if wants_audio and "/text/" not in target:
        return itertools.chain([head_of(length, "audio/wav")], repeated(BLOCK, length))
    length = length // 3 * 4
    return itertools.chain([head_of(length + 2) + b'"'], repeated(TEXT, length), [b'"'])


class Connection(asyncio.Protocol):
    """One connection, kept alive; its client waits for each answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._head = b""
        self._left = 0
        self._blocks: Iterator[bytes] = iter(())
        self._is_paused = False

    def data_received(self, data: bytes) -> None:
        """Take what came: a head, or a part of a body, which is dropped."""
        if self._left:
            self._left -= len(data)
            if self._left <= 0:
                self._transport.write(answer("/1/v1/audio/voices/v1"))
                self._left = 0
            return
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return
        head, rest, self._head = self._head[:end], len(self._head) - end - 4, b""
        method, target, _ = head.split(b" ", 2)
        if method == b"POST":
            lower = head.lower()
            start = lower.index(b"content-length:") + 15
            self._left = int(lower[start:].split(b"\r", 1)[0]) - rest
            if self._left <= 0:
                self._transport.write(answer("/1/v1/audio/voices/v1"))
                self._left = 0
        elif target.endswith(b"/sample"):
            accepted = head.lower().partition(b"accept:")[2].partition(b"\r")[0]
            self._blocks = sample(target.decode(), b"audio" in accepted or b"*/*" in accepted)
            self._pump()
        else:
            self._transport.write(answer(target.decode()))

    def pause_writing(self) -> None:
        """Wait: the client is slower than we are."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Go on with the sample."""
        self._is_paused = False
        self._pump()

    def _pump(self) -> None:
        while not self._is_paused and (block := next(self._blocks, None)) is not None:
            self._transport.write(block)


async def main() -> None:
    """Serve until standard input ends."""
    import certifi  # here, because the peers use this module as well
    import trustme

    loop = asyncio.get_running_loop()
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    Path(sys.argv[1]).write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    servers = [await loop.create_server(Connection, "127.0.0.1", 0, ssl=tls) for tls in (None, context)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    over = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), over.set)
    await over.wait()
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(main())
