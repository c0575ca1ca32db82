"""How calls are retried, in the form that users of the vendor's client know; and what is said of a response."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple


class Unset:
    """The type of UNSET: an argument that was not given, which is not the same as None."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()
"""Stands for an argument that was not given: nothing is sent for it."""


class BackoffStrategy(NamedTuple):
    """How long to wait before each retry, in milliseconds.

    Attributes:
        initial_interval: The wait before the first retry.
        max_interval: The longest wait; a Retry-After of the server may be longer.
        exponent: By how much each wait is longer than the one before.
        max_elapsed_time: No attempt begins later than this after the first one.
    """

    initial_interval: int
    max_interval: int
    exponent: float
    max_elapsed_time: int


class RetryConfig(NamedTuple):
    """Which calls are retried, in place of the built-in rule (at most 3 retries within 60 seconds).

    Attributes:
        strategy: "backoff"; anything else means that nothing is retried.
        backoff: The waits, and the bound on the total time.
        retry_connection_errors: Whether lost connections and timeouts are retried as well as the statuses 429, 500,
            502, 503 and 504.
    """

    strategy: str
    backoff: BackoffStrategy
    retry_connection_errors: bool


class ResponseInfo(NamedTuple):
    """What `on_response` is given of each response, when its body has been read.

    Attributes:
        method: The HTTP method.
        path: The path, without the address of the server and without the query.
        status_code: The HTTP status.
        headers: The headers, read-only and found whatever the case of their names; without those that hold secrets or
            may do so, such as Set-Cookie and Location.
        request_id: The id by which the service finds the request in its logs; None when it gave none.
        attempt: The number of the attempt within its call, from 1.
        seconds: How long this attempt took, the body included.
    """

    method: str
    path: str
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None
    attempt: int
    seconds: float


__all__ = ["UNSET", "BackoffStrategy", "ResponseInfo", "RetryConfig", "Unset"]
