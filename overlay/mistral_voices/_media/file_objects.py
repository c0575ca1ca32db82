"""A user's file object, of whatever framework: its methods are called here, and what they give is checked."""

import io
import ntpath
import operator
import os
import re
from contextlib import suppress
from typing import Any, Protocol

# How to get at the audio in what people pass in its place, by the first of these keys of a dict that is not None.
KEYS = {
    "bytes": 'its `["bytes"]`',
    "path": 'pathlib.Path of its `["path"]`',
    "Body": 'its `["Body"].read()`',  # S3
    "content": 'its `["content"]`',
    "data": 'its `["data"]`',
}
# The same by the first of these members of an object.
MEMBERS = {
    "__await__": "what it gives when it is awaited",
    "file": "its `.file`",  # FastAPI
    "body": "its `.body`",  # Sanic
    "content": "its `.content`",  # responses of requests and httpx
    "read_bytes": "its `.read_bytes()`",  # zipfile.Path
    "get_payload": "its `.get_payload(decode=True)`",  # a part of an email
    "communicate": "its `.communicate()[0]`",  # subprocess.Popen
    "stdout": "its `.stdout`",  # subprocess.run
    "export": 'what its `.export(io.BytesIO(), format="wav")` returns',  # pydub
    "get_wav_data": "its `.get_wav_data()`",  # speech_recognition
    "download_as_bytes": "its `.download_as_bytes()`",  # Google Cloud Storage
    "readall": "its `.readall()`",  # Azure
    "write_to_fp": "the bytes that its `.write_to_fp(file)` writes",  # gTTS
    "open": "the file that its `.open()` gives",  # fsspec
    "__next__": 'b"".join() of it',
    "__anext__": 'b"".join([block async for block in it])',
    "__call__": "what it gives when it is called",
}


class BinaryFile(Protocol):
    """What is needed of a file that is open for reading bytes; it must stay where `seek` puts it."""

    def read(self, size: int = ..., /) -> bytes: ...
    def seek(self, offset: int, whence: int = ..., /) -> object: ...
    def tell(self) -> int: ...


class FileObject:
    """A file object that can be read at any place, from where it stands to its end.

    Once it is made, every call ends in a result or in OSError.
    """

    def __init__(self, file: Any) -> None:
        """Check the file.

        Raises:
            TypeError: It does not give bytes.
            ValueError: It is closed, or cannot be read or rewound.
        """
        self._file = file
        if self._attribute("closed") is True:
            raise ValueError("sample_audio is a file that is closed already: create the voice while it is open")
        self._check_reading()
        try:
            self.start: int = self._tell()
            self.end: int = self.find_end()
            self.rewind()
        except OSError as error:
            reason = str(error).removeprefix("sample_audio: ")
            raise ValueError(
                f"sample_audio is a file that cannot be rewound, or not read to its end ({reason}): pass file.read()"
            ) from None

    @property
    def name(self) -> str | None:
        """The name of the audio, without folders: an upload's `filename`, whose `name` may be the field of a form."""
        # Reading the `filename` of gzip's file gives a warning; what is no file of Python is an upload.
        if "filename" in dir(self._file) and not isinstance(self._file, io.IOBase):
            name, base = self._attribute("filename"), ntpath.basename
        else:
            name, base = self._attribute("name"), os.path.basename
        is_name = isinstance(name, str) and not re.fullmatch("<.*>|", name)  # such as <stdin>
        return base(name) if is_name else None

    def rewind(self) -> None:
        """Go back to where the file stood."""
        self._seek(self.start)

    def read_at(self, offset: int, count: int) -> bytes:
        """Read so many bytes at a distance from where the file stood, fewer only at the end."""
        return self.read_from_start(self.start + offset, count)

    def read_from_start(self, offset: int, count: int) -> bytes:
        """Read so many bytes at a distance from the start of the file, fewer only at the end."""
        self._seek(offset)
        return self.read(count)

    def read(self, count: int) -> bytes:
        """Read so many bytes, fewer only at the end: an unbuffered file may give less than is wanted."""
        pieces, left = [], count
        while left and (piece := self._call("read", left)):
            if not isinstance(piece, bytes) or len(piece) > left:
                raise OSError(f"sample_audio: the file gave {_kind(piece)} where {left} bytes were to be read")
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def find_end(self) -> int:
        """Give the place of the end, as it is now."""
        self._call("seek", 0, os.SEEK_END)
        return self._tell()

    def status(self) -> tuple[int, int] | None:
        """Give size and time of the file below; None where there is none."""
        try:
            status = os.fstat(self._file.fileno())
        except Exception:  # noqa: BLE001 - a file object of any kind need not have one
            return None
        return status.st_size, status.st_mtime_ns

    def _check_reading(self) -> None:
        try:
            nothing = self._file.read(0)
        except io.UnsupportedOperation:
            raise ValueError('sample_audio is a file that cannot be read: open it with open(path, "rb")') from None
        except TypeError as error:
            from inspect import iscoroutinefunction  # 3 ms, for a mistake

            if iscoroutinefunction(self._file.read):
                raise self._asynchronous() from None
            raise TypeError(
                f"sample_audio must be a binary file, but {_kind(self._file)}.read takes no size ({error})"
                + hint(self._file)
            ) from None
        except OSError:
            raise
        except Exception as error:
            raise _unreadable(error) from error
        if hasattr(nothing, "__await__"):
            _abandon(nothing)
            raise self._asynchronous()
        if isinstance(nothing, str):
            raise TypeError(
                'sample_audio is a file in text mode: open it with open(path, "rb"), or pass its read() '
                "if that is base64 text"
            )
        if not isinstance(nothing, bytes):
            raise TypeError(
                f"sample_audio must be a binary file, but the read of {_kind(self._file)} gives {_kind(nothing)}, not "
                'bytes: open a file with open(path, "rb")'
            )

    def _asynchronous(self) -> TypeError:
        file = "`upload.file` or " if "file" in dir(self._file) else ""
        return TypeError(f"sample_audio is an asynchronous {_kind(self._file)}: pass {file}`await upload.read()`")

    def _attribute(self, name: str) -> Any:
        """Give an attribute; None where there is none, or a property of that name fails."""
        try:
            return getattr(self._file, name, None)
        except Exception:  # noqa: BLE001 - it is the user's
            return None

    def _seek(self, offset: int) -> None:
        self._call("seek", offset)

    def _tell(self) -> int:
        place = self._call("tell")  # what seek gives is not it: mmap and files of SFTP give None
        try:
            return operator.index(place)
        except TypeError:
            raise OSError(f"sample_audio: the file says {_kind(place)} for where it stands") from None

    def _call(self, method: str, *arguments: int) -> Any:
        """Call a method of the file; what it raises, as of gzip or of a network, becomes OSError."""
        try:
            return getattr(self._file, method)(*arguments)
        except OSError:
            raise
        except Exception as error:
            raise _unreadable(error) from error


def hint(given: object) -> str:
    """Name what of an object is the audio, where that can be seen; "" elsewhere."""
    if isinstance(given, dict):
        return next((f": pass {remedy}" for key, remedy in KEYS.items() if given.get(key) is not None), "")
    names = dir(given)  # a property may fail when it is asked for
    return next((f": pass {remedy}" for name, remedy in MEMBERS.items() if name in names), "")


def _kind(value: object) -> str:
    return type(value).__name__


def _unreadable(error: Exception) -> OSError:
    return OSError(f"sample_audio: the file cannot be read ({type(error).__name__}: {error})")


def _abandon(awaitable: Any) -> None:
    """End what nobody will await: Python warns of a coroutine that never was."""
    with suppress(Exception):
        (awaitable.close if hasattr(awaitable, "close") else awaitable.cancel)()
