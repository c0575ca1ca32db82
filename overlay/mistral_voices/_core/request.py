"""What is sent: the request of an operation, and the steps that a call consists of.

What holds the key or a sample is no tuple: error reporters show the members of tuples, whatever their repr says.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from .._media.download import Download
    from .._media.upload import Upload
    from .options import Options

T = TypeVar("T")

# How long each phase of an attempt but connecting may take, unless the operation or an option says otherwise.
USUAL_SECONDS = 60.0
NO_METADATA: Mapping[str, Any] = MappingProxyType({})


class Request(Generic[T]):
    """The request of an operation, whatever the options of the call; nothing changes it.

    Attributes:
        method: The HTTP method.
        path: The path with the query, below the address of the server.
        parse: Makes the result from a 2XX, given as `response=`; raises ValueError when it cannot.
        headers: The headers that belong to the operation.
        content: The body, or the upload that gives it anew at each attempt; None for none.
        download: Takes the body of a 2XX, block by block; None keeps it in memory.
        seconds: How long each phase but connecting may take, unless an option says otherwise.
        creates: Whether retrying it blindly could make a second voice.
        deletes: Whether a 404 after a lost response means that it worked.
        missing_ok: Whether a 404 is no error, and the result is None.
        is_sample: Whether the response may be large, so that its whole time is not bounded.
        secret: Text that no error may repeat.
        metadata: What a create sends beside its sample, as the voice will show it.
    """

    def __init__(
        self,
        method: str,
        path: str,
        parse: Callable[..., T],
        headers: Mapping[str, str],
        *,
        content: bytes | Upload | None = None,
        download: Download | None = None,
        seconds: float = USUAL_SECONDS,
        creates: bool = False,
        deletes: bool = False,
        missing_ok: bool = False,
        is_sample: bool = False,
        secret: str = "",
        metadata: Mapping[str, Any] = NO_METADATA,
    ) -> None:
        self.method: str = method
        self.path: str = path
        self.parse: Callable[..., T] = parse
        self.headers: Mapping[str, str] = headers
        self.content: bytes | Upload | None = content
        self.download: Download | None = download
        self.seconds: float = seconds
        self.creates: bool = creates
        self.deletes: bool = deletes
        self.missing_ok: bool = missing_ok
        self.is_sample: bool = is_sample
        self.secret: str = secret
        self.metadata: Mapping[str, Any] = metadata

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"  # the body may be a sample


class Send:
    """Send a request and give back its response: one attempt."""

    def __init__(
        self, request: Request[Any], url: str, headers: dict[str, str], timeout: float | None, attempt: int
    ) -> None:
        self.request: Request[Any] = request
        self.url: str = url
        self.headers: dict[str, str] = headers
        self.timeout: float | None = timeout
        self.attempt: int = attempt

    @classmethod
    def prepare(cls, request: Request[Any], options: Options, key: str, attempt: int) -> Send:
        """Put together the address and the headers: ours, those of the operation, and the user's, which win."""
        headers = {"authorization": f"Bearer {key}", **request.headers, **options.headers.values}
        return cls(request, options.server_url + request.path, headers, options.timeout, attempt)

    @property
    def path(self) -> str:
        """The path without the query, which may hold names of people."""
        return self.request.path.partition("?")[0]

    def __repr__(self) -> str:
        return f"Send({self.request.method} {self.url})"  # the headers hold the key


class Wait(NamedTuple):
    """Wait so many seconds before the next step."""

    seconds: float


# A call, or several in a row. To a Send it is sent a Response, or a TransportError is thrown in; to a Wait None.
Steps: TypeAlias = Generator[Send | Wait, Any, T]
