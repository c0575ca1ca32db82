"""What a client of httpx or httpx2 sends for us: all that it would add to a request by itself, and no more."""

from __future__ import annotations

import sys
import traceback
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from mistral_voices import Mistral, __version__, errors
from mistral_voices._core.request import Request, Send
from mistral_voices._transport.body import response_of_hook
from mistral_voices._transport.http_client import HTTPClient
from mistral_voices.utils import BackoffStrategy, RetryConfig
from tests.harness import KEY, VOICE, ClientKind, Reply

KIND = pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
URL = "https://a.example/v1/audio/voices?limit=10"
BASIC = {"authorization": f"Bearer {KEY}"}
MORE = {**BASIC, "accept": "x/y", "User-Agent": "mine"}


def send(url: str = URL, headers: dict[str, str] = BASIC, timeout: float | None = None, seconds: float = 60.0) -> Send:
    request: Request[None] = Request("DELETE", "/", lambda response: None, {}, seconds=seconds)
    return Send(request, url, headers, timeout, 1)


SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "headers": {"headers": {"x-team": "one", "user-agent": "own", "authorization": "Bearer own"}, "timeout": 7},
    "timeouts": {"timeout": (1, 2, 3, 4)},
    "no timeout": {"timeout": None},
    "base_url": {"base_url": "https://own.example/base"},
    "cookies": {"cookies": {"c": "1"}},
    "params": {"params": {"p": "1"}},
}
URLS = [
    URL + "&offset=1",
    "http://a.example/v1",
    "http://a.example:443/v1",
    "http://b.example",
    "https://b.example:443",
]
SENDS = [send(), send(), send(headers=MORE), send(headers=MORE, timeout=0.5)]
SENDS += [*(send(url, MORE) for url in URLS), send(headers=MORE), send()]


@KIND
@pytest.mark.parametrize("way", ["library", "derived class", "method of the object"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_request_is_what_the_client_would_make(library: Any, kind: str, settings: dict[str, Any], way: str) -> None:
    base = getattr(library, kind)

    def build_request(*arguments: Any, **options: Any) -> Any:
        made = base.build_request(*arguments, **options)
        made.headers["x-signed"] = made.method
        return made

    derived = type("Derived", (base,), {"build_request": build_request})
    client = (derived if way == "derived class" else base)(**settings)
    if way == "method of the object":
        client.build_request = partial(build_request, client)
    http = HTTPClient(client, kind, argument="client")
    for change in ({}, {"headers": {"x-team": "two"}}, {"timeout": 9}):
        for name, value in change.items():
            setattr(client, name, value)
        for each in SENDS:
            timeout = {} if each.timeout is None else {"timeout": each.timeout}
            wanted = client.build_request("DELETE", each.url, headers=each.headers, **timeout)
            if wanted.headers["user-agent"].startswith("python-"):
                wanted.headers["User-Agent"] = user_agent(library)
            if wanted.headers["accept-encoding"].startswith("gzip, deflate"):
                wanted.headers["Accept-Encoding"] = "gzip"
            made = http.build(each, None)
            assert (type(made), made.method, str(made.url)) == (type(wanted), "DELETE", str(wanted.url))
            assert (made.headers.raw, made.extensions) == (wanted.headers.raw, wanted.extensions)
            assert (made.content, made.headers.get("x-signed")) == (b"", None if way == "library" else "DELETE")


def user_agent(library: ModuleType) -> str:
    """Say what our requests with a library are sent under."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"mistral-voices/{__version__} python/{python} {library.__name__}/{library.__version__}"


# The headers of the client, those that are sent, and what the User-Agent is then; "ours" with Python and the library.
USER_AGENTS: list[tuple[dict[str, str], dict[str, str], str]] = [
    ({}, {}, "ours"),
    ({"x-team": "one"}, {"x-trace": "1"}, "ours"),
    ({"user-agent": "python-httpx/0.1 python-httpx2/0.1"}, {}, "python-httpx/0.1 python-httpx2/0.1"),
    ({"User-Agent": "acme/1"}, {}, "acme/1"),
    ({"user-agent": ""}, {}, ""),
    ({"user-agent": "acme/1"}, {"user-agent": "acme/2"}, "acme/2"),
    ({}, {"user-agent": "acme/2"}, "acme/2"),
]


@KIND
@pytest.mark.parametrize("content", [None, b"{}"])
@pytest.mark.parametrize(("of_client", "sent", "wanted"), USER_AGENTS)
def test_user_agent(
    library: Any, kind: str, content: bytes | None, of_client: dict[str, str], sent: dict[str, str], wanted: str
) -> None:
    http = HTTPClient(getattr(library, kind)(headers=of_client), kind, argument="client")
    for _ in range(2):
        made = http.build(send(headers={**BASIC, **sent}), content)
        assert made.headers["user-agent"] == (user_agent(library) if wanted == "ours" else wanted)
    http.client.headers["user-agent"] = "set later"
    assert http.build(send(), content).headers["user-agent"] == "set later"
    del http.client.headers["user-agent"]
    assert "user-agent" not in http.build(send(), content).headers
    usual = getattr(library, kind)().headers["user-agent"]
    assert http.build(send(headers={**BASIC, "user-agent": usual}), content).headers["user-agent"] == usual


def test_headers_are_kept_for_whatever_came_last(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    http, built = HTTPClient(library.Client(headers={"x-team": "one"}), "Client"), list[str]()
    original = library.Client.build_request

    def build_request(client: Any, method: str, url: str, **options: Any) -> Any:
        built.append(url)
        return original(client, method, url, **options)

    monkeypatch.setattr(library.Client, "build_request", build_request)
    assert repr(http) == "HTTPClient(Client)"  # in a traceback its headers would show the key
    for number in range(3):
        made = http.build(send(f"{URL}&page={number}", dict(MORE)), None)
        assert made.headers["x-team"] == "one"
        made.headers["x-hook"] = "of this request alone"
        made.extensions["timeout"]["read"] = 0
        again = http.build(send(headers=MORE), None)
        assert ("x-hook" in again.headers, again.extensions["timeout"]["read"]) == (False, 5)
    assert len(built) == 1
    http.client.headers["x-team"] = "two"
    assert http.build(send(headers=MORE), None).headers["x-team"] == "two"
    assert len(built) == 2


def test_threads_do_not_get_the_headers_of_each_other(library: ModuleType) -> None:
    def header(http: HTTPClient, thread: str) -> Any:
        return http.build(send(headers={"x-thread": thread}), None).headers["x-thread"]

    class Interrupted(HTTPClient):
        """Whenever it keeps the headers of thread 1, thread 2 makes a request at the same time."""

        __slots__ = ()

        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if name == "_last" and value[1] is not None and value[1]["x-thread"] == "1":
                assert header(self, "2") == "2"

    http = Interrupted(library.Client(), "Client")
    assert [header(http, thread) for thread in ("1", "2", "1", "1")] == ["1", "2", "1", "1"]


@KIND
def test_timeouts_of_our_own_client_and_of_the_users(library: ModuleType, kind: str) -> None:
    def read(http: HTTPClient, each: Send, content: Any = None) -> list[float]:
        return list(http.build(each, content).extensions["timeout"].values())

    own = HTTPClient(getattr(library, kind)(timeout=(5, 60, 60, 60)), kind)
    given = HTTPClient(getattr(library, kind)(timeout=7), kind, argument="client")
    assert own.build(send(), b"{}").content == b"{}"
    for content in (None, b"{}"):
        assert read(own, send(), content) == [5, 60, 60, 60]
        assert read(own, send(seconds=300), content) == [5, 300, 300, 300]
        assert read(given, send(seconds=300), content) == [7] * 4
        for http in (own, given):
            assert read(http, send(seconds=300, timeout=0.5), content) == [0.5] * 4


@pytest.mark.parametrize("option", ["client", "async_client"])
def test_what_is_no_client_is_refused(library: ModuleType, option: str) -> None:
    kinds = ["AsyncClient", "Client"] if option == "client" else ["Client", "AsyncClient"]
    fake = type("Fake", (), {"build_request": None})()
    make: Any = Mistral
    for wrong in (getattr(library, kinds[0])(), getattr(library, kinds[1]), object(), fake, "client", library):
        message = f"^{option} must be an httpx.{kinds[1]} or an httpx2.{kinds[1]}, not {type(wrong).__name__}$"
        with pytest.raises(TypeError, match=message):
            make(api_key=KEY, **{option: wrong})


def test_a_hook_may_read_the_content_of_a_request(client_kind: ClientKind) -> None:
    seen: list[bytes] = []

    async def look_async(request: Any) -> None:
        seen.append(request.content)

    hooks = {"request": [look_async if client_kind.is_async else lambda request: seen.append(request.content)]}
    mistral = Mistral(KEY, **client_kind.own_client(client_kind.replies(VOICE), event_hooks=hooks))
    client_kind.call(mistral, "get", voice_id="v1")
    client_kind.call(mistral, "update", voice_id="v1", name="Eva")
    assert seen == [b"", b'{"name":"Eva"}']


def test_a_hook_that_raises_for_the_status_changes_no_error(client_kind: ClientKind) -> None:
    async def check_async(response: Any) -> None:
        response.raise_for_status()

    hooks = {"response": [check_async if client_kind.is_async else lambda response: response.raise_for_status()]}
    replies = client_kind.replies(Reply(503, {"message": "busy"}), Reply(404, {"message": "no such voice"}))
    retries = RetryConfig("backoff", BackoffStrategy(0, 0, 1, 10_000), True)
    mistral = Mistral(KEY, **client_kind.own_client(replies, event_hooks=hooks), retry_config=retries)
    with pytest.raises(errors.NotFoundError, match="no such voice") as raised:
        client_kind.call(mistral, "get", voice_id="v1")
    assert (len(replies.requests), raised.value.status_code) == (2, 404)
    assert KEY not in "".join(traceback.format_exception(raised.value))


def test_a_body_that_a_hook_has_not_read_is_not_there(library: ModuleType) -> None:
    request = library.Request("GET", URL)
    error = library.HTTPStatusError(
        "", request=request, response=library.Response(404, stream=library.ByteStream(b"x"))
    )
    made = response_of_hook(library, error)
    assert (made.status_code, made.content) == (404, b"")
