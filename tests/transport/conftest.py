from __future__ import annotations

import asyncio
import functools
import gc
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import trustme

from mistral_voices import Mistral
from tests.harness import KEY
from tests.loopback import SecureServer, Server, serving


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as made:
        yield made


def call_own(is_async: bool, *urls: str) -> None:
    """Get a voice from each address in turn, by a client of our own."""

    async def go(mistral: Mistral) -> None:
        async with mistral:
            for url in urls:
                await mistral.audio.voices.get_async(voice_id="v1", server_url=url)

    mistral = Mistral(KEY)
    if is_async:
        asyncio.run(go(mistral))
        return
    with mistral:
        for url in urls:
            mistral.audio.voices.get(voice_id="v1", server_url=url)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    with serving(SecureServer(authority)) as server:
        yield server


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


@pytest.fixture
def complaints(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Gather what Python and asyncio say of what was not closed or awaited; nothing may be left at the end."""
    logger, found = logging.getLogger("asyncio"), list[str]()
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: found.append(repr(unraisable.exc_value)))
    monkeypatch.setattr(logger, "level", logging.ERROR)  # not how long a step took, which depends on the machine
    yield found
    gc.collect()
    assert found + caplog.messages == []


@pytest.fixture
def trusted(secure: SecureServer, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the server that speaks TLS, as the environment can say."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
