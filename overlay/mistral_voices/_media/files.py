"""Saving a sample as a file that appears when it is whole, or not at all."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .._checks import check_flag
from .filenames import UNKNOWN, has_audio_extension, saved_extension
from .formats import FORMATS, recognize
from .part_file import PartFile
from .sample_text import describe_url
from .special_files import SpecialFile, follow_links, special_file

# The errors of a folder that takes no new files.
NO_NEW_FILES = (errno.EACCES, errno.EPERM, errno.EROFS)
# Its errors where a file is mounted, though the system did not say so, or is another user's in a sticky folder.
NO_RENAMING = (errno.EBUSY, errno.EPERM)
OURS = "path: "


class FileTarget:
    """Takes the audio into a file beside the one that is wanted, and puts it there when it is whole.

    A file that cannot be replaced (a FIFO, a device, a mounted file) gets it straight through, but then too only when
    it is whole: a download that is retried could not start over there.
    """

    in_memory = False

    def __init__(self, voice_id: str, path: str | os.PathLike[str], *, overwrite: bool) -> None:
        given = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
        if not isinstance(given, str) or not given:
            raise TypeError(f"path must be the path of a file or folder, not {path!r}")
        if "\0" in given:
            raise ValueError("path holds a null character, which no file name can: take it out")
        try:
            os.fsencode(given)
        except UnicodeEncodeError as error:
            raise ValueError(f"path holds {given[error.start]!r}, which no file name can: take it out") from error
        check_flag("overwrite", overwrite)
        self._voice_id = voice_id
        self._given = given
        self._path = Path(given)
        self._is_named = True
        self._overwrite = overwrite
        self._content_type = ""
        self._part = PartFile()
        self._special: SpecialFile | None = None

    def open(self) -> None:
        """Look at the folder and open the file; `discard` must follow, whatever happens."""
        with self._explained():
            self._name_it()
            if not self._overwrite:
                for extension in [""] if self._is_named else [*FORMATS, UNKNOWN]:
                    _refuse_existing(self._with(extension))
            self._open()  # a folder that cannot be written to is noticed before anything is sent

    def _name_it(self) -> None:
        if os.path.isdir(self._path) or os.path.basename(self._given) in ("", ".", ".."):
            stem = re.sub(r"[^\w-]", "_", self._voice_id).encode()[:100].decode(errors="ignore")
            self._path, self._is_named = self._path / (stem or "sample"), False
        else:
            self._is_named = os.path.lexists(self._path) or has_audio_extension(self._path.name)
        folder = str(self._path.parent)
        try:
            os.stat(os.path.join(folder, ""))
        except (FileNotFoundError, NotADirectoryError) as error:
            message = f"{OURS}there is no such folder to save the sample in"
            if describe_url(self._given):
                message += ", for it is a URL: pass the path of a file, and upload that one"
            elif self._given.startswith("~"):
                message += ", for ~ is not expanded: pass path.expanduser()"
            raise FileNotFoundError(2, message, folder) from error
        if not self._is_named:
            with suppress(FileNotFoundError):
                os.lstat(self._with(UNKNOWN))  # which may be too long a name

    def _with(self, extension: str) -> Path:
        name = self._path.name
        return self._path.with_name((name.rstrip(". ") or name) + extension) if extension else self._path

    def _open(self) -> None:
        place = follow_links(str(self._path))
        if self._overwrite and self._is_named:
            self._special = special_file(place)
        if self._special is None:
            try:
                self._part.open(os.path.dirname(place))
            except OSError as error:
                if error.errno not in NO_NEW_FILES or not (self._overwrite and os.path.isfile(place)):
                    raise
                self._special = SpecialFile(place)
        if self._special is not None:
            from tempfile import gettempdir  # saves 3 ms where no file is special

            self._part.open(gettempdir())

    def restart(self, content_type: str) -> None:
        """Forget what came before."""
        self._content_type = content_type
        with self._explained():
            self._part.clear()

    def write(self, audio: bytes) -> None:
        """Write a piece."""
        with self._explained():
            self._part.write(audio)

    def commit(self) -> Path | None:
        """Give the whole file its name; None while a special file has not taken all of it: call again."""
        with self._explained():
            if not self._is_named:
                found = recognize(self._part.read_at)
                self._path, self._is_named = self._with(saved_extension(self._content_type, found)), True
            if not self._overwrite:
                self._part.link(str(self._path))
            elif not self._replace():
                return None
        self.discard()
        return self._path

    def _replace(self) -> bool:
        place = follow_links(str(self._path))
        self._special = self._special or special_file(place)
        if self._special is None:
            try:
                self._part.replace(place)
            except OSError as error:
                if error.errno not in NO_RENAMING or not os.path.isfile(place):
                    raise
                self._special = SpecialFile(place)
            else:
                return True
        return self._special.write(self._part.read_at)

    def discard(self) -> None:
        """Close the file; nothing but what `commit` has named is left of it."""
        self._part.discard()
        if self._special is not None:
            self._special.discard()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Name the user's path in errors of the system, not a temporary name."""
        try:
            yield
        except OSError as error:
            if (error.strerror or "").startswith(OURS):
                raise
            if isinstance(error, FileExistsError):
                _refuse_existing(self._path)
            half = self._special is not None and self._special.done > 0
            what = "it may hold a part of it" if half else "nothing is left of it"
            message = f"{error.strerror or error}, while the sample was saved; {what}"
            raise OSError(error.errno, message, str(self._path)) from error


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise FileExistsError(17, f"{OURS}there is such a file already; overwrite=True replaces it", str(path))
