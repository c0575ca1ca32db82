"""The body of a response, read block by block within its bounds: into a download if it is a good one."""

from time import monotonic
from types import ModuleType
from typing import Any

from .._core.request import Request
from .._core.response import SUCCESSES, Response
from .transport_errors import BODY_TIMEOUTS, BODY_TOO_LONG

# An error body is read up to here: enough for every message, and no server can fill the memory with one.
LARGEST_ERROR_BODY = 1 << 20


class BodyReader:
    """Takes the blocks of one body and makes the Response."""

    def __init__(self, library: ModuleType, response: Any, request: Request[Any]) -> None:
        self._library = library
        self._response = response
        self._status: int = response.status_code
        self._download = request.download if self._status in SUCCESSES else None
        self.in_memory = self._download is None or self._download.in_memory
        self._blocks: list[bytes] = []
        self._size = 0
        self._unreadable: str | None = None
        seconds = None if request.is_sample else response.request.extensions.get("timeout", {}).get("read")
        self._deadline = None if seconds is None else monotonic() + BODY_TIMEOUTS * seconds
        # Blocks that need no decoding pass one generator instead of two, which is 3 percent of a get. A class of the
        # user's own may do more to a body.
        is_plain = type(response) is library.Response and not response.is_stream_consumed
        self.is_raw = is_plain and "content-encoding" not in response.headers

    def start(self) -> None:
        """Let the download begin anew, which may touch a file."""
        if self._download is not None:
            headers = self._response.headers
            encoding = headers.get("content-encoding")
            self._download.start(headers.get("content-type"), self._announced(), encoding)

    def add(self, block: bytes) -> bool:
        """Take a block; True when no more is wanted. Raises the library's ReadTimeout when the body takes too long."""
        self._size += len(block)
        if self._download is not None:
            try:
                self._download.write(block)
            except ValueError as error:
                self._refuse(self._download.held(), error)
                return self._download is not None
        else:
            self._blocks.append(block)
        if self._deadline is not None and monotonic() > self._deadline:
            raise self._library.ReadTimeout(BODY_TOO_LONG, request=self._response.request)
        is_good = self._status < 300 and self._unreadable is None
        return self._size > LARGEST_ERROR_BODY and not is_good

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
        if self._status >= 300:
            return
        if isinstance(error, self._library.TransportError):
            raise error
        self._unreadable = f"the body cannot be decoded ({error})"

    def finish(self) -> Response:
        """Give the response with its body. Raises the library's RemoteProtocolError when a sample is not whole."""
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
        return Response(self._status, self._response.headers, content, self._unreadable, lambda: self._raw(content))

    def _announced(self) -> int | None:
        """Give the length that the server announced; None where it is that of what is encoded."""
        headers = self._response.headers
        length = headers.get("content-length", "")
        return int(length) if length.isdecimal() and "content-encoding" not in headers else None

    def _raw(self, content: bytes) -> Any:
        """Give the library's response with the body in it, as if it had read the body itself."""
        response = self._response
        headers = [item for item in response.headers.raw if item[0].lower() != b"content-encoding"]
        return self._library.Response(self._status, headers=headers, content=content, request=response.request)
