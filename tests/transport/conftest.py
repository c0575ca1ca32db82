from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest

from tests.loopback import Server, serving


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as made:
        yield made


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Remember every client that is made."""
    clients: dict[str, list[Any]] = {"Client": [], "AsyncClient": []}

    def remember(kind: str, original: Callable[..., Any], **options: Any) -> Any:
        clients[kind].append(original(**options))
        return clients[kind][-1]

    for kind in clients:
        monkeypatch.setattr(httpx, kind, functools.partial(remember, kind, getattr(httpx, kind)))
    return clients
