"""Samples on their way up: the body that is made of each kind, and of files that change."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from mistral_voices._core.logs import LOGGER
from mistral_voices._media import sample_files
from mistral_voices._media.sample_files import Sample
from mistral_voices._media.upload import Upload, prepare_sample

from .samples import KINDS, WAV, Folder, ShortReads


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_files, "BLOCK", 300)


def prepared(sample_audio: Any) -> Sample:
    sample = prepare_sample(sample_audio, LOGGER)
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
    assert (sample.filename(LOGGER), sample.size, sample.in_memory) == (filename, len(WAV), kind == "bytes")
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
