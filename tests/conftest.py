from __future__ import annotations

import os
import signal
import sys
import time
from importlib.util import find_spec

import anyio
import httpx
import httpx2
import pytest

from .harness import ClientKind

# Their libraries are in .venv/neighbours, where make test-slow runs them.
collect_ignore = [] if find_spec("respx") else ["neighbours"]

ENVIRONMENT = {"MISTRAL_API_KEY", "MISTRAL_SERVER_URL", "MISTRAL_DEBUG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
ENVIRONMENT |= {"NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"}


def pytest_configure(config: pytest.Config) -> None:
    """Show failures without parsing their source where that may end the whole run, and take Ctrl-C.

    Until CPython 3.11.8 a syntax tree that could not be made once (tests nest deeply) makes later ones a SystemError
    (CPython issue 106905). A shell lets what it starts in the background ignore Ctrl-C, and so would all programs that
    the tests start and interrupt.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.version_info < (3, 11, 8):
        config.option.tbstyle = "native"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on what a developer has set."""
    for name in [*os.environ]:
        if name.upper() in ENVIRONMENT:
            monkeypatch.delenv(name)


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
