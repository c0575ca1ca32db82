"""Samples to try: inputs of each kind on the way up, JSON strings and file systems on the way down."""

from __future__ import annotations

import base64
import errno
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import Mock

import pytest

from mistral_voices._media import part_file
from mistral_voices._media.files import FileTarget

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 5


class ShortReads(io.BytesIO):
    """A file that gives less than was wanted, as an unbuffered one may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size if size is None or size < 0 else min(size, 7))


class AsyncUpload:
    """Like those of Starlette and FastAPI."""

    def __init__(self) -> None:
        self.file, self.filename = io.BytesIO(WAV), "ada.wav"

    async def read(self, size: int = -1) -> bytes:
        return self.file.read(size)


class Folder:
    """Makes files of each kind, and closes them at the end."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self.stack = stack

    def write(self, audio: bytes, name: str = "take 1.wav") -> Path:
        path = self.path / name
        path.write_bytes(audio)
        return path

    def open(self, audio: bytes, mode: str = "rb", start: int = 0, **how: Any) -> Any:
        file = self.stack.enter_context(self.write(audio).open(mode, **how))
        file.seek(start)
        return file

    def nameless(self, audio: bytes) -> Any:
        return self.stack.enter_context(os.fdopen(os.open(self.write(audio), os.O_RDONLY), "rb"))

    def pipe(self) -> Any:
        read, write = os.pipe()
        os.close(write)
        return self.stack.enter_context(open(read, "rb"))


KINDS: dict[str, tuple[Callable[[Folder, bytes], Any], str]] = {  # how to make it, and the sample_filename for WAV
    "bytes": (lambda _, audio: audio, "sample.wav"),
    "path": (lambda folder, audio: folder.write(audio), "take 1.wav"),
    "other-path": (lambda folder, audio: PurePosixPath(folder.write(audio)), "take 1.wav"),
    "file": (lambda folder, audio: folder.open(audio), "take 1.wav"),
    "unbuffered-file": (lambda folder, audio: folder.open(audio, buffering=0), "take 1.wav"),
    "positioned-file": (lambda folder, audio: folder.open(b"before " + audio, start=7), "take 1.wav"),
    "nameless-file": (lambda folder, audio: folder.nameless(audio), "sample.wav"),
    "short-reads": (lambda _, audio: ShortReads(audio), "sample.wav"),
}


def in_lines(audio: bytes, separator: bytes) -> bytes:
    return b'"' + base64.encodebytes(audio).replace(b"\n", separator) + b'"'


def escaped(audio: bytes) -> bytes:
    text = in_lines(audio, b"")
    for plain, escape in ((b"/", rb"\/"), (b"+", rb"\u002B"), (b"=", rb"\u003d"), (b"R", rb"\u0052")):
        text = text.replace(plain, escape)
    return text


# How a server may write the JSON string.
JSON_FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda audio: in_lines(audio, b""),
    "escaped": escaped,
    "lines": lambda audio: in_lines(audio, rb"\r\n"),
    "escaped-lines": lambda audio: in_lines(audio, rb"\u000a"),
    "white-space": lambda audio: b" \r\n\t" + in_lines(audio, b"") + b"\n \t\r",
    **{
        encoding: lambda audio, encoding=encoding: in_lines(audio, rb"\n").decode().encode(encoding)  # type: ignore[misc]
        for encoding in ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-le")
    },
}

FILE_SYSTEMS = ["unnamed", "unnamable", "no-proc", "unsupported", "no-links"]


def use_file_system(name: str, monkeypatch: pytest.MonkeyPatch, code: int = errno.EPERM) -> None:
    """Save as where files need no name, can get none (and their names no second), all have one, or only one (FAT)."""
    original = os.open

    def refuse_unnamed(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(code, "no such files here")
        return original(path, flags, *rest, **options)

    if name == "no-proc":
        monkeypatch.setattr(part_file, "DESCRIPTORS", "/proc/nothing")
    elif name in ("unsupported", "no-links"):
        monkeypatch.setattr(os, "open", refuse_unnamed)
    if name in ("unnamable", "no-links"):
        monkeypatch.setattr(os, "link", Mock(side_effect=OSError(code, "no links here")))


def save(
    path: Any,
    blocks: Iterable[bytes] = (WAV[:5], WAV[5:]),
    content_type: str = "audio/wav",
    *,
    voice_id: str = "v1",
    overwrite: bool = False,
    meanwhile: Callable[[], object] | None = None,
) -> Path:
    """Save a sample, as a call does; something may happen before it is whole, and whenever a FIFO has to wait."""
    target = FileTarget(voice_id, path, overwrite=overwrite)
    try:
        target.open()
        target.restart(content_type)
        for block in blocks:
            target.write(block)
        if meanwhile:
            meanwhile()
        while (saved := target.commit()) is None:
            pass
        return saved
    finally:
        target.discard()


def descriptors(place: Path) -> list[str]:
    """List the open files of this process that are in a folder, or were."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return [link for link in links if link.startswith(f"{place}/")]


@contextmanager
def as_somebody() -> Iterator[None]:
    """Take from root, but from nobody else, the rights that other users do not have."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        os.setegid(65534)
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """Give a folder that every user can write to; pytest's own are hidden from others."""
    with TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)
