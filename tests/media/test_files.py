"""A sample saved as a file: its name, what may be replaced, and that it appears whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import resource
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import Mock

import pytest

from mistral_voices._media.files import FileTarget

from .samples import FILE_SYSTEMS, WAV, descriptors, save, use_file_system


@pytest.fixture(params=FILE_SYSTEMS)
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Save on each kind of file system."""
    use_file_system(request.param, monkeypatch)
    return str(request.param)


TAG = b"ID3\4\0\0\0\1\0\0" + bytes(16384)  # longer than what is kept of any start
NAMES: dict[str, tuple[str, str, str, bytes, str]] = {  # id, path, type, audio, and the file
    "folder": ("v1", ".", "audio/wav", WAV, "v1.wav"),
    "folder-by-its-slash": ("v1", "inner/", "audio/wav", WAV, "inner/v1.wav"),
    "folder-with-a-dot": ("v1", "dotted.d", "audio/wav", WAV, "dotted.d/v1.wav"),
    "link-to-folder": ("v1", "link", "audio/wav", WAV, "link/v1.wav"),
    "link-to-link-to-folder": ("v1", "link.wav", "audio/wav", WAV, "link.wav/v1.wav"),
    "by-other-bytes": ("v1", ".", "application/json", b"OggS", "v1.ogg"),
    "bytes-before-type": ("v1", ".", "audio/mpeg", WAV, "v1.wav"),
    "behind-a-large-tag": ("v1", ".", "", TAG + b"fLaC", "v1.flac"),
    "by-its-type": ("v1", ".", "audio/mpeg", b"what?", "v1.mp3"),
    "unknown": ("v1", ".", "", b"what?", "v1.bin"),
    "no-extension": ("v1", "voice", "audio/wav", WAV, "voice.wav"),
    "no-audio-extension": ("v1", "upload.tmp", "audio/wav", WAV, "upload.tmp.wav"),
    "name-with-a-dot": ("v1", "Dr. Smith", "audio/wav", WAV, "Dr. Smith.wav"),
    "version": ("v1", "v1.2", "audio/wav", WAV, "v1.2.wav"),
    "dot-at-the-end": ("v1", "ada.", "audio/wav", WAV, "ada.wav"),
    "hidden": ("v1", ".wav", "audio/wav", WAV, ".wav"),
    "hidden-without-extension": ("v1", ".ada", "audio/wav", WAV, ".ada.wav"),
    "wanted-extension": ("v1", "ada.MP3", "audio/wav", WAV, "ada.MP3"),
    "longest-name": ("v1", "n" * 251 + ".wav", "audio/wav", WAV, "n" * 251 + ".wav"),
    "longest-name-with-its-extension": ("v1", "n" * 251, "audio/wav", WAV, "n" * 251 + ".wav"),
    "id-upwards": ("../x", ".", "audio/wav", WAV, "___x.wav"),
    "id-with-dash-and-accent": ("é-1", ".", "audio/wav", WAV, "é-1.wav"),
    "id-long": ("x" * 4000, ".", "audio/wav", WAV, "x" * 100 + ".wav"),
    "id-long-with-wide-letters": ("語" * 400, ".", "audio/wav", WAV, "語" * 33 + ".wav"),
}


@pytest.mark.parametrize("case", NAMES)
def test_the_name_of_the_file(case: str, tmp_path: Path) -> None:
    voice_id, path, content_type, audio, name = NAMES[case]
    (tmp_path / "inner").mkdir()
    (tmp_path / "dotted.d").mkdir()
    (tmp_path / "link").symlink_to("inner")
    (tmp_path / "link.wav").symlink_to("link")
    where = f"{tmp_path}/{path}"
    for given, overwrite in ((where, False), (Path(where), True), (PurePosixPath(where), True)):
        saved = save(given, [audio[:1], audio[1:7], audio[7:]], content_type, voice_id=voice_id, overwrite=overwrite)
        assert saved == tmp_path / name
        assert saved.read_bytes() == audio
        assert saved.stat().st_mode & 0o777 == (tmp_path / "inner").stat().st_mode & 0o666  # as of any new file
        assert [entry.resolve() for entry in tmp_path.rglob("*") if entry.is_file()] == [saved.resolve()]
        with pytest.raises(FileExistsError, match=r"^\[Errno 17\] path: .* overwrite=True replaces it: .*\."):
            save(given, voice_id=voice_id)
    assert descriptors(tmp_path) == []


DOCS = Path(__file__).parent.parent.parent / "docs" / "saving.md"
ROWS = re.findall(r"^\| `(.*)` \| (.*) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.M)


ROWS += [("s3:/bucket/ada.wav", "as Path makes it", "FileNotFoundError: it is a URL: pass the path of a file")]


@pytest.mark.parametrize(("path", "state", "result"), ROWS)
def test_what_the_docs_say_of_names(
    path: str, state: str, result: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "folder" in state:
        Path(path).mkdir()
    elif "file" in state:
        Path(path).touch()
    overwrite = "overwrite" in state
    if "Error" in result:
        with pytest.raises(OSError, match=re.escape(result.partition(": ")[2])) as caught:
            save(path, overwrite=overwrite)
        assert type(caught.value).__name__ == result.partition(":")[0]
    else:
        assert str(save(path, overwrite=overwrite)) == result.strip("`")
        assert path.startswith("/dev/") or Path(result.strip("`")).read_bytes() == WAV


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "missing-folder": ("no/voice.wav", FileNotFoundError, r"^\[Errno 2\] path: there is no such folder.*/no'"),
    "missing-folder-by-its-slash": ("no/", FileNotFoundError, "no such folder"),
    "missing-folder-by-its-dot": ("no/.", FileNotFoundError, "no such folder"),
    "file-as-folder": ("old.wav/voice.wav", FileNotFoundError, "no such folder"),
    "file-as-folder-by-its-slash": ("old.wav/", FileNotFoundError, "no such folder"),
    "link-to-a-missing-folder": ("astray.wav", FileNotFoundError, r"No such file.*/astray\.wav'"),
    "loop": ("loop", OSError, r"^\[Errno 40\].*/loop'"),
    "loop-to-the-folder": ("loop/voice.wav", OSError, r"^\[Errno 40\].*/loop/voice\.wav'"),
    "too-long": ("n" * 256 + ".wav", OSError, r"^\[Errno 36\].*nn\.wav'"),
    "too-long-with-its-extension": ("n" * 252, OSError, r"^\[Errno 36\].*nn'"),
    "null": ("a\0.wav", ValueError, r"^path holds a null character"),
    "half-a-pair": ("a\ud800.wav", ValueError, r"^path holds '\\ud800', which no file name can: take it out"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_paths_that_are_refused_at_once(case: str, tmp_path: Path) -> None:
    path, kind, reason = REFUSED[case]
    (tmp_path / "old.wav").write_bytes(b"old")
    (tmp_path / "astray.wav").symlink_to("no/voice.wav")
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(kind, match=reason):
        FileTarget("v1", f"{tmp_path}/{path}", overwrite=True).open()
    assert sorted(tmp_path.iterdir()) == before


EXISTING = {"old.wav": "old.wav", "old": "old.wav", "odd": "odd.bin", "dangling.wav": "dangling.wav", "loop": "loop"}


@pytest.mark.parametrize("name", EXISTING)
def test_what_is_there_is_refused_at_once(name: str, tmp_path: Path) -> None:
    (tmp_path / "old.wav").write_bytes(b"old")
    (tmp_path / "odd.bin").write_bytes(b"odd")
    (tmp_path / "dangling.wav").symlink_to("nothing")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(FileExistsError, match=rf"^\[Errno 17\] path: .*overwrite=True .*: .*/{EXISTING[name]}'"):
        FileTarget("v1", tmp_path / name, overwrite=False).open()
    assert len([*tmp_path.iterdir()]) == 4


@pytest.mark.parametrize("path", ["", b"", b"voice.wav", 7, None, ["voice.wav"], Mock(__fspath__=lambda _: b"v.wav")])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(TypeError, match="path must be the path of a file or folder, not "):
        FileTarget("v1", path, overwrite=False)
    with pytest.raises(TypeError, match="overwrite must be True or False, not "):
        FileTarget("v1", "voice.wav", overwrite=path)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("old", ["file", "link", "dangling-link", "nothing"])
def test_what_appears_meanwhile_is_replaced_only_when_wanted(
    old: str, overwrite: bool, tmp_path: Path, file_system: str
) -> None:
    target, other = tmp_path / "voice.wav", tmp_path / "other"
    other.write_bytes(b"other")

    def make() -> None:
        if old == "file":
            target.write_bytes(b"old")
        elif old != "nothing":
            target.symlink_to("other" if old == "link" else "new")

    if overwrite or old == "nothing":
        assert save(target, overwrite=overwrite, meanwhile=make) == target
        assert (target.read_bytes(), target.stat().st_mode) == (WAV, other.stat().st_mode)
    else:
        with pytest.raises(FileExistsError, match=r"^\[Errno 17\] path: .*overwrite=True replaces it: .*voice\.wav"):
            save(target, meanwhile=make)
        assert old != "file" or target.read_bytes() == b"old"
    assert target.is_symlink() is old.endswith("link")
    assert other.read_bytes() == (WAV if old == "link" and overwrite else b"other")
    new = [tmp_path / "new"] if old == "dangling-link" and overwrite else []
    assert sorted(tmp_path.iterdir()) == [*new, other, target]


LINKS: dict[str, tuple[str, str]] = {  # where it leads, and what is there afterwards
    "to-file": ("old", "old"),
    "to-nothing": ("new", "new"),
    "to-link": ("link", "old"),
    "to-other-folder": ("inner/old", "inner/old"),
    "over-a-link-to-a-folder": ("folder/new", "inner/new"),
    "upwards": ("inner/../old", "old"),
}


def check_link(folder: Path, name: str, leads_to: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save through a link, as the path wanted or, in a folder, as a name that is known when the sample is whole."""
    (folder / "inner").mkdir()
    (folder / "old").write_bytes(b"old")
    (folder / "inner/old").write_bytes(b"old")
    (folder / "link").symlink_to("old")
    (folder / "folder").symlink_to("inner")
    (link := folder / name).symlink_to(leads_to)

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}

    before = files()
    monkeypatch.chdir(folder)
    assert save("." if name == "v1.wav" else name, overwrite=True).absolute() == link
    assert os.readlink(link) == leads_to
    assert files() == {**before, folder / written: WAV}
    assert descriptors(folder) == []


@pytest.mark.parametrize("name", ["take", "v1.wav"])
@pytest.mark.parametrize("case", LINKS)
def test_a_link_stays_and_the_file_behind_it_is_replaced(
    case: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_link(tmp_path, name, *LINKS[case], monkeypatch)


def test_a_link_may_lead_to_another_folder(tmp_path: Path, file_system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_link(tmp_path, "v1.wav", "inner/old", "inner/old", monkeypatch)


def test_before_it_is_whole_it_has_no_name_or_a_hidden_one(tmp_path: Path, file_system: str) -> None:
    target = FileTarget("v1", tmp_path, overwrite=False)
    target.open()
    target.restart("audio/wav")
    target.write(WAV)
    parts = [*tmp_path.iterdir()]
    assert len(parts) == (file_system not in ("unnamed", "unnamable"))
    assert all(part.name.startswith(".") and part.name.endswith(".part") for part in parts)
    assert all(part.stat().st_mode & 0o777 == 0o600 for part in parts)  # whom it is for is not known yet
    target.restart("")  # which forgets what came before
    target.write(b"OggS")
    path = target.commit()
    assert path == tmp_path / "v1.ogg"
    assert path.read_bytes() == b"OggS"
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


@pytest.mark.parametrize("call", ["open", "ftruncate", "write", "read", "fsync", "replace", "limit"])
def test_a_disk_that_fails(call: str, tmp_path: Path, file_system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if call == "limit":  # a real one: no file may be larger than this
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, limits[1]))
    else:
        error = OSError(errno.ENOSPC, "No space left on device", "our name", None, "our other name")
        monkeypatch.setattr(os, call, Mock(side_effect=error))
    try:
        with pytest.raises(OSError, match=r"e, while the sample was saved; nothing is left of it: .*v1?") as caught:
            save(tmp_path, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        monkeypatch.undo()
    assert caught.value.errno == (errno.EFBIG if call == "limit" else errno.ENOSPC)
    assert str(caught.value.filename).startswith(f"{tmp_path}/v1")
    assert caught.value.filename2 is None
    assert [*descriptors(tmp_path), *tmp_path.iterdir()] == []
