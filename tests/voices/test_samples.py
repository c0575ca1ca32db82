"""Samples in calls, where the drivers could differ: attempts, threads, cancellation, progress, lost bodies."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from mistral_voices import Mistral, errors
from mistral_voices._media import sample_files

from ..harness import KEY, VOICE, ClientKind, Reply
from ..media.samples import JSON_FORMS, KINDS, WAV, AsyncUpload, Folder, descriptors, use_file_system

AUDIO = WAV[:1201]
AUDIO_HEADERS = {"content-type": "audio/wav"}
JSON_HEADERS = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_files, "BLOCK", 300)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with ExitStack() as stack:
        yield Folder(tmp_path, stack)


def in_blocks(library: Any, headers: dict[str, str], *bodies: list[Any]) -> Callable[[Any], Any]:
    """Respond with one body after the other: blocks, and names of the library's errors, which are raised there."""
    each = iter(bodies)

    class Body(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            for block in next(each):
                if isinstance(block, str):
                    raise getattr(library, block)(block)
                yield block

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for block in self:
                yield block

    return lambda _: library.Response(200, headers=headers, stream=Body())


def attempt(kind: ClientKind, mistral: Mistral, operation: str, place: Path, /, **given: Any) -> BaseException | None:
    """Call, and give what was raised; while that is held, in the same event loop, no file may be open."""

    async def inside() -> BaseException | None:
        raised = None
        try:
            if kind.is_async:
                await getattr(mistral.audio.voices, f"{operation}_async")(**given)
            else:
                getattr(mistral.audio.voices, operation)(**given)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is looked at
            raised = error
        for _ in range(5):  # what the loop has yet to do
            await asyncio.sleep(0)
        assert descriptors(place) == []
        return raised

    return asyncio.run(inside())


@pytest.mark.filterwarnings("error")
def test_what_is_wrong_is_refused_before_anything_is_sent(client_kind: ClientKind) -> None:
    mistral = client_kind.mistral(server := client_kind.replies(VOICE))
    wrong: list[tuple[Any, type[Exception], str]] = [
        ("no.wav", ValueError, "sample_audio looks like the path of a file"),
        (AsyncUpload(), TypeError, "sample_audio is an asynchronous AsyncUpload"),
        ((44_100, b""), TypeError, "sample_audio holds samples"),
    ]
    for sample, kind, words in wrong:
        with pytest.raises(kind, match=words):
            client_kind.call(mistral, "create", name="Ada", sample_audio=sample)
    with pytest.raises(FileNotFoundError, match="sample_audio: there is no such file"):
        client_kind.call(mistral, "create", name="Ada", sample_audio=Path("no.wav"))
    with pytest.raises(FileExistsError, match="overwrite=True replaces it"):
        client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=__file__)
    assert server.requests == []


@pytest.mark.parametrize("logger", ["mine", "mistral_voices"])
def test_text_and_names_are_put_right_and_logged(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture, logger: str
) -> None:
    caplog.set_level(logging.WARNING)
    given_logger = logging.getLogger(logger) if logger == "mine" else None
    mistral = client_kind.mistral(server := client_kind.replies(VOICE), debug_logger=given_logger)
    upload = io.BytesIO(WAV)
    upload.name = "take.mp3"
    for given in ({"sample_audio": base64.encodebytes(WAV).decode()}, {"sample_audio": upload}):
        client_kind.call(mistral, "create", name="Ada", **given)
    upload.seek(0)
    client_kind.call(mistral, "create", name="Ada", sample_audio=upload, sample_filename="take.mp3")
    text = base64.b64encode(WAV).decode()
    bodies = [json.loads(request.content) for request in server.requests]
    assert [body["sample_audio"] for body in bodies] == [text] * 3
    assert [body.get("sample_filename") for body in bodies] == [None, "take.wav", "take.mp3"]
    assert ["line breaks" in caplog.messages[0], "'take.mp3' is sent" in caplog.messages[1]] == [True] * 2
    assert [record.name for record in caplog.records] == [logger] * 2


@pytest.mark.parametrize("kind", ["bytes", "path", "positioned-file"])
def test_a_sample_is_sent_whole_and_anew_at_each_attempt(
    client_kind: ClientKind, waits: list[float], folder: Folder, kind: str
) -> None:
    make, filename = KINDS[kind]
    reports: list[tuple[int, int | None, int]] = []
    server = client_kind.replies(Reply(429), Reply(503, headers={"retry-after": "0"}), VOICE)
    given = {"on_progress": lambda *progress: reports.append((*progress, threading.get_ident()))}
    voice = client_kind.call(client_kind.mistral(server), "create", name="Á", sample_audio=make(folder, WAV), **given)
    assert voice.id == "v1"
    text = base64.b64encode(WAV).decode()
    body = {"name": "Á", "sample_audio": text, "retention_notice": 30, "sample_filename": filename}
    for request in server.requests:
        assert request.content == json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        assert request.headers["content-length"] == str(len(request.content))
        assert request.headers["content-type"] == "application/json"
        assert "transfer-encoding" not in request.headers
    steps = [(done, len(WAV), threading.get_ident()) for done in (0, 300, 600, 900, 1200, len(WAV))]
    assert reports == steps * 3


@pytest.mark.parametrize("operation", ["create", "save_sample_audio"])
@pytest.mark.parametrize("raised", [LookupError, KeyboardInterrupt, "ReadError"])
def test_what_on_progress_raises_passes_through_and_ends_the_call(
    client_kind: ClientKind, waits: list[float], tmp_path: Path, operation: str, raised: Any
) -> None:
    kind = getattr(client_kind.library, raised) if isinstance(raised, str) else raised
    server = client_kind.replies(Reply(200, AUDIO, AUDIO_HEADERS))

    def on_progress(done: int, total: int | None) -> None:
        if done == len(AUDIO):
            raise kind("enough") from ZeroDivisionError()

    given = {"name": "Ada", "sample_audio": AUDIO} if operation == "create" else {"voice_id": "v1", "path": tmp_path}
    mistral = client_kind.mistral(server)
    error = attempt(client_kind, mistral, operation, tmp_path, on_progress=on_progress, **given)
    assert isinstance(error, kind)
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert len(server.requests) == (operation != "create")
    assert [*waits, *tmp_path.iterdir()] == []


ENDS: dict[str, type[Any]] = {
    "success": type(None),
    "status": errors.SDKError,
    "lost": errors.NoResponseError,
    "changed": OSError,
    "cancelled": asyncio.CancelledError,
}


@pytest.mark.parametrize("end", ENDS)
def test_no_file_that_is_sent_is_left_open(client_kind: ClientKind, folder: Folder, end: str) -> None:
    if end == "cancelled" and not client_kind.is_async:
        return  # only a task can be cancelled
    library: Any = client_kind.library

    class Lost(library.BaseTransport, library.AsyncBaseTransport):  # type: ignore[misc]
        def handle_request(self, request: Any) -> Any:
            blocks = iter(request.stream)
            assert [next(blocks) for _ in range(4)]
            raise library.WriteError("gone", request=request)

        async def handle_async_request(self, request: Any) -> Any:
            blocks = aiter(request.stream)
            assert [await anext(blocks) for _ in range(4)]
            raise library.WriteError("gone", request=request)

    reports: list[int] = []

    def on_progress(done: int, total: int | None) -> None:
        reports.append(done)
        if done == 600:
            assert len(descriptors(folder.path)) == 1
            if end == "changed":
                (folder.path / "take 1.wav").write_bytes(WAV + b"more")
            if end == "cancelled" and (task := asyncio.current_task()):
                task.cancel()

    mistral = client_kind.mistral(client_kind.replies(Reply(400) if end == "status" else VOICE))
    if end == "lost":
        name, client = ("async_client", "AsyncClient") if client_kind.is_async else ("client", "Client")
        mistral = Mistral(api_key=KEY, **{name: getattr(library, client)(transport=Lost())})
    given = {"name": "Ada", "sample_audio": folder.write(WAV), "on_progress": on_progress}
    assert isinstance(attempt(client_kind, mistral, "create", folder.path, **given), ENDS[end])
    assert end != "lost" or reports == [0, 300, 600]  # what has left: the last block was taken, but not sent


@pytest.mark.parametrize("operation", ["read_sample_audio", "save_sample_audio"])
@pytest.mark.parametrize(("end", "is_announced"), [(["ReadError"], False), ([], True)])
def test_a_lost_body_is_fetched_from_the_start(
    client_kind: ClientKind, waits: list[float], operation: str, end: list[str], is_announced: bool, tmp_path: Path
) -> None:
    headers, body, given = AUDIO_HEADERS, AUDIO, dict[str, Any]()
    reports: list[tuple[int, int | None, int]] = []
    if operation == "save_sample_audio":
        headers, body = JSON_HEADERS, JSON_FORMS["escaped"](AUDIO)
        given |= {"path": tmp_path, "on_progress": lambda *progress: reports.append((*progress, threading.get_ident()))}
    total = len(body) if is_announced else None
    headers = {**headers, "content-length": str(total)} if is_announced else headers
    bodies: list[list[Any]] = [[body[:5], *end], [body[:999], *end], [body[:3], body[3:]]]
    mistral = client_kind.mistral(in_blocks(client_kind.library, headers, *bodies))
    result = client_kind.call(mistral, operation, voice_id="v1", **given)
    assert (result.read_bytes() if isinstance(result, Path) else result) == AUDIO
    blocks: tuple[int, ...] = (5, 999, 3, len(body))
    if client_kind.is_async:  # which joins small blocks, for a file
        blocks = (len(body),) if end else (5, 999, len(body))
    steps = [(done, total, threading.get_ident()) for done in blocks]
    assert reports == (steps if given else [])
    assert len(waits) == 2


@pytest.mark.parametrize("reply", [Reply(404), Reply(200, b'"What?"', JSON_HEADERS)])
def test_nothing_is_left_of_a_failure(
    client_kind: ClientKind, reply: Reply, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system("no-links", monkeypatch)
    mistral = client_kind.mistral(client_kind.replies(reply))
    error = attempt(client_kind, mistral, "save_sample_audio", tmp_path, voice_id="v1", path=tmp_path)
    assert isinstance(error, errors.MistralError)
    assert [*tmp_path.iterdir()] == []


def test_nothing_is_left_when_a_scope_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_file_system("no-links", monkeypatch)
    client_kind = ClientKind(httpx, is_async=True)
    mistral = client_kind.mistral(client_kind.replies(Reply(200, AUDIO, AUDIO_HEADERS)))

    async def main() -> None:
        with anyio.CancelScope() as scope:  # unlike the cancelling of a task, it interrupts every later await as well
            given: dict[str, Any] = {"path": tmp_path, "on_progress": lambda done, total: scope.cancel()}
            await mistral.audio.voices.save_sample_audio_async(voice_id="v1", **given)
        assert scope.cancelled_caught
        assert [*descriptors(tmp_path), *tmp_path.iterdir()] == []

    asyncio.run(main())


def test_a_fifo_gets_the_attempt_that_is_whole(client_kind: ClientKind, waits: list[float], tmp_path: Path) -> None:
    os.mkfifo(fifo := tmp_path / "fifo")
    mistral = client_kind.mistral(in_blocks(client_kind.library, AUDIO_HEADERS, [AUDIO[:5], "ReadError"], [AUDIO]))
    with pytest.raises(FileExistsError, match="overwrite=True"):
        client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=fifo)
    assert waits == []
    with ThreadPoolExecutor(1) as executor:
        read = executor.submit(fifo.read_bytes)
        assert client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=fifo, overwrite=True) == fifo
        assert read.result(10) == AUDIO
    assert [*tmp_path.iterdir()] == [fifo]


def test_a_call_can_be_cancelled_while_nobody_reads_its_fifo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(fifo := tmp_path / "fifo")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    client_kind = ClientKind(httpx, is_async=True)
    mistral = client_kind.mistral(client_kind.replies(Reply(200, AUDIO, AUDIO_HEADERS)))
    waits: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        given: dict[str, Any] = {"path": fifo, "overwrite": True}
        task = asyncio.create_task(mistral.audio.voices.save_sample_audio_async(voice_id="v1", **given))

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:  # so the call waits for a reader, and again
                loop.call_soon_threadsafe(task.cancel)

        monkeypatch.setattr(time, "sleep", wait)
        await asyncio.wait([task])
        assert task.cancelled()
        assert [*descriptors(tmp_path), *tmp_path.iterdir()] == [fifo]

    asyncio.run(main())
    assert len(waits) >= 2
