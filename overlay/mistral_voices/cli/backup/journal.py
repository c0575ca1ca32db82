"""A file of JSON lines that is only added to; each line is written before the next step begins."""

import json
import os
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Journal:
    """What was done so far, a line a step.

    A line that a kill or a full disk cut off counts as never written, and is taken away before the next one.
    """

    def __init__(self, path: Path, *, survives_power_cuts: bool = True) -> None:
        """Give the journal at a path; to survive a power cut as well, each line waits for the disk."""
        self.path = path
        self._waits = survives_power_cuts
        self._file = -1
        self._end = 0
        self._lock = threading.Lock()

    def read(self) -> list[Line]:
        """Give all whole lines.

        Raises:
            ValueError: A line is no JSON object.
        """
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return []
        lines = text[: text.rfind(b"\n") + 1].splitlines()
        return [self._parse(line, number) for number, line in enumerate(lines, 1)]

    def _parse(self, line: bytes, number: int) -> Line:
        try:
            return dict(json.loads(line))
        except (ValueError, TypeError) as error:
            message = f"{self.path}, line {number}: this is no JSON object; repair the line or take it out"
            raise ValueError(message) from error

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a line; when this returns, it survives whatever happens to the process.

        Raises:
            OSError: It cannot be written; the file is as it was.
        """
        text = json.dumps(line).encode() + b"\n"
        with self._lock:
            try:
                self._open()
                self._write(text)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self.path)) from error

    def _write(self, text: bytes) -> None:
        rest = memoryview(text)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
            if self._waits:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(text)

    def _open(self) -> None:
        if self._file >= 0:
            return
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        with ExitStack() as on_failure:
            on_failure.callback(os.close, file)
            self._end = self.path.read_bytes().rfind(b"\n") + 1
            os.ftruncate(file, self._end)
            on_failure.pop_all()
        self._file = file

    def create(self) -> None:
        """Make the file if it is absent."""
        with self._lock:
            self._open()

    def close(self) -> None:
        """Close the file; the next `add` opens it again."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def remove(self) -> None:
        """Take the file away: what it says is written elsewhere."""
        self.close()
        self.path.unlink(missing_ok=True)
