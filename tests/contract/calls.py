"""Every call twice: sync on httpx and async on httpx2, against one plain function that answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import ModuleType, TracebackType
from typing import Any, NamedTuple, Self

import httpx
import httpx2

KEY = "key-0123456789abcdef"


class Reply(NamedTuple):
    """What the server answers."""

    status: int
    content: bytes = b""
    content_type: str | None = None


class Outcome(NamedTuple):
    """What a call gave: its result, or the error that it raised."""

    result: Any
    error: BaseException | None

    def get(self) -> Any:
        """Give the result or raise the error."""
        if self.error is not None:
            raise self.error
        return self.result


class Pair:
    """A sync and an async client of the package whose server answers `reply` and remembers the requests."""

    def __init__(self, package: ModuleType) -> None:
        self.reply = Reply(500)
        self.requests: list[Any] = []
        self._sync = package.Mistral(
            api_key=KEY, client=httpx.Client(transport=httpx.MockTransport(self._server(httpx))), retry_config=None
        )
        transport = httpx2.MockTransport(self._server(httpx2))
        self._async = package.Mistral(
            api_key=KEY, async_client=httpx2.AsyncClient(transport=transport), retry_config=None
        )
        self._runner = asyncio.Runner()

    def _server(self, library: ModuleType) -> Callable[[Any], Any]:
        def serve(request: Any) -> Any:
            self.requests.append(request)
            headers = {"content-type": self.reply.content_type} if self.reply.content_type else {}
            stream = library.ByteStream(self.reply.content)
            return library.Response(self.reply.status, headers=headers, stream=stream)

        return serve

    def call(self, method: str, arguments: Mapping[str, Any], reply: Reply) -> tuple[Outcome, Outcome]:
        """Call a method and its twin; `requests` holds what they sent."""
        self.reply = reply
        self.requests.clear()

        def call_sync() -> Any:
            return getattr(self._sync.audio.voices, method)(**arguments)

        def call_async() -> Any:
            return self._runner.run(self._await(method, arguments))

        return _outcome(call_sync), _outcome(call_async)

    async def _await(self, method: str, arguments: Mapping[str, Any]) -> Any:
        return await getattr(self._async.audio.voices, f"{method}_async")(**arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._runner.close()


def _outcome(call: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(call(), None)
    except Exception as error:  # noqa: BLE001 - judged by the test
        return Outcome(None, error)
