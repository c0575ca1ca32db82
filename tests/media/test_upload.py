"""Samples on their way up: each kind of input, each way to be wrong, files that change, and the body made of them."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mistral_voices._media import sample_files
from mistral_voices._media.sample_files import Sample
from mistral_voices._media.upload import Upload, prepare_sample

from .samples import KINDS, WAV, Folder, ShortReads


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with ExitStack() as stack:
        yield Folder(tmp_path, stack)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_files, "BLOCK", 300)


def prepared(sample_audio: Any) -> Sample:
    sample = prepare_sample(sample_audio)
    assert not isinstance(sample, str)
    return sample


def upload_of(sample_audio: Any) -> Upload:
    return Upload({"audio": ""}, "audio", prepared(sample_audio), None)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_gives_the_same_body_each_time_with_its_progress(
    folder: Folder, kind: str, small_blocks: None
) -> None:
    make, filename = KINDS[kind]
    sample = prepared(make(folder, WAV))
    assert (sample.filename, sample.size, sample.in_memory) == (filename, len(WAV), kind == "bytes")
    reports: list[tuple[int, int, int | None]] = []
    blocks: list[bytes] = []
    body = {"name": "é", "audio": "", "age": 7, "tags": ['"audio":""']}
    upload = Upload(body, "audio", sample, lambda *progress: reports.append((len(blocks), *progress)))
    body["audio"] = base64.b64encode(WAV).decode()
    whole = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert upload.in_memory == sample.in_memory
    for _ in range(2):
        blocks.clear()
        for number, block in enumerate(upload.blocks()):
            blocks.append(block)
            upload.report(number)
        assert [len(block) for block in blocks[1:-1]] == [400] * 4 + [128]
        assert b"".join(blocks) == whole
        assert upload.length == len(whole)
    assert reports == [(sent + 1, min(sent * 300, len(WAV)), len(WAV)) for sent in range(6)] * 2


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_blocks_of_the_real_size(folder: Folder, more: int) -> None:
    audio = os.urandom(2 * 196_608 + more)
    upload = upload_of(folder.write(audio))
    upload.report(0)  # to nobody
    _, *blocks, _ = upload.blocks()
    assert [len(block) for block in blocks] == [262_144, 262_144, 4][: 3 if more > 0 else 2]
    assert base64.b64decode(b"".join(blocks)) == audio
    assert upload.length == len('{"audio":""}') + sum(map(len, blocks))


NAMES: dict[str, tuple[Callable[[Folder], Any], str | None]] = {
    "unknown": (lambda _: b"what is this?", None),
    "by-twelve-bytes": (lambda _: WAV[:12], "sample.wav"),
    "by-eleven-bytes": (lambda _: WAV[:11], None),
    "unknown-memory": (lambda _: ShortReads(b"what is this?"), None),
    "no-extension": (lambda folder: folder.write(WAV, "voice"), "voice.wav"),
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
    "read-already": (lambda folder: folder.open(WAV, start=len(WAV)), ValueError, "left to read: .*, or read already"),
    "beyond-its-end": (lambda folder: folder.open(WAV, start=9999), ValueError, "nothing left to read: is it empty"),
    "missing": (lambda folder: folder.path / "no.wav", FileNotFoundError, r"there is no such file.*no\.wav"),
    "folder": (lambda folder: folder.path, IsADirectoryError, "is a folder: pass the path of an audio file in it"),
    "device": (lambda _: Path("/dev/zero"), ValueError, "/dev/zero is no regular file: read it and pass its bytes"),
    "name-of-a-file": (lambda folder: str(folder.write(WAV)), ValueError, r"pass pathlib\.Path\('.*take 1\.wav'\)"),
    "data-uri": (lambda _: "Data:audio/wav;base64,UklGRg==", ValueError, "pass only what stands after the comma"),
    "text-mode": (lambda folder: folder.open(WAV, "r", encoding="latin-1"), TypeError, r'open\(path, "rb"\)'),
    "pipe": (lambda folder: folder.pipe(), ValueError, r"cannot be rewound.* pass file\.read\(\)"),
    "only-read": (lambda _: SimpleNamespace(read=lambda size: b""), ValueError, "cannot be rewound"),
    "write-only": (lambda folder: folder.open(WAV, "wb"), ValueError, r'cannot be read.* open\(path, "rb"\)'),
    "memoryview": (lambda _: memoryview(WAV), TypeError, "bytes, a path or a binary file, not memoryview"),
    "none": (lambda _: None, TypeError, "must be base64 text, bytes, a path or a binary file, not NoneType"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_with_a_remedy(folder: Folder, case: str) -> None:
    make, kind, remedy = WRONG[case]
    with pytest.raises(kind, match=f"^(.Errno .*)?sample_audio.*{remedy}") as caught:
        prepare_sample(make(folder))
    assert type(caught.value) is kind


@pytest.mark.parametrize("text", ["UklGRg==", "not base64!", " ", "a\0b", "é", "x" * 5000, "no.wav", "dat", "data"])
def test_other_text_stays_text(text: str) -> None:
    assert prepare_sample(text) == text


def replace(path: Path) -> None:
    other = path.with_name("other")
    shutil.copy2(path, other)
    other.replace(path)


def grow_unseen(path: Path) -> None:
    before = path.stat()
    path.write_bytes(WAV + b"more")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "grown": lambda path: path.write_bytes(WAV + b"more"),
    "grown-unseen": grow_unseen,
    "truncated": lambda path: os.truncate(path, 500),
    "touched": lambda path: os.utime(path, ns=(1, 1)),
    "replaced": replace,
    "removed": lambda path: path.unlink(),
}
# What is open is still the file that it was when another takes its name.
WHILE_OPEN = product(["path", "file", "unbuffered-file"], [*CHANGES][:4], [0, 2, 5])


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
