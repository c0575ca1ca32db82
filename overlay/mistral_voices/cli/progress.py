"""A progress bar with the time left, on standard error where that is a terminal, else nothing."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any, Self

import click

from .output import say


class Progress:
    """A bar over a known number of steps or bytes; any thread may advance it.

    Args:
        label: What is being done, such as "Saving".
        total: How many steps there are.
        quiet: Whether to show nothing at all.
    """

    def __init__(self, label: str, total: int, *, quiet: bool = False) -> None:
        self._lock = threading.Lock()
        self._bar: Any = None
        if total and not quiet and sys.stderr.isatty():
            self._bar = click.progressbar(length=total, label=label, file=sys.stderr, show_pos=True)

    def advance(self, steps: int = 1) -> None:
        """Count steps as done."""
        if self._bar is not None:
            with self._lock:
                self._bar.update(steps)

    def say(self, text: str) -> None:
        """Write a line to standard error, above the bar."""
        with self._lock:
            if self._bar is None:
                say(text)
                return
            say(f"\r\x1b[K{text}")
            self._bar.render_progress()

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, traceback)
