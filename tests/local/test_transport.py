"""What may differ between the ways into a server: over HTTP or mounted, sync or async, with httpx or httpx2."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from mistral_voices.local import VoicesServer, _exchange, _http
from tests.harness import ClientKind

from .conftest import KEY, PRESETS, SENT, VOICES, check_error, custom


class Way:
    """One of the ways into a server."""

    def __init__(self, server: VoicesServer, kind: ClientKind, is_mounted: bool) -> None:
        self.server, self.library, self.is_async, self.is_mounted = server, kind.library, kind.is_async, is_mounted
        self.url = "" if is_mounted else server.serve()

    def send(self, method: str, path: str = VOICES, timeout: Any = 5, **options: Any) -> Any:
        if self.is_async:
            return asyncio.run(self._send_async(method, path, timeout, options))
        with self._connect(timeout) as client:
            return client.request(method, path, **options)

    async def _send_async(self, method: str, path: str, timeout: Any, options: dict[str, Any]) -> Any:
        async with self._connect(timeout) as client:
            return await client.request(method, path, **options)

    def _connect(self, timeout: Any) -> Any:
        if self.is_mounted:
            make = self.server.async_client if self.is_async else self.server.client
            return make(self.library, headers=KEY, timeout=timeout)
        make = self.library.AsyncClient if self.is_async else self.library.Client
        # verify=False, for loading certificates takes longer than a test.
        return make(base_url=self.url, verify=False, headers=KEY, timeout=timeout)

    def voices(self) -> list[Any]:
        with self.server.client(headers=KEY) as client:
            return custom(client)


@pytest.fixture(params=["mounted", "http"])
def way(request: pytest.FixtureRequest, server: VoicesServer, client_kind: ClientKind) -> Way:
    return Way(server, client_kind, is_mounted=request.param == "mounted")


def test_requests_arrive_as_they_were_sent(way: Way) -> None:
    requests, whole = way.server.requests, json.dumps(SENT).encode()

    async def blocks_async() -> AsyncIterator[bytes]:
        for block in (whole[:5], whole[5:]):
            yield block

    way.send("GET", f"{VOICES}?limit=5&x=%20a", headers={"X-Mine": "1"})
    assert way.send("POST", content=blocks_async() if way.is_async else iter((whole[:5], whole[5:]))).is_success
    assert [request.method for request in requests] == ["GET", "POST"]
    assert (requests[0].target, requests[0].path) == (f"{VOICES}?limit=5&x=%20a", VOICES)
    assert (requests[0].headers["x-mine"], requests[0].body, requests[1].body) == ("1", b"", whole)
    requests.clear()
    assert [*requests] == []


def test_a_large_sample_comes_back_whole(way: Way) -> None:
    audio = bytes(range(256)) * 1_000
    voice = way.send("POST", json=SENT | {"sample_audio": base64.b64encode(audio).decode()}).json()
    response = way.send("GET", f"{VOICES}/{voice['id']}/sample")
    assert (response.content, response.headers["content-length"]) == (audio, str(len(audio)))
    assert way.server.requests[0].body is None
    assert way.server.requests[0].body_length > len(audio)


def test_a_body_that_is_too_long(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_exchange, "LONGEST_BODY", 1_000)
    # Still being sent when it is refused, so that closing at once would reset the connection under the response.
    check_error(way.send("POST", content=b"x" * 20_000_000), 413)
    assert way.send("POST", content=b"x" * 1_000).status_code == 422


def test_headers_of_responses(way: Way) -> None:
    responses = [way.send("GET"), way.send("GET", "/nowhere"), way.send("POST", json={}), way.send("HEAD")]
    assert [response.status_code for response in responses] == [200, 404, 422, 405]
    assert len({response.headers["x-request-id"] for response in responses}) == 4
    assert all(response.headers["date"].endswith(" GMT") for response in responses)
    assert responses[3].content == b""
    way.server.fail(headers={"Deprecation": "true", "date": None, "Content-Type": "text/html"})
    response = way.send("GET")
    assert response.json()["total"] == PRESETS
    assert (response.headers["deprecation"], response.headers["content-type"]) == ("true", "text/html")
    assert "date" not in response.headers


def test_a_status_and_a_body(way: Way) -> None:
    for status, body, content_type, content in (
        (520, b"\xff\x00", "application/octet-stream", b"\xff\x00"),
        (502, "<html>", "text/plain; charset=utf-8", b"<html>"),
        (422, {"detail": "no"}, "application/json", b'{"detail": "no"}'),
        (502, b"", "application/octet-stream", b""),
        (200, [], "application/json", b"[]"),
        (204, None, None, b""),
    ):
        way.server.fail(status, body=body, headers={"Retry-After": "3"})
        got = way.send("GET")
        assert (got.status_code, got.headers.get("content-type"), got.content) == (status, content_type, content)
        assert got.headers["retry-after"] == "3"
    assert way.send("GET").status_code == 200


def test_a_drop_and_a_cut(way: Way) -> None:
    for drop, voices in (("before", 0), ("after", 1)):
        way.server.fail(drop=drop)  # type: ignore[arg-type]
        with pytest.raises(way.library.RemoteProtocolError):
            way.send("POST", json=SENT)
        assert len(way.voices()) == voices
    whole = way.send("GET").content
    way.server.fail(cut=10)
    with pytest.raises(way.library.RemoteProtocolError, match=f"received 10 bytes, expected {len(whole)}"):
        way.send("GET")
    way.server.fail(cut=len(whole))
    assert way.send("GET").content == whole


def test_what_comes_before_a_cut(server: VoicesServer, client: httpx.Client) -> None:
    server.fail(cut=10)
    received: list[bytes] = []
    with client.stream("GET", VOICES) as response, pytest.raises(httpx.RemoteProtocolError):
        received.extend(response.iter_raw())
    assert b"".join(received) == client.get(VOICES).content[:10]


def test_a_late_response(way: Way) -> None:
    way.server.fail(delay=0.01)
    assert way.send("GET").status_code == 200
    way.server.fail(delay=3600, method="POST")
    with pytest.raises(way.library.ReadTimeout):
        way.send("POST", json=SENT, timeout=way.library.Timeout(5, read=0.05))
    while len(way.voices()) != 1:
        time.sleep(0.01)  # the work is done all the same
    way.server.close()  # at once, though a response is due in an hour


def test_a_late_response_does_not_block_the_loop(server: VoicesServer) -> None:
    server.fail(delay=3600)

    async def run() -> None:
        async with server.async_client(headers=KEY, timeout=None) as client:
            late = asyncio.create_task(client.get(VOICES))
            while not server.requests:
                await asyncio.sleep(0)
            assert (await client.get(VOICES)).status_code == 200
            assert not late.done()
            late.cancel()

    asyncio.run(run())


def test_a_closed_server(way: Way) -> None:
    way.server.close()
    way.server.close()
    with pytest.raises(way.library.ConnectError):
        way.send("GET")
    with pytest.raises(RuntimeError, match="serve"):
        _ = way.server.url
    with pytest.raises(RuntimeError, match="closed"):
        way.server.serve()


def test_closing_ends_connections_that_are_kept_alive(server: VoicesServer) -> None:
    with httpx.Client(base_url=server.serve(), headers=KEY, verify=False) as client:
        assert client.get(VOICES).status_code == 200
        server.close()
        with pytest.raises(httpx.TransportError):
            client.get(VOICES)


def talk(server: VoicesServer, sent: bytes) -> bytes:
    """Send bytes over a bare socket and read the response to its end."""
    host, _, port = server.serve().removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
LENGTH = b"POST / HTTP/1.1\r\nContent-Length: "


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"FETCH / HTTP/1.1\r\n\r\n", b"501"),
        (LENGTH + b"many\r\n\r\n", b"400"),
        *((CHUNKED + size + b"\r\n", b"400") for size in (b"xyz", b"-5", b"1_0")),
        (CHUNKED + b"f" * 20 + b"\r\nabc", b"413"),
        (CHUNKED + b"3\r\nabc\r\n3fffffff\r\nabc", b"413"),
        *((LENGTH + size + b"\r\n\r\n", b"413") for size in (b"1073741825", b"9" * 30, b"9" * 5_000)),
    ],
)
def test_what_is_not_http_gets_an_error_and_no_more(server: VoicesServer, sent: bytes, status: bytes) -> None:
    head, _, body = talk(server, sent).partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert b"x-request-id: " in head
    assert b"connection: close" in head
    assert json.loads(body)["object"] == "error"


# Headers of a request, and the code that it is refused with.
SENDERS: list[tuple[str, str | None]] = [
    *(
        (f"Host: {host}", None)
        for host in (
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.1.2.3:1",
            "localhost:8080",
            "LocalHost",
            "[::1]:80",
            "a.localhost",
        )
    ),
    ("X-No: host", None),
    *(
        (f"Host: {host}", "foreign_host")
        for host in (
            "evil.example:8080",
            "10.0.0.1",
            "localhost.evil.example",
            "[::2]",
            "",
            "[",
            "127.0.0.1.nip.io",
            "0.0.0.0",
        )
    ),
    ("Host: localhost\r\nHost: evil.example", "foreign_host"),
    ("Host: localhost:80\r\nOrigin: http://localhost:80", None),
    ("Host: localhost:80\r\nOrigin: http://LOCALHOST:80", None),
    *(
        (f"Host: localhost:80\r\nOrigin: {origin}", "foreign_origin")
        for origin in ("https://evil.example", "null", "", "http://localhost:3000", "https://localhost:80")
    ),
]


@pytest.mark.parametrize(("headers", "code"), SENDERS)
@pytest.mark.parametrize("path", [VOICES, "/_local/requests"])
def test_pages_of_other_sites_are_refused(server: VoicesServer, headers: str, code: str | None, path: str) -> None:
    sent = f"GET {path} HTTP/1.1\r\nAuthorization: Bearer some-key\r\n{headers}\r\n\r\n"
    head, _, body = talk(server, sent.encode()).partition(b"\r\n\r\n")
    assert (head.split()[1], json.loads(body).get("code")) == ((b"403", code) if code else (b"200", None))
    assert len(server.requests) == (0 if code or path.startswith("/_local") else 1)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: ", LENGTH + b"10\r\n\r\nabc"])
def test_a_connection_that_says_nothing_ends(
    server: VoicesServer, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(_http._Connection, "timeout", 0.05)
    host, _, port = server.serve().removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        assert connection.recv(1) == b""


def test_connections_beyond_the_most_are_turned_away(server: VoicesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "MOST_CONNECTIONS", 3)
    url = server.serve()
    with ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=url, headers=KEY, verify=False)) for _ in range(3)]
        assert [client.get(VOICES).status_code for client in clients] == [200] * 3
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            assert connection.recv(65_536).startswith(b"HTTP/1.1 503 ")
        assert [client.get(VOICES).status_code for client in clients] == [200] * 3


def test_a_client_may_wait_for_leave_to_send(server: VoicesServer) -> None:
    head = b"POST //a/..?b HTTP/1.1\r\nX-Mine: 1\r\nx-mine: 2\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    response = talk(server, head + b"{}")
    assert response.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401")
    # The target and repeated headers arrive as they are.
    [request] = server.requests
    assert (request.target, request.headers["x-mine"], request.body) == ("//a/..?b", "1, 2", b"{}")


def test_a_client_that_goes_away_leaves_no_trace(server: VoicesServer, capfd: pytest.CaptureFixture[str]) -> None:
    assert talk(server, LENGTH + b"10\r\n\r\nabc") == b""
    server.close()
    assert len(server.requests) == 0
    assert capfd.readouterr().err == ""


def test_ipv6(server: VoicesServer) -> None:
    try:
        url = server.serve(host="::1")
    except OSError:
        pytest.skip("no IPv6 loopback here")
    assert url.startswith("http://[::1]:")
    assert httpx.get(f"{url}{VOICES}", headers=KEY, verify=False).status_code == 200
