"""Our own clients against servers that break the rules of HTTP: late, early, with cookies and senseless redirects."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from mistral_voices import Mistral, errors
from tests.harness import KEY, VOICE, ClientKind
from tests.loopback import ScriptedServer

BODY = json.dumps(VOICE).encode()
EVA = BODY.replace(b'"v1"', b'"v2"')
CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
AUDIO = CHUNKED.replace(b"application/json", b"audio/wav")
PIECES = 100


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def own(request: pytest.FixtureRequest) -> ClientKind:
    """Run the test sync and async."""
    return ClientKind(httpx, request.param)


def reply(body: bytes, status: str = "200 OK", *headers: bytes) -> bytes:
    """Write a response."""
    head = [f"HTTP/1.1 {status}".encode(), b"content-length: %d" % len(body), *headers]
    return b"\r\n".join([*head, b"", body])


def chunk(block: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(block), extension, block)


def bytes_of(block: bytes) -> list[bytes]:
    return [block[at : at + 1] for at in range(len(block))]


def call_all(kind: ClientKind, mistral: Mistral, *names: str) -> list[Any]:
    """Make calls one after the other on one client, and give their results or errors."""

    async def go() -> list[Any]:
        async with mistral:
            return [await one(name) for name in names]

    async def one(name: str) -> Any:
        more = {"sample_audio": "UklGRg=="} if name == "create" else {"voice_id": "v1"}
        more |= {"name": "Ada"} if name in ("create", "update") else {}
        try:
            made = getattr(mistral.audio.voices, f"{name}_async" if kind.is_async else name)(**more)
            return await made if kind.is_async else made
        except errors.MistralError as error:
            return error

    return asyncio.run(go())


def with_empty_blocks(head: bytes, body: bytes) -> list[bytes]:
    """Write a compressed body with blocks that hold nothing before its end."""
    packer = zlib.compressobj(wbits=31)
    begun = packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH)
    blocks = [begun, *[b"\0\0\0\xff\xff"] * PIECES, packer.flush()]
    return [head + b"content-encoding: gzip\r\n\r\n", *map(chunk, blocks), b"0\r\n\r\n"]


# What arrives slowly, and would be a good response if it were given the time.
DRIPS: dict[str, tuple[str, Iterable[bytes]]] = {
    "head": ("get", [*bytes_of(reply(BODY)[: -len(BODY)]), BODY]),
    "informational": ("get", [*[b"HTTP/1.1 102 Processing\r\n\r\n"] * PIECES, reply(BODY)]),
    "body": ("get", [CHUNKED + b"\r\n", *[chunk(b" ")] * PIECES, chunk(BODY), b"0\r\n\r\n"]),
    "chunk extensions": ("get", [CHUNKED + b"\r\n", chunk(BODY), *bytes_of(b"0;x=" + b"y" * PIECES + b"\r\n\r\n")]),
    "trailers": ("get", [CHUNKED + b"\r\n", chunk(BODY), b"0\r\n", *[b"x-a: b\r\n"] * PIECES, b"\r\n"]),
    "empty compressed blocks": ("get", with_empty_blocks(CHUNKED, BODY)),
    "chunk extensions of a sample": (
        "read_sample_audio",
        [AUDIO + b"\r\n", chunk(b"RIFF"), *bytes_of(b"0;x=" + b"y" * PIECES + b"\r\n\r\n")],
    ),
    "empty compressed blocks of a sample": ("read_sample_audio", with_empty_blocks(AUDIO, b"RIFF" * 4000)),
}


@pytest.mark.parametrize(("name", "blocks"), DRIPS.values(), ids=DRIPS)
def test_whatever_trickles_in_has_three_timeouts(own: ClientKind, name: str, blocks: Iterable[bytes]) -> None:
    with ScriptedServer(blocks, pause=0.02).serving() as url:
        mistral = Mistral(KEY, server_url=url, timeout_ms=80, retry_config=None)
        (error,) = call_all(own, mistral, name)
    assert type(error) is errors.RequestTimeoutError


# What the server sends after the response to the first request, and after the second request; what may be wrong then.
LATE = {
    "one too many": (reply(EVA), [reply(BODY)]),
    "one too many after chunks": (reply(EVA), [reply(BODY)]),
    "the beginning of one": (reply(EVA)[:-9], [reply(EVA)[-9:] + reply(BODY)]),
    "its head": (reply(EVA)[: -len(EVA)], [reply(BODY)]),
}


@pytest.mark.parametrize("way", LATE)
def test_a_response_that_belongs_to_no_request_is_not_taken(own: ClientKind, way: str) -> None:
    more, second = LATE[way]
    first = CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\n\r\n" if "chunks" in way else reply(BODY)
    server = ScriptedServer([first + more], second, [reply(BODY)], in_turn=True)
    with server.serving() as url:
        got, error, again = call_all(own, Mistral(KEY, server_url=url, retry_config=None), "get", "get", "get")
    assert (got.id, type(error), again.id) == ("v1", errors.NoResponseError, "v1")
    assert server.connected == 2
    server = ScriptedServer([first + more], second, [reply(BODY)], in_turn=True)
    with server.serving() as url:
        mistral = Mistral(KEY, server_url=url, retry_config=1)
        got, retried = call_all(own, mistral, "get", "get")
        assert (got.id, retried.id, len(server.requests)) == ("v1", "v1", 3)
    with ScriptedServer([first + more], second, in_turn=True).serving() as url:
        _, error = call_all(own, Mistral(KEY, server_url=url), "get", "create")
    assert (type(error), error.outcome_unknown) == (errors.NoResponseError, True)


def test_informational_responses_are_no_response_too_many(own: ClientKind) -> None:
    with ScriptedServer([reply(BODY)[:0], b"HTTP/1.1 100 Continue\r\n\r\n", reply(BODY)]).serving() as url:
        got = call_all(own, Mistral(KEY, server_url=url, retry_config=None), "get", "create", "get")
    assert [each.id for each in got] == ["v1"] * 3


LOCATIONS = ["mailto:ada@example.com", "//xn--\xff", "http://[", "https://xn--a", "http://" + "x" * 70_000, "http:// /"]
LOCATIONS += ["\xff\xfe", "//[::1", "http://a:99999999", "http://\u00e9" + "x" * 70 + ".example", "x\x7fy"]


@pytest.mark.parametrize("location", LOCATIONS, ids=range(len(LOCATIONS)))
def test_a_redirect_is_its_status_wherever_it_points_to(own: ClientKind, location: str) -> None:
    encoded = b"Location: " + location.encode("latin-1")
    with ScriptedServer([reply(b"", "308 Moved", encoded)]).serving() as url:
        mistral = Mistral(KEY, server_url=url, retry_config=None)
        for error in call_all(own, mistral, "get", "create"):
            assert (type(error), error.status_code, error.outcome_unknown) == (errors.SDKError, 308, False)
            assert "redirects are not followed" in str(error)
            assert error.headers["location"] is not None


def test_no_cookies_are_kept(own: ClientKind) -> None:
    server = ScriptedServer([reply(BODY, "200 OK", b"set-cookie: a=\xc3\xa9; path=/", b"set-cookie: b=1")])
    with server.serving() as url:
        got = call_all(own, Mistral(KEY, server_url=url, retry_config=None), "get", "update", "get")
    assert [each.id for each in got] == ["v1"] * 3
    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_gzip_alone_is_requested_and_a_sample_as_it_is(own: ClientKind) -> None:
    server = ScriptedServer([reply(BODY)], [reply(b"RIFF")])
    with server.serving() as url:
        call_all(own, Mistral(KEY, server_url=url, retry_config=None), "get", "read_sample_audio")
    asked = [[line for line in request.lower().split(b"\r\n") if b"accept-enc" in line] for request in server.requests]
    assert asked == [[b"accept-encoding: gzip"], [b"accept-encoding: identity"]]


@pytest.mark.parametrize("length", [b"9" * 20, b"9" * 5000, b"-1", b"0x10", b"1, 2"])
def test_an_absurd_length_is_an_error_of_ours(own: ClientKind, length: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ncontent-length: %s\r\n\r\nRIFF" % length
    with ScriptedServer([head]).serving() as url:
        mistral = Mistral(KEY, server_url=url, retry_config=None, timeout_ms=500)
        for error in call_all(own, mistral, "get", "read_sample_audio"):
            assert isinstance(error, errors.NoResponseError)
