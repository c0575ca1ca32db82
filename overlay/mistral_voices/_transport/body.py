"""The body of a response, read block by block within its bounds: into a download if it is a good one."""

import zlib
from time import monotonic
from types import ModuleType
from typing import Any

from .._core.request import Request
from .._core.response import SUCCESSES, Response
from .own_clients import TOO_EARLY, Exchange, show_location
from .transport_errors import RESPONSE_TIMEOUTS, RESPONSE_TOO_LONG

# An error body is read up to here: enough for every message, and no server can fill the memory with one.
LARGEST_ERROR_BODY = 1 << 20
# Any other body but a sample, and one that was compressed though no compression was requested. It is a thousand times
# what a page of 100 voices needs, so no option sets it.
LARGEST_BODY = 64 << 20
TOO_LARGE = f"the body is longer than {LARGEST_BODY >> 20} MB, the most that is read"
# So much is inflated at a time, since a block may hold a thousand times its length; so much is given to a thread.
PIECE = 1 << 16
# No length has more digits.
LONGEST_LENGTH = 18


def response_of_hook(library: ModuleType, error: Any) -> Response:
    """Make the Response of one at whose status a hook of the user's raised, with the body if the hook has read it."""
    response = error.response
    try:
        content = response.content[:LARGEST_ERROR_BODY]
    except library.ResponseNotRead:
        content = b""
    return Response(response.status_code, response.headers, content, None, lambda: response)


class BodyReader:
    """Takes the blocks of one body and makes the Response.

    Attributes:
        in_memory: Whether taking a block touches nothing but memory.
        is_raw: Whether it takes blocks as they were sent; else as the library has decoded them.
    """

    def __init__(self, library: ModuleType, response: Any, request: Request[Any]) -> None:
        self._library = library
        self._response = response
        self._status: int = response.status_code
        self._download = request.download if self._status in SUCCESSES else None
        self.in_memory: bool = self._download is None or self._download.in_memory
        self._blocks: list[bytes] = []
        self._size = 0
        self._unreadable: str | None = None
        self._is_sample = request.is_sample
        connection = response.extensions.get("network_stream")
        self._connection = connection if isinstance(connection, Exchange) else None
        if self._connection is not None and self._connection.is_unanswered:
            raise library.RemoteProtocolError(TOO_EARLY, request=response.request)
        if 300 <= self._status < 400:
            show_location(response)
        seconds = response.request.extensions.get("timeout", {}).get("read")
        self._seconds = None if seconds is None else RESPONSE_TIMEOUTS * seconds
        self._set_deadline()
        # Blocks that need no decoding pass one generator instead of two, which is 3 percent of a get. A class of the
        # user's own may do more to a body.
        self.is_raw: bool = type(response) is library.Response and not response.is_stream_consumed
        self._encoding = ""
        self._inflater: Any = None
        if "content-encoding" in response.headers and self.is_raw:
            self._decode(response.headers["content-encoding"])

    def extend(self) -> None:
        """Give a sample, which may be large, the whole time again: a part of it has come."""
        if self._is_sample and self._inflater is None:
            self._set_deadline()

    def _set_deadline(self) -> None:
        self._deadline = None if self._seconds is None else monotonic() + self._seconds
        if self._connection is not None:
            self._connection.deadline = self._deadline

    def _decode(self, content_encoding: str) -> None:
        """Decode one layer of gzip here, within bounds; leave to the library what the user's own client requested."""
        names = [name for each in content_encoding.lower().split(",") if (name := each.strip()) not in ("", "identity")]
        requested = self._response.request.headers.get("accept-encoding", "")
        if names in (["gzip"], ["x-gzip"]):
            self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif len(names) == 1 and names[0] in requested:
            self.is_raw = False
        elif names:
            self._encoding = ", ".join(names)
            if not self._is_sample:  # which may be one all the same
                self._end(f"the content encoding is {self._encoding:.50}, which was not requested")

    def _end(self, reason: str) -> bool:
        """Take nothing more, for a reason; of an error body, what came will do."""
        if self._status < 300 and self._unreadable is None:
            self._unreadable = reason
        return True

    def start(self) -> None:
        """Let the download begin anew, which may touch a file."""
        if self._download is not None:
            self._download.start(self._response.headers.get("content-type"), self._announced(), self._encoding)

    def add(self, block: bytes) -> bool:
        """Take a block; True when no more is wanted. Raises the library's ReadTimeout when the body takes too long."""
        if self._deadline is not None and monotonic() > self._deadline:
            raise self._library.ReadTimeout(RESPONSE_TOO_LONG, request=self._response.request)
        return self._take(block) if self._inflater is None else self._inflate(block)

    def _inflate(self, block: bytes) -> bool:
        inflater, piece = self._inflater, b""
        follows = block if inflater.eof else b""
        try:
            while not inflater.eof and (block or len(piece) == PIECE):
                piece = inflater.decompress(block, PIECE)
                if piece and self._take(piece):
                    return True
                block = inflater.unconsumed_tail
        except zlib.error as error:
            return self._end(f"the body cannot be decoded ({error})")
        return bool(follows or inflater.unused_data) and self._end(
            "the body cannot be decoded (something follows its end)"
        )

    def _take(self, block: bytes) -> bool:
        self._size += len(block)
        if self._is_sample and block:
            self._set_deadline()
        if self._download is not None:
            try:
                self._download.write(block)
            except ValueError as error:
                self._refuse(self._download.held(), error)
                return self._download is not None
        else:
            self._blocks.append(block)
        if self._size <= LARGEST_ERROR_BODY:
            return False
        if self._status >= 300 or self._unreadable is not None:
            return True
        is_bounded = self._inflater is not None or not self._is_sample
        return is_bounded and self._size > LARGEST_BODY and self._end(TOO_LARGE)

    def _refuse(self, held: bytes, error: ValueError) -> None:
        """Keep a body for the error if it is no sample; of a sample that cannot be decoded nothing is kept."""
        self._unreadable = str(error)
        if held:
            self._blocks, self._download = [held], None

    def report(self) -> None:
        """Report to on_progress, in the thread of the user's call."""
        if self._download is not None:
            self._download.report()

    def end_early(self, error: Exception) -> None:
        """Take the end of a body that broke off: with an error status, what came will do; otherwise raise."""
        if self._status < 300 and isinstance(error, self._library.TransportError):
            raise error
        self._end(f"the body cannot be decoded ({error})")

    def finish(self) -> Response:
        """Give the response with its body. Raises the library's RemoteProtocolError when a sample is not whole."""
        if self._inflater is not None and not self._inflater.eof:
            self._end("the body cannot be decoded (it ends early)")
        if self._download is not None and self._unreadable is None:
            announced = self._announced()
            if announced is not None and announced != self._size:
                message = f"the body has {self._size} bytes, and was announced with {announced}"
                raise self._library.RemoteProtocolError(message, request=self._response.request)
            try:
                self._download.finish()
            except ValueError as error:
                self._refuse(self._download.held(), error)
        content = self._blocks[0] if len(self._blocks) == 1 else b"".join(self._blocks)
        if self._status >= 300 or self._unreadable is not None:
            content = content[:LARGEST_ERROR_BODY]
        headers, encoding = self._response.headers, self._encoding
        return Response(self._status, headers, content, self._unreadable, lambda: self._raw(content), encoding)

    def _announced(self) -> int | None:
        """Give the length that the server announced; None where it is that of what is encoded."""
        headers = self._response.headers
        length = headers.get("content-length", "")
        if not length.isdecimal() or "content-encoding" in headers:
            return None
        if len(length) > LONGEST_LENGTH:
            message = f"the body was announced with a length of {len(length)} digits"
            raise self._library.RemoteProtocolError(message, request=self._response.request)
        return int(length)

    def _raw(self, content: bytes) -> Any:
        """Give the library's response with the body in it, as if it had read the body itself."""
        response = self._response
        headers = [item for item in response.headers.raw if item[0].lower() != b"content-encoding"]
        return self._library.Response(self._status, headers=headers, content=content, request=response.request)
