"""Every call twice: sync on httpx and async on httpx2, against one server that replies as it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import httpx2

from tests.harness import ClientKind, Reply


class Pair:
    """A sync and an async client."""

    def __init__(self) -> None:
        kinds = [ClientKind(httpx, False), ClientKind(httpx2, True)]
        servers = [(kind, kind.replies(Reply(500))) for kind in kinds]
        self._clients = [(kind, kind.mistral(server, retry_config=None), server) for kind, server in servers]

    @property
    def requests(self) -> list[Any]:
        """What the last call of both sent."""
        return [request for *_, server in self._clients for request in server.requests]

    def call(self, method: str, arguments: Mapping[str, Any], reply: Reply) -> list[Any]:
        """Call a method and its twin, and give what each returned or raised."""
        outcomes: list[Any] = []
        for kind, mistral, server in self._clients:
            server.replies = [reply]
            server.requests.clear()
            try:
                outcomes.append(kind.call(mistral, method, **arguments))
            except Exception as error:  # noqa: BLE001 - judged by the test
                outcomes.append(error)
        return outcomes
