"""The body of a response: its bounds, where it goes, and what is wrong with one."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices import errors
from mistral_voices._core.request import Request
from mistral_voices._core.response import Response
from mistral_voices._media.download import Download, MemoryTarget
from mistral_voices._transport import body
from mistral_voices._transport.body import LARGEST_ERROR_BODY, BodyReader
from tests.harness import VOICE, ClientKind

AUDIO = {"content-type": "audio/wav"}
JSON = {"content-type": "application/json"}
GZIP = {"content-encoding": "gzip"}


def response(library: ModuleType, status: int = 200, headers: Any = None, read: float | None = None) -> Any:
    """Give a response whose body is still to come."""
    extensions = {} if read is None else {"timeout": {"connect": 99, "read": read}}
    request = library.Request("GET", "https://api.example/v1", extensions=extensions)
    return library.Response(status, headers=headers, stream=library.ByteStream(b""), request=request)


def reader(response: Any, target: MemoryTarget | None = None, is_sample: bool = False) -> BodyReader:
    download = None if target is None else Download(target)
    request: Request[Any] = Request("GET", "/", lambda response: None, {}, download=download, is_sample=is_sample)
    library = sys.modules[response.request.__class__.__module__.partition(".")[0]]
    return BodyReader(library, response, request)


def read(reader: BodyReader, *blocks: bytes) -> Response:
    reader.start()
    for block in blocks:
        if reader.add(block):
            break
    return reader.finish()


@pytest.mark.parametrize("blocks", [(), (b"whole",), (b"in ", b"three ", b"blocks")])
@pytest.mark.parametrize("status", [200, 404])
def test_blocks_become_the_content(library: ModuleType, status: int, blocks: tuple[bytes, ...]) -> None:
    got = response(library, status)
    made = read(reader(got), *blocks)
    assert (made.status_code, made.content, made.unreadable) == (status, b"".join(blocks), None)
    assert made.headers is got.headers


@pytest.mark.parametrize(
    ("status", "target", "is_bounded"),
    [(200, None, False), (204, None, False), (300, None, True), (404, None, True), (200, MemoryTarget(), True)],
)
def test_what_is_no_success_and_no_sample_is_read_up_to_a_limit(
    library: ModuleType, status: int, target: MemoryTarget | None, is_bounded: bool
) -> None:
    taking = reader(response(library, status, {"content-type": "text/html"}), target)
    taking.start()
    assert not taking.add(b"x" * (LARGEST_ERROR_BODY - 1))
    assert not taking.add(b"x")
    assert taking.add(b"x") is is_bounded
    assert len(taking.finish().content) == LARGEST_ERROR_BODY + 1


@pytest.mark.parametrize(
    ("seconds", "is_sample", "blocks"), [(1.0, False, 3), (0.9, False, 2), (1.0, True, 99), (None, False, 99)]
)
def test_the_whole_body_may_take_three_time_outs(
    library: ModuleType, seconds: float | None, is_sample: bool, blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(101))
    monkeypatch.setattr(body, "monotonic", lambda: float(next(clock)))
    got = response(library, read=seconds)
    taking = reader(got, is_sample=is_sample)
    for _ in range(blocks):
        taking.add(b"x")
    if blocks < 99:
        with pytest.raises(library.ReadTimeout, match="^the body took longer than 3 time-outs$") as caught:
            taking.add(b"x")
        assert caught.value.request is got.request


@pytest.mark.parametrize(("status", "is_taken"), [(200, True), (201, False), (404, False)])
def test_only_a_200_goes_into_the_download(library: ModuleType, status: int, is_taken: bool) -> None:
    memory = MemoryTarget()
    memory.write(b"of an attempt before")
    made = read(reader(response(library, status, AUDIO), memory), b"RIFF", b"data")
    assert made.content == (b"" if is_taken else b"RIFFdata")
    assert (memory.audio() == b"RIFFdata") is is_taken


UNREADABLE: list[tuple[dict[str, str], list[bytes], str, bytes]] = [
    ({"content-type": "text/html"}, [b"<html>"], "text/html", b"<html>"),
    (JSON, [b'"UklG', b'Rg==" and more', b"is never taken"], "something follows", b""),
    (JSON, [b'"UklG'], "is cut short", b""),
]


@pytest.mark.parametrize(("headers", "blocks", "reason", "content"), UNREADABLE)
def test_what_is_no_sample_is_unreadable(
    library: ModuleType, headers: dict[str, str], blocks: list[bytes], reason: str, content: bytes
) -> None:
    made = read(reader(response(library, 200, headers), MemoryTarget()), *blocks)
    assert made.unreadable is not None
    assert reason in made.unreadable
    assert made.content == content


@pytest.mark.parametrize(
    ("length", "encoding", "is_whole"),
    [("8", {}, True), ("9", {}, False), ("7", {}, False), ("9", GZIP, True), ("x", {}, True), ("", {}, True)],
)
def test_a_sample_must_have_the_announced_length(
    library: ModuleType, length: str, encoding: dict[str, str], is_whole: bool
) -> None:
    got = response(library, 200, {**AUDIO, "content-length": length, **encoding})
    if is_whole:
        assert read(reader(got, MemoryTarget()), b"RIFFdata").unreadable is None
        return
    message = f"^the body has 8 bytes, and was announced with {length}$"
    with pytest.raises(library.RemoteProtocolError, match=message) as caught:
        read(reader(got, MemoryTarget()), b"RIFFdata")
    assert caught.value.request is got.request


@pytest.mark.parametrize("status", [200, 300, 404])
@pytest.mark.parametrize("name", ["ReadError", "ReadTimeout", "DecodingError"])
def test_a_body_that_breaks_off(library: ModuleType, status: int, name: str) -> None:
    taking, error = reader(response(library, status)), getattr(library, name)("odd bytes")
    taking.add(b"half")
    if status == 200 and name != "DecodingError":
        with pytest.raises(type(error)) as caught:
            taking.end_early(error)
        assert caught.value is error
        return
    taking.end_early(error)
    unreadable = "the body cannot be decoded (odd bytes)" if status == 200 else None
    assert (taking.finish().content, taking.finish().unreadable) == (b"half", unreadable)


def test_the_response_of_the_library_is_as_if_it_had_read_the_body(library: ModuleType) -> None:
    headers = [("Content-Encoding", "gzip"), ("x-a", "1"), ("x-a", "2"), ("content-type", "text/plain; charset=latin1")]
    got = response(library, 418, headers)
    raw = read(reader(got), "déjà".encode("latin1"), b" vu").raw()
    assert (type(raw), raw.status_code, raw.text) == (library.Response, 418, "déjà vu")
    assert raw.headers.multi_items()[:3] == headers[1:]
    assert "content-encoding" not in raw.headers
    assert raw.request is got.request


def test_which_bodies_need_no_decoding_and_which_a_thread(library: ModuleType) -> None:
    class Derived(library.Response):  # type: ignore[misc, name-defined]
        """It may do more to a body."""

    class FileTarget(MemoryTarget):
        in_memory = False

    request = response(library).request
    assert reader(response(library)).is_raw
    assert not reader(response(library, 200, GZIP)).is_raw
    assert not reader(library.Response(200, content=b"read before", request=request)).is_raw
    assert not reader(Derived(200, stream=library.ByteStream(b""), request=request)).is_raw
    assert reader(response(library)).in_memory
    assert reader(response(library), MemoryTarget()).in_memory
    assert not reader(response(library), FileTarget()).in_memory
    assert reader(response(library, 404), FileTarget()).in_memory


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream, httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Blocks, then perhaps an error; and how often it was closed."""

    def __init__(self, *blocks: bytes | Exception) -> None:
        self.blocks = blocks
        self.taken = self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        for block in self.blocks:
            if isinstance(block, Exception):
                raise block
            self.taken += 1
            yield block

    async def __aiter__(self) -> Any:
        for block in self:
            yield block

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def get(client_kind: ClientKind, stream: Stream, status: int = 200, headers: Any = None) -> Any:
    """Get a voice that has this body; the response must be closed whatever happens."""
    library = client_kind.library
    mistral = client_kind.mistral(lambda _: library.Response(status, headers=headers, stream=stream), retry_config=None)
    try:
        return client_kind.call(mistral, "get", voice_id="v1")
    except errors.MistralError as error:
        return error
    finally:
        assert stream.closed == 1


def test_drivers_read_to_the_limit_or_the_break_and_close(client_kind: ClientKind) -> None:
    endless = Stream(*[b"x" * LARGEST_ERROR_BODY] * 9)
    assert (get(client_kind, endless, 400).status_code, endless.taken) == (400, 2)
    lost = client_kind.library.ReadError("gone")
    assert get(client_kind, Stream(b'{"message": "No such', lost), 404).body == '{"message": "No such'
    error = get(client_kind, Stream(b'{"id": ', lost))
    assert (type(error), error.__cause__) == (errors.NoResponseError, lost)
    error = get(client_kind, Stream(b"no gzip"), 200, GZIP)
    assert "the body cannot be decoded (" in str(error)


def test_drivers_decode_a_body(client_kind: ClientKind) -> None:
    packed = gzip.compress(json.dumps(VOICE).encode())
    assert get(client_kind, Stream(packed[:20], packed[20:]), 200, GZIP).id == "v1"
    error = get(client_kind, Stream(gzip.compress(b'{"message": "So"}')), 404, GZIP)
    assert (error.body, error.raw_response.text) == ('{"message": "So"}', '{"message": "So"}')
