"""A loopback server with the responses that voices clients want, made beforehand: `python server.py CERTIFICATES`.

It prints its addresses for http and https, and ends when its standard input does. Into the file CERTIFICATES it writes
what a client must trust: its own authority behind those that httpx trusts, so that loading them costs the same. The
first segment of a path is a number: how many voices there are, or how many MB a sample has (`/100/v1/audio/voices`).
What is posted is read and forgotten.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MB = 1_000_000
# A multiple of three bytes, so that the text of a sample is the text of the block, repeated.
BLOCK = b"RIFF\x00\x00\x00\x00WAVE" + bytes(range(256)) * 234 + bytes(84)
TEXT = base64.b64encode(BLOCK)
# The members that a voice has only where all are wanted.
NEWER = {"description": "A calm voice for stories", "trimmed_seconds": 0.5, "kind": "ivc"}


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


def page(count: int, size: int = 0, start: int = 0, more: dict[str, Any] | None = None) -> bytes:
    """Write a page of so many voices: by cursor if it has a size, else all by offset; with more members if given."""
    end = min(start + size, count) if size else count
    items = [voice(number) | (more or {}) for number in range(start, end)]
    by_offset = {"items": items, "total": count, "page": 1, "page_size": count, "total_pages": 1}
    by_cursor = {"data": items, "next_page_token": str(end) if end < count else None}
    return json.dumps(by_cursor if size else by_offset).encode()


def head(length: int, media_type: str = "application/json") -> bytes:
    """Write the head of a response."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n".encode()


@cache
def small(target: str) -> bytes:
    """Make a response with one voice or a page of voices, once."""
    parts = urlsplit(target)
    _, count, _, _, _, *voice_id = parts.path.split("/")
    query = dict(parse_qsl(parts.query))
    size, start = int(query.get("page_size", 0)), int(query.get("page_token", 0))
    body = json.dumps(voice(0)).encode() if voice_id else page(int(count), size, start)
    return head(len(body)) + body


def repeated(block: bytes, length: int) -> Iterator[bytes]:
    """Give so many bytes of a block, over and over."""
    for start in range(0, length, len(block)):
        yield block[: length - start]


def sample(target: str, accept: bytes) -> Iterator[bytes]:
    """Give the response with a sample, as audio or as JSON text."""
    length = int(target.split("/", 2)[1]) * MB // 3 * 3
    if (b"audio" in accept or b"*/*" in accept) and "/text/" not in target:
        yield head(length, "audio/wav")
        yield from repeated(BLOCK, length)
    else:
        yield head(length // 3 * 4 + 2) + b'"'
        yield from repeated(TEXT, length // 3 * 4)
        yield b'"'


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Respond on one connection until its client closes it."""
    with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
            method, target = first.decode().split(" ")[:2]
            headers = {name.lower(): value for name, _, value in (line.partition(b":") for line in lines)}
            left = int(headers.get(b"content-length", 0))
            while left > 0 and (block := await reader.read(left)):
                left -= len(block)
            if target.endswith("/sample"):
                for block in sample(target, headers.get(b"accept", b"")):
                    writer.write(block)
                    await writer.drain()
            else:
                writer.write(small("/1/v1/audio/voices/v1" if method == "POST" else target))


async def main() -> None:
    """Serve until standard input ends."""
    import certifi  # here, because the peers use this module as well
    import trustme

    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    Path(sys.argv[1]).write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    servers = [await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) for tls in (None, context)]
    plain, secure = (server.sockets[0].getsockname()[1] for server in servers)
    print(f"http://127.0.0.1:{plain} https://127.0.0.1:{secure}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
