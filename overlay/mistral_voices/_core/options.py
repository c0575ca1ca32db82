"""What may be set for all calls of a client, and for one: the call, then the constructor, then the default."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from ..utils import UNSET, ResponseInfo, RetryConfig, Unset
from .key import Key
from .retry import DEFAULT, LONGEST_MS, RetryPolicy, read_retries
from .server_url import check_server_url

if TYPE_CHECKING:
    import logging


class CallOptions(TypedDict, total=False):
    """Options of a single call; one that is left out is the client's.

    Attributes:
        retries: Which failures are retried, in place of the client's rule: a number, at most so many within 60 seconds;
            None, nothing; a RetryConfig, what it says, a create too.
        server_url: The server to call, in place of the client's.
        timeout_ms: Milliseconds that each phase of an attempt may take (connect, write, read, wait for a connection).
        http_headers: Headers to send besides ours and the client's; they win over those of the same name.
        on_response: Called with a `utils.ResponseInfo` for each response, those that are retried too, in place of the
            client's function.
    """

    retries: RetryConfig | int | None
    server_url: str | None
    timeout_ms: int | None
    http_headers: Mapping[str, str] | None
    on_response: Callable[[ResponseInfo], object] | None


# What frames a request is the HTTP library's business.
FRAMING_HEADERS = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})


class UserHeaders:
    """The user's own headers, their names in lower case. They never show themselves, since one may hold a key."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, str] = MappingProxyType({})) -> None:
        self.values: Mapping[str, str] = values


NO_HEADERS = UserHeaders()


class Options(NamedTuple):
    """What calls are made with: the client's values, or those with the options of one call merged into them.

    Attributes:
        server_url: The address of the server.
        key: The API key.
        retry: When a call is retried.
        timeout: Seconds that each phase of an attempt may take; None means the default, or the user's own client's.
        headers: The user's own headers.
        logger: The logger that was given; None means `mistral_voices`.
        on_response: Called for each response; None calls nothing.
    """

    server_url: str
    key: Key
    retry: RetryPolicy = DEFAULT
    timeout: float | None = None
    headers: UserHeaders = NO_HEADERS
    logger: logging.Logger | None = None
    on_response: Callable[[ResponseInfo], object] | None = None

    def merge(self, given: CallOptions) -> Options:
        """Check the options of a call, or of `with_options`, and put them in place of the client's."""
        if unknown := given.keys() - CallOptions.__annotations__.keys():
            known = ", ".join(CallOptions.__annotations__)
            raise TypeError(f"unexpected argument {min(unknown)!r}; besides its own arguments, a call takes {known}")
        retries, url, retry = given.get("retries", UNSET), given.get("server_url"), self.retry
        if not isinstance(retries, Unset):
            retry = read_retries(retries, "retries")
            if not isinstance(retries, RetryConfig):  # which waits as it says, in tests too
                retry = retry._replace(wait_factor=self.retry.wait_factor)
        timeout, headers = check_timeout(given.get("timeout_ms")), check_headers(given.get("http_headers"))
        on_response = check_on_response(given.get("on_response"))
        return self._replace(
            server_url=self.server_url if url is None else check_server_url(url, "server_url"),
            retry=retry,
            timeout=self.timeout if timeout is None else timeout,
            headers=UserHeaders({**self.headers.values, **headers}) if headers else self.headers,
            on_response=self.on_response if on_response is None else on_response,
        )

    def merge_call(self, given: CallOptions) -> Options:
        """`merge` for a single call, whose own RetryConfig alone makes a create retried whatever the server did."""
        merged = self.merge(given)
        if isinstance(given.get("retries"), RetryConfig):
            return merged._replace(retry=merged.retry._replace(retries_creates=True))
        return merged

    def __repr__(self) -> str:
        return f"Options(server_url={self.server_url!r})"


def check_timeout(timeout_ms: int | None) -> float | None:
    """Check a timeout and turn it into seconds; None stays None."""
    if timeout_ms is None:
        return None
    if isinstance(timeout_ms, bool) or not isinstance(timeout_ms, (int, float)):
        raise TypeError(f"timeout_ms must be a number of milliseconds, not {type(timeout_ms).__name__}")
    if not 0 < timeout_ms <= LONGEST_MS:
        limits = f"more than 0 and at most {LONGEST_MS:,} milliseconds"
        raise ValueError(f"timeout_ms must be {limits}; leave it out for the default")
    return timeout_ms / 1000


def check_headers(http_headers: Mapping[str, str] | None) -> Mapping[str, str]:
    """Check a user's headers and put their names into lower case."""
    if http_headers is None:
        return {}
    if not isinstance(http_headers, Mapping):
        raise TypeError(f"http_headers must be a mapping of names to text, not {type(http_headers).__name__}")
    checked: dict[str, str] = {}
    for name, value in http_headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"http_headers: the name and the value of {name!r} must be text")
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            raise ValueError(f"http_headers: {name!r} cannot be the name of a header")
        if not value.isascii() or not value.replace("\t", " ").isprintable() or value != value.strip():
            raise ValueError(f"http_headers: the value of {name!r} must be one line of ASCII text; strip() it")
        if name.lower() in FRAMING_HEADERS:
            raise ValueError(f"http_headers: {name!r} is set for each request and cannot be given")
        checked[name.lower()] = value
    return checked


def check_on_response(on_response: Callable[[ResponseInfo], object] | None) -> Callable[[ResponseInfo], object] | None:
    """Check the function that is called for each response."""
    if on_response is None:
        return None
    if not callable(on_response):
        raise TypeError(f"on_response must be a function or None, not {type(on_response).__name__}")
    from inspect import iscoroutinefunction  # 5 ms that are paid by those who give a function

    if iscoroutinefunction(on_response) or iscoroutinefunction(type(on_response).__call__):
        remedy = "let it pass on what it is given, as asyncio.Queue.put_nowait or asyncio.create_task do"
        raise TypeError(f"on_response must be a plain function, not an async one: {remedy}")
    return on_response
