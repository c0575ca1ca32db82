"""What may be set for all calls of a client, and for one: the call, then the constructor, then the default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from ..utils import UNSET, RetryConfig, Unset
from .key import Key
from .retry import DEFAULT, LONGEST_MS, RetryPolicy, read_retries
from .server_url import check_server_url

if TYPE_CHECKING:
    import logging


class CallOptions(TypedDict, total=False):
    """Options of a single call; one that is left out is the client's.

    Attributes:
        retries: Which failures are retried, in place of the client's rule; None retries nothing.
        server_url: The server to call, in place of the client's.
        timeout_ms: Milliseconds that each phase of an attempt may take (connect, write, read, wait for a connection).
        http_headers: Headers to send besides ours; they win over ours of the same name.
    """

    retries: RetryConfig | None
    server_url: str | None
    timeout_ms: int | None
    http_headers: Mapping[str, str] | None


# What frames a request is the HTTP library's business.
FRAMING_HEADERS = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Options(NamedTuple):
    """What calls are made with: the client's values, or those with the options of one call merged into them.

    Attributes:
        server_url: The address of the server.
        key: The API key.
        retry: When a call is retried.
        timeout: Seconds that each phase of an attempt may take; None means the default, or the user's own client's.
        headers: The user's own headers, their names in lower case.
        logger: The logger that was given; None means `mistral_voices`.
    """

    server_url: str
    key: Key
    retry: RetryPolicy = DEFAULT
    timeout: float | None = None
    headers: Mapping[str, str] = NO_HEADERS
    logger: logging.Logger | None = None

    def merge(self, given: CallOptions) -> Options:
        """Check the options of a call and put them in place of the client's."""
        if unknown := given.keys() - CallOptions.__annotations__.keys():
            known = ", ".join(CallOptions.__annotations__)
            raise TypeError(f"unexpected argument {min(unknown)!r}; the options of every call are {known}")
        retries, url, retry = given.get("retries", UNSET), given.get("server_url"), self.retry
        if not isinstance(retries, Unset):
            retry = read_retries(retries, "retries")._replace(retries_creates=True)
        timeout = check_timeout(given.get("timeout_ms"))
        return self._replace(
            server_url=self.server_url if url is None else check_server_url(url, "server_url"),
            retry=retry,
            timeout=self.timeout if timeout is None else timeout,
            headers=check_headers(given.get("http_headers")),
        )

    def __repr__(self) -> str:
        return f"Options(server_url={self.server_url!r})"  # the headers may hold a key


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
        return NO_HEADERS
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
