"""Answers of either HTTP library: their bodies, read within bounds, and what is asked of them afterwards."""

from __future__ import annotations

import json
from time import monotonic
from typing import TYPE_CHECKING, Any

from .errors import Headers

if TYPE_CHECKING:
    from types import ModuleType

    from ._sinks import Sink

# An error body is read up to here: enough for every message, and no server can fill the memory with one.
LARGEST_ERROR_BODY = 1 << 20
# A body that trickles in is given up after this many read time-outs.
BODY_TIMEOUTS = 3
BODY_TOO_LONG = f"the body took longer than {BODY_TIMEOUTS} time-outs"


class Answer:
    """An answer whose body has been read."""

    __slots__ = ("_library", "_response", "content", "headers", "status_code", "unreadable")

    def __init__(self, library: ModuleType, response: Any) -> None:
        self._library = library
        self._response = response
        self.status_code: int = response.status_code
        self.headers: Any = response.headers
        self.content: bytes = b""
        self.unreadable: Exception | None = None

    def json(self) -> Any:
        """Parse the body; ValueError when it is not JSON."""
        try:
            return _DECODER.decode(self.content.decode(json.detect_encoding(self.content)))
        except ValueError as error:
            raise ValueError(f"the body is not JSON ({error})") from None
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None

    def all_headers(self) -> Headers:
        """Copy the headers into a mapping that does not depend on the library."""
        return Headers(self.headers.multi_items())

    def raw_response(self) -> Any:
        """Give the library's response with the body in it, as if it had read the body itself."""
        response = self._response
        headers = [item for item in response.headers.raw if item[0].lower() != b"content-encoding"]
        return self._library.Response(self.status_code, headers=headers, content=self.content, request=response.request)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


class Reading:
    """Takes the body of one answer block by block, within its bounds: into its sink if it is a good one."""

    def __init__(self, library: ModuleType, response: Any, *, sink: Sink | None, bounded: bool) -> None:
        self.answer = Answer(library, response)
        self._library = library
        self._response = response
        self._sink = sink if self.answer.status_code == 200 else None
        self.in_memory = self._sink is None or self._sink.in_memory
        self._blocks: list[bytes] = []
        self._size = 0
        read = response.request.extensions.get("timeout", {}).get("read") if bounded else None
        self._deadline = None if read is None else monotonic() + BODY_TIMEOUTS * read
        # Blocks that need no decoding pass one generator instead of two, which is 3 percent of a get. A class of the
        # user's own may do more to a body.
        is_plain = type(response) is library.Response and not response.is_stream_consumed
        self.is_raw = is_plain and "content-encoding" not in self.answer.headers

    def start(self) -> None:
        """Let the sink begin anew, which may touch a file."""
        if self._sink is not None:
            try:
                self._sink.start(self.answer.headers)
            except ValueError as error:  # not a sample: keep it for the error
                self.answer.unreadable, self._sink = error, None

    def add(self, block: bytes) -> bool:
        """Take a block; True when no more is wanted. Raises the library's ReadTimeout when the body takes too long."""
        self._size += len(block)
        if self._sink is not None:
            try:
                self._sink.write(block)
            except ValueError as error:
                self.answer.unreadable = error
                return True
        else:
            self._blocks.append(block)
        if self._deadline is not None and monotonic() > self._deadline:
            raise self._library.ReadTimeout(BODY_TOO_LONG, request=self._response.request)
        is_good = self.answer.status_code < 300 and self.answer.unreadable is None
        return self._size > LARGEST_ERROR_BODY and not is_good

    def told(self) -> None:
        """Tell on_progress, in the thread of the user's call."""
        if self._sink is not None:
            self._sink.told()

    def lost(self, error: Exception) -> None:
        """Take the end of a body that broke off: with an error status, what came will do; otherwise raise."""
        if self.answer.status_code >= 300:
            return
        if isinstance(error, self._library.TransportError):
            raise error
        self.answer.unreadable = ValueError(f"the body cannot be decoded ({error})")

    def finish(self) -> Answer:
        """Give the answer with its body. Raises the library's RemoteProtocolError when a sample is not whole."""
        answer = self.answer
        if self._sink is not None and answer.unreadable is None:
            length = answer.headers.get("content-length", "")
            if length.isdecimal() and int(length) != self._size and "content-encoding" not in answer.headers:
                message = f"the body has {self._size} bytes, and was announced with {length}"
                raise self._library.RemoteProtocolError(message, request=self._response.request)
            try:
                self._sink.finish()
            except ValueError as error:
                answer.unreadable = error
        answer.content = self._blocks[0] if len(self._blocks) == 1 else b"".join(self._blocks)
        return answer
