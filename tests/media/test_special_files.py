"""What cannot be replaced: FIFOs, devices, descriptors and mounted files get a whole sample straight through."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from mistral_voices._media.files import FileTarget

from .samples import FILE_SYSTEMS, WAV, as_somebody, descriptors, folder_for_all, save, use_file_system

LARGE = WAV * 500  # more than a pipe holds


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder for temporary files, in which nothing must be left."""
    (folder := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert [*descriptors(tmp_path), *folder.iterdir()] == []


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """Make a FIFO."""
    os.mkfifo(path := tmp_path / "v1.wav")
    return path


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """Give a thread, for what reads a FIFO."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.mark.parametrize("file_system", FILE_SYSTEMS)
def test_a_fifo_gets_the_sample(
    file_system: str, fifo: Path, thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system(file_system, monkeypatch)
    read = thread.submit(fifo.read_bytes)
    assert save(fifo, [LARGE], overwrite=True) == fifo
    assert read.result(10) == LARGE
    assert fifo.is_fifo()


def test_a_fifo_may_be_read_late_and_slowly(fifo: Path, thread: ThreadPoolExecutor) -> None:
    target = FileTarget("v1", fifo, overwrite=True)
    target.open()
    target.write(LARGE)
    assert target.commit() is None  # nobody reads it
    with open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as reader:
        assert target.commit() is None  # it is full
        os.set_blocking(reader.fileno(), True)
        read = thread.submit(reader.readall)
        while (saved := target.commit()) is None:
            pass
        assert saved == fifo
        assert read.result(10) == LARGE


def test_a_fifo_gets_nothing_before_the_sample_is_whole(fifo: Path, thread: ThreadPoolExecutor) -> None:
    target = FileTarget("v1", fifo, overwrite=True)
    read = thread.submit(fifo.read_bytes)
    target.open()
    target.write(b"from an attempt that was lost")
    target.restart("audio/wav")
    target.write(WAV)
    while target.commit() is None:
        pass
    assert read.result(10) == WAV


def test_a_fifo_whose_reader_leaves_is_an_error_that_names_it(fifo: Path) -> None:
    target = FileTarget("v1", fifo, overwrite=True)
    target.open()
    target.write(LARGE)
    with open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0):
        assert target.commit() is None
    with pytest.raises(BrokenPipeError, match=r"Broken pipe, .* it may hold a part of it: '/.*/v1\.wav'$"):
        target.commit()
    target.discard()


@pytest.mark.parametrize("way", ["folder", "link", "appears"])
def test_a_fifo_is_found_wherever_it_is(way: str, fifo: Path, thread: ThreadPoolExecutor, tmp_path: Path) -> None:
    paths = {"folder": tmp_path, "link": tmp_path / "link", "appears": tmp_path / "new.wav"}
    paths["link"].symlink_to(fifo)
    read = []

    def meanwhile() -> None:
        there = fifo.rename(paths[way]) if way == "appears" else fifo
        read.append(thread.submit(there.read_bytes))

    saved = save(paths[way], overwrite=True, meanwhile=meanwhile)
    assert saved == (fifo if way == "folder" else paths[way])
    assert saved.is_fifo()
    assert read[0].result(10) == WAV


def make_socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    return path


def test_what_cannot_be_written_to_is_refused_at_once(tmp_path: Path) -> None:
    with open(os.devnull, "rb") as file:
        refused = {
            str(make_socket(tmp_path / "s")): "No such device or address",
            f"/dev/fd/{file.fileno()}": "Bad file descriptor",
            "/dev/fd/9999": "No such file or directory",
        }
        for path, reason in refused.items():
            with pytest.raises(
                OSError, match=rf"{reason}, while the sample was saved; nothing is left of it: '{path}'$"
            ):
                FileTarget("v1", path, overwrite=True).open()


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "v1.wav"])
def test_without_overwrite_nothing_is_written_to(path: str, fifo: Path) -> None:
    with pytest.raises(FileExistsError, match=rf"^\[Errno 17\] path: .*overwrite=True replaces it: .*{path}'$"):
        FileTarget("v1", fifo.parent / path, overwrite=False).open()


def test_devices_are_written_to() -> None:
    assert save("/dev/null", overwrite=True) == Path("/dev/null")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(OSError, match=r"No space left on device, .* nothing is left of it: '/dev/full'$"):
        save("/dev/full", overwrite=True)


STDOUT = """
import os, sys
from tests.media.samples import save

os.write(1, b"before ")
assert str(save(sys.argv[1], overwrite=True)) == sys.argv[1]
os.write(1, b" after")
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/dev/stdout", "pipe"),
        ("/dev/stdout", "file"),
        ("/dev/stdout", "socket"),
        ("/dev/fd/1", "file"),
        ("/proc/self/fd/1", "pipe"),
        ("/proc/thread-self/fd/1", "file"),
        ("link", "file"),
    ],
)
def test_standard_output_is_written_to_where_it_stands(path: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    command = [sys.executable, "-c", STDOUT, str(tmp_path / path)]
    result = b""
    if kind == "pipe":
        result = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    elif kind == "file":
        with (tmp_path / "out.wav").open("wb") as file:
            subprocess.run(command, stdout=file, check=True)
        result = (tmp_path / "out.wav").read_bytes()
    else:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            subprocess.run(command, stdout=theirs.fileno(), check=True)
            theirs.close()
            while block := ours.recv(4096):
                result += block
    assert result == b"before " + WAV + b" after"


def test_a_file_in_a_folder_that_takes_no_new_ones_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    with folder_for_all() as folder:
        (file := folder / "v.wav").write_bytes(b"old, and longer than the new one" * 100)
        file.chmod(0o666)
        (other := folder / "other.wav").write_bytes(b"other")
        other.chmod(0o444)
        folder.chmod(0o555)
        with as_somebody():
            assert save(file, overwrite=True).read_bytes() == WAV
            for path in (other, folder / "new.wav", folder):
                with pytest.raises(PermissionError, match=rf"Permission denied, .* nothing is left of it: '{path}"):
                    FileTarget("v1", path, overwrite=True).open()
        assert file.stat().st_mode & 0o777 == 0o666
        assert sorted(folder.iterdir()) == [other, file]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of others")
def test_a_file_of_another_user_in_a_sticky_folder_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    with folder_for_all() as folder:
        folder.chmod(0o1777)
        (file := folder / "v.wav").write_bytes(b"old")
        (other := folder / "other.wav").write_bytes(b"other")
        for path, mode in ((file, 0o666), (other, 0o644)):
            os.chown(path, 4321, 1234)
            path.chmod(mode)
        with as_somebody():
            assert save(file, overwrite=True) == file
            with pytest.raises(PermissionError, match=rf"Permission denied, .* nothing is left of it: '{other}'$"):
                save(other, overwrite=True)
        assert (file.read_bytes(), file.stat().st_uid, other.read_bytes()) == (WAV, 4321, b"other")
        assert sorted(folder.iterdir()) == [other, file]


MOUNTED = """
import ctypes, sys
from tests.media.samples import save

libc = ctypes.CDLL(None)
NEW_NAMESPACES, PRIVATE, BIND, READ_ONLY = 0x10020000, 0x44000, 0x1000, 0x1021


def mount(source, target, flags):
    if libc.mount(source.encode(), target.encode(), None, flags, None):
        sys.exit(77)


folder, file, how = sys.argv[1:]
if libc.unshare(NEW_NAMESPACES):
    sys.exit(77)
mount("", "/", PRIVATE)
if how == "in-read-only-folder":
    mount(folder, folder, BIND)
    mount("", folder, READ_ONLY)
mount(file, folder + "/v1.wav", BIND)
if how == "read-only":
    mount("", folder + "/v1.wav", READ_ONLY)
try:
    print(save(folder + "/v1.wav", meanwhile=lambda: print("whole"), overwrite=True))
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["plain", "read-only", "in-read-only-folder"])
def test_a_mounted_file_is_written_to(how: str, tmp_path: Path) -> None:
    (folder := tmp_path / "folder").mkdir()
    (folder / "v1.wav").write_bytes(b"beneath")
    (file := tmp_path / "file").write_bytes(b"old, and longer than the new one" * 100)
    command = [sys.executable, "-c", MOUNTED, str(folder), str(file), how]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode == 77:
        pytest.skip("nothing can be mounted here")
    assert result.returncode == 0
    path = folder / "v1.wav"
    message = f"[Errno 30] Read-only file system, while the sample was saved; nothing is left of it: '{path}'"
    assert result.stdout.splitlines() == ([message] if how == "read-only" else ["whole", str(path)])
    assert how == "read-only" or file.read_bytes() == WAV
    assert [each.read_bytes() for each in folder.iterdir()] == [b"beneath"]


@pytest.mark.parametrize("file_system", FILE_SYSTEMS)
def test_a_file_that_is_mounted_without_saying_so_is_written_to(
    file_system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_file_system(file_system, monkeypatch)
    (folder := tmp_path / "folder").mkdir()
    (file := folder / "v1.wav").write_bytes(b"old, and longer than the new one" * 100)
    monkeypatch.setattr(os, "replace", Mock(side_effect=OSError(errno.EBUSY, "Device or resource busy")))
    number = file.stat().st_ino
    assert save(folder, overwrite=True) == file
    assert (file.stat().st_ino, file.read_bytes()) == (number, WAV)
    assert [*folder.iterdir()] == [file]
