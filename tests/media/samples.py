"""Samples to try: inputs of each kind on the way up, JSON strings and file systems on the way down."""

from __future__ import annotations

import base64
import errno
import io
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import Mock

import pytest

from mistral_voices._media import files

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 5


class ShortReads(io.BytesIO):
    """A file that gives less than was wanted, as an unbuffered one may."""

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
}

FILE_SYSTEMS = ["unnamed", "no-proc", "unsupported", "no-links"]


def use_file_system(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save as where files need no name, where none can be given later, where all have one, and on FAT without links."""
    original = os.open

    def refuse_unnamed(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        return original(path, flags, *rest, **options)

    if name == "no-proc":
        monkeypatch.setattr(files, "DESCRIPTORS", "/proc/nothing")
    elif name == "unsupported":
        monkeypatch.setattr(os, "open", refuse_unnamed)
    elif name == "no-links":
        monkeypatch.delattr(os, "O_TMPFILE")
        monkeypatch.setattr(os, "link", Mock(side_effect=PermissionError(errno.EPERM, "Operation not permitted")))


def descriptors(place: Path) -> list[str]:
    """List the open files of this process that are in a folder, or were."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return [link for link in links if link.startswith(f"{place}/")]
