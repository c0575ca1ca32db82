"""A file that gets its name when it is whole: on file systems of all kinds, with the access of the file it replaces."""

from __future__ import annotations

import errno
import itertools
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from mistral_voices._media import part_file
from tests.interruption import UNCLOSED, Interruption

from .samples import FILE_SYSTEMS, WAV, as_somebody, descriptors, folder_for_all, save, use_file_system

REFUSALS = ["EPERM", "EACCES", "EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "EMLINK", "EIO"]


@pytest.mark.parametrize("code", REFUSALS)
def test_whatever_a_file_system_says_of_what_it_lacks_a_file_is_saved(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system("no-links", monkeypatch, getattr(errno, code))  # Windows' errors 1 and 50 are EINVAL
    assert save(tmp_path).read_bytes() == save(tmp_path, overwrite=True).read_bytes() == WAV
    with pytest.raises(FileExistsError):
        save(tmp_path / "v.wav", meanwhile=(tmp_path / "v.wav").touch)
    assert descriptors(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v.wav", "v1.wav"]


@pytest.mark.parametrize("file_system", FILE_SYSTEMS)
def test_a_file_that_can_get_no_name_leaves_nothing(
    file_system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system(file_system, monkeypatch)
    for call in ("link", "replace"):
        monkeypatch.setattr(os, call, Mock(side_effect=OSError(errno.EIO, "Input/output error", "ours")))
    for overwrite in (False, True):
        with pytest.raises(OSError, match=r"^\[Errno 5\] Input/output error, .* nothing is left of it: .*/v\.wav'$"):
            save(tmp_path / "v.wav", overwrite=overwrite)
    assert [*descriptors(tmp_path), *tmp_path.iterdir()] == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_where_open_files_cannot_be_renamed_they_are_closed(
    overwrite: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system("no-links", monkeypatch)
    monkeypatch.setattr(part_file, "RENAMES_OPEN_FILES", False)
    original = os.replace

    def replace(name: str, target: str) -> None:
        assert descriptors(tmp_path) == []
        original(name, target)

    monkeypatch.setattr(os, "replace", replace)
    assert save(tmp_path, overwrite=overwrite).read_bytes() == WAV


def test_a_file_that_another_program_has_open_is_named_as_the_user_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "v.wav").write_bytes(b"old")
    error = PermissionError(errno.EACCES, "Access is denied", ".part", 5, "v.wav")  # as Windows says it
    monkeypatch.setattr(os, "replace", Mock(side_effect=error))
    with pytest.raises(PermissionError, match=r"Access is denied, .* nothing is left of it: '/.*/v\.wav'$"):
        save(tmp_path / "v.wav", overwrite=True)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("code", ["EINVAL", "ENOSYS", "ENOTSUP", "EIO"])
def test_only_a_disk_that_fails_is_an_error_of_fsync(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(getattr(errno, code), "failed")))
    if code == "EIO":
        with pytest.raises(OSError, match="failed, while the sample was saved"):
            save(tmp_path)
    else:
        assert save(tmp_path).read_bytes() == WAV


@pytest.fixture(params=["path", "folder"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Give a file that will be replaced, and the path that is saved to: its own, or its folder's."""
    (file := tmp_path / "v1.wav").write_bytes(b"old")
    yield file, file if request.param == "path" else tmp_path
    assert file.read_bytes() == WAV
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o666, 0o755])
def test_an_existing_file_keeps_its_mode(mode: int, old: tuple[Path, Path]) -> None:
    file, path = old
    file.chmod(mode)
    save(path, overwrite=True)
    assert file.stat().st_mode & 0o7777 == mode


@pytest.mark.parametrize("file_system", FILE_SYSTEMS)
def test_on_every_file_system_the_mode_is_kept_and_that_of_new_files_follows_the_umask(
    file_system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system(file_system, monkeypatch)
    before = os.umask(0o027)
    try:
        file = save(tmp_path)
        modes = [file.stat().st_mode & 0o777, save(tmp_path / "other.wav", overwrite=True).stat().st_mode & 0o777]
        file.chmod(0o604)
        modes.append(save(tmp_path, overwrite=True).stat().st_mode & 0o777)
    finally:
        os.umask(before)
    assert modes == [0o640, 0o640, 0o604]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_an_existing_file_keeps_its_owner_and_group(old: tuple[Path, Path]) -> None:
    file, path = old
    os.chown(file, 4321, 1234)
    file.chmod(0o640)
    save(path, overwrite=True)
    status = file.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (4321, 1234, 0o640)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of others")
@pytest.mark.parametrize(("mode", "after"), [(0o640, 0o600), (0o664, 0o644), (0o604, 0o644)])
def test_where_the_group_cannot_be_kept_another_may_only_do_what_everybody_may(mode: int, after: int) -> None:
    with folder_for_all() as folder:
        (file := folder / "v.wav").write_bytes(b"old")
        os.chown(file, 4321, 1234)
        file.chmod(mode)
        with as_somebody():
            save(file, overwrite=True)
            status = file.stat()
            assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (os.geteuid(), os.getegid(), after)


def access_list(*entries: tuple[int, int, int]) -> bytes:
    """Make an access list as Linux stores it: tags 1 owner, 2 user, 4 group, 16 mask, 32 others; rights; ids."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY = 0xFFFFFFFF
# One user may read and write, the group nothing: the mode looks as if it could.
LIST = access_list((1, 6, NOBODY), (2, 6, 4321), (4, 0, NOBODY), (16, 6, NOBODY), (32, 0, NOBODY))


def set_access_list(path: Path, kind: str, value: bytes) -> None:
    try:
        os.setxattr(path, f"system.posix_acl_{kind}", value)
    except (OSError, AttributeError):
        pytest.skip("no access lists here")


def access_list_of(path: Path) -> bytes:
    return os.getxattr(path, part_file.ACCESS_LIST) if part_file.ACCESS_LIST in os.listxattr(path) else b""


def test_an_existing_file_keeps_its_access_list(old: tuple[Path, Path]) -> None:
    file, path = old
    set_access_list(file, "access", LIST)
    save(path, overwrite=True)
    assert access_list_of(file) == LIST
    assert file.stat().st_mode & 0o777 == 0o660


def test_without_its_access_list_the_group_of_a_file_may_do_nothing(
    old: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, path = old
    set_access_list(file, "access", LIST)
    monkeypatch.setattr(os, "setxattr", Mock(side_effect=OSError(errno.ENOTSUP, "Operation not supported")))
    save(path, overwrite=True)
    assert access_list_of(file) == b""
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_access_list_of_a_folder_counts_for_new_files_only(tmp_path: Path) -> None:
    (file := tmp_path / "v1.wav").write_bytes(b"old")
    file.chmod(0o660)
    set_access_list(tmp_path, "default", LIST)
    save(file, overwrite=True)
    assert access_list_of(file) == b""
    assert file.stat().st_mode & 0o777 == 0o660
    (other := tmp_path / "other.wav").touch()
    assert access_list_of(other) != b""
    assert access_list_of(save(tmp_path / "new.wav")) == access_list_of(other)


def test_what_fails_when_a_file_is_copied_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_file_system("unnamable", monkeypatch)
    original = os.write

    def write(file: int, audio: Any) -> int:
        if "part" in os.readlink(f"/proc/self/fd/{file}"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(file, audio)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match=r"No space left on device, .*: '/.*/v1\.wav'$"):
        save(tmp_path)
    assert [*descriptors(tmp_path), *tmp_path.iterdir()] == []


@UNCLOSED  # Python leaves what it was opening to the garbage collector
@pytest.mark.parametrize("file_system", FILE_SYSTEMS)
@pytest.mark.parametrize("overwrite", [False, True])
def test_an_interruption_anywhere_leaves_no_temporary_name(
    file_system: str, overwrite: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system(file_system, monkeypatch)
    target = tmp_path / "v.wav"
    for point in itertools.count(1):
        target.unlink(missing_ok=True)
        if overwrite:
            target.write_bytes(b"old")
        if not Interruption(point, KeyboardInterrupt).reached_in(lambda: save(target, overwrite=overwrite)):
            break
        assert {path.name for path in tmp_path.iterdir()} <= {"v.wav"}
    assert point > 20
    assert target.read_bytes() == WAV


def test_a_child_process_leaves_the_file_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_file_system("no-links", monkeypatch)
    part = part_file.PartFile()
    part.open(str(tmp_path))
    monkeypatch.setattr(os, "getpid", lambda: -1)
    part.discard()
    assert len([*tmp_path.iterdir()]) == 1


@UNCLOSED  # what interrupts a finalizer is shown, and no more
def test_an_interruption_while_a_failed_save_is_discarded_leaves_no_temporary_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system("no-proc", monkeypatch)

    def fail() -> None:
        raise ValueError("no sample")

    def failing() -> None:
        try:
            save(tmp_path / "v.wav", meanwhile=fail)
        except ValueError:
            return

    for point in itertools.count(1):
        if not Interruption(point, KeyboardInterrupt).reached_in(failing):
            break
        assert [*tmp_path.iterdir()] == []
    assert point > 20
