"""Every operation with every option: what leaves shows it, the nearer option wins, a wrong one is refused unsent."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx
import httpx2
import pytest

from mistral_voices import Mistral, errors, utils

from .harness import CALLS, GOOD, KEY, ClientKind, Fails, Replies, Reply

OURS = "https://api.mistral.ai"
OTHER = "https://given.example"
AUTHORIZED = {"authorization": f"Bearer {KEY}"}
FOUND = {"authorization": "Bearer key-of-environment"}
EU = "https://api.eu.mistral.ai"
EVERY = pytest.mark.parametrize("name", CALLS)
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2])
NONE: Mapping[str, Any] = MappingProxyType({})
PHASES = ("connect", "read", "write", "pool")


def all_phases(seconds: float) -> dict[str, float]:
    return dict.fromkeys(PHASES, seconds)


def own(client_kind: ClientKind, handler: Callable[[Any], Any], client: Mapping[str, Any], **options: Any) -> Mistral:
    """Make a Mistral on a user's client that has options of its own."""
    kind = client_kind.library.AsyncClient if client_kind.is_async else client_kind.library.Client
    made = kind(transport=client_kind.library.MockTransport(handler), **client)
    return Mistral(**{"api_key": KEY, "async_client" if client_kind.is_async else "client": made, **options})


def config(milliseconds: int, strategy: str = "backoff", *, connection_errors: bool = True) -> utils.RetryConfig:
    backoff = utils.BackoffStrategy(milliseconds, milliseconds, 1.0, 60_000)
    return utils.RetryConfig(strategy, backoff, connection_errors)


class Case(NamedTuple):
    """Options from all sides, and what the request shows of them."""

    constructor: Mapping[str, Any] = NONE
    call: Mapping[str, Any] = NONE
    client: Mapping[str, Any] = NONE
    environment: Mapping[str, str] = NONE
    origin: str | None = None
    headers: Mapping[str, str] = NONE
    timeout: dict[str, float] | None = None


FROM_ENVIRONMENT = {"MISTRAL_SERVER_URL": "https://env.example", "MISTRAL_API_KEY": "key-of-environment"}
OWN = {"timeout": 7, "headers": {"x-own": "1", "User-Agent": "own/1", "Authorization": "Bearer own", "accept": "x/y"}}

CASES = {
    "nothing": Case(origin=OURS, headers=AUTHORIZED),
    "server global": Case({"server": "global"}, origin=OURS),
    "server eu": Case({"server": "eu"}, origin=EU),
    "server us": Case({"server": "us"}, origin="https://api.us.mistral.ai"),
    "server_url": Case({"server_url": "https://given.example:8443/base/"}, origin="https://given.example:8443/base"),
    "server_url over server": Case({"server_url": OTHER, "server": "eu"}, origin=OTHER),
    "server_url over environment": Case({"server_url": OTHER}, environment=FROM_ENVIRONMENT, origin=OTHER),
    "environment over server": Case({"server": "eu"}, environment=FROM_ENVIRONMENT, origin="https://env.example"),
    "empty environment": Case({"server": "eu"}, environment={"MISTRAL_SERVER_URL": ""}, origin=EU),
    "server_url of the call over all": Case(
        {"server_url": OTHER, "server": "us"},
        {"server_url": "http://call.example/x/"},
        {"base_url": "https://own.example"},
        FROM_ENVIRONMENT,
        origin="http://call.example/x",
    ),
    "server_url over base_url": Case(
        {"server_url": OTHER}, client={"base_url": "https://own.example/base"}, origin=OTHER
    ),
    "server_url None of the call": Case({"server": "eu"}, {"server_url": None}, origin=EU),
    "api_key over environment": Case(environment=FROM_ENVIRONMENT, headers=AUTHORIZED),
    "api_key from environment": Case({"api_key": None}, environment=FROM_ENVIRONMENT, headers=FOUND),
    "api_key empty": Case({"api_key": ""}, environment=FROM_ENVIRONMENT, headers=FOUND),
    "api_key callable": Case(
        {"api_key": lambda: "asked-key"}, environment=FROM_ENVIRONMENT, headers={"authorization": "Bearer asked-key"}
    ),
    "timeout_ms": Case({"timeout_ms": 1500}, timeout=all_phases(1.5)),
    "timeout_ms fractional": Case({"timeout_ms": 0.5}, timeout=all_phases(0.0005)),
    "timeout_ms of the call over all": Case({"timeout_ms": 1500}, {"timeout_ms": 250}, OWN, timeout=all_phases(0.25)),
    "timeout_ms over own client": Case({"timeout_ms": 1500}, client=OWN, timeout=all_phases(1.5)),
    "timeout_ms None of the call": Case({"timeout_ms": 1500}, {"timeout_ms": None}, timeout=all_phases(1.5)),
    "own client keeps its time-outs": Case(client=OWN, timeout=all_phases(7)),
    "own client keeps what it has by default": Case(timeout=all_phases(5)),
    "own client keeps its headers": Case(client=OWN, headers={"x-own": "1", "user-agent": "own/1"}),
    "api_key over own client": Case(client=OWN, headers=AUTHORIZED),
    "http_headers": Case(
        call={"http_headers": {"X-Trace": "7", "x-empty": ""}}, headers={"x-trace": "7", "x-empty": ""}
    ),
    "http_headers None": Case(call={"http_headers": None}, headers=AUTHORIZED),
    "http_headers over ours": Case(
        call={"http_headers": {"AUTHORIZATION": "Bearer other", "Accept": "a/b", "User-agent": "me/2"}},
        headers={"authorization": "Bearer other", "accept": "a/b", "user-agent": "me/2"},
    ),
    "http_headers over own client": Case(
        call={"http_headers": {"X-Own": "2", "user-agent": "me/2"}},
        client=OWN,
        headers={"x-own": "2", "user-agent": "me/2"},
    ),
    "retries": Case(call={"retries": config(100)}, origin=OURS),
    "all at once": Case(
        {"server": "us", "timeout_ms": 9, "retry_config": None, "debug_logger": logging.getLogger("mine")},
        {"retries": None, "server_url": "https://call.example", "timeout_ms": 8, "http_headers": {"x-a": "b"}},
        OWN,
        FROM_ENVIRONMENT,
        "https://call.example",
        {"x-a": "b", "x-own": "1", "authorization": f"Bearer {KEY}"},
        all_phases(0.008),
    ),
}


def assert_shows(request: Any, case: Case) -> None:
    if case.origin is not None:
        assert str(request.url).startswith(f"{case.origin}/v1/audio/voices")
    for header, value in case.headers.items():
        assert request.headers.get_list(header) == [value]
    if case.timeout is not None:
        assert request.extensions["timeout"] == case.timeout


@EVERY
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_request_shows_options(client_kind: ClientKind, name: str, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in case.environment.items():
        monkeypatch.setenv(variable, value)
    server = client_kind.replies(GOOD[name])
    mistral = own(client_kind, server, case.client, **case.constructor)
    client_kind.call(mistral, name, **CALLS[name], **case.call)
    (request,) = server.requests
    assert_shows(request, case)


def test_own_client_is_not_changed(client_kind: ClientKind) -> None:
    server = client_kind.replies(GOOD["get"])
    kind = client_kind.library.AsyncClient if client_kind.is_async else client_kind.library.Client
    transport = client_kind.library.MockTransport(server)
    given: Any = kind(transport=transport, base_url="https://own.example/base/", follow_redirects=True, **OWN)
    options: dict[str, Any] = {
        "async_client" if client_kind.is_async else "client": given,
        "timeout_ms": 5,
        "server": "eu",
    }
    mistral = Mistral(api_key=KEY, **options)
    before = (given.base_url, given.timeout, dict(given.headers), given.follow_redirects)
    client_kind.call(mistral, "get", voice_id="v1", timeout_ms=6, http_headers={"x-own": "2"})
    assert before == (given.base_url, given.timeout, dict(given.headers), given.follow_redirects)


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ours(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[ClientKind, Replies]:
    """Let the clients that we make ourselves answer from a server."""
    client_kind = ClientKind(httpx, request.param)
    server = client_kind.replies(b"")
    for kind in ("Client", "AsyncClient"):
        made = functools.partial(getattr(httpx, kind), transport=httpx.MockTransport(server))
        monkeypatch.setattr(httpx, kind, made)
    return client_kind, server


OUR_CASES = {
    "default": Case(headers=AUTHORIZED),
    "timeout_ms": Case({"timeout_ms": 1500}, timeout=all_phases(1.5)),
    "timeout_ms of the call": Case({"timeout_ms": 1500}, {"timeout_ms": 250}, timeout=all_phases(0.25)),
    "http_headers": Case(call={"http_headers": {"user-agent": "me/2"}}, headers={"user-agent": "me/2"}),
    "server": Case({"server": "eu"}, origin=EU),
}


@EVERY
@pytest.mark.parametrize("case", OUR_CASES.values(), ids=OUR_CASES)
def test_our_own_client(ours: tuple[ClientKind, Replies], name: str, case: Case) -> None:
    client_kind, server = ours
    server.replies = [Reply(200, GOOD[name])]
    mistral = Mistral(api_key=KEY, **case.constructor)
    client_kind.call(mistral, name, **CALLS[name], **case.call)
    mistral.close()
    (request,) = server.requests
    seconds = 300 if name == "create" else 60
    assert_shows(request, case._replace(timeout=case.timeout or {**all_phases(seconds), "connect": 5}))
    if "user-agent" not in case.headers:
        assert request.headers["user-agent"].startswith("mistral-voices/")


class Rule(NamedTuple):
    """Who says how a 429 is repeated, and the wait in seconds that follows from it; None for no repetition."""

    constructor: dict[str, Any]
    call: dict[str, Any]
    wait: float | None


RULES = {
    "default": Rule({}, {}, 0.5),
    "UNSET": Rule({"retry_config": utils.UNSET}, {}, 0.5),
    "constructor": Rule({"retry_config": config(100)}, {}, 0.1),
    "constructor None": Rule({"retry_config": None}, {}, None),
    "constructor other strategy": Rule({"retry_config": config(100, "none")}, {}, None),
    "call": Rule({}, {"retries": config(200)}, 0.2),
    "call None": Rule({}, {"retries": None}, None),
    "call over constructor": Rule({"retry_config": config(100)}, {"retries": config(200)}, 0.2),
    "call over constructor None": Rule({"retry_config": None}, {"retries": config(200)}, 0.2),
    "call None over constructor": Rule({"retry_config": config(100)}, {"retries": None}, None),
    "call UNSET": Rule({"retry_config": config(100)}, {"retries": utils.UNSET}, 0.1),
}


@EVERY
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_retries(client_kind: ClientKind, name: str, rule: Rule, waits: list[float]) -> None:
    server = client_kind.replies(Reply(429), GOOD[name])
    mistral = client_kind.mistral(server, **rule.constructor)
    if rule.wait is None:
        with pytest.raises(errors.RateLimitError):
            client_kind.call(mistral, name, **CALLS[name], **rule.call)
        assert (len(server.requests), waits) == (1, [])
    else:
        client_kind.call(mistral, name, **CALLS[name], **rule.call)
        assert len(server.requests) == 2
        assert len(waits) == 1
        assert rule.wait <= waits[0] <= rule.wait * 1.25


@EVERY
@pytest.mark.parametrize("repeated", [True, False])
def test_retry_connection_errors(client_kind: ClientKind, name: str, repeated: bool, waits: list[float]) -> None:
    server = client_kind.replies(Fails("ConnectError"), GOOD[name])
    mistral = client_kind.mistral(server, retry_config=config(1, connection_errors=repeated))
    if repeated:
        client_kind.call(mistral, name, **CALLS[name])
    else:
        with pytest.raises(errors.NoResponseError):
            client_kind.call(mistral, name, **CALLS[name])
    assert len(server.requests) == len(waits) + 1 == 1 + repeated


@EVERY
def test_callable_key_is_asked_once_an_attempt(client_kind: ClientKind, name: str, waits: list[float]) -> None:
    keys = iter(["key-one", "key-two", "key-three", "key-four"])
    server = client_kind.replies(Reply(429), Fails("ConnectError"), GOOD[name])
    client_kind.call(client_kind.mistral(server, api_key=lambda: next(keys)), name, **CALLS[name])
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer key-one", "Bearer key-two", "Bearer key-three"]
    assert len(waits) == 2
    assert next(keys) == "key-four"


@EVERY
def test_debug_logger(client_kind: ClientKind, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    mistral = client_kind.mistral(client_kind.replies(GOOD[name]), debug_logger=logging.getLogger("mine"))
    client_kind.call(mistral, name, **CALLS[name])
    ours = [record.name for record in caplog.records if record.name in ("mine", "mistral_voices")]
    assert ours == ["mine"]


@EVERY
def test_redirects_are_not_followed(client_kind: ClientKind, name: str) -> None:
    server = client_kind.replies(Reply(307, headers={"location": "https://other.example/there?x=1"}))
    with pytest.raises(errors.SDKError, match=r"https://other\.example") as caught:
        client_kind.call(own(client_kind, server, {"follow_redirects": True}), name, **CALLS[name])
    assert len(server.requests) == 1
    assert caught.value.status_code == 307


Wrong = list[tuple[Any, type[Exception] | tuple[type[Exception], ...]]]

# Marked text stands where a secret could: no error may show it.
MALFORMED = """
    api.mistral.ai //api.mistral.ai ftp://api.mistral.ai https:// https://api.mistral.ai:port https://[::1
    https://user:marked@api.mistral.ai https://marked@api.mistral.ai https://api.mistral.ai?x=marked
    https://api.mistral.ai/? https://api.mistral.ai/#a https://\u2603\u2603.example
"""
WRONG_URLS: Wrong = [
    *[(value, TypeError) for value in (5, b"https://x.example", ["https://x.example"])],
    *[(value, ValueError) for value in ("", "https://api mistral.ai", "https://x.example\n", *MALFORMED.split())],
]
WRONG_TIMES: Wrong = [
    *[(value, TypeError) for value in (True, "5", (1, 2))],
    *[(value, ValueError) for value in (0, -1, float("nan"), float("inf"), 10**400, 2**63)],
]
WRONG_BACKOFF: Any = [(-1, 1, 1, 1), (1, -1, 1, 1), (1, 1, 0.5, 1), (1, 1, 1, -1), (1, 1, 1, float("nan"))]
WRONG_RETRIES: Wrong = [
    *[(value, TypeError) for value in (3, True, "backoff", ("backoff", (1, 1, 1, 1), True))],
    (utils.RetryConfig("backoff", None, True), TypeError),  # type: ignore[arg-type]
    *[(utils.RetryConfig("backoff", utils.BackoffStrategy(*v), True), ValueError) for v in WRONG_BACKOFF],
]
# The last values could leave our hands, but the library refuses to send them and shows them in its error.
UNSENDABLE = ("marked\r\ny: z", "marked\ny", "marked\u00e9", "mar\x00ked", "marked ", " marked", "mar\x0bked")
WRONG_HEADERS: Wrong = [
    *[(value, TypeError) for value in ("x: marked", [("x", "marked")], 5)],
    *[({"x": value}, TypeError) for value in (1, b"marked", None, ["marked"])],
    *[({name: "marked"}, ValueError) for name in ("", "x y", "x:", "x\n", "\u00e9")],
    *[({"x": value}, ValueError) for value in UNSENDABLE],
    ({1: "marked"}, TypeError),
]
WRONG_SERVERS: Wrong = [
    *[(value, ValueError) for value in ("", "mars", "EU", "https://api.mistral.ai")],
    *[(value, (TypeError, ValueError)) for value in (5, ["eu"], b"eu")],
]
WRONG_KEYS: Wrong = [
    *[(value, TypeError) for value in (5, b"marked-key", ["marked-key"])],
    *[(lambda value=value: value, TypeError) for value in (5, b"marked-key")],
    *[(key, ValueError) for key in ("marked-key\n", " marked-key", "marked\u00e9key", "mar\x00ked", "mar ked")],
    *[(lambda key=key: key, ValueError) for key in ("marked-key\n", "marked\u00e9key", "", None)],
]
OF_BOTH = {"server_url": WRONG_URLS, "timeout_ms": WRONG_TIMES}
OF_CALL = {**OF_BOTH, "retries": WRONG_RETRIES, "http_headers": WRONG_HEADERS}
OF_CONSTRUCTOR = {**OF_BOTH, "retry_config": WRONG_RETRIES, "server": WRONG_SERVERS, "api_key": WRONG_KEYS}
OF_CONSTRUCTOR["debug_logger"] = [(value, TypeError) for value in ("mistral_voices", 10, print)]


def wrong(table: Mapping[str, Wrong]) -> pytest.MarkDecorator:
    """Parametrize by every wrong value of every option."""
    rows = [
        pytest.param(option, value, kind, id=f"{option}-{ascii(value)[:50]}")
        for option, values in table.items()
        for value, kind in values
    ]
    return pytest.mark.parametrize(("option", "value", "kind"), rows)


@wrong(OF_CALL)
def test_wrong_option_of_a_call(client_kind: ClientKind, option: str, value: Any, kind: type[Exception]) -> None:
    for name, arguments in CALLS.items():
        server = client_kind.replies(GOOD[name])
        with pytest.raises(kind, match=option) as caught:
            client_kind.call(client_kind.mistral(server), name, **arguments, **{option: value})
        assert server.requests == []
        assert "mar" not in str(caught.value)


@wrong(OF_CONSTRUCTOR)
def test_wrong_option_of_the_constructor(
    client_kind: ClientKind, option: str, value: Any, kind: type[Exception]
) -> None:
    server = client_kind.replies(GOOD["list"])
    with pytest.raises(kind, match=option) as caught:
        client_kind.call(client_kind.mistral(server, **{option: value}), "list")
    assert server.requests == []
    assert option == "server" or "mar" not in str(caught.value)


@EVERY
def test_unknown_option(client_kind: ClientKind, name: str) -> None:
    server = client_kind.replies(GOOD[name])
    with pytest.raises(TypeError, match="'timeout'"):
        client_kind.call(client_kind.mistral(server), name, **CALLS[name], timeout=5)
    with pytest.raises(TypeError, match="'colour'"):
        client_kind.mistral(server, colour="red")
    assert server.requests == []


@LIBRARIES
@pytest.mark.parametrize("option", ["client", "async_client"])
def test_wrong_client(library: Any, option: str) -> None:
    kind = "AsyncClient" if option == "client" else "Client"
    make: Any = Mistral
    for wrong in (getattr(library, kind)(), getattr(library, kind), object(), "client", 5, library):
        with pytest.raises(TypeError, match=f"^{option} "):
            make(api_key=KEY, **{option: wrong})


@LIBRARIES
def test_both_clients_are_used_as_they_are_meant(library: Any) -> None:
    sync, loop = Replies(library, [GOOD["get"]]), Replies(library, [GOOD["get"]])
    client = library.Client(transport=library.MockTransport(sync))
    async_client = library.AsyncClient(transport=library.MockTransport(loop))
    mistral = Mistral(api_key=KEY, client=client, async_client=async_client)
    mistral.audio.voices.get(voice_id="v1")
    assert (len(sync.requests), len(loop.requests)) == (1, 0)
    asyncio.run(mistral.audio.voices.get_async(voice_id="v1"))
    assert (len(sync.requests), len(loop.requests)) == (1, 1)


@EVERY
@pytest.mark.parametrize("key", [None, ""])
def test_missing_key_is_said_by_the_call(
    client_kind: ClientKind, name: str, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = client_kind.replies(GOOD[name])
    mistral = client_kind.mistral(server, api_key=key)
    monkeypatch.setenv("MISTRAL_API_KEY", "")
    with pytest.raises(ValueError, match=r"api_key.*MISTRAL_API_KEY"):
        client_kind.call(mistral, name, **CALLS[name])
    assert server.requests == []
    monkeypatch.setenv("MISTRAL_API_KEY", "late-key")
    client_kind.call(mistral, name, **CALLS[name])
    assert server.requests[0].headers["authorization"] == "Bearer late-key"


def test_wrong_address_in_the_environment(client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_SERVER_URL", "api.mistral.ai")
    with pytest.raises(ValueError, match="MISTRAL_SERVER_URL"):
        client_kind.mistral(client_kind.replies(b""))
