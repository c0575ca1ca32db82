"""A server in process with a client on it, and what the tests of the local server share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

import httpx
import jsonschema
import pytest

from mistral_voices.local import VoicesServer
from mistral_voices.local._document import load_yaml

KEY = {"Authorization": "Bearer some-key"}
VOICES = "/v1/audio/voices"
SEARCH = "/v2/audio/voices"
PRESETS = 3
SENT = {"name": "Ada", "sample_audio": "UklGRg=="}


@pytest.fixture
def server() -> Iterator[VoicesServer]:
    with VoicesServer() as server:
        yield server


@pytest.fixture
def client(server: VoicesServer) -> Iterator[httpx.Client]:
    """Give the plainest way in; test_transport.py has what depends on the way."""
    with server.client(headers=KEY) as client:
        yield client


@functools.cache
def document() -> Any:
    return load_yaml(resources.files("mistral_voices_api").joinpath("voices.yaml").read_text("utf-8"))


def fits(schema: str, value: Any) -> None:
    """Check a value against a schema of the document."""
    reference = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
    jsonschema.Draft202012Validator(reference).validate(value)


def check_error(response: Any, status: int, code: str | None = None) -> None:
    """Check that a response is an error as the document has it."""
    assert response.status_code == status, response.text
    fits("ErrorResponse", response.json())
    assert code in (None, response.json()["code"])


def create(client: httpx.Client, **members: Any) -> Any:
    """Create a voice and give it."""
    return client.post(VOICES, json={**SENT, **members}).raise_for_status().json()


def custom(client: httpx.Client) -> list[Any]:
    """List the voices that are no presets."""
    voices: list[Any] = client.get(VOICES, params={"type": "custom", "limit": 100}).json()["items"]
    return voices


def ids(voices: list[Any]) -> list[str]:
    return [voice["id"] for voice in voices]


def in_threads(*work: Callable[[], Any]) -> list[Any]:
    """Run all at the same time and give what they return."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [each.result() for each in [pool.submit(one) for one in work]]
