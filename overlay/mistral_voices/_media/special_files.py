"""Files that cannot be replaced, such as FIFOs, devices and mounted files: a sample is written straight through."""

import errno
import os
import re
import select
import stat
import time
from collections.abc import Callable
from contextlib import suppress

# A pipe that is ready takes so much without blocking.
BLOCK = getattr(select, "PIPE_BUF", 4096)
# How long one step may wait, in seconds: between two of them a task can be cancelled.
STEP = 0.1
LINKS = 40
DESCRIPTOR = re.compile(r"/dev/fd/(\d+)|/proc/(\d+)(?:/task/\d+)?/fd/(\d+)")


class SpecialFile:
    """Takes a whole sample, step by step, since nobody knows when a FIFO is read."""

    def __init__(self, path: str) -> None:
        self.done = 0
        self._path = path
        self._file = -1
        self._own = _own_descriptor(path)
        if self._own is None:
            self._open()
        else:  # it shares its place with the program's own output, which opening it anew would write over
            self._file = os.dup(self._own)
            try:
                os.write(self._file, b"")  # fails where it can only be read
            except OSError:
                self.discard()
                raise

    def _open(self) -> None:
        flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
        try:
            self._file = os.open(self._path, flags)
        except OSError as error:
            if error.errno != errno.ENXIO or not stat.S_ISFIFO(os.stat(self._path).st_mode):
                raise
            # Nobody has opened the FIFO for reading yet.

    def write(self, read_at: Callable[[int, int], bytes]) -> bool:
        """Write as much of a sample as is taken now; say whether that was all."""
        if self._file < 0:
            self._open()
            if self._file < 0:
                time.sleep(STEP)
                return False
        is_regular = self._own is None and stat.S_ISREG(os.fstat(self._file).st_mode)
        if self.done == 0 and is_regular:
            os.ftruncate(self._file, 0)
        while block := read_at(self.done, BLOCK):
            if not self._is_ready():
                return False
            try:
                self.done += os.write(self._file, block)
            except BlockingIOError:  # another writer was faster
                return False
        if is_regular:
            os.fsync(self._file)
        return True

    def _is_ready(self) -> bool:
        if not hasattr(select, "poll"):
            return True
        poll = select.poll()
        poll.register(self._file, select.POLLOUT)
        return bool(poll.poll(STEP * 1000))

    def discard(self) -> None:
        """Close the file."""
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1


def special_file(path: str) -> SpecialFile | None:
    """Open a path, of which the links are followed, if it cannot be replaced; None if it can."""
    if not DESCRIPTOR.fullmatch(path):
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            return None
        if stat.S_ISREG(mode) and not _is_mounted(path):
            return None
    return SpecialFile(path)


def follow_links(path: str) -> str:
    """Give where a path leads, whether something is there or not; links to a descriptor end at its number."""
    place = path
    for _ in range(LINKS):
        folder, name = os.path.split(place)
        place = os.path.join(os.path.realpath(folder), name)
        if DESCRIPTOR.fullmatch(place) or not os.path.islink(place):
            return place
        place = os.path.join(os.path.dirname(place), os.readlink(place))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def _own_descriptor(path: str) -> int | None:
    match = DESCRIPTOR.fullmatch(path)
    if match is None or match[2] not in (None, str(os.getpid())):
        return None
    return int(match[1] or match[3])


def _is_mounted(path: str) -> bool:
    """Say whether a file of its own is mounted here, as containers do: renaming another onto it fails."""
    with suppress(OSError, AttributeError):  # only Linux knows
        return _mount(path) != _mount(os.path.dirname(path))
    return False


def _mount(path: str) -> bytes:
    file = os.open(path, os.O_PATH)
    try:
        with open(f"/proc/self/fdinfo/{file}", "rb") as info:
            return info.read().partition(b"mnt_id:")[2].partition(b"\n")[0]
    finally:
        os.close(file)
