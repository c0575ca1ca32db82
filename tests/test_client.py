"""What the constructor takes, what wins, and what it refuses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from mistral_voices import Mistral, utils
from mistral_voices._core.retry import DEFAULT, NO_RETRIES, RetryPolicy

CONFIG = utils.RetryConfig("backoff", utils.BackoffStrategy(100, 200, 1.5, 60_000), retry_connection_errors=False)
EU, OTHER, FOUND = "https://api.eu.mistral.ai", "https://given.example", "https://env.example"
SERVERS: list[tuple[dict[str, Any], str | None, str]] = [
    # arguments, MISTRAL_SERVER_URL, the address that is called
    ({}, None, "https://api.mistral.ai"),
    ({"server": "global"}, None, "https://api.mistral.ai"),
    ({"server": "eu"}, None, EU),
    ({"server": "us"}, None, "https://api.us.mistral.ai"),
    ({"server_url": f"{OTHER}:8443/base/"}, None, f"{OTHER}:8443/base"),
    ({"server_url": OTHER, "server": "eu"}, FOUND, OTHER),
    ({"server": "eu"}, f"{FOUND}/", FOUND),
    ({"server": "eu"}, "", EU),
]


@pytest.mark.parametrize(("arguments", "environment", "url"), SERVERS)
def test_server(
    arguments: Mapping[str, Any], environment: str | None, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if environment is not None:
        monkeypatch.setenv("MISTRAL_SERVER_URL", environment)
    mistral = Mistral("key", **arguments)
    assert mistral._options.server_url == url
    assert repr(mistral) == f"Mistral(server_url={url!r})"


OPTIONS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "retry", DEFAULT),
    ({"retry_config": utils.UNSET}, "retry", DEFAULT),
    ({"retry_config": None}, "retry", NO_RETRIES),
    ({"retry_config": CONFIG._replace(strategy="none")}, "retry", NO_RETRIES),
    ({"retry_config": CONFIG}, "retry", RetryPolicy(None, 60.0, 0.1, 0.2, 1.5, connection_errors=False)),
    ({}, "timeout", None),
    ({"timeout_ms": 1500}, "timeout", 1.5),
    ({}, "logger", None),
    ({"debug_logger": logging.getLogger("mine")}, "logger", logging.getLogger("mine")),
]


@pytest.mark.parametrize(("arguments", "option", "value"), OPTIONS)
def test_options(arguments: Mapping[str, Any], option: str, value: Any) -> None:
    options = Mistral("key", **arguments)._options
    assert getattr(options, option) == value
    assert options.key.read() == "key"


NO_LOGGER = "debug_logger must be a logging.Logger, not "
NO_SERVER = r"server must be one of 'global', 'eu', 'us'; an address goes into server_url$"
REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    *[({"server": value}, ValueError, NO_SERVER) for value in ("", "mars", "EU", "https://api.mistral.ai", 5, ["eu"])],
    *[({"debug_logger": value}, TypeError, NO_LOGGER) for value in ("mistral_voices", 10, print)],
    ({"api_key": 5}, TypeError, "api_key must be text or a function"),
    ({"retry_config": 3}, TypeError, "retry_config must be a utils.RetryConfig"),
    ({"retry_config": CONFIG._replace(backoff=CONFIG.backoff._replace(exponent=0))}, ValueError, "retry_config: expo"),
    ({"timeout_ms": 0}, ValueError, "timeout_ms must be more than 0"),
    ({"timeout_ms": "5"}, TypeError, "timeout_ms must be a number"),
    ({"server_url": ""}, ValueError, "server_url must be an address"),
    ({"server_url": 5}, TypeError, "server_url must be text"),
    ({"colour": "red"}, TypeError, ".*'colour'"),
    *[({name: object()}, TypeError, f"{name} must be an httpx") for name in ("client", "async_client")],
]


@pytest.mark.parametrize(("arguments", "kind", "message"), REFUSED)
def test_what_cannot_be_used_is_refused(arguments: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=rf"^{message}"):
        Mistral(**{"api_key": "key", **arguments}).audio.voices.list()


def test_wrong_address_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_SERVER_URL", "api.mistral.ai")
    with pytest.raises(ValueError, match="MISTRAL_SERVER_URL must be an address"):
        Mistral("key")


def test_half_made_client_has_a_repr() -> None:
    assert repr(Mistral.__new__(Mistral)) == "Mistral()"
