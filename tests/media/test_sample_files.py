"""Samples that are no text: files of every kind, buffers and pairs, what each is called, and each way to be wrong."""

from __future__ import annotations

import array
import asyncio
import base64
import bz2
import codecs
import gzip
import io
import logging
import lzma
import mmap
import os
import sys
import tarfile
import tempfile
import wave
import zipfile
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import anyio
import httpx
import pytest
from werkzeug.datastructures import FileStorage

from mistral_voices._core.logs import LOGGER
from mistral_voices._media.sample_files import Sample
from mistral_voices._media.upload import prepare_sample

from .samples import WAV, AsyncUpload, Folder, ShortReads

T = TypeVar("T")
# Since Python 3.13 all compressed files have the names that gzip's always had.
NAMED = sys.version_info >= (3, 13)


def prepared(sample_audio: Any) -> Sample:
    sample = prepare_sample(sample_audio, LOGGER)
    assert not isinstance(sample, str)
    return sample


class Upload(SimpleNamespace):
    """Like the uploads of frameworks: attributes, and the methods of a file that is within."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["stream"], name)


class SFTPFile:
    """Like those of paramiko: `seek` gives nothing."""

    def __init__(self, audio: bytes) -> None:
        self._file = io.BytesIO(audio)
        self.read, self.tell = self._file.read, self._file.tell

    def seek(self, offset: int, whence: int = 0) -> None:
        self._file.seek(offset, whence)


class Attachment:
    """Like those of Discord, whose read takes no size."""

    async def read(self, *, use_cached: bool = False) -> bytes:
        return WAV


class NumpyBytes(bytes):
    """Like those of numpy: bytes first of all."""

    dtype, shape = "S4", ()


class Samples(array.array):  # type: ignore[type-arg]
    """Like the arrays of numpy: a buffer of numbers."""

    dtype, shape = "int16", (4,)


def kept(folder: Folder, opening: Callable[..., Any], *arguments: Any) -> Any:
    return folder.stack.enter_context(opening(*arguments))


def compressed(folder: Folder, module: Any, end: int | None = None) -> Any:
    return kept(folder, module.open, folder.write(module.compress(WAV)[:end], "ada.wav.packed"))


def mapped(folder: Folder) -> Any:
    return kept(folder, lambda: mmap.mmap(folder.open(WAV).fileno(), 0, access=mmap.ACCESS_READ))


def zipped(folder: Folder) -> Any:
    with zipfile.ZipFile(folder.path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sub/ada.wav", WAV)
    return kept(folder, zipfile.ZipFile, folder.path / "all.zip")


def tarred(folder: Folder) -> Any:
    with tarfile.open(folder.path / "all", "w") as archive:
        archive.add(folder.write(WAV))
    archive = kept(folder, tarfile.open, folder.path / "all")
    return archive.extractfile(archive.getmembers()[0])


def spooled(folder: Folder, limit: int) -> Any:
    file = kept(folder, tempfile.SpooledTemporaryFile, limit)
    file.write(WAV)
    file.seek(0)
    return file


def drained(file: Any, size: int = -1) -> Any:
    file.read(size)
    return file


# What is sent whole and anew, and under which name; without one, nothing is recognised.
SENT: dict[str, tuple[Callable[[Folder], Any], str | None]] = {
    "unknown": (lambda _: b"what is this?", None),
    "by-its-first-bytes": (lambda _: WAV[:12], "sample.wav"),
    "too-short": (lambda _: WAV[:11], None),
    "unknown-memory": (lambda _: ShortReads(b"what is this?"), None),
    "no-extension": (lambda folder: folder.write(WAV, "voice"), "voice.wav"),
    "hidden": (lambda folder: folder.write(WAV, ".voice"), ".voice.wav"),
    "bytes-before-extension": (lambda folder: folder.write(WAV, "voice.ogg"), "voice.wav"),
    "extension-of-the-unknown": (lambda folder: folder.write(b"what is this?", "voice.ogg"), "voice.ogg"),
    "path-of-bytes": (lambda folder: [*os.scandir(os.fsencode(folder.write(WAV, "é.wav").parent))].pop(), "é.wav"),
    "half-downloaded-name": (lambda folder: folder.write(WAV, "ada.mp3.part"), "ada.wav"),
    "extension-alone": (lambda folder: folder.write(WAV, ".wav"), "sample.wav"),
    "other-extension-alone": (lambda folder: folder.write(WAV, ".MP3"), "sample.wav"),
    "no-text": (lambda folder: folder.write(WAV, "a\udcff.wav"), "a\ufffd.wav"),
    "mmap": (mapped, "sample.wav"),
    "sftp": (lambda _: SFTPFile(WAV), "sample.wav"),
    "spooled-in-memory": (lambda folder: spooled(folder, 0), "sample.wav"),
    "spooled-on-disk": (lambda folder: spooled(folder, 1), "sample.wav"),
    "gzip": (lambda folder: compressed(folder, gzip), "ada.wav"),
    "bz2": (lambda folder: compressed(folder, bz2), "ada.wav" if NAMED else "sample.wav"),
    "lzma": (lambda folder: compressed(folder, lzma), "ada.wav" if NAMED else "sample.wav"),
    "zip-member": (lambda folder: kept(folder, zipped(folder).open, "sub/ada.wav"), "ada.wav"),
    "tar-member": (tarred, "take 1.wav" if NAMED else "all.wav"),
    "raw-file-in-a-buffer": (
        lambda folder: kept(folder, io.BufferedReader, io.FileIO(folder.write(WAV))),
        "sample.wav",
    ),
    "standard-input": (lambda _: Upload(stream=io.BytesIO(WAV), name="<stdin>"), "sample.wav"),
    "werkzeug": (lambda _: FileStorage(io.BytesIO(WAV), "ada.wav", "field"), "ada.wav"),
    "werkzeug-without-filename": (lambda _: FileStorage(io.BytesIO(WAV), None, "field"), "sample.wav"),
    "whole-path-of-a-browser": (lambda _: FileStorage(io.BytesIO(WAV), "C:\\fake\\ada.wav", "field"), "ada.wav"),
    "django-or-streamlit": (lambda _: Upload(stream=io.BytesIO(WAV), name="ada.wav"), "ada.wav"),
    "closed-that-is-a-method": (lambda _: Upload(stream=io.BytesIO(WAV), name=None, closed=bool), "sample.wav"),
    "file-of-an-async-upload": (lambda _: AsyncUpload().file, "sample.wav"),
    "name-that-is-a-number": (lambda _: Upload(stream=io.BytesIO(WAV), name=7), "sample.wav"),
    "after-a-header": (lambda _: drained(io.BytesIO(b"header of another kind" + WAV), 22), "sample.wav"),
    "after-another-recording": (lambda _: drained(io.BytesIO(WAV + WAV), len(WAV)), "sample.wav"),
    "bytes-of-numpy": (lambda _: NumpyBytes(WAV), "sample.wav"),
    "digits": (lambda _: b"0" * 9000, None),
    "bytearray": (lambda _: bytearray(WAV), "sample.wav"),
    "memoryview": (lambda _: memoryview(WAV), "sample.wav"),
    "every-other-byte": (lambda _: memoryview(bytes(byte for byte in WAV for _ in "12"))[::2], "sample.wav"),
    "numbers-of-two-bytes": (lambda _: array.array("H", WAV), "sample.wav"),
    "pair": (lambda _: ("take.mp3", WAV), "take.mp3"),
    "pair-with-file": (lambda folder: ("Ada", folder.open(WAV)), "Ada"),
    "pair-with-path": (lambda folder: ("", folder.write(WAV)), "take 1.wav"),
    "pair-with-folders": (lambda _: ("a/b/ada.wav", WAV), "ada.wav"),
    "pair-with-folders-of-windows": (lambda _: ("C:\\x\\ada.wav", WAV), "ada.wav"),
    "pair-with-a-folder-alone": (lambda folder: ("a/", folder.write(WAV)), "take 1.wav"),
    "pair-without-name": (lambda folder: (None, folder.open(WAV)), "take 1.wav"),
    "pair-with-type": (lambda _: ("ada.wav", bytearray(WAV), "audio/wav"), "ada.wav"),
}


@pytest.mark.parametrize("case", SENT)
def test_it_is_sent_under_its_name(folder: Folder, case: str) -> None:
    make, filename = SENT[case]
    sample = prepared(make(folder))
    assert sample.filename(LOGGER) == filename
    audio = b"".join(sample.blocks())
    assert len(audio) == sample.size
    assert audio in (WAV, WAV[:12], WAV[:11], b"what is this?", b"0" * 9000)
    assert b"".join(sample.blocks()) == audio


def test_a_name_that_was_put_right_is_logged_once_it_is_needed(folder: Folder, caplog: Any) -> None:
    samples = [prepared(each) for each in (folder.write(WAV, "a.mp3"), b"what is this?", ("a.mp3", WAV), WAV)]
    assert caplog.records == []
    assert [sample.filename(LOGGER) for sample in samples] == ["a.wav", None, "a.mp3", "sample.wav"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert ["'a.mp3' is sent as 'a.wav'" in caplog.messages[0], "sample_filename" in caplog.messages[1]] == [True] * 2


def test_what_happens_to_a_buffer_afterwards_does_not_matter() -> None:
    buffer = bytearray(WAV)
    sample = prepared(buffer)
    buffer.clear()  # which fails as long as somebody else looks at it
    assert b"".join(sample.blocks()) == WAV


@pytest.mark.parametrize("start", [0, 22])
def test_a_file_stands_where_it_stood_until_it_is_sent(start: int) -> None:
    file = drained(io.BytesIO(WAV[:22] + WAV), start)
    prepared(file)
    assert file.tell() == start
    file.seek(7)
    with pytest.raises(ValueError, match="were read already"):
        prepared(file)
    assert file.tell() == 7


async def open_async(folder: Folder) -> Any:
    file = await anyio.open_file(folder.write(WAV), "rb")
    folder.stack.callback(file.wrapped.close)
    return file


def ended(file: T, end: Callable[[T], object] | None = None) -> T:
    (end or type(file).close)(file)  # type: ignore[attr-defined]
    return file


LOOP = asyncio.new_event_loop()
HELLO = Path(__file__).parent.parent / "data" / "hello.wav"
NUMBERS = Samples("h", [1, 2, 3, 4])
SanicFile = namedtuple("SanicFile", "type body name")
ENCODED = base64.b64encode(WAV)
IN_TEXT_MODE = (TypeError, r'in text mode: open it with open\(path, "rb"\)')
AT_ITS_END = (ValueError, r"was read to its end already: call its seek\(0\) first")
HALF_READ = (ValueError, r"of which 44 bytes were read already.*: call its seek\(0\) first")
CLOSED = (ValueError, "is closed already: create the voice while it is open")
CANNOT_REWIND = (ValueError, r"cannot be rewound, or not read to its end .*: pass file\.read\(\)")
ENCODED_BYTES = (ValueError, "holds base64 text, not audio: pass the text itself, as a str")
TEXT_OF_OTHER_KIND = (ValueError, "holds HTML, XML or JSON, not audio: pass the audio")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4096\n"
NO_FILE = (TypeError, r"holds samples, not an audio file: write them as WAV .*pass its getvalue\(\)")
ASYNC_UPLOAD = (TypeError, r"AsyncUpload: pass `upload\.file` or `await upload\.read\(\)`")
ASYNC_FILE = (TypeError, r"asynchronous \w+: pass `await upload\.read\(\)`")
IS_A_URL = (FileNotFoundError, "there is no such file, for it is a URL: download what it leads to")
WRONG: dict[str, tuple[Callable[[Folder], Any], tuple[type[Exception], str]]] = {
    "empty-bytes": (lambda _: b"", (ValueError, "empty: pass the bytes of an audio file")),
    "empty-buffer": (lambda _: bytearray(), (ValueError, "empty: pass the bytes of an audio file")),
    "empty-path": (lambda folder: folder.write(b""), (ValueError, r"take 1\.wav is empty")),
    "empty-file": (lambda _: io.BytesIO(), (ValueError, "is empty: pass one with audio in it")),
    "read-already": (lambda folder: folder.open(WAV, start=len(WAV)), AT_ITS_END),
    "beyond-its-end": (lambda folder: folder.open(WAV, start=9999), AT_ITS_END),
    "just-written": (lambda folder: kept(folder, (folder.path / "x").open, "a+b"), (ValueError, "empty")),
    "half-read": (lambda folder: folder.open(WAV, start=44), HALF_READ),
    "half-read-without-name": (lambda _: drained(io.BytesIO(WAV), 44), HALF_READ),
    "half-read-upload": (lambda _: drained(FileStorage(io.BytesIO(WAV), "ada.wav"), 44), HALF_READ),
    "closed": (lambda folder: ended(folder.open(WAV)), CLOSED),
    "closed-memory": (lambda _: ended(io.BytesIO(WAV)), CLOSED),
    "closed-map": (lambda folder: ended(mapped(folder)), CLOSED),
    "missing": (lambda folder: folder.path / "no.wav", (FileNotFoundError, r"there is no such file.*no\.wav")),
    "home": (lambda _: Path("~/ada.wav"), (FileNotFoundError, r"~ is not expanded: pass path\.expanduser\(\).*~/ada")),
    "path-of-a-url": (lambda _: Path("https://example.org/ada.wav"), IS_A_URL),
    "path-of-a-bucket": (lambda _: Path("s3://bucket/ada.wav"), IS_A_URL),
    "path-of-the-url-of-a-file": (lambda _: Path("file:///ada.wav"), (FileNotFoundError, "it is the URL of a file")),
    "below-a-file": (lambda folder: folder.write(WAV) / "ada.wav", (NotADirectoryError, "Not a directory.*/ada.wav'")),
    "long-name": (lambda _: Path("a" * 300), (OSError, "File name too long: 'aaa")),
    "null": (lambda _: Path("a\0b"), (ValueError, "null character")),
    "folder": (lambda folder: folder.path, (IsADirectoryError, "is a folder: pass the path of an audio file in it")),
    "device": (lambda _: Path("/dev/zero"), (ValueError, "/dev/zero is no regular file: read it and pass its bytes")),
    "text-mode": (lambda folder: folder.open(WAV, "r", encoding="latin-1"), IN_TEXT_MODE),
    "text-in-memory": (lambda _: io.StringIO("UklGRg=="), IN_TEXT_MODE),
    "text-by-codecs": (lambda folder: codecs.getreader("latin-1")(folder.open(WAV)), IN_TEXT_MODE),
    "write-only": (lambda folder: folder.open(WAV, "wb"), (ValueError, r'cannot be read.* open\(path, "rb"\)')),
    "pipe": (lambda folder: folder.pipe(), CANNOT_REWIND),
    "only-read": (lambda _: SimpleNamespace(read=lambda size: b""), CANNOT_REWIND),
    "packed-and-cut": (
        lambda folder: compressed(folder, gzip, -20),
        CANNOT_REWIND,
    ),
    "place-that-is-none": (lambda _: Upload(stream=io.BytesIO(WAV), tell=lambda: "7"), CANNOT_REWIND),
    "async-upload": (lambda _: AsyncUpload(), ASYNC_UPLOAD),
    "async-file": (lambda folder: asyncio.run(open_async(folder)), ASYNC_FILE),
    "attachment": (lambda _: Attachment(), ASYNC_FILE),
    "future": (lambda _: SimpleNamespace(read=lambda size: asyncio.Future(loop=LOOP)), ASYNC_FILE),
    "response": (lambda _: httpx.Response(200, content=WAV), (TypeError, r"takes no size .*: pass its `\.content`")),
    "nothing-read": (lambda _: SimpleNamespace(read=lambda size: None), (TypeError, "gives NoneType, not bytes")),
    "sanic": (lambda _: SanicFile("audio/wav", WAV, "ada.wav"), (TypeError, r"not SanicFile: pass its `\.body`")),
    "zip-path": (lambda folder: zipfile.Path(zipped(folder), "sub/ada.wav"), (TypeError, r"its `\.read_bytes\(\)`")),
    "released": (lambda _: ended(memoryview(WAV), memoryview.release), (ValueError, "buffer that cannot be read")),
    "base64-bytes": (lambda _: ENCODED, ENCODED_BYTES),
    "base64-with-a-mark": (lambda _: codecs.BOM_UTF8 + ENCODED, ENCODED_BYTES),
    "base64-lines": (lambda folder: folder.write(base64.encodebytes(WAV)), ENCODED_BYTES),
    "base64-file": (lambda _: io.BytesIO(base64.urlsafe_b64encode(WAV)), ENCODED_BYTES),
    "base64-in-quotes": (lambda folder: folder.write(b'"%b"\n' % ENCODED, "sample.json"), ENCODED_BYTES),
    "web-page": (lambda folder: folder.write(b"<!DOCTYPE html><title>Not found</title>"), TEXT_OF_OTHER_KIND),
    "error-of-storage": (lambda _: io.BytesIO(b"<?xml version='1.0'?><Error/>"), TEXT_OF_OTHER_KIND),
    "body-of-an-error": (lambda _: b'{"detail": "No"}', TEXT_OF_OTHER_KIND),
    "git-lfs": (lambda folder: folder.write(POINTER), (ValueError, "pointer of Git LFS.*with git lfs pull")),
    "array": (lambda _: NUMBERS, NO_FILE),
    "gradio": (lambda _: (44_100, NUMBERS), NO_FILE),
    "gradio-list": (lambda _: (44_100, [1, 2, 3]), NO_FILE),
    "samples-first": (lambda _: (NUMBERS, 44_100.0), NO_FILE),
    "pair-with-text": (lambda _: ("ada.wav", "UklGRg=="), (TypeError, "a tuple with text: pass .* sample_filename")),
    "pair-reversed": (lambda _: (WAV, "ada.wav"), (TypeError, r'a pair such as \("ada\.wav", file\)')),
    "longer": (lambda _: ("ada.wav", WAV, "audio/wav", {}, None), (TypeError, "a pair such as")),
    "single": (lambda _: (WAV,), (TypeError, r'a pair such as \("ada\.wav", file\)')),
    "wave": (lambda folder: kept(folder, wave.open, str(HELLO)), (TypeError, "a binary file, not Wave_")),
    "gzip-bytes": (lambda folder: folder.write(gzip.compress(WAV), "ada.wav.gz"), (ValueError, "compressed by gzip")),
    "zip": (lambda folder: zipped(folder) and folder.path / "all.zip", (ValueError, "is a ZIP archive, not audio")),
    "pdf": (lambda _: b"%PDF-1.7\n", (ValueError, "is a PDF, not audio: pass the audio")),
    "list": (lambda _: [WAV], (TypeError, "base64 text, bytes, a path or a binary file, not list")),
    "none": (lambda _: None, (TypeError, "base64 text, bytes, a path or a binary file, not NoneType")),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_with_a_remedy(folder: Folder, case: str) -> None:
    make, (kind, remedy) = WRONG[case]
    with pytest.raises(kind, match=f"^(.Errno .*)?sample_audio.*{remedy}") as caught:
        prepare_sample(make(folder), LOGGER)
    assert type(caught.value) is kind
