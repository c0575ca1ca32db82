"""Samples on their way up: each kind of input, each way to be wrong, files that change, and the body made of them."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_voices._media import upload as uploads
from mistral_voices._media.upload import Sample, Upload, prepare_sample

from .samples import KINDS, WAV, Folder, ShortReads, unprivileged


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with ExitStack() as stack:
        yield Folder(tmp_path, stack)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "BLOCK", 300)


def prepared(sample_audio: Any) -> Sample:
    sample = prepare_sample(sample_audio)
    assert not isinstance(sample, str)
    return sample


def upload_of(sample_audio: Any) -> Upload:
    return Upload({"name": "Ada", "audio": "", "age": 7}, "audio", prepared(sample_audio), None)


def whole(body: dict[str, Any], audio: bytes) -> bytes:
    """Make the body as it would be made in memory."""
    body = {**body, "audio": base64.b64encode(audio).decode()}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_gives_the_same_body_each_time_with_its_progress(
    folder: Folder, kind: str, small_blocks: None
) -> None:
    make, filename = KINDS[kind]
    sample = prepared(make(folder, WAV))
    assert (sample.filename, sample.size, sample.in_memory) == (filename, len(WAV), kind == "bytes")
    reports: list[tuple[int, int | None]] = []
    upload = Upload({"name": "é", "audio": ""}, "audio", sample, lambda *progress: reports.append(progress))
    assert upload.in_memory == sample.in_memory
    for _ in range(2):
        blocks = []
        for number, block in enumerate(upload.blocks()):
            blocks.append(block)
            upload.report(number)
        assert [len(block) for block in blocks[1:-1]] == [400] * 4 + [128]
        assert b"".join(blocks) == whole({"name": "é"}, WAV)
        assert sum(map(len, blocks)) == upload.length
    assert reports == [(done, len(WAV)) for done in (0, 300, 600, 900, 1200, len(WAV))] * 2


@pytest.mark.parametrize("kind", ["bytes", "path", "memory-file"])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_blocks_of_the_real_size(folder: Folder, kind: str, more: int) -> None:
    audio = os.urandom(2 * 196_608 + more)
    upload = upload_of(KINDS[kind][0](folder, audio))
    upload.report(0)  # to nobody
    first, *blocks, _ = upload.blocks()
    assert [len(block) for block in blocks] == [262_144, 262_144, 4][: 3 if more > 0 else 2]
    assert base64.b64decode(b"".join(blocks)) == audio
    assert first == b'{"name":"Ada","audio":"'


JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MEMBERS = st.dictionaries(
    JSON_TEXT, st.none() | JSON_TEXT | st.integers() | st.lists(JSON_TEXT, max_size=3), max_size=3
)


@settings(max_examples=150, deadline=None, database=None)
@given(
    audio=st.integers(1, 64).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    make=st.sampled_from([bytes, io.BytesIO, ShortReads]),
    before=MEMBERS,
    after=MEMBERS,
)
def test_a_body_in_blocks_is_that_of_the_whole(audio: bytes, make: Any, before: Any, after: Any) -> None:
    body = {**before, "audio": "", **after}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "BLOCK", 12)
        assert b"".join(Upload(body, "audio", prepared(make(audio)), None).blocks()) == whole(body, audio)


NAMES: dict[str, tuple[Callable[[Folder], Any], str | None]] = {
    "flac": (lambda _: b"fLaC", "sample.flac"),
    "unknown": (lambda _: b"what is this?", None),
    "by-twelve-bytes": (lambda _: WAV[:12], "sample.wav"),
    "by-eleven-bytes": (lambda _: WAV[:11], None),
    "memory": (lambda _: io.BytesIO(b"OggS"), "sample.ogg"),
    "unknown-memory": (lambda _: ShortReads(b"what is this?"), None),
    "no-extension": (lambda folder: folder.write(WAV, "voice"), "voice.wav"),
    "no-extension-and-unknown": (lambda folder: folder.write(b"what is this?", "voice"), "voice"),
    "hidden": (lambda folder: folder.write(WAV, ".voice"), ".voice.wav"),
    "extension-before-bytes": (lambda folder: folder.write(WAV, "voice.ogg"), "voice.ogg"),
    "path-of-bytes": (lambda folder: [*os.scandir(os.fsencode(folder.write(WAV, "é.ogg").parent))].pop(), "é.ogg"),
    "no-text": (lambda folder: folder.write(WAV, "a\udcff.ogg"), "a\ufffd.ogg"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_sample_is_named_after_its_file_and_first_bytes(folder: Folder, case: str) -> None:
    make, filename = NAMES[case]
    assert prepared(make(folder)).filename == filename


WRONG: dict[str, tuple[Callable[[Folder], Any], type[Exception], str]] = {
    "empty-text": (lambda _: "", ValueError, "empty: pass base64 text, bytes, a path or a binary file"),
    "empty-bytes": (lambda _: b"", ValueError, "empty: pass the bytes of an audio file"),
    "empty-path": (lambda folder: folder.write(b""), ValueError, r"take 1\.wav is empty"),
    "empty-file": (lambda folder: folder.open(b""), ValueError, "nothing left to read: is it empty"),
    "empty-memory": (lambda _: io.BytesIO(), ValueError, "nothing left to read: is it empty"),
    "read-already": (lambda folder: folder.open(WAV, start=len(WAV)), ValueError, "or read already"),
    "beyond-its-end": (lambda folder: folder.open(WAV, start=9999), ValueError, "nothing left to read"),
    "missing": (lambda folder: folder.path / "no.wav", FileNotFoundError, r"there is no such file.*no\.wav"),
    "folder": (lambda folder: folder.path, IsADirectoryError, "is a folder: pass the path of an audio file in it"),
    "device": (lambda _: Path("/dev/zero"), ValueError, "/dev/zero is no regular file: read it and pass its bytes"),
    "name-of-a-file": (lambda folder: str(folder.write(WAV)), ValueError, r"pass pathlib\.Path\('.*take 1\.wav'\)"),
    "name-of-a-folder": (lambda folder: str(folder.path), ValueError, r"pass pathlib\.Path"),
    "data-uri": (lambda _: "data:audio/wav;base64,UklGRg==", ValueError, "pass only what stands after the comma"),
    "data-uri-in-capitals": (lambda _: "DATA:audio/wav;base64,UklGRg==", ValueError, "after the comma"),
    "text-mode": (lambda folder: folder.open(WAV, "r", encoding="latin-1"), TypeError, r'open\(path, "rb"\)'),
    "text-in-memory": (lambda _: io.StringIO("UklGRg=="), TypeError, r'open it with open\(path, "rb"\)'),
    "pipe": (lambda folder: folder.pipe(), ValueError, r"cannot be rewound.* pass file\.read\(\)"),
    "only-read": (lambda _: SimpleNamespace(read=lambda size: b""), ValueError, "cannot be rewound"),
    "write-only": (lambda folder: folder.open(WAV, "wb"), ValueError, r'cannot be read.* open\(path, "rb"\)'),
    "bytearray": (lambda _: bytearray(WAV), TypeError, "bytes, a path or a binary file, not bytearray"),
    "memoryview": (lambda _: memoryview(WAV), TypeError, "bytes, a path or a binary file, not memoryview"),
    "none": (lambda _: None, TypeError, "must be base64 text, bytes, a path or a binary file, not NoneType"),
    "list": (lambda _: [WAV], TypeError, "a path or a binary file, not list"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_with_a_remedy(folder: Folder, case: str) -> None:
    make, kind, remedy = WRONG[case]
    with pytest.raises(kind, match=f"^(.Errno .*)?sample_audio.*{remedy}") as caught:
        prepare_sample(make(folder))
    assert type(caught.value) is kind


def test_a_file_that_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as place:  # one below tmp_path would be hidden from another user
        Path(place).chmod(0o755)
        sample = Folder(Path(place), ExitStack()).write(WAV)
        sample.chmod(0)
        with unprivileged(), pytest.raises(PermissionError, match=r"take 1\.wav"):
            prepare_sample(sample)


@pytest.mark.parametrize("text", ["UklGRg==", "not base64!", " ", "a\0b", "é", "x" * 5000, "no.wav", "dat", "data"])
def test_other_text_stays_text(text: str) -> None:
    assert prepare_sample(text) == text


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(WAV[::-1])
    shutil.copystat(path, other)
    other.replace(path)


def grow_unseen(path: Path) -> None:
    before = path.stat()
    path.write_bytes(WAV + b"more")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "grown": lambda path: path.write_bytes(WAV + b"more"),
    "grown-unseen": grow_unseen,
    "truncated": lambda path: os.truncate(path, 500),
    "emptied": lambda path: path.write_bytes(b""),
    "touched": lambda path: os.utime(path, ns=(1, 1)),
    "replaced": replace,
    "removed": lambda path: path.unlink(),
}
# What is open is still the file that it was when another takes its name.
WHILE_OPEN = product(["path", "file", "unbuffered-file"], [*CHANGES][:5], [0, 2, 5])


@pytest.mark.parametrize(("kind", "change", "after"), [*WHILE_OPEN, ("path", "replaced", 0), ("path", "removed", 0)])
def test_of_a_file_that_changes_the_body_is_never_complete(
    folder: Folder, kind: str, change: str, after: int, small_blocks: None
) -> None:
    upload = upload_of(KINDS[kind][0](folder, WAV))
    blocks, sent = upload.blocks(), []
    if after:
        sent = [next(blocks) for _ in range(after)]
    else:
        assert sum(map(len, blocks)) == upload.length
        blocks = upload.blocks()
    CHANGES[change](folder.path / "take 1.wav")
    with pytest.raises(OSError, match=r"(changed.*|ended early); create the voice again|No such file"):
        sent += blocks
    assert len(sent) <= 5  # the last of the sample's blocks and the tail are missing
    assert len(sent) == 1 or after or kind != "path"  # a path is looked at first


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda file, _: file.truncate(1200), "the file has changed since the call began"),
        (lambda file, _: file.write(WAV), "the file has changed since the call began"),
        (lambda file, patch: patch.setattr(file, "read", lambda size: b""), "the file ended early"),
    ],
)
def test_of_a_file_in_memory_that_changes_the_body_is_never_complete(
    change: Callable[..., Any], reason: str, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = upload_of(file := ShortReads(WAV)).blocks()
    sent = [next(blocks) for _ in range(5)]
    change(file, monkeypatch)
    with pytest.raises(OSError, match=f"^sample_audio: {reason}; create the voice again$"):
        sent += blocks
    assert len(sent) == 5
