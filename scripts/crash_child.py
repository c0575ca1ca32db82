"""The command line as `scripts/crash.py` runs it: it counts its file operations, and kills itself at one of them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

from mistral_voices.cli import main

PLACE, FOLDER = int(os.environ["KILL_AT"]), os.environ["KILL_FOLDER"]
EVENTS = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.chmod")
write, fsync = os.write, os.fsync
lock, count = threading.Lock(), 0


def step(file: int | None = None, data: bytes = b"") -> None:
    """Count an operation; at the place die, having written the half of the data."""
    global count  # noqa: PLW0603 - one process, one count
    with lock:
        count += 1
        if count == PLACE:
            if file is not None:
                write(file, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)


def hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Count what Python reports before it happens."""
    if event in EVENTS or (event == "open" and str(arguments[0]).startswith(FOLDER)):
        step()


def counted_write(file: int, data: Any) -> int:
    """Write, which Python does not report."""
    step(file, bytes(data))
    return write(file, data)


def counted_fsync(file: Any) -> None:
    """Wait for the disk, which Python does not report either."""
    step()
    fsync(file)


os.write, os.fsync = counted_write, counted_fsync  # type: ignore[assignment]
sys.addaudithook(hook)
status = main()
print("operations:", count)
sys.exit(status)
