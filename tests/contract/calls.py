"""Every call twice: sync on httpx and async on httpx2, against one server that replies as it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import httpx2

from tests.harness import ClientKind, Reply


class Outcome(NamedTuple):
    """What a call gave: its result, or the error that it raised."""

    result: Any
    error: Exception | None

    def get(self) -> Any:
        """Give the result or raise the error."""
        if self.error is not None:
            raise self.error
        return self.result


class Pair:
    """A sync and an async client."""

    def __init__(self) -> None:
        kinds = [ClientKind(httpx, False), ClientKind(httpx2, True)]
        self._servers = [kind.replies(Reply(500)) for kind in kinds]
        self._clients = [
            (kind, kind.mistral(server, retry_config=None)) for kind, server in zip(kinds, self._servers, strict=True)
        ]

    @property
    def requests(self) -> list[Any]:
        """What the last call of both sent."""
        return [request for server in self._servers for request in server.requests]

    def call(self, method: str, arguments: Mapping[str, Any], reply: Reply) -> list[Outcome]:
        """Call a method and its twin."""
        for server in self._servers:
            server.replies = [reply]
            server.requests.clear()
        outcomes = []
        for kind, mistral in self._clients:
            try:
                outcomes.append(Outcome(kind.call(mistral, method, **arguments), None))
            except Exception as error:  # noqa: BLE001 - judged by the test
                outcomes.append(Outcome(None, error))
        return outcomes
