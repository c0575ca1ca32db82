"""The client: its key, server and options, its two HTTP clients, and closing them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, Unpack, cast

from ._core.key import Key
from ._core.loading import LOADING
from ._core.options import CallOptions, Options
from ._core.retry import read_retries
from ._core.server_url import check_server_url
from ._transport.clients import Clients
from ._transport.http_client import AsyncClient, SyncClient
from .utils import UNSET, ResponseInfo, RetryConfig, Unset

if TYPE_CHECKING:
    import logging

    from .audio import Audio
    from .voices.recovery import Created

SERVERS = {
    "global": "https://api.mistral.ai",
    "eu": "https://api.eu.mistral.ai",
    "us": "https://api.us.mistral.ai",
}
"""The address of each server that `Mistral(server=...)` takes by name."""


if TYPE_CHECKING:
    _namespace = cached_property
else:

    class _namespace:  # noqa: N801 - a decorator
        """`cached_property` without a lock, which a fork could leave taken: that of Python 3.11 is one for all objects.

        It gives its type when the class is asked: unittest.mock.create_autospec asks it.
        """

        def __init__(self, make):
            self._make = make
            self.__doc__ = make.__doc__

        def __get__(self, instance, owner=None):
            if instance is not None:
                return vars(instance).setdefault(self._make.__name__, self._make(instance))
            from .audio import Audio  # as in `audio`

            return Audio


class Mistral:
    """A client of the voices API.

    One client serves many threads, and its async methods any event loop. It makes no connection before the first call.
    Use it in `with` or `async with`, or call `close` or `aclose`, so that its connections are closed.
    """

    _is_derived = False

    def __init__(
        self,
        api_key: str | Callable[[], str] | None = None,
        server: Literal["global", "eu", "us"] | None = None,
        server_url: str | None = None,
        client: SyncClient | None = None,
        async_client: AsyncClient | None = None,
        retry_config: RetryConfig | int | Unset | None = UNSET,
        timeout_ms: int | None = None,
        debug_logger: logging.Logger | None = None,
        http_headers: Mapping[str, str] | None = None,
        on_response: Callable[[ResponseInfo], object] | None = None,
    ) -> None:
        """Set up the client; it makes no connection yet.

        Args:
            api_key: The API key, or a function that returns it and is called once an attempt; None means the
                environment variable MISTRAL_API_KEY, which is read at each call.
            server: A server by name: "global", "eu" or "us".
            server_url: The address of a server, which wins over `server`. Without either it is the `base_url` of your
                own client, else the environment variable MISTRAL_SERVER_URL, else "global".
            client: Your own httpx.Client or httpx2.Client, used as it is and never closed by us; None means one of
                ours.
            async_client: The same for the async methods.
            retry_config: Which failures are retried; left out, at most 3 retries within 60 seconds; a number, at most
                so many (0 to 100) within 60 seconds; None, nothing; a utils.RetryConfig, what it says. None of these
                lets a create be sent again where the server may have acted.
            timeout_ms: Milliseconds that each phase of an attempt may take (connect, write, read, wait for a
                connection); None means 5 seconds to connect and 60 otherwise (300 for a create), or what your own
                client has.
            debug_logger: A logger to use in place of `mistral_voices`; it gets a line an attempt at level INFO.
            http_headers: Headers to send with every call besides ours; they win over ours of the same name, and those
                of a call over these.
            on_response: A plain function that is called with a `utils.ResponseInfo` for each response, those that are
                retried too, in the thread or event loop of the call. What it raises is logged, and changes no result.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument has a value that cannot be used. A missing key is reported by the first call.
        """
        key = Key(api_key)
        given: CallOptions = {"timeout_ms": timeout_ms, "http_headers": http_headers, "on_response": on_response}
        del api_key, http_headers  # a traceback that shows local variables must not show them
        options = _merge(Options("", key), given)
        key.check()
        if debug_logger is not None and not callable(getattr(debug_logger, "isEnabledFor", None)):
            raise TypeError(f"debug_logger must be a logging.Logger, not {type(debug_logger).__name__}")
        if server is not None and server not in tuple(SERVERS):
            raise ValueError(f"server must be one of {', '.join(map(repr, SERVERS))}; an address goes into server_url")
        retry = read_retries(retry_config, "retry_config")
        # Before the options: who pickles a Mistral is to hear of its connections, not of a function that gives the key.
        self._clients = Clients(client, async_client)
        url = _find_address(server, server_url, self._clients)
        self._options = options._replace(server_url=url, retry=retry, logger=debug_logger)
        self._created: Created = ({}, set())

    @_namespace
    def audio(self) -> Audio:
        """What the service does with sound: `audio.voices` has the operations."""
        # The one lazy boundary: what is below loads here, so that importing and making a client is nearly free.
        with LOADING:
            from ._transport.send import Transport
            from .audio import Audio
            from .voices import Voices

        return Audio(Voices(Transport(self._clients, self._options), self._created))

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Give a client with other defaults over the same connections; this one stays as it is.

        Closing what it gives closes nothing, and closing this client ends both.

        Args:
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response`, as a call takes them; one
                that is left out or None (but `retries`) is this client's. Headers are added to this client's and win
                over those of the same name. A call's own options win over these. A create is sent again where the
                server may have acted only with a RetryConfig of the call itself.

        Returns:
            The client; it gives others in the same way.

        Raises:
            TypeError, ValueError: An option has a value that cannot be used.
        """
        derived = object.__new__(type(self))
        vars(derived).update(vars(self), _options=_merge(self._options, options), _is_derived=True)
        vars(derived).pop("audio", None)  # which has the options of this client
        return derived

    def close(self) -> None:
        """Close the connections of this client, those of its async methods too; a second time does nothing."""
        if not self._is_derived:
            self._clients.close()

    async def aclose(self) -> None:
        """Close the connections of this client; it returns when those of this event loop are closed.

        It is the async form of `close`, which cannot wait for them.
        """
        if not self._is_derived:
            await self._clients.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        options = getattr(self, "_options", None)  # a traceback may show one that is only half made
        return f"Mistral(server_url={options.server_url!r})" if options else "Mistral()"


def _merge(options: Options, given: CallOptions) -> Options:
    """Merge options, and keep their values out of tracebacks that show local variables: a header may hold a key."""
    try:
        return options.merge(given)
    except (TypeError, ValueError) as error:
        raise error.with_traceback(None) from None
    finally:
        cast("dict[str, object]", given).clear()


def _find_address(server: str | None, server_url: str | None, clients: Clients) -> str:
    """Find the address of the server: what is given in code wins over the environment."""
    if server_url is not None:
        return check_server_url(server_url, "server_url")
    if server is not None:
        return SERVERS[server]
    given = clients.base_urls()
    if checked := {check_server_url(url, f"the base_url of {argument}") for argument, url in given.items()}:
        if len(checked) > 1:
            raise ValueError(
                "client and async_client have base_urls that differ: give server_url, which wins over both"
            )
        return checked.pop()
    if from_environment := os.environ.get("MISTRAL_SERVER_URL"):
        return check_server_url(from_environment, "MISTRAL_SERVER_URL")
    return SERVERS["global"]


__all__ = ["SERVERS", "Mistral"]
