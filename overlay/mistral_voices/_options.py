"""What may be set for one call, and how it is settled: the call, then the constructor, then the default."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from .utils import UNSET, BackoffStrategy, RetryConfig, Unset

if TYPE_CHECKING:
    import logging


class CallOptions(TypedDict, total=False):
    """Options of a single call; one that is left out is the client's.

    Attributes:
        retries: Which failures are repeated, in place of the client's rule; None repeats nothing.
        server_url: The server to ask, in place of the client's.
        timeout_ms: Milliseconds that each phase of an attempt may take (connect, write, read, wait for a connection).
        http_headers: Headers to send besides ours; they win over ours of the same name.
    """

    retries: RetryConfig | None
    server_url: str | None
    timeout_ms: int | None
    http_headers: Mapping[str, str] | None


# Ten days; the operating system takes no more than some weeks.
LONGEST_TIMEOUT_MS = 864_000_000
LONGEST_URL = 2048
# What frames a request is the HTTP library's business.
FRAMING_HEADERS = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})


class Policy(NamedTuple):
    """When a call is repeated, in seconds.

    Attributes:
        attempts: The most attempts; None when only the time bounds them.
        total: No attempt begins later than this after the first.
        initial: The wait before the first repetition.
        longest: The longest wait that we choose ourselves.
        exponent: By how much each wait is longer than the one before.
        connection_errors: Whether lost connections and time-outs are repeated.
    """

    attempts: int | None = 4
    total: float = 60.0
    initial: float = 0.5
    longest: float = 8.0
    exponent: float = 2.0
    connection_errors: bool = True


DEFAULT_POLICY = Policy()
NO_RETRIES = Policy(attempts=1)


class Settings(NamedTuple):
    """What one call is made with, all options settled."""

    server_url: str
    key: Key
    policy: Policy
    policy_is_of_call: bool
    timeout: float | None
    headers: dict[str, str]
    logger: logging.Logger

    def __repr__(self) -> str:
        return f"Settings(server_url={self.server_url!r})"  # the headers may hold a key


def policy_of(retries: RetryConfig | Unset | None, name: str) -> Policy:
    """Turn a RetryConfig into seconds, and check it; None means no retries."""
    if isinstance(retries, Unset):
        return DEFAULT_POLICY
    if retries is None or (isinstance(retries, RetryConfig) and retries.strategy != "backoff"):
        return NO_RETRIES
    if not isinstance(retries, RetryConfig) or not isinstance(retries.backoff, BackoffStrategy):
        raise TypeError(f"{name} must be a utils.RetryConfig whose backoff is a utils.BackoffStrategy, or None")
    initial, longest, exponent, total = retries.backoff
    for member, value, least in (
        ("initial_interval", initial, 0),
        ("max_interval", longest, 0),
        ("exponent", exponent, 1),
        ("max_elapsed_time", total, 0),
    ):
        if not isinstance(value, (int, float)) or not least <= value <= LONGEST_TIMEOUT_MS:
            raise ValueError(f"{name}: {member} must be a number from {least} to {LONGEST_TIMEOUT_MS:,}")
    return Policy(None, total / 1000, initial / 1000, longest / 1000, exponent, bool(retries.retry_connection_errors))


def check_flag(name: str, value: object) -> None:
    """Refuse what is neither True nor False: "no" would be taken for True."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")


def seconds_of(timeout_ms: int | None, name: str = "timeout_ms") -> float | None:
    """Check a time-out and turn it into seconds; None stays None."""
    if timeout_ms is None:
        return None
    if isinstance(timeout_ms, bool) or not isinstance(timeout_ms, (int, float)):
        raise TypeError(f"{name} must be a number of milliseconds, not {type(timeout_ms).__name__}")
    if not 0 < timeout_ms <= LONGEST_TIMEOUT_MS:
        limits = f"more than 0 and at most {LONGEST_TIMEOUT_MS:,} milliseconds"
        raise ValueError(f"{name} must be {limits}; leave it out for the default")
    return timeout_ms / 1000


def origin_of(server_url: str, name: str) -> str:
    """Check the address of a server and take off a final slash."""
    from urllib.parse import urlsplit

    if not isinstance(server_url, str):
        raise TypeError(f"{name} must be text such as https://api.mistral.ai, not {type(server_url).__name__}")
    try:
        parts = urlsplit(server_url)
        _ = parts.port  # raises when it is not a number
        _check_host(parts.hostname or "")
    except ValueError:
        parts = urlsplit("")
    if (
        len(server_url) > LONGEST_URL
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or not _is_one_word(server_url)
    ):
        parts_of_one = "http:// or https://, a host, and perhaps a port up to 65535 and a path, in ASCII"
        raise ValueError(f"{name} must be an address such as https://api.mistral.ai: {parts_of_one}")
    if "@" in parts.netloc:
        raise ValueError(f"{name} must hold no user name or password: the key goes into api_key")
    if "?" in server_url or "#" in server_url:
        raise ValueError(f"{name} must end with the host or a path, without ? or #")
    return server_url.rstrip("/")


def _check_host(host: str) -> None:
    """Raise ValueError for a host that the HTTP libraries would refuse later, and in words of their own."""
    if ":" in host or re.fullmatch(r"[0-9.]*[0-9]", host):
        from ipaddress import ip_address

        ip_address(host.partition("%")[0])
        return
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,63}", label) for label in labels):
        raise ValueError
    if any(label.lower().startswith("xn--") for label in labels):
        host.encode("ascii").decode("idna")


def _is_one_word(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def headers_of(http_headers: Mapping[str, str] | None) -> dict[str, str]:
    """Check a user's headers and put their names into lower case."""
    if http_headers is None:
        return {}
    if not isinstance(http_headers, Mapping):
        raise TypeError(f"http_headers must be a mapping of names to text, not {type(http_headers).__name__}")
    checked: dict[str, str] = {}
    for name, value in http_headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"http_headers: the name and the value of {name!r} must be text")
        if (
            not name
            or not name.isascii()
            or any(c in ' \t\r\n\0":;,()<>@[]{}/?=\\' for c in name)
            or not name.isprintable()
        ):
            raise ValueError(f"http_headers: {name!r} cannot be the name of a header")
        if not value.isascii() or not value.replace("\t", " ").isprintable() or value != value.strip():
            raise ValueError(f"http_headers: the value of {name!r} must be one line of ASCII text; strip() it")
        if name.lower() in FRAMING_HEADERS:
            raise ValueError(f"http_headers: {name!r} is set for each request and cannot be given")
        checked[name.lower()] = value
    return checked


class Key:
    """The API key as it was given. It never shows itself, and no frame that raises an error holds it."""

    __slots__ = ("_given",)

    def __init__(self, given: str | Callable[[], str] | None) -> None:
        self._given = given

    def check(self) -> None:
        """Refuse what cannot be a key, whatever its value."""
        if self._given is not None and not isinstance(self._given, str) and not callable(self._given):
            kind = type(self._given).__name__
            raise TypeError(f"api_key must be text or a function that returns text, not {kind}")

    def read(self) -> str:
        """Find the key: ask the function, or take the text or MISTRAL_API_KEY."""
        key: Any = self._given() if callable(self._given) else self._given or os.environ.get("MISTRAL_API_KEY")
        if isinstance(key, str) and key and _is_one_word(key):
            return key
        kind, empty = type(key).__name__, not key
        close = getattr(key, "close", None)
        if close is not None:
            close()  # a coroutine that would otherwise warn that nobody awaited it
        del key, close
        if empty and callable(self._given):
            raise ValueError("no API key: the function given as api_key returned none")
        if empty:
            raise ValueError("no API key: pass api_key=... to Mistral, or set the environment variable MISTRAL_API_KEY")
        if kind != "str":
            raise TypeError(f"api_key must be text or a function that returns text, not {kind}")
        raise ValueError(
            "the API key (api_key or MISTRAL_API_KEY) holds white space or characters that no header can carry: "
            "copy it again, and strip() what was read from a file"
        )


def settle(
    options: CallOptions,
    *,
    server_url: str,
    key: Key,
    policy: Policy,
    timeout: float | None,
    debug_logger: Any,
) -> Settings:
    """Check the options of a call and fill in the client's where one was left out."""
    from ._notices import default_logger

    if unknown := options.keys() - CallOptions.__annotations__.keys():
        known = ", ".join(CallOptions.__annotations__)
        raise TypeError(f"unexpected argument {min(unknown)!r}; the options of every call are {known}")
    retries = options.get("retries", UNSET)
    of_call = seconds_of(options.get("timeout_ms"))
    url = options.get("server_url")
    return Settings(
        server_url=server_url if url is None else origin_of(url, "server_url"),
        key=key,
        policy=policy if isinstance(retries, Unset) else policy_of(retries, "retries"),
        policy_is_of_call=not isinstance(retries, Unset),
        timeout=timeout if of_call is None else of_call,
        headers=headers_of(options.get("http_headers")),
        logger=debug_logger or default_logger(),
    )
