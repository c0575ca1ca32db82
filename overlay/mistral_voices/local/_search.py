"""Pages of a search: their cursors, and sizes that are awkward on demand."""

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import cycle
from typing import Any

from mistral_voices.local._store import StoreFilters
from mistral_voices.local._validation import check_arguments

# The arguments of `VoicesServer.shape_pages`, which are the members of POST /_local/pages too.
_ARGUMENTS: dict[str, Any] = {
    "sizes": {"type": "array", "items": {"type": "integer", "minimum": 0}},
    "repeat": {"type": "boolean"},
}


class BadCursorError(Exception):
    """A cursor that does not lead on; the message says why."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after which position, and how many pages came before it.

    A position stays where it is when voices come and go. The number makes the cursors of one search differ, also those
    that follow a page without voices.
    """

    after: int = 0
    pages: int = 0

    def write(self, server: str, filters: StoreFilters) -> str:
        """Give the text of the cursor, which is good for one server and the same filters."""
        content = json.dumps([server, _digest(filters), self.after, self.pages])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def read_cursor(text: str, server: str, filters: StoreFilters) -> Cursor:
    """Read the text of a cursor.

    Raises:
        BadCursorError: it is none of this server, or was given with other filters.
    """
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        made_by, digest, after, pages = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadCursorError("is not a cursor") from None
    if made_by != server:
        raise BadCursorError("is a cursor of another server")
    if digest != _digest(filters):
        raise BadCursorError("is the cursor of a search with other filters")
    if not (type(after) is type(pages) is int and after >= 0):
        raise BadCursorError("is not a cursor")
    return Cursor(after, pages)


class PageSizes:
    """How many voices the next searches give at most, as `VoicesServer.shape_pages` says; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sizes: Iterator[int] = iter(())

    def set(self, arguments: Any) -> None:
        """Take the arguments of `VoicesServer.shape_pages`, in place of earlier ones.

        Raises:
            ValueError: an argument is missing, unknown or of a wrong kind; the message names it.
        """
        given = check_arguments("shape_pages", {"properties": _ARGUMENTS, "required": ["sizes"]}, arguments)
        with self._lock:
            self._sizes = cycle(given["sizes"]) if given.get("repeat") else iter(given["sizes"])

    def take(self, wanted: int) -> int:
        """Give the size of the next page, for which `wanted` voices were requested."""
        with self._lock:
            return min(wanted, next(self._sizes, wanted))


def _digest(filters: StoreFilters) -> str:
    return hashlib.sha256(json.dumps(astuple(filters)).encode()).hexdigest()[:16]
