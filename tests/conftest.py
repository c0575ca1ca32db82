from __future__ import annotations

import sys
import time

import anyio
import httpx
import httpx2
import pytest

from .harness import ClientKind


def pytest_configure(config: pytest.Config) -> None:
    """Show failures without parsing their source where that may end the whole run.

    Until CPython 3.11.8 a syntax tree that could not be made once (tests nest deeply) makes later ones a SystemError
    (CPython issue 106905).
    """
    if sys.version_info < (3, 11, 8):
        config.option.tbstyle = "native"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on what a developer has set."""
    for name in ("MISTRAL_API_KEY", "MISTRAL_SERVER_URL", "MISTRAL_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(
    params=[(httpx, False), (httpx, True), (httpx2, False), (httpx2, True)],
    ids=["httpx-sync", "httpx-async", "httpx2-sync", "httpx2-async"],
)
def client_kind(request: pytest.FixtureRequest) -> ClientKind:
    """Run the test sync and async, on both libraries."""
    return ClientKind(*request.param)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record how long the client would wait between attempts, instead of waiting."""
    recorded: list[float] = []

    async def sleep(seconds: float) -> None:
        recorded.append(seconds)

    monkeypatch.setattr(time, "sleep", recorded.append)
    monkeypatch.setattr(anyio, "sleep", sleep)
    return recorded
