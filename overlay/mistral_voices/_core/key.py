"""The API key: where it comes from, and what cannot be one."""

import os
from collections.abc import Callable
from typing import Any


def is_one_word(text: str) -> bool:
    """Say whether text is ASCII without white space or control characters."""
    return text.isascii() and text.isprintable() and " " not in text


class Key:
    """The API key as it was given. It never shows itself, and no frame that raises an error holds it."""

    __slots__ = ("_given",)

    def __init__(self, given: str | Callable[[], str] | None) -> None:
        self._given = given

    def check(self) -> None:
        """Refuse what cannot be a key, whatever its value."""
        if self._given is not None and not isinstance(self._given, str) and not callable(self._given):
            kind = type(self._given).__name__
            raise TypeError(f"api_key must be text or a function that returns text, not {kind}")

    def read(self) -> str:
        """Find the key: call the function, or take the text or MISTRAL_API_KEY."""
        key: Any = self._given() if callable(self._given) else self._given or os.environ.get("MISTRAL_API_KEY")
        if isinstance(key, str) and key and is_one_word(key):
            return key
        kind, empty = type(key).__name__, not key
        close = getattr(key, "close", None)
        if close is not None:
            close()  # a coroutine that would otherwise warn that nobody awaited it
        del key, close
        if empty and callable(self._given):
            raise ValueError("no API key: the function given as api_key returned none")
        if empty:
            raise ValueError("no API key: pass api_key=... to Mistral, or set the environment variable MISTRAL_API_KEY")
        if kind != "str":
            raise TypeError(f"api_key must be text or a function that returns text, not {kind}")
        raise ValueError(
            "the API key (api_key or MISTRAL_API_KEY) holds white space or characters that no header can carry: "
            'copy it again, without "Bearer", and strip() what was read from a file'
        )
