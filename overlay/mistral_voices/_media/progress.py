"""on_progress, which reports to a user how much of a sample has passed."""

from collections.abc import Callable
from typing import TypeAlias

from .._checks import check_function

Progress: TypeAlias = Callable[[int, int | None], object]


def check_progress(on_progress: Progress | None) -> None:
    """Refuse what cannot be called."""
    check_function("on_progress", on_progress, "a function of two numbers")


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
