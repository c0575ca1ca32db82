from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices.local import VoicesServer

KEY = {"Authorization": "Bearer some-key"}
VOICES = "/v1/audio/voices"


class Door:
    """One of the ways into a server: over a socket or mounted, sync or async, with httpx or httpx2."""

    def __init__(self, server: VoicesServer, library: ModuleType, is_async: bool, is_mounted: bool) -> None:
        self.server = server
        self.library = library
        self.is_async = is_async
        self.is_mounted = is_mounted
        self.url = "http://127.0.0.1" if is_mounted else server.serve()

    def send(self, method: str, path: str = VOICES, **options: Any) -> Any:
        options = {"headers": KEY, **options}
        timeout = options.pop("timeout", 5)
        if self.is_async:
            return asyncio.run(self._send_async(method, path, timeout, options))
        with self.open(timeout) as client:
            return client.request(method, path, **options)

    def create(self, name: str = "Ada", sample_audio: str = "UklGRg==", **members: Any) -> Any:
        answer = self.send("POST", json={"name": name, "sample_audio": sample_audio, **members})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _send_async(self, method: str, path: str, timeout: float, options: dict[str, Any]) -> Any:
        async with self.open(timeout) as client:
            return await client.request(method, path, **options)

    def open(self, timeout: float = 5) -> Any:
        """Make a client, sync or async."""
        if self.is_mounted:
            make = self.server.async_client if self.is_async else self.server.client
            return make(self.library, timeout=timeout)
        over_http = self.library.AsyncClient if self.is_async else self.library.Client
        # verify=False, for loading certificates takes longer than a test.
        return over_http(base_url=self.url, verify=False, timeout=timeout)


@pytest.fixture
def server() -> Iterator[VoicesServer]:
    with VoicesServer() as server:
        yield server


@pytest.fixture(
    params=[
        (library, is_async, is_mounted)
        for library in (httpx, httpx2)
        for is_async in (False, True)
        for is_mounted in (False, True)
    ],
    ids=lambda way: f"{way[0].__name__}-{'async' if way[1] else 'sync'}-{'mounted' if way[2] else 'http'}",
)
def door(request: pytest.FixtureRequest, server: VoicesServer) -> Door:
    """Go every way into the server."""
    return Door(server, *request.param)


@pytest.fixture
def client(server: VoicesServer) -> Iterator[httpx.Client]:
    """Give the plainest way in, for what does not depend on the way."""
    with server.client(headers=KEY) as client:
        yield client
