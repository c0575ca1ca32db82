"""The body of a response: its bounds, where it goes, and what is wrong with one."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import sys
import tracemalloc
import zlib
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from mistral_voices import Mistral, errors
from mistral_voices._core.request import Request
from mistral_voices._core.response import Response
from mistral_voices._media.download import Download, MemoryTarget
from mistral_voices._transport import body, send
from mistral_voices._transport.body import LARGEST_ERROR_BODY, BodyReader
from mistral_voices._transport.concurrency import in_thread_unless
from tests.harness import KEY, VOICE, ClientKind, Reply

AUDIO = {"content-type": "audio/wav"}
JSON = {"content-type": "application/json"}
GZIP = {"content-encoding": "gzip"}


def response(
    library: ModuleType, status: int = 200, headers: Any = None, read: float | None = None, accept: str = "gzip"
) -> Any:
    """Give a response whose body is still to come."""
    extensions = {} if read is None else {"timeout": {"connect": 99, "read": read}}
    accepted = {"accept-encoding": accept}
    request = library.Request("GET", "https://api.example/v1", headers=accepted, extensions=extensions)
    return library.Response(status, headers=headers, stream=library.ByteStream(b""), request=request)


def reader(response: Any, target: MemoryTarget | None = None, is_sample: bool = False) -> BodyReader:
    download = None if target is None else Download(target)
    is_sample = is_sample or download is not None
    request: Request[Any] = Request("GET", "/", lambda response: None, {}, download=download, is_sample=is_sample)
    return BodyReader(sys.modules[type(response.request).__module__.partition(".")[0]], response, request)


def read(reader: BodyReader, *blocks: bytes) -> Response:
    reader.start()
    next((block for block in blocks if reader.add(block)), None)
    return reader.finish()


PACKED = gzip.compress(b"RIFFdata", mtime=0)
LONG = b"text" * 2048  # long enough for a judgement about the body
WHOLE = {**AUDIO, "content-length": "8"}
# Status, headers and blocks of a body that may be a sample: what is kept, what is downloaded, what is wrong.
BODIES: list[tuple[int, dict[str, str], list[bytes], bytes, bytes, str | None]] = [
    (200, AUDIO, [], b"", b"", "the sample is empty"),
    (200, JSON, [b'""'], b"", b"", "the sample is empty"),
    (
        200,
        {**AUDIO, "content-encoding": "br"},
        [b"\x8b\x02\x80RIFF"],
        b"\x8b\x02\x80RIFF",
        b"",
        "content encoding is br",
    ),
    (200, WHOLE, [b"RIFF", b"data"], b"", b"RIFFdata", None),
    (200, {**WHOLE, "content-length": "9"}, [b"RIFFdata"], b"", b"", "8 bytes, and was announced with 9"),
    (200, {**WHOLE, "content-length": "7"}, [b"RIFFdata"], b"", b"", "8 bytes, and was announced with 7"),
    (200, {**WHOLE, **GZIP}, [PACKED[:9], PACKED[9:]], b"", b"RIFFdata", None),
    (200, {**WHOLE, "content-encoding": "x-gzip, identity"}, [PACKED], b"", b"RIFFdata", None),
    (200, {**AUDIO, **GZIP}, [PACKED[:-1]], b"", b"", "cannot be decoded (it ends early)"),
    (200, {**AUDIO, **GZIP}, [PACKED + b"x"], b"", b"", "cannot be decoded (something follows its end)"),
    (200, {**AUDIO, **GZIP}, [PACKED, PACKED], b"", b"", "cannot be decoded (something follows its end)"),
    (200, {**AUDIO, **GZIP}, [b"RIFFdata"], b"", b"", "cannot be decoded (Error -3"),
    (200, {**AUDIO, "content-encoding": "gzip, gzip"}, [PACKED], PACKED, b"", "content encoding is gzip, gzip"),
    (200, {**AUDIO, "content-encoding": "deflate"}, [b"\x78"], b"\x78", b"", "encoding is deflate, which was not"),
    (404, {**WHOLE, **GZIP}, [PACKED[:-1]], b"RIFFdata", b"before", None),
    (404, {**WHOLE, "content-encoding": "gzip, gzip"}, [PACKED], PACKED, b"before", None),
    (200, {**WHOLE, "content-length": "9" * 5000}, [], b"", b"before", "announced with a length of 5000 digits"),
    (200, {**WHOLE, "content-length": "x"}, [b"RIFFdata"], b"", b"RIFFdata", None),
    (200, {"content-type": "text/html"}, [b"<html>", b"9"], b"<html>9", b"", "text/html"),
    (200, AUDIO, [b"<html>", b"9"], b"<html>9", b"", "the body is HTML"),
    (200, AUDIO, [b"<html>" + LONG, b"9"], b"<html>" + LONG + b"9", b"", "the body is HTML"),
    (200, JSON, [b'"UklG', b'Rg=="'], b"", b"RIFF", None),
    (200, JSON, [b'"' + LONG, b'Rg==" and more', b"never taken"], b"", b64decode(LONG), "something follows"),
    (200, JSON, [b'"UklG'], b"", b"RIF", "is cut short"),
    *[(status, AUDIO, [b"RIFF", b"data"], b"", b"RIFFdata", None) for status in (201, 203)],
    (206, AUDIO, [b"RIFF", b"data"], b"RIFFdata", b"before", None),
    (404, {**WHOLE, "content-length": "9"}, [b"three ", b"blocks ", b"come"], b"three blocks come", b"before", None),
]


@pytest.mark.parametrize(("status", "headers", "blocks", "content", "audio", "problem"), BODIES)
def test_where_blocks_go(
    library: ModuleType, status: int, headers: Any, blocks: list[bytes], content: bytes, audio: bytes, problem: Any
) -> None:
    memory, got = MemoryTarget(), response(library, status, headers)
    memory.write(b"before")
    taking = reader(got, memory)
    if problem is not None and "announced" in problem:
        with pytest.raises(library.RemoteProtocolError, match=f"^the body .*{problem}$") as caught:
            read(taking, *blocks)
        assert caught.value.request is got.request
    else:
        made = read(taking, *blocks)
        assert (made.status_code, made.headers, made.content) == (status, got.headers, content)
        assert (problem is None) is (made.unreadable is None)
        assert (problem or "") in (made.unreadable or "")
    assert memory.audio() == audio


def test_what_is_no_success_and_no_sample_is_read_up_to_a_limit(library: ModuleType) -> None:
    for status, target in ((200, None), (204, None), (300, None), (404, None), (200, MemoryTarget())):
        taking = reader(response(library, status, {"content-type": "text/html"}), target)
        taking.start()
        is_bounded = status >= 300 or target is not None
        assert [taking.add(b"x" * LARGEST_ERROR_BODY), taking.add(b"x")] == [False, is_bounded]
        assert len(taking.finish().content) == LARGEST_ERROR_BODY + (not is_bounded)


def test_the_whole_body_may_take_three_timeouts(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, is_sample, blocks in ((1, False, 3), (0.9, False, 2), (1, True, 9), (None, False, 9)):
        monkeypatch.setattr(body, "monotonic", itertools.count().__next__)
        got = response(library, read=seconds)
        taking = reader(got, is_sample=is_sample)
        assert not any(taking.add(b"x") for _ in range(blocks))
        if blocks < 9:
            with pytest.raises(library.ReadTimeout, match=r"^the response took longer than 3 timeouts$") as caught:
                taking.add(b"x")
            assert caught.value.request is got.request


@pytest.mark.parametrize("name", ["ReadError", "ReadTimeout", "DecodingError"])
def test_a_body_that_breaks_off(library: ModuleType, name: str) -> None:
    error = getattr(library, name)("odd bytes")
    for status in (200, 300, 404):
        taking = reader(response(library, status))
        taking.add(b"half")
        if status == 200 and name != "DecodingError":
            with pytest.raises(type(error)) as caught:
                taking.end_early(error)
            assert caught.value is error
        else:
            taking.end_early(error)
            unreadable = "the body cannot be decoded (odd bytes)" if status == 200 else None
            assert (taking.finish().content, taking.finish().unreadable) == (b"half", unreadable)


def test_the_response_of_the_library_is_as_if_it_had_read_the_body(library: ModuleType) -> None:
    headers = [("Content-Encoding", "GZip"), ("x-a", "1"), ("x-a", "2"), ("content-type", "text/plain; charset=latin1")]
    got = response(library, 418, headers)
    raw = read(reader(got), gzip.compress("déjà vu".encode("latin1"))).raw()
    assert (type(raw), raw.status_code, raw.text) == (library.Response, 418, "déjà vu")
    assert raw.headers.multi_items()[:3] == headers[1:]
    assert "content-encoding" not in raw.headers
    assert raw.request is got.request


def test_which_bodies_need_no_decoding_and_which_a_thread(library: ModuleType) -> None:
    class Derived(library.Response):  # type: ignore[misc, name-defined]
        """It may do more to a body."""

    class FileTarget(MemoryTarget):
        in_memory = False

    request, file = response(library).request, FileTarget()
    others = [
        response(library, 200, {"content-encoding": "br"}, accept="gzip, br"),
        library.Response(200, content=b"read before", request=request),
        Derived(200, stream=library.ByteStream(b""), request=request),
    ]
    assert not any(reader(each).is_raw for each in others)
    ours = [response(library, 200, {"content-encoding": each}) for each in ("identity", "gzip", "br", "gzip, gzip")]
    assert all(reader(each).is_raw for each in (response(library), *ours))
    in_memory = [
        reader(response(library, status), target).in_memory for status, target in ((200, MemoryTarget()), (404, file))
    ]
    assert [*in_memory, reader(response(library)).in_memory, reader(response(library), file).in_memory] == [
        True,
        True,
        True,
        False,
    ]


def get(client_kind: ClientKind, *blocks: bytes | Exception, status: int = 200, headers: Any = None) -> Any:
    """Get a voice whose body comes in blocks, or breaks off; and how many were taken. The response must be closed."""
    responses, taken = list[Any](), list[bytes]()

    def stream() -> Iterator[bytes]:
        for block in blocks:
            if isinstance(block, Exception):
                raise block
            taken.append(block)
            yield block

    async def stream_async() -> AsyncIterator[bytes]:
        for block in stream():
            yield block

    def handler(_: Any) -> Any:
        content = stream_async() if client_kind.is_async else stream()
        responses.append(client_kind.library.Response(status, headers=headers, content=content))
        return responses[-1]

    try:
        result = client_kind.call(client_kind.mistral(handler, retry_config=None), "get", voice_id="v1")
    except errors.MistralError as error:
        result = error
    assert [response.is_closed for response in responses] == [True]
    return result, len(taken)


def test_drivers_read_to_the_limit_or_the_break_decode_and_close(client_kind: ClientKind) -> None:
    error, taken = get(client_kind, *[b"x" * LARGEST_ERROR_BODY] * 9, status=400)
    assert (error.status_code, taken) == (400, 2)
    lost = client_kind.library.ReadError("gone")
    assert get(client_kind, b'{"message": "No such', lost, status=404)[0].body == '{"message": "No such'
    error, _ = get(client_kind, b'{"id": ', lost)
    assert (type(error), error.__cause__) == (errors.NoResponseError, lost)
    assert "the body cannot be decoded (" in str(get(client_kind, b"no gzip", headers=GZIP)[0])
    packed = gzip.compress(json.dumps(VOICE).encode())
    assert get(client_kind, packed[:20], packed[20:], headers=GZIP)[0].id == "v1"
    error, _ = get(client_kind, gzip.compress(b'{"message": "So"}'), status=404, headers=GZIP)
    assert (error.body, error.raw_response.text) == ('{"message": "So"}', '{"message": "So"}')


def test_what_little_bytes_become_is_bounded(client_kind: ClientKind, tmp_path: Path) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = b"".join(map(packer.compress, [b"RIFF", *[bytes(1 << 20)] * 65])) + packer.flush()
    assert len(packed) < 80_000
    for status, headers in ((200, {**JSON, **GZIP}), (200, {**AUDIO, **GZIP}), (500, GZIP)):
        mistral = client_kind.mistral(client_kind.replies(Reply(status, packed, headers)), retry_config=None)
        for name, more in (("get", {}), ("read_sample_audio", {}), ("save_sample_audio", {"path": tmp_path / "a"})):
            with pytest.raises(errors.MistralError) as caught:
                client_kind.call(mistral, name, voice_id="v1", **more)
            assert caught.value.status_code == status
            assert len(caught.value.body or "") <= LARGEST_ERROR_BODY
            if status == 200 and (name == "get" or AUDIO.items() <= headers.items()):
                assert "the body is longer than 64 MB, the most that is read" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_memory_for_a_compressed_error_is_bounded(client_kind: ClientKind) -> None:
    packed = gzip.compress(bytes(50 << 20), 1)
    mistral = client_kind.mistral(client_kind.replies(Reply(500, packed, GZIP)), retry_config=None)
    tracemalloc.start()
    with pytest.raises(errors.ServerError):
        client_kind.call(mistral, "get", voice_id="v1")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * LARGEST_ERROR_BODY


def test_a_compressed_sample_is_whole_or_none(client_kind: ClientKind, tmp_path: Path) -> None:
    audio = b"RIFF\0\0\0\0WAVE" + bytes(range(256)) * 400
    packed = gzip.compress(audio)
    for sent, problem in ((packed, None), (packed[:-5], "it ends early"), (packed + b"x", "something follows its end")):
        mistral = client_kind.mistral(client_kind.replies(Reply(200, sent, {**AUDIO, **GZIP})), retry_config=None)
        target = tmp_path / f"{len(sent)}.wav"
        if problem is None:
            assert client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=target).read_bytes() == audio
            assert client_kind.call(mistral, "read_sample_audio", voice_id="v1") == audio
            continue
        for name, more in (
            ("get_sample_audio", {}),
            ("read_sample_audio", {}),
            ("save_sample_audio", {"path": target}),
        ):
            with pytest.raises(errors.ResponseValidationError, match=problem):
                client_kind.call(mistral, name, voice_id="v1", **more)
        assert not target.exists()


def test_a_save_needs_a_thread_for_64_kb_and_not_for_each_block(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def blocks() -> AsyncIterator[bytes]:
        for block in (b"RIFF\0\0\0\0WAVE", *[b"x" * 100] * 2000):
            yield block

    threads: list[Any] = []

    async def count(in_memory: bool, work: Any, *arguments: Any) -> Any:
        threads.append(None if in_memory else work)
        return await in_thread_unless(in_memory, work, *arguments)

    monkeypatch.setattr(send, "in_thread_unless", count)
    own = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, headers=AUDIO, content=blocks()))
    )
    saving = Mistral(KEY, async_client=own).audio.voices.save_sample_audio_async(voice_id="v1", path=tmp_path / "a.wav")
    assert len(asyncio.run(saving).read_bytes()) == 200_012
    assert len([each for each in threads if each is not None]) == 1 + 4 + 1  # it begins, 200 KB come, it ends
