"""What the tests of samples share: files of each kind; a server that only drains and fills; measuring peak memory.

The last two are processes of their own.

::

    python tests/memory.py serve
    python tests/memory.py create|save|stall|stall-async URL FOLDER httpx|httpx2
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import io
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

SMALL = 3_000
LARGE = 50 * 1024 * 1024
STALLED = 3 * 300_000
PIECE = 3 * 32 * 1024
VOICE = b'{"id": "v1", "name": "Ada", "created_at": "2026-01-02T03:04:05Z", "user_id": "u1"}'


class OtherPath:
    """A path that is no pathlib.Path."""

    def __init__(self, path: Path | bytes) -> None:
        self.path: Any = path if isinstance(path, bytes) else str(path)

    def __fspath__(self) -> Any:
        return self.path


class Short(io.BytesIO):
    """A file that gives less than it was asked for, as an unbuffered one may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size if size is None or size < 0 else min(size, 7))


class Folder:
    """Makes files of each kind, and closes them at the end."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self.stack = stack

    def write(self, audio: bytes, name: str = "take 1.wav") -> Path:
        path = self.path / name
        path.write_bytes(audio)
        return path

    def opened(self, audio: bytes, mode: str = "rb", start: int = 0, **how: Any) -> Any:
        file = self.stack.enter_context(self.write(audio).open(mode, **how))
        file.seek(start)
        return file

    def nameless(self, audio: bytes) -> Any:
        number = os.open(self.write(audio), os.O_RDONLY)
        return self.stack.enter_context(os.fdopen(number, "rb"))

    def pipe(self, audio: bytes) -> Any:
        read, write = os.pipe()
        os.write(write, audio)
        os.close(write)
        return self.stack.enter_context(open(read, "rb"))

    def special(self) -> Path:
        os.mkfifo(self.path / "fifo")
        return self.path / "fifo"

    def socket(self) -> Any:
        left, right = socket.socketpair()
        right.close()
        with left:
            return self.stack.enter_context(left.makefile("rb"))


WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 5
Make = Callable[[Folder, bytes], Any]
KINDS: dict[str, tuple[Make, str | None]] = {  # how to make it, and the sample_filename that is sent
    "text": (lambda _, audio: base64.b64encode(audio).decode(), None),
    "bytes": (lambda _, audio: audio, "sample.wav"),
    "path": (lambda folder, audio: folder.write(audio), "take 1.wav"),
    "other-path": (lambda folder, audio: OtherPath(folder.write(audio)), "take 1.wav"),
    "file": (lambda folder, audio: folder.opened(audio), "take 1.wav"),
    "unbuffered-file": (lambda folder, audio: folder.opened(audio, buffering=0), "take 1.wav"),
    "updated-file": (lambda folder, audio: folder.opened(audio, "r+b"), "take 1.wav"),
    "positioned-file": (lambda folder, audio: folder.opened(b"before " + audio, start=7), "take 1.wav"),
    "nameless-file": (lambda folder, audio: folder.nameless(audio), "sample.wav"),
    "memory-file": (lambda _, audio: io.BytesIO(audio), "sample.wav"),
    "short-reads": (lambda _, audio: Short(audio), "sample.wav"),
}


class Watch:
    """Notes the threads in which what it wraps is called."""

    def __init__(self) -> None:
        self.threads: dict[str, set[int]] = {}

    def note(self, name: str) -> None:
        self.threads.setdefault(name, set()).add(threading.get_ident())

    def wrap(self, name: str, function: Callable[..., Any], path: str | None = None) -> Callable[..., Any]:
        """Give a function that notes its calls, or those for one path."""

        def noted(*arguments: Any, **options: Any) -> Any:
            if path is None or arguments[0] == path:
                self.note(name)
            return function(*arguments, **options)

        return noted

    def check(self, is_async: bool) -> None:
        """The caller's thread did all of it in a sync call, and nothing of it in an async one."""
        caller = threading.get_ident()
        assert self.threads
        expected = {name: (caller in threads) is not is_async for name, threads in self.threads.items()}
        assert all(expected.values()), f"in the wrong thread: {[name for name in expected if not expected[name]]}"


class Watched(io.FileIO):
    """A file that notes the threads it is used in, and can be made to wait."""

    watch: Watch
    busy: threading.Event
    resume: threading.Event

    def read(self, size: int | None = -1) -> bytes:
        self.watch.note("read")
        self.busy.set()
        assert self.resume.wait(10)
        return super().read(size) or b""

    def seek(self, offset: int, whence: int = 0) -> int:
        self.watch.note("seek")
        return super().seek(offset, whence)

    def tell(self) -> int:
        self.watch.note("tell")
        return super().tell()


@contextmanager
def unprivileged() -> Iterator[None]:
    """Act as a user who is not root; what is needed must have been imported."""
    own = os.geteuid()
    os.seteuid(own or 65534)
    try:
        yield
    finally:
        os.seteuid(own)


def descriptors(place: Path) -> list[str]:
    """Give the open files of this process that are in a folder, or were."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return [link for link in links if link.startswith(f"{place}/")]


def attempt(is_async: bool, mistral: Any, name: str, probe: Callable[[], Any], /, **given: Any) -> tuple[Any, Any]:
    """Call, and give what was raised, with what a probe says while that is held, in the same event loop."""
    voices = mistral.audio.voices
    raised: BaseException | None = None
    if not is_async:
        try:
            getattr(voices, name)(**given)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is looked at
            raised = error
        return raised, probe()

    async def inside() -> tuple[Any, Any]:
        nonlocal raised
        try:
            await getattr(voices, f"{name}_async")(**given)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is looked at
            raised = error
        for _ in range(5):  # what the loop has yet to do
            await asyncio.sleep(0)
        return raised, probe()

    return asyncio.run(inside())


def cancelled_in_a_thread(
    place: Path, call: Callable[[], Any], busy: threading.Event, resume: threading.Event
) -> tuple[Any, Any]:
    """Cancel a call while a thread works for it, and give what came of it and which files are left open."""

    async def main() -> tuple[Any, Any]:
        task = asyncio.ensure_future(call())
        while not task.done() and (resume.is_set() or not busy.is_set()):
            await asyncio.sleep(0.001)
        task.cancel()
        for _ in range(20):
            await asyncio.sleep(0)
        with place.with_name("bystander").open("wb+") as bystander:  # which takes the number of a file just closed
            resume.set()
            await asyncio.wait([task])
            for _ in range(100):  # the thread may be about to close it
                if descriptors(place):
                    await asyncio.sleep(0.001)
            assert os.fstat(bystander.fileno()).st_size == 0, "the thread wrote into a file that is not its own"
        result = asyncio.CancelledError() if task.cancelled() else task.exception() or task.result()
        return result, descriptors(place)

    return asyncio.run(main())


def breaking(library: Any, blocks: int | None, status: int) -> Any:
    """Make a transport whose connection breaks after so many blocks of the body, or that answers."""

    class Transport(library.BaseTransport, library.AsyncBaseTransport):  # type: ignore[misc]
        def handle_request(self, request: Any) -> Any:
            return self.answer(request, len([block for block, _ in zip(request.stream, self.count(), strict=False)]))

        async def handle_async_request(self, request: Any) -> Any:
            stream = aiter(request.stream)
            return self.answer(request, len([number for number in self.count() if await anext(stream, None)]))

        def count(self) -> range:
            return range(99 if blocks is None else blocks)

        def answer(self, request: Any, sent: int) -> Any:
            if sent == blocks:
                raise library.WriteError("gone", request=request)
            return library.Response(status, headers={"content-type": "application/json"}, content=VOICE)

    return Transport()


def pieces(library: Any, blocks: Iterable[Any]) -> Any:
    """Make the body of an answer from blocks, and from names of the library's errors, which are raised there."""

    class Pieces(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            for block in blocks:
                if isinstance(block, str):
                    raise getattr(library, block)(block)
                yield block

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for block in self:
                yield block

    return Pieces()


class Handler(socketserver.StreamRequestHandler):
    """Drains a POST; answers GET …/{form}-{size}/sample with so many zeros, of which "stall" never ends."""

    def handle(self) -> None:
        while request := self.rfile.readline():
            length = 0
            while (line := self.rfile.readline().strip().lower()) != b"":
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            while length:
                length -= len(self.rfile.read(min(length, PIECE)))
            if request.startswith(b"POST"):
                self.answer("application/json", len(VOICE), VOICE)
            else:
                form, size = request.split()[1].decode().split("/")[-2].split("-")
                self.fill(form, int(size))

    def answer(self, content_type: str, length: int, start: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
        self.wfile.write(head.encode() + start)

    def fill(self, form: str, size: int) -> None:
        if form == "json":
            self.answer("application/json", size // 3 * 4 + 2, b'"')
            self.zeros(b"AAAA", size // 3)
            self.wfile.write(b'"')
        elif form == "audio":
            self.answer("audio/wav", size // 3 * 3, b"")
            self.zeros(b"\0\0\0", size // 3)
        else:
            self.answer("audio/wav", size, bytes(size // 2))
            self.rfile.read()

    def zeros(self, unit: bytes, count: int) -> None:
        piece = unit * (PIECE // 3)
        for _ in range(count // (PIECE // 3)):
            self.wfile.write(piece)
        self.wfile.write(unit * (count % (PIECE // 3)))


def serve() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201 - for the parent
        sys.stdin.read()  # until the parent lets go


@contextmanager
def serving() -> Iterator[str]:
    """Start the server in a process of its own and give its address."""
    command = [sys.executable, "-S", __file__, "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def start(job: str, url: str, folder: Path, library: str = "httpx") -> subprocess.Popen[str]:
    """Start a job of `main` in a process of its own."""
    command = [sys.executable, __file__, job, url, str(folder), library]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def peak() -> int:
    """Give the most memory that this process had, in bytes; ru_maxrss begins with what its parent had, and hides it."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024


class Job:
    """What is measured, in each way to call."""

    def __init__(self, url: str, folder: Path, library: Any) -> None:
        self.folder = folder
        self.url = url
        self.library = library

    def voices(self, is_async: bool) -> Any:
        from mistral_voices import Mistral

        client = {"async_client": self.library.AsyncClient()} if is_async else {"client": self.library.Client()}
        return Mistral(api_key="key", server_url=self.url, **client).audio.voices

    def create(self, form: str, size: int, is_async: bool) -> None:
        path = self.folder / f"{size}.wav"
        with path.open("wb") as file:
            file.truncate(size)
        with path.open("rb") as file:
            sample: Any = path if form == "path" else file
            if is_async:
                asyncio.run(self.voices(True).create_async(name="Ada", sample_audio=sample))
            else:
                self.voices(False).create(name="Ada", sample_audio=sample)

    def save(self, form: str, size: int, is_async: bool, **options: Any) -> None:
        given = {"voice_id": f"{form}-{size}", "path": self.folder / "saved.wav", "overwrite": True, **options}
        if is_async:
            path = asyncio.run(self.voices(True).save_sample_audio_async(**given))
        else:
            path = self.voices(False).save_sample_audio(**given)
        assert path.stat().st_size == size // 3 * 3

    def stall(self, form: str, size: int, is_async: bool) -> None:
        """Save a sample that never ends, and say when some of it has been written."""
        self.save(form, size, is_async, on_progress=self.said)

    def said(self, done: int, total: int) -> None:
        if done >= total // 2:
            print(done, flush=True)  # noqa: T201 - for the parent


def main(action: str, url: str, folder: str, library: str) -> None:
    job = Job(url, Path(folder), importlib.import_module(library))
    if action.startswith("stall"):
        job.stall("stall", STALLED, action.endswith("async"))
        return
    work = job.create if action == "create" else job.save
    ways = [(form, way) for form in (("path", "file") if action == "create" else ("audio", "json")) for way in (0, 1)]
    for form, way in ways * 2:
        work(form, SMALL, bool(way))
    grown = {}
    for form, way in ways:
        with suppress(OSError):  # Linux forgets the peak of before
            Path("/proc/self/clear_refs").write_text("5")
        work(form, SMALL, bool(way))
        before = peak()
        work(form, LARGE, bool(way))
        grown[f"{action}, {form}, {'async' if way else 'sync'}"] = peak() - before
    print(json.dumps(grown))  # noqa: T201 - for the parent


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        main(*sys.argv[1:])
