"""A progress bar with the time left, on standard error where that is a terminal, else nothing."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

import click

from .output import say, write


class Progress:
    """A bar over a known number of steps or bytes; any thread may advance it.

    Args:
        label: What is being done, such as "Saving".
        total: How many steps there are.
        in_bytes: Whether the steps are bytes, which are not shown in numbers.
        quiet: Whether to show nothing at all.
    """

    def __init__(self, label: str, total: int, *, in_bytes: bool = False, quiet: bool = False) -> None:
        self._lock = threading.Lock()
        self._bar: Any = None
        if total and not quiet and sys.stderr.isatty():
            self._bar = click.progressbar(length=total, label=label, file=sys.stderr, show_pos=not in_bytes)

    def advance(self, steps: int = 1) -> None:
        """Count steps as done."""
        if self._bar is not None:
            with self._lock:
                self._bar.update(steps)

    def part(self) -> Callable[[int, int | None], None]:
        """Give a function for `on_progress` of one upload or download; a retry begins anew."""
        before = 0

        def on_progress(done: int, total: int | None) -> None:
            nonlocal before
            self.advance(done - before)
            before = done

        return on_progress

    def say(self, text: str) -> None:
        """Write a line for people to standard error, above the bar."""
        self._above(say, text)

    def write(self, text: str) -> None:
        """Write a line of the result to standard output, above the bar; where that takes no more, to standard error."""
        try:
            self._above(_write_at_once, text)
        except OSError:  # a full disk or a closed pipe, which ends the command when all is done
            self._above(say, text)

    def _above(self, write_line: Callable[[str], None], text: str) -> None:
        with self._lock:
            if self._bar is not None:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201
            write_line(text)
            if self._bar is not None:
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


@contextmanager
def on_failure_say(text: str) -> Iterator[None]:
    """Say so when what is within is interrupted or fails."""
    with ExitStack() as on_failure:
        on_failure.callback(say, text)
        yield
        on_failure.pop_all()


def _write_at_once(text: str) -> None:
    """Write a line that is there even if the process is killed."""
    write(text)
    sys.stdout.flush()
