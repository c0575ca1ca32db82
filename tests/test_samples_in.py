"""Samples on their way out: each kind of input, each way to be wrong; and what is seen from outside the process."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mistral_voices import Mistral, errors
from mistral_voices._media import upload as _sources

from . import memory
from .harness import KEY, VOICE, ClientKind, Reply
from .memory import KINDS, WAV, Folder, Make, OtherPath, Short, Watch, Watched, descriptors

BUSY = Reply(429, headers={"retry-after": "0"})


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sources, "BLOCK", 300)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with ExitStack() as stack:
        yield Folder(tmp_path, stack)


EACH_KIND = pytest.mark.parametrize("kind", KINDS)


def body_of(audio: bytes, filename: str | None) -> bytes:
    """Give the body as it would be made in memory."""
    body = {"name": "Ada", "sample_audio": base64.b64encode(audio).decode(), "retention_notice": 30}
    body |= {} if filename is None else {"sample_filename": filename}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@EACH_KIND
def test_each_kind_is_sent_whole_and_anew_at_each_attempt(
    client_kind: ClientKind, waits: list[float], folder: Folder, kind: str
) -> None:
    make, filename = KINDS[kind]
    server = client_kind.replies(BUSY, Reply(503, headers={"retry-after": "0"}), VOICE)
    voice = client_kind.call(client_kind.mistral(server), "create", name="Ada", sample_audio=make(folder, WAV))
    assert voice.id == "v1"
    assert [request.content for request in server.requests] == [body_of(WAV, filename)] * 3
    for request in server.requests:
        assert request.headers["content-length"] == str(len(request.content))
        assert request.headers["content-type"] == "application/json"
        assert "transfer-encoding" not in request.headers


WRONG: dict[str, tuple[Callable[[Folder], Any], type[Exception], str]] = {
    "empty-text": (lambda _: "", ValueError, "empty: pass base64 text, bytes, a path or a binary file"),
    "empty-bytes": (lambda _: b"", ValueError, "empty: pass the bytes of an audio file"),
    "empty-path": (lambda folder: folder.write(b""), ValueError, r"take 1\.wav is empty"),
    "empty-file": (lambda folder: folder.opened(b""), ValueError, "nothing left to read: is it empty"),
    "empty-memory": (lambda _: io.BytesIO(), ValueError, "nothing left to read: is it empty"),
    "read-already": (lambda folder: folder.opened(WAV, start=len(WAV)), ValueError, "or read already"),
    "beyond-its-end": (lambda folder: folder.opened(WAV, start=9999), ValueError, "nothing left to read"),
    "missing": (lambda folder: folder.path / "no.wav", FileNotFoundError, r"there is no such file.*no\.wav"),
    "folder": (lambda folder: folder.path, IsADirectoryError, "is a folder: pass the path of an audio file in it"),
    "fifo": (lambda folder: folder.special(), ValueError, "no regular file: read it and pass its bytes"),
    "device": (lambda _: Path("/dev/zero"), ValueError, "/dev/zero is no regular file: read it"),
    "name-of-a-file": (lambda folder: str(folder.write(WAV)), ValueError, r"pass pathlib\.Path\('.*take 1\.wav'\)"),
    "name-of-a-folder": (lambda folder: str(folder.path), ValueError, r"pass pathlib\.Path"),
    "data-uri": (lambda _: "data:audio/wav;base64,UklGRg==", ValueError, "pass only what stands after the comma"),
    "data-uri-in-capitals": (lambda _: "DATA:audio/wav;base64,UklGRg==", ValueError, "after the comma"),
    "text-mode": (lambda folder: folder.opened(WAV, "r", encoding="latin-1"), TypeError, r'open\(path, "rb"\)'),
    "text-in-memory": (lambda _: io.StringIO("UklGRg=="), TypeError, r'open it with open\(path, "rb"\)'),
    "pipe": (lambda folder: folder.pipe(WAV), ValueError, r"cannot be rewound.* pass file\.read\(\)"),
    "socket": (lambda folder: folder.socket(), ValueError, "cannot be rewound"),
    "write-only": (lambda folder: folder.opened(WAV, "wb"), ValueError, r'open\(path, "rb"\)'),
    "bytearray": (lambda _: bytearray(WAV), TypeError, "bytes, a path or a binary file, not bytearray"),
    "memoryview": (lambda _: memoryview(WAV), TypeError, "bytes, a path or a binary file, not memoryview"),
    "none": (lambda _: None, TypeError, "must be base64 text, bytes, a path or a binary file, not NoneType"),
    "list": (lambda _: [WAV], TypeError, "a path or a binary file, not list"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_with_a_remedy_before_anything_is_sent(
    client_kind: ClientKind, folder: Folder, case: str
) -> None:
    make, kind, remedy = WRONG[case]
    server = client_kind.replies(VOICE)
    sample = make(folder)
    with pytest.raises(kind, match=remedy) as caught:
        client_kind.call(client_kind.mistral(server), "create", name="Ada", sample_audio=sample)
    assert type(caught.value) is kind or kind is ValueError
    assert server.requests == []


def test_a_file_that_may_not_be_read_is_refused(client_kind: ClientKind) -> None:
    server = client_kind.replies(VOICE)
    with tempfile.TemporaryDirectory() as place:  # one below tmp_path would be hidden from another user
        Path(place).chmod(0o755)
        sample = Folder(Path(place), ExitStack()).write(WAV)
        mistral = client_kind.mistral(server)
        client_kind.call(mistral, "create", name="Ada", sample_audio=sample)  # so that nothing is left to import
        sample.chmod(0)
        with memory.unprivileged(), pytest.raises(PermissionError, match=r"take 1\.wav"):
            client_kind.call(mistral, "create", name="Ada", sample_audio=sample)
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["UklGRg==", "not base64!", " ", "a\0b", "é", "x" * 5000, "no.wav", "dat", "/" * 300])
def test_other_text_is_sent_as_it_is(client_kind: ClientKind, text: str) -> None:
    server = client_kind.replies(VOICE)
    with suppress(ValueError) if text.startswith("/") else ExitStack():  # the root folder, however it is written
        client_kind.call(client_kind.mistral(server), "create", name="Ada", sample_audio=text)
        assert json.loads(server.requests[0].content)["sample_audio"] == text


STARTS: dict[str, tuple[bytes, str | None]] = {
    "wav": (b"RIFF\0\0\0\0WAVE", ".wav"),
    "riff-of-another-kind": (b"RIFF\0\0\0\0AVI ", None),
    "id3": (b"ID3\x04", ".mp3"),
    "mp3": (b"\xff\xfb\x90\0", ".mp3"),
    "aac": (b"\xff\xf1\x50\x80", None),
    "flac": (b"fLaC\0", ".flac"),
    "ogg": (b"OggS\0", ".ogg"),
    "m4a": (b"\0\0\0\x20ftypM4A ", ".m4a"),
    "webm": (b"\x1aE\xdf\xa3", ".webm"),
    "unknown": (b"what is this?", None),
    "one-byte": (b"\xff", None),
}
FORMS: dict[str, tuple[Make, str | None]] = {  # the name that it has by itself
    "bytes": (lambda _, audio: audio, None),
    "memory": (lambda _, audio: io.BytesIO(audio), None),
    "short-reads": (lambda _, audio: Short(audio), None),
    "unnamed-path": (lambda folder, audio: folder.write(audio, "voice"), "voice"),
    "hidden-path": (lambda folder, audio: folder.write(audio, ".voice"), ".voice"),
    "path-of-bytes": (lambda folder, audio: OtherPath(os.fsencode(folder.write(audio, "é.ogg"))), "é.ogg"),
    "name-that-is-no-text": (lambda folder, audio: folder.write(audio, "a\udcff.ogg"), "a\ufffd.ogg"),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("form", FORMS)
def test_the_sample_is_named_after_its_file_and_first_bytes(folder: Folder, form: str, start: str) -> None:
    audio, extension = STARTS[start]
    make, stem = FORMS[form]
    client_kind = ClientKind(httpx, is_async=False)
    server = client_kind.replies(VOICE)
    client_kind.call(client_kind.mistral(server), "create", name="Ada", sample_audio=make(folder, audio))
    if stem is None:
        expected = f"sample{extension}" if extension else None
    else:
        expected = stem if stem.endswith(".ogg") else stem + (extension or "")
    assert json.loads(server.requests[0].content).get("sample_filename") == expected


@pytest.mark.parametrize("kind", ["text", "bytes", "path", "file"])
@pytest.mark.parametrize("filename", ["other.mp3", "", None])
def test_a_given_name_is_taken_and_none_is_null(
    client_kind: ClientKind, folder: Folder, kind: str, filename: str | None
) -> None:
    server = client_kind.replies(VOICE)
    sample = KINDS[kind][0](folder, WAV)
    client_kind.call(client_kind.mistral(server), "create", name="Ada", sample_audio=sample, sample_filename=filename)
    assert json.loads(server.requests[0].content)["sample_filename"] == filename


JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TEXTS = st.none() | st.lists(JSON_TEXT, max_size=3)
AGES = st.none() | st.integers(-(2**60), 2**60)
MEMBERS = st.fixed_dictionaries({}, optional={"slug": st.none() | JSON_TEXT, "tags": TEXTS, "age": AGES})


@pytest.mark.parametrize("is_async", [False, True])
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    audio=st.integers(1, 64).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    kind=st.sampled_from(sorted(KINDS)),
    name=JSON_TEXT,
    filename=JSON_TEXT,
    members=MEMBERS,
)
def test_a_streamed_body_is_that_of_the_whole(
    is_async: bool, audio: bytes, kind: str, name: str, filename: str, members: dict[str, Any]
) -> None:
    client_kind = ClientKind(httpx2, is_async)
    server = client_kind.replies(VOICE)
    mistral = client_kind.mistral(server)
    given = {"name": name, "sample_filename": filename, **members}
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr(_sources, "BLOCK", 12)
        folder = Folder(Path(stack.enter_context(tempfile.TemporaryDirectory())), stack)
        client_kind.call(mistral, "create", sample_audio=KINDS[kind][0](folder, audio), **given)
        client_kind.call(mistral, "create", sample_audio=base64.b64encode(audio).decode(), **given)
    streamed, whole = (request.content for request in server.requests)
    assert streamed == whole
    parsed = json.loads(whole)
    assert base64.b64decode(parsed["sample_audio"]) == audio
    assert json.dumps(parsed, ensure_ascii=False, separators=(",", ":")).encode() == streamed


@EACH_KIND
def test_progress_begins_at_nothing_at_each_attempt_and_ends_at_the_whole(
    client_kind: ClientKind, waits: list[float], folder: Folder, kind: str
) -> None:
    told: list[tuple[int, int | None, int]] = []

    def on_progress(done: int, total: int | None) -> None:
        told.append((done, total, threading.get_ident()))

    mistral = client_kind.mistral(client_kind.replies(BUSY, VOICE))
    client_kind.call(mistral, "create", name="Ada", sample_audio=KINDS[kind][0](folder, WAV), on_progress=on_progress)
    steps = [*range(0, len(WAV), 300), len(WAV)]
    assert told == [] if kind == "text" else [(done, len(WAV), threading.get_ident()) for done in steps] * 2


@pytest.mark.parametrize("at", [0, len(WAV)])
@pytest.mark.parametrize("raised", [LookupError, OSError, KeyboardInterrupt, "ConnectError"])
def test_what_on_progress_raises_passes_through_and_ends_the_call(
    client_kind: ClientKind, waits: list[float], folder: Folder, raised: Any, at: int
) -> None:
    kind = getattr(client_kind.library, raised) if isinstance(raised, str) else raised

    def on_progress(done: int, total: int | None) -> None:
        if done == at:
            raise kind("enough")

    server = client_kind.replies(VOICE)
    given = {"name": "Ada", "sample_audio": folder.write(WAV), "on_progress": on_progress}
    with pytest.raises(kind, match="enough"):
        client_kind.call(client_kind.mistral(server), "create", **given)
    assert server.requests == []
    assert waits == []


@pytest.mark.parametrize("kind", ["text", "bytes", "path"])
def test_on_progress_must_be_a_function(client_kind: ClientKind, folder: Folder, kind: str) -> None:
    server = client_kind.replies(VOICE)
    given = {"name": "Ada", "sample_audio": KINDS[kind][0](folder, WAV), "on_progress": 7}
    with pytest.raises(TypeError, match="on_progress must be a function of two numbers, not int"):
        client_kind.call(client_kind.mistral(server), "create", **given)
    assert server.requests == []


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(WAV[::-1])
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "grown": lambda path: path.write_bytes(WAV + b"more"),
    "truncated": lambda path: os.truncate(path, 500),
    "emptied": lambda path: path.write_bytes(b""),
    "touched": lambda path: os.utime(path, ns=(1, 1)),
    "replaced": replaced,
    "removed": lambda path: path.unlink(),
}


# What is open is still the file that it was when another takes its name.
OPEN = ["grown", "truncated", "emptied", "touched"]
CASES = [*product(["path", "file", "unbuffered-file"], OPEN, ["while", "between"])]


@pytest.mark.parametrize(("kind", "change", "when"), [*CASES, *product(["path"], ["replaced", "removed"], ["between"])])
def test_a_file_that_changes_is_refused(
    client_kind: ClientKind, waits: list[float], folder: Folder, kind: str, change: str, when: str
) -> None:
    sample = KINDS[kind][0](folder, WAV)
    server = client_kind.replies(BUSY, VOICE)

    def act(now: str) -> None:
        if now == when:
            CHANGES[change](folder.path / "take 1.wav")

    def answer(request: Any) -> Any:
        answered = server(request)
        act("between")
        return answered

    def on_progress(done: int, total: int | None) -> None:
        act("while" if done == 300 else "")

    with pytest.raises(OSError, match=r"changed|ended early|No such file"):
        client_kind.call(
            client_kind.mistral(answer), "create", name="Ada", sample_audio=sample, on_progress=on_progress
        )
    assert len(server.requests) == (when == "between")


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> type[Watched]:
    """Let files opened by path be watched as well."""

    class New(Watched):
        watch = Watch()
        busy, resume = threading.Event(), threading.Event()

    New.resume.set()
    monkeypatch.setattr(_sources, "open", lambda path, *how, **options: New(path), raising=False)
    return New


@pytest.mark.parametrize("kind", ["path", "other-path", "file", "name-of-a-file"])
def test_no_event_loop_waits_for_a_file(
    client_kind: ClientKind, waits: list[float], folder: Folder, kind: str, watched: type[Watched], monkeypatch: Any
) -> None:
    path = folder.write(WAV)
    monkeypatch.setattr(os, "stat", watched.watch.wrap("stat", os.stat, str(path)))
    monkeypatch.setattr(OtherPath, "__fspath__", watched.watch.wrap("fspath", OtherPath.__fspath__))
    samples = {"path": path, "other-path": OtherPath(path), "name-of-a-file": str(path)}
    with watched(path) as file, suppress(ValueError if kind == "name-of-a-file" else LookupError):
        mistral = client_kind.mistral(client_kind.replies(BUSY, VOICE))
        client_kind.call(mistral, "create", name="Ada", sample_audio=samples.get(kind, file))
    watched.watch.check(client_kind.is_async)


ENDS: dict[str, type[BaseException]] = {
    "success": type(None),  # type: ignore[dict-item]
    "status": errors.SDKError,
    "lost": errors.NoResponseError,
    "raised": LookupError,
    "cancelled": asyncio.CancelledError,
}


@pytest.mark.parametrize("end", ENDS)
def test_no_file_is_left_open(client_kind: ClientKind, folder: Folder, end: str) -> None:
    if end == "cancelled" and not client_kind.is_async:
        return  # only a task can be cancelled

    def on_progress(done: int, total: int | None) -> None:
        if done == 600:
            assert descriptors(folder.path) != []
            if end == "raised":
                raise LookupError
            if end == "cancelled" and (task := asyncio.current_task()):
                task.cancel()

    transport = memory.breaking(client_kind.library, 3 if end == "lost" else None, 400 if end == "status" else 200)
    client = client_kind.library.AsyncClient if client_kind.is_async else client_kind.library.Client
    mistral = Mistral(
        api_key=KEY, **{"async_client" if client_kind.is_async else "client": client(transport=transport)}
    )
    given = {"name": "Ada", "sample_audio": folder.write(WAV), "on_progress": on_progress}
    error, left = memory.attempt(client_kind.is_async, mistral, "create", lambda: descriptors(folder.path), **given)
    assert isinstance(error, ENDS[end])
    assert left == []


def test_a_call_that_is_cancelled_while_a_file_is_read(folder: Folder, watched: type[Watched]) -> None:
    server = ClientKind(httpx, is_async=True).replies(VOICE)
    mistral = ClientKind(httpx, is_async=True).mistral(server)

    def on_progress(done: int, total: int | None) -> None:
        watched.resume.clear()
        watched.busy.clear()

    create = partial(mistral.audio.voices.create_async, sample_audio=folder.write(WAV), on_progress=on_progress)
    result, left = memory.cancelled_in_a_thread(folder.path, partial(create, name="Ada"), watched.busy, watched.resume)
    assert isinstance(result, asyncio.CancelledError)
    assert left == []
    assert server.requests == []


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
@pytest.mark.parametrize("job", ["create", "save"])
def test_a_large_sample_takes_no_more_memory_than_a_small_one(tmp_path: Path, job: str, library: str) -> None:
    with memory.serving() as url:
        out, _ = memory.start(job, url, tmp_path, library).communicate()
    assert max(json.loads(out).values()) < 4_000_000


@pytest.mark.parametrize("job", ["stall", "stall-async"])
def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path, job: str) -> None:
    with memory.serving() as url, memory.start(job, url, tmp_path) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == memory.STALLED // 2
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert [*tmp_path.iterdir()] == []
