"""Sample audio as bytes, as the path of a file or as an open file, read in blocks from its start at each attempt."""

import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from logging import Logger
from typing import Any, TypeAlias

from .file_objects import BinaryFile, FileObject
from .filenames import sample_filename
from .formats import ReadAt, recognize
from .sample_body import other_file, other_text
from .sample_text import START, describe_url, is_encoded_audio

# Blocks are multiples of three bytes, so that their base64 text can be joined.
BLOCK = 3 * 64 * 1024


def _refuse_text(start: bytes) -> None:
    """Refuse what is no audio of any kind by its first bytes: text that stands where audio should."""
    if is_encoded_audio(start.strip(b'" \r\n')):  # with quotes, as the API sends it
        raise ValueError("sample_audio holds base64 text, not audio: pass the text itself, as a str")
    if start.startswith(b"version https://git-lfs."):
        raise ValueError("sample_audio is a pointer of Git LFS, not audio: fetch the file with git lfs pull")
    if what := other_file(start):
        raise ValueError(f"sample_audio is {what}, not audio: pass the audio, unpacked where it is compressed")
    # Samples without a header may be all digits, which are JSON too.
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[") and other_text(start):
        raise ValueError(
            "sample_audio holds HTML, XML or JSON, not audio: pass the audio; its download may have failed"
        )


class _Sample:
    """What every kind of sample has: what tells the name that it is sent under."""

    in_memory: bool = False

    def __init__(self, given_name: str | None, name: str | None, read_at: ReadAt) -> None:
        """Recognise the audio; `given_name` is one that the user gave for this, `name` is that of the file."""
        self._given_name = given_name
        self._name = name
        self.format: str | None = recognize(read_at)
        if self.format is None:
            _refuse_text(read_at(0, START))

    def filename(self, logger: Logger) -> str | None:
        """Give the name to send; the logger is told when it was put right or tells no format."""
        if self._given_name:
            return self._given_name
        # A name need not be text, but what is sent must be.
        name = re.sub("[\ud800-\udfff]", "\ufffd", self._name or "")
        filename, warning = sample_filename(name, self.format)
        if warning is not None:
            logger.warning("%s", warning)
        return filename


class PathSample(_Sample):
    """An audio file by its path, read from its start each time."""

    def __init__(self, path: os.PathLike[str], given_name: str | None = None) -> None:
        self._path = os.fsdecode(path)
        if "\0" in self._path:
            raise ValueError("sample_audio is a path with a null character: no file has such a name")
        try:
            status = os.stat(self._path)
        except FileNotFoundError as error:
            message = "sample_audio: there is no such file"
            if self._path.startswith("~"):
                message += ", for ~ is not expanded: pass path.expanduser()"
            elif mistake := describe_url(self._path):
                message += f", for it {mistake}"
            raise FileNotFoundError(error.errno, message, self._path) from None
        except OSError as error:
            raise _with_argument(error, self._path) from None
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(21, "sample_audio is a folder: pass the path of an audio file in it", self._path)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"sample_audio: {self._path} is no regular file: read it and pass its bytes")
        if not status.st_size:
            raise ValueError(f"sample_audio: the file {self._path} is empty")
        self.size: int = status.st_size
        self._version = (status.st_size, status.st_mtime_ns, status.st_ino)
        try:
            with open(self._path, "rb") as file:
                super().__init__(given_name, os.path.basename(self._path), FileObject(file).read_at)
        except OSError as error:
            raise _with_argument(error, self._path) from None

    def blocks(self) -> Iterator[bytes]:
        """Give the file in blocks; OSError when it is not the file that it was."""
        with open(self._path, "rb", buffering=0) as file:
            self._check(file.fileno())
            yield from _blocks_of(FileObject(file).read, self.size, lambda: self._check(file.fileno()))

    def _check(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if (status.st_size, status.st_mtime_ns, status.st_ino) != self._version:
            raise OSError(f"sample_audio: {self._path} has changed since the call began; create the voice again")


class FileSample(_Sample):
    """An open binary file, from where it stands to its end."""

    def __init__(self, file: BinaryFile, given_name: str | None = None) -> None:
        self._file = opened = FileObject(file)
        if opened.end <= 0:
            raise ValueError("sample_audio is a file that is empty: pass one with audio in it")
        if opened.start >= opened.end:
            raise ValueError("sample_audio is a file that was read to its end already: call its seek(0) first")
        self.size: int = opened.end - opened.start
        try:
            super().__init__(given_name, opened.name, opened.read_at)
            if self.format is None and opened.start and recognize(opened.read_from_start) is not None:
                raise ValueError(
                    f"sample_audio is a file of which {opened.start} bytes were read already, and the rest alone is no "
                    "audio: call its seek(0) first"
                )
        finally:
            opened.rewind()  # where the user finds it when an argument is refused
        self._version = opened.status()

    def blocks(self) -> Iterator[bytes]:
        """Give the file in blocks."""
        self._file.rewind()
        yield from _blocks_of(self._file.read, self.size, self._check)

    def _check(self) -> None:
        if self._file.find_end() != self._file.end or self._file.status() != self._version:
            raise OSError("sample_audio: the file has changed since the call began; create the voice again")


class BytesSample(FileSample):
    """Audio in memory."""

    in_memory: bool = True

    def __init__(self, audio: bytes, given_name: str | None = None) -> None:
        if not audio:
            raise ValueError("sample_audio is empty: pass the bytes of an audio file")
        super().__init__(io.BytesIO(audio), given_name)


Sample: TypeAlias = PathSample | FileSample


def _with_argument(error: OSError, path: str) -> OSError:
    """Name the argument in an error of the system."""
    if error.errno is None:
        return error  # one of ours
    return OSError(error.errno, f"sample_audio: {error.strerror}", path)


def _blocks_of(read: Callable[[int], bytes], size: int, check: Callable[[], Any]) -> Iterator[bytes]:
    """Read so many bytes in whole blocks, and check the file before the last one is given away.

    As long as the body is not complete, the server cannot act on it.
    """
    left = size
    while left:
        wanted = min(BLOCK, left)
        block = read(wanted)
        left -= len(block)
        if len(block) < wanted or not left:
            check()
        if len(block) < wanted:
            raise OSError("sample_audio: the file ended early; create the voice again")
        yield block
