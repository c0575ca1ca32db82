"""Marks what is deprecated for type checkers and editors alone: at run time the headers of the server decide."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

F = TypeVar("F", bound=Callable[..., object])

if TYPE_CHECKING:
    from typing_extensions import deprecated
else:

    def deprecated(message: str, *, category: None) -> Callable[[F], F]:
        """Set what `warnings.deprecated` of Python 3.13 sets, which with `category=None` does nothing else either."""

        def mark(function: F) -> F:
            function.__deprecated__ = message
            return function

        return mark


__all__ = ["deprecated"]
