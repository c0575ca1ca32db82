"""What arrived at the server, so that tests can count and compare."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from mistral_voices.local._exchange import ServerRequest

# A server that runs for weeks, or receives thousands of large samples, must not grow without end.
MOST_REQUESTS = 4_000
LONGEST_KEPT_BODY = 65_536
# Header values that are secrets are not kept, so that no assertion message shows them.
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request as it arrived.

    `target` is path and query exactly as on the wire; header names are lower-case, and the key is not among them;
    `body` is None when it was longer than 64 KiB, `body_length` is its length in bytes in any case.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False)
    body_length: int

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]


class ReceivedRequests(Sequence[ReceivedRequest]):
    """The last 4,000 requests, oldest first; any thread may read while others are served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[ReceivedRequest] = deque(maxlen=MOST_REQUESTS)

    def record(self, request: ServerRequest) -> None:
        """Add a request (the server does that)."""
        headers = {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS}
        body = request.body if len(request.body) <= LONGEST_KEPT_BODY else None
        with self._lock:
            self._requests.append(ReceivedRequest(request.method, request.target, headers, body, len(request.body)))

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._requests.clear()

    def __len__(self) -> int:
        return len(self._requests)

    @overload
    def __getitem__(self, index: int) -> ReceivedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReceivedRequest]: ...
    def __getitem__(self, index: int | slice) -> ReceivedRequest | list[ReceivedRequest]:
        with self._lock:
            return list(self._requests)[index]

    def __repr__(self) -> str:
        return f"<{len(self)} requests: {', '.join(f'{request.method} {request.target}' for request in self[-10:])}>"
