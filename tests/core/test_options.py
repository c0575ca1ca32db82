"""What may be set for a client and for one call: what wins, and that a wrong value is refused and not shown."""

from __future__ import annotations

import logging
from functools import partial
from types import MappingProxyType
from typing import Any
from unittest.mock import AsyncMock, Mock

import httpx
import httpx2
import pytest

from mistral_voices import Mistral, utils
from mistral_voices._core.key import Key
from mistral_voices._core.options import Options, UserHeaders, check_headers, check_on_response, check_timeout
from mistral_voices._core.retry import DEFAULT, NO_RETRIES, read_retries

CONFIG = utils.RetryConfig("backoff", utils.BackoffStrategy(100, 100, 1.0, 60_000), retry_connection_errors=True)
NAN = float("nan")
READ = read_retries(CONFIG, "retries")
MINE = logging.getLogger("mine")
TOLD: list[Any] = []
CLIENT = Options("https://given.example", Key("key"), NO_RETRIES, 1.5, UserHeaders({"x-client": "1"}), MINE, print)
DEFAULTS = Options("https://given.example", Key("key"))
NOTHING = dict.fromkeys(("server_url", "timeout_ms", "http_headers", "on_response"))

MERGED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"retries": CONFIG}, {"retry": READ}),
    ({"retries": None}, {"retry": NO_RETRIES}),
    ({"retries": 0}, {"retry": DEFAULT._replace(attempts=1)}),
    ({"retries": 2}, {"retry": DEFAULT._replace(attempts=3)}),
    ({"retries": utils.UNSET, **NOTHING}, {}),
    ({"on_response": TOLD.append}, {"on_response": TOLD.append}),
    ({"server_url": "http://call.example/x/"}, {"server_url": "http://call.example/x"}),
    ({"timeout_ms": 250}, {"timeout": 0.25}),
    ({"http_headers": {"X-Call": "2"}}, {"headers": {"x-client": "1", "x-call": "2"}}),
    ({"http_headers": {"X-CLIENT": "2", "X-Call": ""}}, {"headers": {"x-client": "2", "x-call": ""}}),
    ({"http_headers": {}}, {}),
    ({"retries": CONFIG, "timeout_ms": 8}, {"retry": READ, "timeout": 0.008}),
]


def shown(options: Options) -> dict[str, Any]:
    return {**options._asdict(), "headers": dict(options.headers.values)}


@pytest.mark.parametrize(("given", "changed"), MERGED)
def test_options_of_a_call_take_the_place_of_the_clients(given: Any, changed: dict[str, Any]) -> None:
    assert shown(CLIENT.merge(given)) == {**shown(CLIENT), **changed}
    others = {name: value for name, value in changed.items() if name != "headers"}
    assert shown(DEFAULTS.merge(given)) == {
        **shown(DEFAULTS),
        **others,
        "headers": check_headers(given.get("http_headers")),
    }
    assert shown(CLIENT) == shown(CLIENT.merge({}))  # nothing changes the client's


# What with_options is given, then the call, and whether a create is then sent again where the server may have acted.
LIFTED: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {"retries": CONFIG}, True),
    ({"retries": 2}, {"retries": CONFIG}, True),
    *[({}, {"retries": retries}, False) for retries in (0, 2, 100, None, utils.UNSET)],
    *[({"retries": CONFIG}, call, False) for call in ({}, {"timeout_ms": 5}, {"retries": 2}, {"retries": None})],
]


@pytest.mark.parametrize(("derived", "call", "lifted"), LIFTED)
def test_only_a_config_of_the_call_lets_a_create_be_sent_again(derived: Any, call: Any, lifted: bool) -> None:
    for client in (CLIENT, DEFAULTS._replace(retry=read_retries(CONFIG, "retry_config"))):
        assert client.merge(derived).merge_call(call).retry.retries_creates is lifted


def test_a_number_of_retries_waits_as_the_client_does() -> None:
    short = DEFAULTS._replace(retry=DEFAULT._replace(wait_factor=0.001))
    given: Any = ({"retries": 2}, {"retries": None}, {"retries": CONFIG}, {})
    assert [short.merge(each).retry.wait_factor for each in given] == [0.001, 0.001, 1.0, 0.001]


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
    given: dict[str, Any] = {"http_headers": {"X-Team": "a"}, "on_response": print}
    options = Mistral("key", retry_config=CONFIG, timeout_ms=1500, debug_logger=MINE, **given)._options
    assert (options[2:4], options[5:], options.headers.values) == ((READ, 1.5), (MINE, print), {"x-team": "a"})
    assert (options.server_url, options.key.read()) == ("https://api.mistral.ai", "key")
    plain = Mistral()._options
    assert (plain[2:4], plain[5:], dict(plain.headers.values)) == ((DEFAULT, None), (None, None), {})
    assert given == {"http_headers": {"X-Team": "a"}, "on_response": print}
    assert Mistral(retry_config=None)._options.retry == NO_RETRIES
    assert Mistral(retry_config=2)._options.retry == DEFAULT._replace(attempts=3)
    assert repr(Mistral.__new__(Mistral)) == "Mistral()"  # a traceback may show one that is half made


def test_good_values() -> None:
    for function in (print, TOLD.append, partial(print, end=""), Plain(), Plain().__call__, Mock(), lambda info: None):
        assert check_on_response(function) is function
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


def derive(**options: Any) -> Any:
    return partial(Mistral().with_options, **options)


def headers(name: Any, value: Any = "marked") -> Any:
    return partial(check_headers, {"x-good": "1", name: value})


async def wait_for_it(info: Any) -> None: ...


class Waiting:
    async def __call__(self, info: Any) -> None: ...

    async def method(self, info: Any) -> None: ...


class Plain:
    def __call__(self, info: Any) -> None: ...


UNKNOWN = (
    "unexpected argument 'timeout'; besides its own arguments, a call takes retries, server_url, timeout_ms, http_"
)
ASYNC = [wait_for_it, partial(wait_for_it, info=1), Waiting(), Waiting().method, AsyncMock()]
SYNC = (
    "on_response must be a plain function, not an async one: let it pass on what it is given, as asyncio.Queue.put_now"
)
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
    (
        client(retry_config=True),
        TypeError,
        "retry_config must be a whole number of retries, None, or a utils.RetryConf",
    ),
    (client(retry_config=-1), ValueError, "retry_config must be a number of retries from 0 to 100"),
    *[(each(retries=101), ValueError, "retries must be a number of retries from 0 to 100") for each in (call, derive)],
    *[(each(on_response=function), TypeError, SYNC) for each in (client, call, derive) for function in ASYNC],
    (call(on_response="log"), TypeError, "on_response must be a function or None, not str"),
    (client(http_headers={"x": "marked\n"}), ValueError, LINE.format("x")),
    (derive(http_headers={"x": 5}), TypeError, TEXT.format("x")),
    (derive(zeal=1, retries=None, timeout=5), TypeError, UNKNOWN),
    *[(each(timeout_ms=0), ValueError, f"timeout_ms must be {TIMES}") for each in (client, call)],
    *[(each(server_url=""), ValueError, "server_url must be an address") for each in (client, call)],
    (call(zeal=1, retries=None, timeout=5), TypeError, UNKNOWN),
    (call(retries="3"), TypeError, "retries must be"),
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
