"""A sample saved as a file: its name, what may be replaced, and that it appears whole or not at all."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import Mock

import pytest

from mistral_voices._media.files import FileTarget

from .samples import FILE_SYSTEMS, WAV, descriptors, use_file_system


@pytest.fixture(params=FILE_SYSTEMS)
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Save on each kind of file system."""
    use_file_system(request.param, monkeypatch)
    return str(request.param)


def save(
    path: Any,
    blocks: Iterable[bytes] = (WAV[:5], WAV[5:]),
    content_type: str = "audio/wav",
    *,
    voice_id: str = "v1",
    overwrite: bool = False,
    meanwhile: Callable[[], object] | None = None,
) -> Path:
    """Save a sample, as a call does."""
    target = FileTarget(voice_id, path, overwrite=overwrite)
    try:
        target.open()
        target.restart(content_type)
        for block in blocks:
            target.write(block)
        if meanwhile:
            meanwhile()
        return target.commit()
    finally:
        target.discard()


NAMES: dict[str, tuple[str, str, str, bytes, str]] = {  # id, path, type, audio, and the file
    "folder": ("v1", ".", "audio/wav", WAV, "v1.wav"),
    "folder-by-other-bytes": ("v1", ".", "application/json", b"OggS", "v1.ogg"),
    "folder-unknown": ("v1", ".", "", b"what?", "v1.bin"),
    "type-before-bytes": ("v1", ".", "audio/mpeg", WAV, "v1.mp3"),
    "no-extension": ("v1", "voice", "audio/wav", WAV, "voice.wav"),
    "inner-folder-with-a-dot": ("v1", "dotted.d", "audio/wav", WAV, "dotted.d/v1.wav"),
    "link-to-folder": ("v1", "link", "audio/wav", WAV, "link/v1.wav"),
    "longest-name": ("v1", "n" * 251 + ".wav", "audio/wav", WAV, "n" * 251 + ".wav"),
    "id-upwards": ("../x", ".", "audio/wav", WAV, "___x.wav"),
    "id-with-dash-and-accent": ("é-1", ".", "audio/wav", WAV, "é-1.wav"),
    "id-long": ("x" * 4000, ".", "audio/wav", WAV, "x" * 100 + ".wav"),
    "id-long-with-wide-letters": ("語" * 400, ".", "audio/wav", WAV, "語" * 33 + ".wav"),
}


@pytest.mark.parametrize(("kind", "overwrite"), [(str, False), (Path, True), (PurePosixPath, False)])
@pytest.mark.parametrize("case", NAMES)
def test_the_name_of_the_file(case: str, kind: Any, overwrite: bool, tmp_path: Path, file_system: str) -> None:
    voice_id, path, content_type, audio, name = NAMES[case]
    (tmp_path / "inner").mkdir()
    (tmp_path / "dotted.d").mkdir()
    (tmp_path / "link").symlink_to("inner")
    where = kind(tmp_path / path)
    saved = save(where, [bytes([byte]) for byte in audio], content_type, voice_id=voice_id, overwrite=overwrite)
    assert saved == tmp_path / name
    assert saved.read_bytes() == audio
    assert saved.stat().st_mode & 0o777 == (tmp_path / "inner").stat().st_mode & 0o666  # as of any new file
    assert [entry.resolve() for entry in tmp_path.rglob("*") if entry.is_file()] == [saved.resolve()]
    with pytest.raises(FileExistsError, match=r"^\[Errno 17\] path: .* overwrite=True replaces it: .*\."):
        FileTarget(voice_id, where, overwrite=False).open()


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "missing-folder": ("no/voice.wav", FileNotFoundError, r"^\[Errno 2\] path: there is no such folder.*no'"),
    "missing-folder-by-its-slash": ("no/", FileNotFoundError, "no such folder"),
    "file-as-folder": ("old.wav/voice.wav", FileNotFoundError, "no such folder"),
    "exists": ("old.wav", FileExistsError, r"overwrite=True replaces it: .*old\.wav"),
    "exists-with-an-extension": ("old", FileExistsError, r"overwrite=True replaces it: .*old\.wav"),
    "exists-with-the-unknown-one": ("odd", FileExistsError, r"overwrite=True replaces it: .*odd\.bin"),
    "dangling-link": ("dangling.wav", FileExistsError, r"dangling\.wav"),
    "null": ("a\0.wav", ValueError, "path holds a null character"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_paths_that_are_refused_at_once(case: str, tmp_path: Path, file_system: str) -> None:
    path, kind, reason = REFUSED[case]
    (tmp_path / "old.wav").write_bytes(b"old")
    (tmp_path / "odd.bin").write_bytes(b"odd")
    (tmp_path / "dangling.wav").symlink_to("nothing")
    with pytest.raises(kind, match=reason):
        FileTarget("v1", f"{tmp_path}/{path}", overwrite=False).open()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["dangling.wav", "odd.bin", "old.wav"]


@pytest.mark.parametrize("path", ["", b"", b"voice.wav", 7, None, ["voice.wav"]])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(TypeError, match="path must be the path of a file or folder, not "):
        FileTarget("v1", path, overwrite=False)
    with pytest.raises(TypeError, match="overwrite must be True or False, not "):
        FileTarget("v1", "voice.wav", overwrite=path)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("appears", [False, True])
@pytest.mark.parametrize("old", ["file", "link", "dangling-link"])
def test_what_is_there_is_replaced_only_when_wanted(
    old: str, appears: bool, overwrite: bool, tmp_path: Path, file_system: str
) -> None:
    target, other = tmp_path / "voice.wav", tmp_path / "other"
    other.write_bytes(b"other")

    def make() -> None:
        if old == "file":
            target.write_bytes(b"old")
        else:
            target.symlink_to("other" if old == "link" else "nothing")

    if not appears:
        make()
    if overwrite:
        assert save(target, overwrite=True, meanwhile=make if appears else None) == target
        assert (target.read_bytes(), target.lstat().st_mode) == (WAV, other.stat().st_mode)
    else:
        with pytest.raises(FileExistsError, match=r"overwrite=True replaces it: .*voice\.wav"):
            save(target, meanwhile=make if appears else None)
        assert target.is_symlink() is (old != "file")
        assert old != "file" or target.read_bytes() == b"old"
    assert other.read_bytes() == b"other"
    assert sorted(tmp_path.iterdir()) == [other, target]


def test_before_it_is_whole_it_has_no_name_or_a_hidden_one(tmp_path: Path, file_system: str) -> None:
    target = FileTarget("v1", tmp_path, overwrite=False)
    target.open()
    target.restart("audio/wav")
    target.write(WAV)
    names = [entry.name for entry in tmp_path.iterdir()]
    assert len(names) == (file_system != "unnamed")
    assert all(name.startswith(".") and name.endswith(".part") for name in names)
    target.restart("")  # which forgets what came before
    target.write(b"OggS")
    path = target.commit()
    assert (path.name, path.read_bytes()) == ("v1.ogg", b"OggS")
    assert descriptors(tmp_path) == []
    target.discard()
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("steps", [[], ["open"], ["open", "write"]])
def test_what_is_discarded_leaves_nothing(steps: list[str], tmp_path: Path, file_system: str) -> None:
    target = FileTarget("v1", tmp_path, overwrite=True)
    for step in steps:
        target.open() if step == "open" else target.write(WAV)
    target.discard()
    target.discard()
    assert [*descriptors(tmp_path), *tmp_path.iterdir()] == []


@pytest.mark.parametrize("call", ["open", "write", "fsync", "limit"])
def test_a_disk_that_fails(call: str, tmp_path: Path, file_system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if call == "limit":  # a real one: no file may be larger than this
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, limits[1]))
    else:
        monkeypatch.setattr(os, call, Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    try:
        with pytest.raises(OSError, match=r"e, while the sample was saved; nothing is left of it: .*v\.wav") as caught:
            save(tmp_path / "v.wav")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        monkeypatch.undo()
    assert caught.value.errno == (errno.EFBIG if call == "limit" else errno.ENOSPC)
    assert [*descriptors(tmp_path), *tmp_path.iterdir()] == []


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EIO])
def test_only_where_links_are_not_known_a_file_is_renamed(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system("unsupported", monkeypatch)
    monkeypatch.setattr(os, "link", Mock(side_effect=OSError(code, "failed")))
    if code == errno.EIO:
        with pytest.raises(OSError, match="failed"):
            save(tmp_path)
    else:
        assert save(tmp_path).read_bytes() == WAV
    assert [*descriptors(tmp_path), *(path.name for path in tmp_path.iterdir())] == ["v1.wav"][code == errno.EIO :]
