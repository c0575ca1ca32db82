"""What the tests of backup, restore, copy and apply share: accounts with recordings, and running a command."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mistral_voices import Mistral
from mistral_voices.local import VoicesServer

from .conftest import Ended

HEAD = base64.b64decode("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQ==")


def wav(number: int, size: int = 3000) -> bytes:
    """Make audio that differs by the number."""
    return HEAD + size.to_bytes(4, "little") + random.Random(number).randbytes(size)


def voice(number: int, name: str, **members: Any) -> dict[str, Any]:
    """Make a voice with a sample of its own."""
    sample = base64.b64encode(wav(number)).decode()
    return {"id": f"id-{number}", "name": name, "type": "custom", "sample_audio": sample, **members}


class Account:
    """A voices server over HTTP, and what it holds."""

    def __init__(self, *voices: dict[str, Any], key: str | None = None) -> None:
        self.server = VoicesServer(seed=voices, api_key=key)
        self.url = self.server.serve()

    def library(self) -> list[tuple[str, Any, Any, bytes]]:
        """Give the voices but for their ids, with their samples."""
        with Mistral("key", server_url=self.url) as mistral:
            voices = mistral.audio.voices
            return sorted(
                (each.name, each.tags or [], each.gender, voices.read_sample_audio(voice_id=each.id))
                for each in voices.iterate(type_="custom")
            )

    def requested(self) -> list[str]:
        """Give the requests since the last time: method and path."""
        requests = [f"{each.method} {each.target.partition('?')[0]}" for each in self.server.requests]
        self.server.requests.clear()
        return requests


Cli = Callable[..., Ended]


@pytest.fixture
def user() -> None:
    """These tests have accounts of their own, in place of the server that the other commands get."""


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account with two voices, which commands reach by the environment."""
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    made = Account(voice(1, "Ada", tags=["warm"], gender="female"), voice(2, "Zoë"))
    made.server._application._store.update("id-1", {"accent": "northern"})  # as an API that is newer than the client
    monkeypatch.setenv("MISTRAL_SERVER_URL", made.url)
    yield made
    made.server.close()


@pytest.fixture
def other() -> Iterator[Account]:
    """Another account, which is empty."""
    made = Account()
    yield made
    made.server.close()


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, call: Cli, tmp_path: Path) -> Cli:
    """Run a command in an empty folder, expecting an exit status."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def expect(*arguments: str, status: int = 0) -> Ended:
        ended = call(*arguments)
        assert ended.status == status, ended
        return ended

    return expect
