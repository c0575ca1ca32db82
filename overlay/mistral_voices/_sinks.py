"""Sample audio on its way in: decoded block by block, into memory or into a file."""

from __future__ import annotations

import base64
import binascii
import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from ._formats import EXTENSIONS, SIGNATURE, extension, media_type
from ._options import check_flag
from ._progress import Progress, check_progress, tell

JSON = "application/json"
# For audio of which neither the server nor its first bytes say what it is.
UNKNOWN = ".bin"
DESCRIPTORS = "/proc/self/fd"
SEPARATORS = (os.sep, os.altsep or os.sep)
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
NOT_BASE64 = "the sample is not base64 text"


class Store(Protocol):
    """Where decoded audio goes."""

    in_memory: bool

    def restart(self, content_type: str) -> None: ...
    def put(self, audio: bytes) -> None: ...


def is_audio(content_type: str) -> bool:
    """Tell whether a bare content type can be that of a sample's bytes; JSON is the other form."""
    return content_type in ("", "application/octet-stream") or content_type.startswith("audio/")


class Base64Decoder:
    """Decodes a JSON string of base64 text that comes in pieces."""

    def __init__(self) -> None:
        self._is_open = False
        self._is_closed = False
        self._rest = b""  # an escape that is not whole yet
        self._text = b""  # less than four characters

    def decode(self, block: bytes) -> bytes:
        """Take a piece and give the bytes that are whole; ValueError when it is not base64 in a JSON string."""
        text = self._text + self._inside(block).translate(None, b"\r\n")
        whole = len(text) if self._is_closed else len(text) // 4 * 4
        padding = text.find(b"=")
        if padding >= 0 and not self._is_closed:
            # Padding ends base64 text: keep it until the quote shows that it is the end.
            whole = padding // 4 * 4
            if len(text) > whole + 4:
                raise ValueError(NOT_BASE64)
        self._text = text[whole:]
        try:
            return base64.b64decode(text[:whole], validate=True)
        except binascii.Error:
            raise ValueError(NOT_BASE64) from None

    def _inside(self, block: bytes) -> bytes:
        """Give what of a piece stands between the quotes, without escapes."""
        if not self._is_open:
            block = block.lstrip(b" \t\r\n")
            if block[:1] not in (b'"', b""):
                raise ValueError("the sample is not a JSON string")
            self._is_open, block = bool(block), block[1:]
        if self._is_closed:
            text, after = b"", block
        else:
            text, quote, after = self._unescaped(self._rest + block).partition(b'"')
            self._is_closed = bool(quote)
        if after.strip(b" \t\r\n"):
            raise ValueError("something follows the JSON string of the sample")
        return text

    def _unescaped(self, block: bytes) -> bytes:
        self._rest = b""
        if b"\\" not in block:
            return block
        if cut := re.search(rb"\\(u[0-9a-fA-F]{0,3})?\Z", block):
            self._rest, block = block[cut.start() :], block[: cut.start()]

        def replace(found: re.Match[bytes]) -> bytes:
            code = found[1]
            if code[:1] == b"u" and int(code[1:], 16) < 128 and int(code[1:], 16) != ord('"'):
                return bytes([int(code[1:], 16)])
            return {b"/": b"/", b"n": b"\n", b"r": b"\r"}.get(code, b"?")  # "?" is not base64, and so refused

        return re.sub(rb"\\(u[0-9a-fA-F]{4}|.)", replace, block, flags=re.DOTALL)

    def finish(self) -> None:
        """Check that the string was whole."""
        if not self._is_closed:
            raise ValueError("the JSON string of the sample is cut short")


class Sink:
    """Takes the body of a good answer, in either form, and puts the audio into a store."""

    def __init__(self, store: Store, on_progress: Progress | None = None) -> None:
        check_progress(on_progress)
        self.in_memory: bool = store.in_memory
        self._store = store
        self._on_progress = on_progress
        self._decoder: Base64Decoder | None = None
        self._done = 0
        self._total: int | None = None

    def start(self, headers: Any) -> None:
        """Begin, or begin anew; ValueError when the answer is neither JSON nor audio."""
        content_type = media_type(headers.get("content-type", ""))
        if content_type != JSON and not is_audio(content_type):
            raise ValueError(f"the content type is {content_type}, expected audio or JSON")
        self._decoder = Base64Decoder() if content_type == JSON else None
        length = headers.get("content-length", "")
        is_plain = "content-encoding" not in headers  # else the length is that of what is encoded
        self._done, self._total = 0, int(length) if length.isdecimal() and is_plain else None
        self._store.restart(content_type)

    def write(self, block: bytes) -> None:
        """Take a block; ValueError when it cannot be decoded."""
        self._store.put(block if self._decoder is None else self._decoder.decode(block))
        self._done += len(block)

    def told(self) -> None:
        """Tell on_progress how much of the answer has come."""
        if self._on_progress is not None:
            tell(self._on_progress, self._done, self._total)

    def finish(self) -> None:
        """Check that the sample is whole."""
        if self._decoder is not None:
            self._decoder.finish()


class MemoryStore:
    """Keeps the audio in memory."""

    in_memory = True

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def restart(self, content_type: str) -> None:
        """Forget what came before."""
        self._blocks = []

    def put(self, audio: bytes) -> None:
        """Keep a piece."""
        self._blocks.append(audio)

    def audio(self) -> bytes:
        """Give the whole."""
        return b"".join(self._blocks)


class FileStore:
    """Writes the audio into a file that has no name before it is whole.

    Where the system knows files without a name (Linux), even a process that is killed leaves nothing behind; elsewhere
    the file has a temporary name, which every error and interruption takes away.
    """

    in_memory = False

    def __init__(self, voice_id: str, path: str | os.PathLike[str], *, overwrite: bool) -> None:
        if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
            raise TypeError(f"path must be the path of a file or folder, not {path!r}")
        if "\0" in os.fsdecode(path):
            raise ValueError("path holds a null character, which no file name can: take it out")
        check_flag("overwrite", overwrite)
        self._voice_id = voice_id
        self._given = os.fspath(path)
        self._target = Path(path)
        self._is_named = bool(self._target.suffix)
        self._overwrite = overwrite
        self._content_type = ""
        self._start = b""
        self._file = -1
        self._name: str | None = None

    def open(self) -> None:
        """Look at the folder and open the file; `discard` must follow, whatever happens."""
        folder = self._target.parent
        if self._target.is_dir() or self._given.endswith(SEPARATORS):
            folder = self._target
            stem = re.sub(r"[^\w-]", "_", self._voice_id).encode()[:100].decode(errors="ignore")
            self._target, self._is_named = folder / (stem or "sample"), False
        if not folder.is_dir():
            raise FileNotFoundError(2, "path: there is no such folder to save the sample in", str(folder))
        if not self._overwrite:
            for ending in [""] if self._is_named else [*EXTENSIONS.values(), UNKNOWN]:
                self._refuse_existing(self._with(ending))
        with self._explained():
            self._open()  # a folder that cannot be written to is noticed before anything is sent

    def _with(self, ending: str) -> Path:
        return self._target.with_name(self._target.name + ending)

    def _refuse_existing(self, path: Path) -> None:
        if os.path.lexists(path):
            raise FileExistsError(17, "path: there is such a file already; overwrite=True replaces it", str(path))

    def _open(self) -> None:
        folder = self._target.parent
        unnamed = getattr(os, "O_TMPFILE", 0)
        if unnamed and os.path.isdir(DESCRIPTORS):
            with suppress(OSError):  # not every file system has files without a name
                self._file = os.open(folder, unnamed | os.O_WRONLY, 0o666)
                return
        name = self._temporary()
        self._file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        self._name = name

    def _temporary(self) -> str:
        # Not after the target, whose name may be as long as names can be.
        return str(self._target.with_name(f".{os.urandom(8).hex()}.part"))

    def restart(self, content_type: str) -> None:
        """Forget what came before."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        self._content_type, self._start = content_type, b""

    def put(self, audio: bytes) -> None:
        """Write a piece."""
        if len(self._start) < SIGNATURE:
            self._start += audio[: SIGNATURE - len(self._start)]
        rest = memoryview(audio)
        with self._explained():
            while rest:
                rest = rest[os.write(self._file, rest) :]

    def commit(self) -> Path:
        """Give the whole file its name."""
        target = self._target
        if not self._is_named:
            target = self._with(extension(self._content_type, self._start) or UNKNOWN)
        with self._explained():
            os.fsync(self._file)
        if self._overwrite:
            if self._name is None:
                name = self._temporary()
                self._link(Path(name))
                self._name = name
            os.replace(self._name, target)
            self._name = None
        else:
            self._link(target)
        self.discard()
        return target

    def _link(self, target: Path) -> None:
        """Give the file another name; unlike a rename, this never replaces a file that is there."""
        try:
            if self._name is not None:
                self._link_named(self._name, target)
                return
            folder = os.open(DESCRIPTORS, os.O_RDONLY)
            try:
                # With a folder as the origin Python lets the system follow the descriptor's symbolic link.
                os.link(str(self._file), target, src_dir_fd=folder, follow_symlinks=True)
            finally:
                os.close(folder)
        except FileExistsError:
            self._refuse_existing(target)
            raise

    def _link_named(self, name: str, target: Path) -> None:
        try:
            os.link(name, target)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            # FAT and others know no second name: take the target's name, if it is free, and replace what has it.
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            os.replace(name, target)

    def discard(self) -> None:
        """Close the file; nothing but what `commit` has named is left of it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._name is not None:
            with suppress(FileNotFoundError):
                os.unlink(self._name)
            self._name = None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"{error.strerror}, while the sample was saved; nothing is left of it"
            raise OSError(error.errno, message, str(self._target)) from error
