"""What may be set for a client and for one call: what wins, and that a wrong value is refused and not shown."""

from __future__ import annotations

import logging
from functools import partial
from types import MappingProxyType
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices import Mistral, utils
from mistral_voices._core.key import Key
from mistral_voices._core.options import Options, check_headers, check_timeout
from mistral_voices._core.retry import DEFAULT, NO_RETRIES, read_retries

CONFIG = utils.RetryConfig("backoff", utils.BackoffStrategy(100, 100, 1.0, 60_000), retry_connection_errors=True)
NAN = float("nan")
OF_CALL = read_retries(CONFIG, "retries")._replace(retries_creates=True)
MINE = logging.getLogger("mine")
CLIENT = Options("https://given.example", Key("key"), NO_RETRIES, 1.5, {"x-client": "1"}, MINE)
DEFAULTS = Options("https://given.example", Key("key"))

MERGED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"retries": CONFIG}, {"retry": OF_CALL}),
    ({"retries": None}, {"retry": NO_RETRIES._replace(retries_creates=True)}),
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


EU, OTHER, FOUND = "https://api.eu.mistral.ai", "https://given.example", "https://env.example"
OWN_OF_HTTPX = httpx.Client(base_url=OTHER)
OWN, OWN_ASYNC = httpx2.Client(base_url=OTHER), httpx2.AsyncClient(base_url=f"{OTHER}/")
SERVERS: list[tuple[dict[str, Any], str | None, str]] = [
    # arguments, MISTRAL_SERVER_URL, the address that is called
    ({}, None, "https://api.mistral.ai"),
    ({"server": "global"}, None, "https://api.mistral.ai"),
    ({"server": "us"}, None, "https://api.us.mistral.ai"),
    ({"server_url": f"{OTHER}:8443/base/"}, None, f"{OTHER}:8443/base"),
    ({"server_url": OTHER, "server": "eu"}, FOUND, OTHER),
    ({"server": "eu"}, FOUND, EU),
    ({}, f"{FOUND}/", FOUND),
    ({}, "", "https://api.mistral.ai"),
    *[(own, FOUND, OTHER) for own in ({"client": OWN}, {"async_client": OWN_ASYNC}, {"client": OWN_OF_HTTPX})],
    ({"client": OWN, "async_client": httpx2.AsyncClient()}, FOUND, OTHER),
    ({"client": OWN, "async_client": OWN_ASYNC}, FOUND, OTHER),
    ({"client": httpx.Client(), "async_client": httpx2.AsyncClient()}, FOUND, FOUND),
    ({"client": OWN, "server": "eu"}, FOUND, EU),
    ({"client": OWN, "async_client": httpx2.AsyncClient(base_url=FOUND), "server_url": FOUND}, None, FOUND),
]


@pytest.mark.parametrize(("arguments", "environment", "url"), SERVERS)
def test_server(arguments: Any, environment: str | None, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if environment is not None:
        monkeypatch.setenv("MISTRAL_SERVER_URL", environment)
    mistral = Mistral("key", **arguments)
    assert (mistral._options.server_url, repr(mistral)) == (url, f"Mistral(server_url={url!r})")
    monkeypatch.setenv("MISTRAL_SERVER_URL", "api.mistral.ai")
    if url in (FOUND, "https://api.mistral.ai") and not {"server", "server_url"} & {*arguments}:
        with pytest.raises(ValueError, match="MISTRAL_SERVER_URL must be an address"):
            Mistral("key", **arguments)
    else:  # what does not count is not looked at
        assert Mistral("key", **arguments)._options.server_url == url


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"client": httpx.Client(base_url="https://user:marked@x.example")}, "the base_url of client must hold no user"),
    ({"async_client": httpx2.AsyncClient(base_url="/v1")}, "the base_url of async_client must be an address"),
    (
        {"client": OWN, "async_client": httpx2.AsyncClient(base_url=FOUND)},
        "have base_urls that differ: give server_url",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_base_url_that_cannot_be_called(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Mistral("key", **arguments)


def test_client_has_its_options() -> None:
    options = Mistral("key", retry_config=CONFIG, timeout_ms=1500, debug_logger=MINE)._options
    assert options[2:] == (read_retries(CONFIG, ""), 1.5, {}, MINE)
    assert (options.server_url, options.key.read()) == ("https://api.mistral.ai", "key")
    assert Mistral()._options[2:] == (DEFAULT, None, {}, None)
    assert Mistral(retry_config=None)._options.retry == NO_RETRIES
    assert repr(Mistral.__new__(Mistral)) == "Mistral()"  # a traceback may show one that is half made


def test_good_values() -> None:
    given: Any = (None, 1500, 0.5, 864_000_000)
    assert [check_timeout(each) for each in given] == [None, 1.5, 0.0005, 864_000]
    headers = {
        "X-Trace": "7",
        "x-empty": "",
        "x-tab": "a\tb c",
        "Authorization": "Bearer other",
        "!#$%&'*+-.^_`|~": "x",
    }
    assert check_headers(headers) == {name.lower(): value for name, value in headers.items()}
    assert check_headers(MappingProxyType({"A": "b"})) == {"a": "b"}
    assert check_headers(None) == check_headers({}) == {}


def client(**arguments: Any) -> Any:
    return partial(Mistral, **arguments)


def call(**options: Any) -> Any:
    return partial(CLIENT.merge, options)  # type: ignore[arg-type]


def headers(name: Any, value: Any = "marked") -> Any:
    return partial(check_headers, {"x-good": "1", name: value})


UNKNOWN = "unexpected argument 'timeout'; the options of every call are retries, server_url, timeout_ms, http_headers"
NO_SERVER = "server must be one of 'global', 'eu', 'us'; an address goes into server_url"
TIMES = "more than 0 and at most 864,000,000 milliseconds; leave it out for the default"
LINES = ("marked\r\ny: z", "mar\ny", "mar\u00e9", "mar\x00", "marked ", " marked", "\tmar", "mar\x0bked")
TEXT, LINE = (
    "the name and the value of {!r} must be text",
    "the value of {!r} must be one line of ASCII text; strip() it",
)
NAME, FRAMING = "{!r} cannot be the name of a header", "{!r} is set for each request and cannot be given"
NAMES = ["", "\u00e9", "x\x7f", "x\x01", *[f"x{c}y" for c in ' \t\r\n\0":;,()<>@[]{}/?=\\']]
FRAMES = ["connection", "Content-Length", "HOST", "transfer-encoding", "upgrade"]
# What refuses, with which error, and how its message begins.
WRONG: list[tuple[Any, type[Exception], str]] = [
    *[(client(server=value), ValueError, NO_SERVER) for value in ("", "mars", "EU", 5, ["eu"])],
    *[(client(debug_logger=each), TypeError, "debug_logger must be a logging.Logger, not ") for each in ("x", print)],
    (client(api_key=5), TypeError, "api_key must be text or a function"),
    (client(retry_config=3), TypeError, "retry_config must be a utils.RetryConfig"),
    *[(each(timeout_ms=0), ValueError, f"timeout_ms must be {TIMES}") for each in (client, call)],
    *[(each(server_url=""), ValueError, "server_url must be an address") for each in (client, call)],
    (call(zeal=1, retries=None, timeout=5), TypeError, UNKNOWN),
    (call(retries=3), TypeError, "retries must be"),
    (call(http_headers=[("x", "marked")]), TypeError, "http_headers must be a mapping of names to text, not list"),
    *[(call(timeout_ms=value), TypeError, "timeout_ms must be a number of milli") for value in (True, "5", 5j)],
    *[(call(timeout_ms=value), ValueError, f"timeout_ms must be {TIMES}") for value in (NAN, 864_000_001, 10**400)],
    *[(headers("x", value), TypeError, TEXT.format("x")) for value in (b"marked", None)],
    (headers(b"x"), TypeError, TEXT.format(b"x")),
    *[(headers(name), ValueError, NAME.format(name)) for name in NAMES],
    *[(headers("X", value), ValueError, LINE.format("X")) for value in LINES],
    *[(headers(name), ValueError, FRAMING.format(name)) for name in FRAMES],
]


@pytest.mark.parametrize(("refusing", "kind", "message"), WRONG)
def test_what_is_wrong_is_refused_at_once_and_not_shown(refusing: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        refusing()
    assert (type(caught.value), str(caught.value).removeprefix("http_headers: ")[: len(message)]) == (kind, message)
    assert "mar" not in str(caught.value)
