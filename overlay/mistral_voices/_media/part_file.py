"""A file that grows without a name, or under a hidden one, and gets its own when it is whole."""

import errno
import os
import stat
from contextlib import ExitStack, suppress

DESCRIPTORS = "/proc/self/fd"
# Windows renames no file that is open.
RENAMES_OPEN_FILES = os.name != "nt"
ACCESS_LIST = "system.posix_acl_access"
NO_FSYNC = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
BLOCK = 1024 * 1024


class PartFile:
    """What was written so far.

    Where the system knows files without a name (Linux), even a process that is killed leaves nothing behind; elsewhere
    the file has a temporary name, which every error and interruption takes away.
    """

    def __init__(self) -> None:
        self._name: str | None = None
        # All that `discard` takes away. A name is noted before there is such a file: a signal may raise in between.
        self._names: list[str] = []
        self._file = -1
        self._mode = 0
        self._process = os.getpid()

    def open(self, folder: str) -> None:
        """Begin in a folder; `discard` must follow, whatever happens."""
        unnamed = getattr(os, "O_TMPFILE", 0)
        if unnamed and os.path.isdir(DESCRIPTORS):
            with suppress(OSError):  # not every file system has files without a name
                self._use(os.open(folder, unnamed | os.O_RDWR, 0o666))
        if self._file < 0:
            self._open_named(folder)

    def _open_named(self, folder: str) -> None:
        name = self._temporary(folder)
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        self._name = name
        self._use(file)

    def _use(self, file: int) -> None:
        self._file = file
        # What the umask and the folder's access list allow to others, they get when the file is whole.
        self._mode = stat.S_IMODE(os.fstat(file).st_mode)
        self._set_mode(0o600)

    def _set_mode(self, mode: int) -> None:
        if hasattr(os, "fchown"):  # Windows knows but whether a file may be written
            with suppress(OSError):  # on FAT and network shares all files have one mode
                os.fchmod(self._file, mode)

    def clear(self) -> None:
        """Forget what was written."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)

    def write(self, audio: bytes) -> None:
        """Write a piece."""
        _write(self._file, audio)

    def read_at(self, offset: int, count: int) -> bytes:
        """Read up to so many bytes at an offset; what is written after that may go anywhere."""
        if offset >= os.fstat(self._file).st_size:
            return b""  # some systems fail at places far behind the end
        os.lseek(self._file, offset, os.SEEK_SET)
        return os.read(self._file, count)

    def link(self, target: str) -> None:
        """Give the whole file its name; FileExistsError where something has it already."""
        self._finish()
        self._set_mode(self._mode)
        if self._name is None:
            try:
                self._link_unnamed(target)
            except FileExistsError:
                raise
            except OSError:  # it may have no name, but can get none either: SELinux, AppArmor, some overlays
                self._copy_into(os.path.dirname(target))
                self._set_mode(self._mode)
            else:
                return
        try:
            os.link(str(self._name), target)
        except FileExistsError:
            raise
        except OSError:
            self._claim(target)

    def _link_unnamed(self, name: str) -> None:
        # Only with src_dir_fd does Python let the system follow the descriptor's symbolic link.
        os.link(f"{DESCRIPTORS}/{self._file}", name, src_dir_fd=self._file, follow_symlinks=True)

    def _claim(self, target: str) -> None:
        # FAT, network shares and Android know no second name: take the target's if it is free, and replace what has it.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with ExitStack() as on_failure:
            on_failure.callback(os.unlink, target)
            self._rename(target)
            on_failure.pop_all()

    def replace(self, target: str) -> None:
        """Put the whole file in the place of another, whose access it takes over, or where none is."""
        self._finish()
        folder = os.path.dirname(target)
        if self._name is None:
            name = self._temporary(folder)
            with suppress(OSError):
                self._link_unnamed(name)
                self._name = name
        if self._name is None or os.path.dirname(self._name) != folder:
            self._copy_into(folder)
        self._take_access(target)
        self._rename(target)

    def _rename(self, target: str) -> None:
        if not RENAMES_OPEN_FILES:
            self._close()
        os.replace(str(self._name), target)
        self._names.remove(str(self._name))

    def _copy_into(self, folder: str) -> None:
        file = self._file
        self._open_named(folder)
        try:
            os.lseek(file, 0, os.SEEK_SET)
            while block := os.read(file, BLOCK):
                _write(self._file, block)
            self._finish()
        finally:
            os.close(file)

    def _take_access(self, target: str) -> None:
        try:
            old = os.stat(target)
        except FileNotFoundError:
            self._set_mode(self._mode)
            return
        mode = stat.S_IMODE(old.st_mode) & 0o777
        if hasattr(os, "fchown"):
            for owner, group in ((old.st_uid, -1), (-1, old.st_gid)):
                with suppress(OSError):  # not everybody may give a file away
                    os.fchown(self._file, owner, group)
            if os.fstat(self._file).st_gid != old.st_gid:
                mode = mode & 0o707 | (mode & 0o007) << 3  # another group may do what everybody may
        self._set_mode(mode)
        if hasattr(os, "getxattr") and not self._take_access_list(target):
            self._set_mode(mode & 0o707)  # without its list the group's bits would mean more

    def _take_access_list(self, target: str) -> bool:
        access = b""
        with suppress(OSError):
            access = os.getxattr(target, ACCESS_LIST)
        try:
            if access:
                os.setxattr(self._file, ACCESS_LIST, access)
            else:  # what the folder hands down to new files
                with suppress(OSError):
                    os.removexattr(self._file, ACCESS_LIST)
        except OSError:
            return False
        return True

    def _finish(self) -> None:
        try:
            os.fsync(self._file)
        except OSError as error:
            if error.errno not in NO_FSYNC:
                raise

    def _close(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)

    def discard(self) -> None:
        """Close the file, and take temporary names away."""
        with suppress(OSError):
            self._close()
        if os.getpid() == self._process:  # a child process has the names of its parent's files too
            for name in self._names:
                with suppress(OSError):
                    os.unlink(name)
            self._names.clear()

    __del__ = discard  # where a signal raised before `discard` had begun, or within it

    def _temporary(self, folder: str) -> str:
        # Not after the target, whose name may be as long as names can be.
        self._names.append(os.path.join(folder, f".{os.urandom(8).hex()}.part"))
        return self._names[-1]


def _write(file: int, audio: bytes) -> None:
    rest = memoryview(audio)
    while rest:
        rest = rest[os.write(file, rest) :]
