"""Files that are there whole or not at all, and the folder for those that nobody names."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path


def user_folder(variable: str, usual: str) -> Path:
    """Give our folder below the one that a variable names, else LOCALAPPDATA, else the usual one in the home.

    Raises:
        FileNotFoundError: There is no home.
    """
    given = os.environ.get(variable) or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    if given and Path(given).is_absolute():
        return Path(given) / "mistral-voices"
    try:
        return Path.home() / usual / "mistral-voices"
    except RuntimeError:
        raise FileNotFoundError(f"There is no home folder: set HOME or {variable}") from None


def write_whole(path: Path, texts: Iterable[str], *, survives_power_cuts: bool = True) -> None:
    """Write a file of mode 0600 that is there whole or not at all, in place of one that has its name.

    A link stays, and what it leads to is written.

    Raises:
        OSError: It cannot be written; what was there still is.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # a device, say, which would be gone
        raise OSError(errno.EINVAL, "this is no regular file", str(path))
    part = target.with_name(f".{target.name}.part")
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(texts)
            stream.flush()
            if survives_power_cuts:
                os.fsync(file)
        os.replace(part, target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
