"""Saving a sample as a file that appears when it is whole, or not at all."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .._checks import check_flag
from .formats import EXTENSIONS, SIGNATURE, extension

# For audio of which neither the server nor its first bytes say what it is.
UNKNOWN = ".bin"
DESCRIPTORS = "/proc/self/fd"
SEPARATORS = (os.sep, os.altsep or os.sep)
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)


class FileTarget:
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

    def write(self, audio: bytes) -> None:
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
            # Only with src_dir_fd does Python let the system follow the descriptor's symbolic link.
            os.link(f"{DESCRIPTORS}/{self._file}", target, src_dir_fd=self._file, follow_symlinks=True)
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
