"""What may be set for a client and for one call: what wins, and that a wrong value is refused and not shown."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import Any

import pytest

from mistral_voices import Mistral, utils
from mistral_voices._core.key import Key
from mistral_voices._core.options import Options, check_headers, check_timeout
from mistral_voices._core.retry import DEFAULT, NO_RETRIES, read_retries

CONFIG = utils.RetryConfig("backoff", utils.BackoffStrategy(100, 100, 1.0, 60_000), retry_connection_errors=True)
OF_CALL = read_retries(CONFIG, "retries")._replace(repeats_creates=True)
MINE = logging.getLogger("mine")
CLIENT = Options("https://given.example", Key("key"), NO_RETRIES, 1.5, {"x-client": "1"}, MINE)
DEFAULTS = Options("https://given.example", Key("key"))

MERGED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"retries": CONFIG}, {"retry": OF_CALL}),
    ({"retries": None}, {"retry": NO_RETRIES._replace(repeats_creates=True)}),
    ({"retries": utils.UNSET, "server_url": None, "timeout_ms": None, "http_headers": None}, {}),
    ({"server_url": "http://call.example/x/"}, {"server_url": "http://call.example/x"}),
    ({"timeout_ms": 250}, {"timeout": 0.25}),
    ({"http_headers": {"X-Call": "2"}}, {"headers": {"x-call": "2"}}),
    ({"retries": CONFIG, "timeout_ms": 8}, {"retry": OF_CALL, "timeout": 0.008}),
]


@pytest.mark.parametrize(("given", "changed"), MERGED)
def test_options_of_a_call_take_the_place_of_the_clients(given: Any, changed: dict[str, Any]) -> None:
    assert CLIENT.merge(given) == CLIENT._replace(**{"headers": {}, **changed})
    assert DEFAULTS.merge(given) == DEFAULTS._replace(**changed)


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"zeal": 1, "retries": None, "timeout": 5},
        "unexpected .* 'timeout'; .* are retries, server_url, timeout_ms, http_headers$",
    ),
    ({"retries": 3}, "retries must be"),
    ({"server_url": ""}, "server_url must be"),
    ({"timeout_ms": 0}, "timeout_ms must be"),
    ({"http_headers": 5}, "http_headers must be"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_every_option_of_a_call_is_checked(given: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        CLIENT.merge(given)


EU, OTHER, FOUND = "https://api.eu.mistral.ai", "https://given.example", "https://env.example"
SERVERS: list[tuple[dict[str, Any], str | None, str]] = [
    # arguments, MISTRAL_SERVER_URL, the address that is called
    ({}, None, "https://api.mistral.ai"),
    ({"server": "global"}, None, "https://api.mistral.ai"),
    ({"server": "us"}, None, "https://api.us.mistral.ai"),
    ({"server_url": f"{OTHER}:8443/base/"}, None, f"{OTHER}:8443/base"),
    ({"server_url": OTHER, "server": "eu"}, FOUND, OTHER),
    ({"server": "eu"}, f"{FOUND}/", FOUND),
    ({"server": "eu"}, "", EU),
]


@pytest.mark.parametrize(("arguments", "environment", "url"), SERVERS)
def test_server(arguments: Any, environment: str | None, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if environment is not None:
        monkeypatch.setenv("MISTRAL_SERVER_URL", environment)
    mistral = Mistral("key", **arguments)
    assert (mistral._options.server_url, repr(mistral)) == (url, f"Mistral(server_url={url!r})")
    monkeypatch.setenv("MISTRAL_SERVER_URL", "api.mistral.ai")
    if "server_url" not in arguments:
        with pytest.raises(ValueError, match="MISTRAL_SERVER_URL must be an address"):
            Mistral("key", **arguments)


def test_client_has_its_options() -> None:
    options = Mistral("key", retry_config=CONFIG, timeout_ms=1500, debug_logger=MINE)._options
    assert options[2:] == (read_retries(CONFIG, ""), 1.5, {}, MINE)
    assert (options.server_url, options.key.read()) == ("https://api.mistral.ai", "key")
    assert Mistral()._options[2:] == (DEFAULT, None, {}, None)
    assert Mistral(retry_config=None)._options.retry == NO_RETRIES
    assert repr(Mistral.__new__(Mistral)) == "Mistral()"  # a traceback may show one that is half made


NO_LOGGER = "debug_logger must be a logging.Logger, not "
NO_SERVER = "server must be one of 'global', 'eu', 'us'; an address goes into server_url$"
REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    *[({"server": value}, ValueError, NO_SERVER) for value in ("", "mars", "EU", 5, ["eu"])],
    *[({"debug_logger": value}, TypeError, NO_LOGGER) for value in ("x", print)],
    ({"api_key": 5}, TypeError, "api_key must be text or a function"),
    ({"retry_config": 3}, TypeError, "retry_config must be a utils.RetryConfig"),
    ({"timeout_ms": 0}, ValueError, "timeout_ms must be more than 0"),
    ({"server_url": ""}, ValueError, "server_url must be an address"),
]


@pytest.mark.parametrize(("arguments", "kind", "message"), REFUSED)
def test_constructor_refuses_at_once(arguments: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=rf"^{message}"):
        Mistral(**{"api_key": "key", **arguments})


def test_timeout() -> None:
    given: Any = (None, 1500, 0.5, 864_000_000)
    assert [check_timeout(each) for each in given] == [None, 1.5, 0.0005, 864_000]
    for wrong in (True, "5", (1, 2), 5j):
        kind = type(wrong).__name__
        with pytest.raises(TypeError, match=f"^timeout_ms must be a number of milliseconds, not {kind}$"):
            check_timeout(wrong)  # type: ignore[arg-type]
    for beyond in (0, -1, float("nan"), float("inf"), 864_000_001, 10**400):
        bounds = "more than 0 and at most 864,000,000 milliseconds; leave it out for the default"
        with pytest.raises(ValueError, match=f"^mine must be {bounds}$"):
            check_timeout(beyond, "mine")  # type: ignore[arg-type]


def test_headers() -> None:
    given = {"X-Trace": "7", "x-empty": "", "x-tab": "a\tb c", "Authorization": "Bearer other", "!#$%&'*+-.^_`|~": "x"}
    assert check_headers(given) == {name.lower(): value for name, value in given.items()}
    assert check_headers(MappingProxyType({"A": "b"})) == {"a": "b"}
    assert check_headers(None) == check_headers({}) == {}
    wrong: Any = [("x", "marked")]
    with pytest.raises(TypeError, match="http_headers must be a mapping of names to text, not list"):
        check_headers(wrong)


NO_NAME = "http_headers: {!r} cannot be the name of a header"
NO_TEXT = "http_headers: the name and the value of {!r} must be text"
NO_LINE = "http_headers: the value of {!r} must be one line of ASCII text; strip() it"
FRAMING = "http_headers: {!r} is set for each request and cannot be given"
FRAMES = ("connection", "Content-Length", "HOST", "transfer-encoding", "upgrade")
LINES = ("marked\r\ny: z", "mar\ny", "mar\u00e9", "mar\x00", "marked ", " marked", "\tmar", "mar\x0bked")
BAD_HEADERS: list[tuple[Any, Any, type[Exception], str]] = [
    *[("x", value, TypeError, NO_TEXT) for value in (b"marked", None)],
    (b"x", "marked", TypeError, NO_TEXT),
    *[(name, "marked", ValueError, NO_NAME) for name in ("", "\u00e9", "x\x7f", "x\x01")],
    *[(f"x{c}y", "marked", ValueError, NO_NAME) for c in ' \t\r\n\0":;,()<>@[]{}/?=\\'],
    *[("X", value, ValueError, NO_LINE) for value in LINES],
    *[(name, "marked", ValueError, FRAMING) for name in FRAMES],
]


@pytest.mark.parametrize(("name", "value", "kind", "message"), BAD_HEADERS)
def test_bad_header_is_refused_and_not_shown(name: Any, value: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        check_headers({"x-good": "1", name: value})
    assert (type(caught.value), str(caught.value)) == (kind, message.format(name))
