"""Sample audio as bytes, as the path of a file or as an open file, read in blocks from its start at each attempt."""

import io
import os
import stat
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeAlias

from .formats import SIGNATURE, extension

# Blocks are multiples of three bytes, so that their base64 text can be joined.
BLOCK = 3 * 64 * 1024


class PathSample:
    """An audio file by its path, read from its start each time."""

    in_memory = False

    def __init__(self, path: os.PathLike[str]) -> None:
        self._path = os.fsdecode(path)
        try:
            status = os.stat(self._path)
        except FileNotFoundError as error:
            raise FileNotFoundError(error.errno, "sample_audio: there is no such file", self._path) from None
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(21, "sample_audio is a folder: pass the path of an audio file in it", self._path)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"sample_audio: {self._path} is no regular file: read it and pass its bytes")
        if not status.st_size:
            raise ValueError(f"sample_audio: the file {self._path} is empty")
        self.size: int = status.st_size
        self._version = (status.st_size, status.st_mtime_ns, status.st_ino)
        with open(self._path, "rb") as file:
            self.filename: str | None = _named(os.path.basename(self._path), file.read(SIGNATURE))

    def blocks(self) -> Iterator[bytes]:
        """Give the file in blocks; OSError when it is not the file that it was."""
        with open(self._path, "rb", buffering=0) as file:
            self._check(file.fileno())
            yield from _blocks_of(file, self.size, lambda: self._check(file.fileno()))

    def _check(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if (status.st_size, status.st_mtime_ns, status.st_ino) != self._version:
            raise OSError(f"sample_audio: {self._path} has changed since the call began; create the voice again")


class FileSample:
    """An open binary file, from where it stands to its end."""

    in_memory = False

    def __init__(self, file: BinaryIO) -> None:
        try:
            nothing = file.read(0)
        except io.UnsupportedOperation:
            raise ValueError('sample_audio is a file that cannot be read: open it with open(path, "rb")') from None
        if isinstance(nothing, str):
            raise TypeError('sample_audio is a file in text mode: open it with open(path, "rb")')
        try:
            self._start = file.tell()
            self.size: int = file.seek(0, os.SEEK_END) - self._start
            file.seek(self._start)
        except (OSError, AttributeError):
            raise ValueError(
                "sample_audio is a file that cannot be rewound, which a second attempt would need: pass file.read()"
            ) from None
        if self.size <= 0:
            raise ValueError("sample_audio is a file with nothing left to read: is it empty, or read already?")
        self._file = file
        name, start = getattr(file, "name", None), _read(file, min(SIGNATURE, self.size))
        self.filename: str | None = _named(os.path.basename(name) if isinstance(name, str) else None, start)
        file.seek(self._start)
        self._version = self._stat()

    def blocks(self) -> Iterator[bytes]:
        """Give the file in blocks."""
        self._file.seek(self._start)
        yield from _blocks_of(self._file, self.size, self._check)

    def _check(self) -> None:
        if self._file.seek(0, os.SEEK_END) - self._start != self.size or self._stat() != self._version:
            raise OSError("sample_audio: the file has changed since the call began; create the voice again")

    def _stat(self) -> tuple[int, int] | None:
        """Give size and time of the file below; None where there is none."""
        try:
            status = os.fstat(self._file.fileno())
        except (OSError, AttributeError):
            return None
        return status.st_size, status.st_mtime_ns


class BytesSample(FileSample):
    """Audio in memory."""

    in_memory = True

    def __init__(self, audio: bytes) -> None:
        if not audio:
            raise ValueError("sample_audio is empty: pass the bytes of an audio file")
        super().__init__(io.BytesIO(audio))


Sample: TypeAlias = PathSample | FileSample


def _read(file: Any, wanted: int) -> bytes:
    """Read so many bytes, fewer only at the end: an unbuffered file may give less than is wanted."""
    block: bytes = file.read(wanted)
    while len(block) < wanted and (more := file.read(wanted - len(block))):
        block += more
    return block


def _blocks_of(file: Any, size: int, check: Callable[[], None]) -> Iterator[bytes]:
    """Read so many bytes in whole blocks, and check the file before the last one is given away.

    As long as the body is not complete, the server cannot act on it.
    """
    left = size
    while left:
        wanted = min(BLOCK, left)
        block = _read(file, wanted)
        left -= len(block)
        if len(block) < wanted or not left:
            check()
        if len(block) < wanted:
            raise OSError("sample_audio: the file ended early; create the voice again")
        yield block


def _named(name: str | None, start: bytes) -> str | None:
    """Name the sample for the service, which reads the format from the extension."""
    ending = extension("", start)
    if name is None:
        return f"sample{ending}" if ending else None
    name = os.fsencode(name).decode(errors="replace")  # a name need not be text, but what is sent must be
    return name if os.path.splitext(name)[1] else name + ending
