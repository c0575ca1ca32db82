"""No event loop waits for the file of a sample, and a cancelled call waits for the thread that works on one."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest

from mistral_voices import errors
from mistral_voices._media.file_objects import FileObject

from ..harness import VOICE, ClientKind, Reply
from ..media.samples import WAV, descriptors, use_file_system

AUDIO = Reply(200, WAV, {"content-type": "audio/wav"})
FILE_CALLS = {"open", "stat", "read", "seek", "tell", "write", "ftruncate", "lseek", "fsync"}
FILE_CALLS |= {"link", "replace", "unlink"}


def file_calls(call: Callable[[], Any]) -> set[str]:
    """Call twice, and give which functions on files the caller's own thread has called the second time.

    The first time loads modules, which are files too.
    """
    names: set[str] = set()

    def note(frame: Any, event: str, function: Any) -> None:
        owner = getattr(function, "__self__", None)
        module = getattr(owner, "__name__", "").lstrip("_")  # io is _io since Python 3.14
        if event == "c_call" and (isinstance(owner, io.FileIO) or module in ("posix", "io")):
            names.add(function.__name__)

    call()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return names & FILE_CALLS


SENT = {"path": {"open", "stat", "tell", "seek", "read"}, "file": {"tell", "seek", "read"}, "name-of-a-file": {"stat"}}


@pytest.mark.parametrize("kind", SENT)
def test_no_event_loop_waits_for_a_file_that_is_sent(
    client_kind: ClientKind, waits: list[float], kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "take 1.wav"
    path.write_bytes(WAV)
    mistral = client_kind.mistral(client_kind.replies(Reply(429), VOICE))
    with path.open("rb", buffering=0) as first, path.open("rb", buffering=0) as second:
        samples: dict[str, list[Any]] = {"path": [path] * 2, "file": [first, second], "name-of-a-file": [str(path)] * 2}

        def call() -> None:
            with suppress(ValueError if kind == "name-of-a-file" else LookupError):
                client_kind.call(mistral, "create", name="Ada", sample_audio=samples[kind].pop())

        assert file_calls(call) == (set() if client_kind.is_async else SENT[kind])


REPLIES = {
    "whole": [AUDIO],
    "unreadable": [AUDIO, Reply(200, b"?", {"content-type": "application/json"})],
    "lost": [AUDIO, AUDIO._replace(headers={"content-length": "7"}), AUDIO],
}


@pytest.mark.parametrize("case", REPLIES)
@pytest.mark.parametrize("file_system", ["unnamed", "no-proc"])
def test_no_event_loop_waits_for_a_file_that_is_saved(
    client_kind: ClientKind, waits: list[float], case: str, file_system: str, tmp_path: Path, monkeypatch: Any
) -> None:
    use_file_system(file_system, monkeypatch)
    mistral = client_kind.mistral(client_kind.replies(*REPLIES[case]))

    def call() -> None:
        with suppress(errors.ResponseValidationError):
            client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=tmp_path, overwrite=True)

    used = file_calls(call)
    ends = {"unlink"} if case == "unreadable" else {"write", "read", "fsync", "link", "replace"}
    ends -= {"unlink"} if file_system == "unnamed" else {"link"}
    assert used == (set() if client_kind.is_async else {"stat", "open", "ftruncate", "lseek", *ends})


@pytest.mark.parametrize(
    ("module", "work"),
    [(FileObject, "read"), (os, "open"), (os, "write"), (os, "fsync")],
    ids=lambda it: str(it)[-9:],
)
def test_a_cancelled_call_waits_for_the_thread_that_works_on_a_file(
    module: Any, work: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, resume = threading.Event(), threading.Event()
    original = getattr(module, work)

    def slow(*arguments: Any, **options: Any) -> Any:
        if threading.current_thread() is not threading.main_thread() and not busy.is_set():
            busy.set()
            assert resume.wait(10)
        return original(*arguments, **options)

    (sample := tmp_path / "take 1.wav").write_bytes(WAV)
    server = ClientKind(httpx, is_async=True).replies(AUDIO)
    voices = ClientKind(httpx, is_async=True).mistral(server).audio.voices
    monkeypatch.setattr(module, work, slow)

    async def main() -> None:
        call: Any = partial(voices.create_async, name="Ada", sample_audio=sample)
        if module is os:
            call = partial(voices.save_sample_audio_async, voice_id="v1", path=tmp_path)
        task = asyncio.create_task(call())
        while not busy.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not task.done()  # or the file could be closed, and its number another's, while the thread writes
        resume.set()
        await asyncio.wait([task])
        assert task.cancelled()
        assert descriptors(tmp_path) == []

    asyncio.run(main())
    assert module is os or server.requests == []
    saved = [path.read_bytes() for path in tmp_path.iterdir() if path != sample]
    assert saved in ([], [WAV] if work == "fsync" else [])  # nothing, or the whole where the work was done already


def test_no_call_waits_for_the_threads_of_a_web_framework(tmp_path: Path) -> None:
    (sample := tmp_path / "take 1.wav").write_bytes(WAV)
    kind = ClientKind(httpx, is_async=True)
    creating = kind.mistral(kind.replies(VOICE)).audio.voices
    saving = kind.mistral(kind.replies(AUDIO)).audio.voices

    async def main() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        for _ in range(int(limiter.total_tokens)):
            limiter.acquire_on_behalf_of_nowait(object())
        with anyio.fail_after(10):
            await creating.create_async(name="Ada", sample_audio=sample)
            await saving.save_sample_audio_async(voice_id="v1", path=tmp_path)

    asyncio.run(main())


def test_what_a_failed_call_read_from_is_closed_by_the_call(tmp_path: Path) -> None:
    left: list[str] = []

    def fail(done: int, total: int | None) -> None:
        raise LookupError

    async def main() -> None:
        hooks = sys.get_asyncgen_hooks()

        def note(generator: Any) -> None:
            left.append(generator.__qualname__)
            assert hooks.finalizer is not None
            hooks.finalizer(generator)

        sys.set_asyncgen_hooks(hooks.firstiter, note)  # for what is left to the garbage collector
        kind = ClientKind(httpx, is_async=True)
        with suppress(LookupError):
            voices = kind.mistral(kind.replies(AUDIO)).audio.voices
            await voices.save_sample_audio_async(voice_id="v1", path=tmp_path, on_progress=fail)
        gc.collect()

    asyncio.run(main())
    assert [name for name in left if "aiter_raw" in name or "_gather" in name] == []
