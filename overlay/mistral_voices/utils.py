"""How calls are retried, in the form that users of the vendor's client know."""

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


__all__ = ["UNSET", "BackoffStrategy", "RetryConfig", "Unset"]
