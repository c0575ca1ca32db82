"""on_progress, which reports to a user how much of a sample has passed."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int | None], object]


def check_progress(on_progress: Progress | None) -> None:
    """Refuse what cannot be called."""
    if on_progress is not None and not callable(on_progress):
        raise TypeError(f"on_progress must be a function of two numbers, not {type(on_progress).__name__}")


class ProgressError(Exception):
    """Carries what on_progress raised past the code that takes a library's error for one of the connection."""

    def __init__(self, raised: Exception) -> None:
        super().__init__(raised)
        self.raised = raised


def report_progress(on_progress: Progress, done: int, total: int | None) -> None:
    """Call on_progress."""
    try:
        on_progress(done, total)
    except Exception as error:  # noqa: BLE001 - whatever a user's function raises
        raise ProgressError(error) from None
