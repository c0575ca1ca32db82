"""Which proxy the environment names, that calls go through it, and that one which cannot work is named."""

from __future__ import annotations

import gc
import re
import socket
import socketserver
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
import trustme

from mistral_voices import Mistral, errors
from mistral_voices._core.response import TransportError
from mistral_voices._transport.certificates import _library_certificates
from mistral_voices._transport.proxies import find_proxy, is_exempt, read_proxy
from tests.harness import KEY, ClientKind
from tests.loopback import ProxyServer, SecureServer, Server, serving

from .conftest import call_own

BOTH = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
HTTP, HTTPS, HOST = "http://voices.example", "https://voices.example", "voices.example"
SECRET = "marked-word"


@pytest.mark.parametrize(
    "host", ["localhost", "a.localhost", "127.0.0.1", "127.8.9.1", "::1", "localhost.", "LOCALHOST"]
)
def test_loopback(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://")
    assert find_proxy(f"http://[{host}]:8080" if ":" in host else f"https://{host}") is None


FOUND: list[tuple[dict[str, str], str, tuple[str, str] | None]] = [
    ({}, HTTPS, None),
    ({"HTTP_PROXY": "http://p:1"}, HTTP, ("HTTP_PROXY", "http://p:1")),
    ({"HTTP_PROXY": "http://p:1"}, HTTPS, None),
    ({"https_proxy": "p:1"}, HTTPS, ("https_proxy", "http://p:1")),
    ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:1"}, HTTPS, ("https_proxy", "http://q:1")),
    ({"HTTPS_PROXY": "http://p:1", "https_proxy": ""}, HTTPS, None),
    ({"ALL_PROXY": " https://p:1/ "}, HTTP, ("ALL_PROXY", "https://p:1/")),
    ({"ALL_PROXY": "socks://p:1", "HTTPS_PROXY": "http://p:2"}, HTTPS, ("HTTPS_PROXY", "http://p:2")),
    ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, HTTP, None),  # it is a header of a CGI request
    ({"ALL_PROXY": "nonsense://", "NO_PROXY": "voices.example"}, HTTP, None),
    ({"ALL_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8,::1"}, HTTP, ("ALL_PROXY", "http://p:1")),
    ({"ALL_PROXY": "http://p:1", "no_proxy": "[fe80::]/10"}, "http://[fe80::1%25eth0]:80", None),
    ({"ALL_PROXY": "http://[::1]:8"}, HTTP, ("ALL_PROXY", "http://[::1]:8")),
]


@pytest.mark.parametrize(("environment", "url", "proxy"), FOUND)
def test_proxy_of_an_address(
    environment: dict[str, str], url: str, proxy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = find_proxy(url)
    assert (found and (found.variable, found.address)) == proxy


# NO_PROXY, hosts that it has, hosts that it has not.
EXEMPT: list[tuple[str, str, str]] = [
    ("voices.example", "voices.example a.voices.example", "myvoices.example example"),
    (".Voices.example, other", "voices.example a.voices.example a.other", "myvoices.example"),
    ("*.voices.example.", "voices.example a.voices.example", "voices.example.org"),
    ("a,* b", "voices.example 10.0.0.1 ::2", ""),
    ("10.0.0.0/8 192.168.1.7", "10.1.2.3 192.168.1.7", "11.0.0.1 192.168.1.8 voices.example ::a00:1"),
    ("::2,[2001:db8::]/32", "::2 2001:db8::7", "::3 2001:db9::1"),
    ("[2001:DB8::1]", "2001:db8::1", "2001:db8::2"),
    ("fe80::%eth0/10", "fe80::1 fe80::1%eth1", "::3"),
    ("voices.example:443 [::2]:443 10.0.0.1:443", "voices.example ::2 10.0.0.1", ""),
    ("voices.example:80 [::2]:80 10.0.0.1:80 10.0.0.1:99999", "", "voices.example ::2 10.0.0.1"),
    ("https://a.example all://b.example/", "a.example b.example", ""),
    ("http://a.example", "", "a.example"),
    (" ,.,/,:,[],*.,10.0.0.0/99,::/x,%", "", "voices.example 10.0.0.1 ::2"),
    ("", "", "voices.example 10.0.0.1 ::2"),
]


@pytest.mark.parametrize(("no_proxy", "exempt", "others"), EXEMPT)
def test_no_proxy(no_proxy: str, exempt: str, others: str) -> None:
    for host in exempt.split():
        assert is_exempt(no_proxy, "https", host, 443), host
    for host in others.split():
        assert not is_exempt(no_proxy, "https", host, 443), host


FORM = "this is not the address of a proxy, write {0}://host:port, or {0}://user:password@host:port"
UNUSABLE = {
    "socks://127.0.0.1:1080/": "socks:// is no kind of proxy that can be used, write socks5://host:port",
    f"socks4://u:{SECRET}@p:1": "socks4:// is no kind of proxy that can be used, write socks5://host:port",
    **dict.fromkeys(["://p:1", "'http://p:1'"], "is no kind of proxy that can be used, write http://host:port"),
    "ftp://p:1": "ftp:// is no kind of proxy that can be used, write http://host:port",
    f"socks5://{SECRET}:{'a' * 256}@p:1": "SOCKS takes at most 255 bytes as user name, and as password",
    f"socks5h://{'%C3%A9' * 128}:{SECRET}@p:1": "SOCKS takes at most 255 bytes as user name, and as password",
    **dict.fromkeys(["http://", "p q:1", "p:1\n.", "p:99999", "p:one", "p\udcff:1"], FORM),
    **dict.fromkeys([f"http://u:{SECRET}#1@p:1", f"u:{SECRET}/1@p:1", f"http://u/{SECRET}@p:1", "a..b:1"], FORM),
    f"https://{'a' * 64}:1": FORM,
    f"http://u:1#{SECRET}@p:1": FORM,
}


@pytest.mark.parametrize(("value", "problem"), UNUSABLE.items())
def test_unusable_proxy_is_named_without_its_password(value: str, problem: str) -> None:
    with pytest.raises(TransportError) as caught:
        read_proxy("HTTPS_PROXY", value)
    error = caught.value
    scheme = value.partition("://")[0].lower() if "://" in value else "http"
    assert error.reason.startswith("HTTPS_PROXY is '" if "'" not in value else 'HTTPS_PROXY is "')
    assert problem.format(scheme) in error.reason
    assert (error.was_sent, error.is_transient, error.is_unsendable) == (False, False, True)
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(error.cause)


def through(monkeypatch: pytest.MonkeyPatch, proxy: ProxyServer, credentials: str = "") -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://{credentials}127.0.0.1:{proxy.server_port}")


@BOTH
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_calls_go_through_a_proxy_that_wants_a_password(
    is_async: bool, scheme: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serving(SecureServer(authority, HOST)) as secure, serving(ProxyServer(secure.url, f"user:{SECRET}#")) as proxy:
        through(monkeypatch, proxy, f"user:{SECRET}%23@")
        call_own(is_async, f"{scheme}://{HOST}", server.url)
        assert [request for request, _ in proxy.requests] == {
            "http": [f"GET http://{HOST}/v1/audio/voices/v1"],
            "https": [f"CONNECT {HOST}:443"],
        }[scheme]
        if scheme == "https":
            assert KEY not in repr(proxy.requests)
        assert server.served == 1  # on loopback: the proxy has not seen it
        # Without the password: said at once, and what to do.
        proxy.requests.clear()
        through(monkeypatch, proxy)
        with pytest.raises(errors.MistralError) as caught:
            call_own(is_async, f"{scheme}://{HOST}")
    message = str(caught.value)
    assert "put the right user name and password into its address, as in http://user:password@host:port" in message
    assert len(proxy.requests) == 1
    if scheme == "https":
        assert isinstance(caught.value, errors.NoResponseError)
        assert message.startswith(f"No connection to the server through the proxy http://127.0.0.1:{proxy.server_port}")
        assert "(ALL_PROXY) for GET /v1/audio/voices/v1: 407" in message
    else:
        assert caught.value.status_code == 407


@BOTH
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down_is_named(
    is_async: bool, scheme: str, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:  # nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setenv(f"{scheme}_proxy", f"http://user:{SECRET}@127.0.0.1:{port}")
        with pytest.raises(errors.NoResponseError) as caught:
            call_own(is_async, f"{scheme}://{HOST}")
    start = f"No connection to the proxy http://***@127.0.0.1:{port} ({scheme}_proxy) for GET /v1/audio/voices/v1"
    assert str(caught.value).startswith(f"{start} (attempt 4): ")
    assert HOST not in str(caught.value)
    assert len(waits) == 3


@BOTH
def test_the_proxy_of_a_users_own_client_is_named(library: Any, is_async: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{taken.getsockname()[1]}"
        own: Any = (library.AsyncClient if is_async else library.Client)(proxy=proxy)
        mistral = Mistral(KEY, **{"async_client" if is_async else "client": own}, retry_config=None)
        with pytest.raises(errors.NoResponseError, match=f"^No connection to the proxy {proxy} for GET"):
            ClientKind(library, is_async).call(mistral, "get", voice_id="v1")


@BOTH
def test_an_unusable_proxy_ends_a_call_at_once(is_async: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks://u:{SECRET}@127.0.0.1:1080")
    with pytest.raises(errors.NoResponseError) as caught:
        call_own(is_async, HTTPS)
    message = (
        "GET /v1/audio/voices/v1 could not be sent: ALL_PROXY is 'socks://***@127.0.0.1:1080': socks:// is no kind"
    )
    assert str(caught.value).startswith(message)
    assert isinstance(caught.value.__cause__, ValueError)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


class SocksServer(Server):
    """Says what a SOCKS proxy says to the greeting and to a user name, and closes."""

    def __init__(self, *says: bytes) -> None:
        super().__init__()
        self.RequestHandlerClass: Any = SocksHandler
        self.says = says


class SocksHandler(socketserver.BaseRequestHandler):
    server: SocksServer

    def handle(self) -> None:
        for each in self.server.says:
            self.request.recv(1000)
            self.request.sendall(each)


# What the proxy says, what is said of it, and how often it is tried again.
SOCKS: list[tuple[list[bytes], str, int]] = [
    ([b"\x05\xff"], "but got NO ACCEPTABLE METHODS.; put the right user name and password into its address", 0),
    ([b"\x05\x02", b"\x01\x01"], "Invalid username/password; put the right user name and password", 0),
    ([b"\x05\x02", b"\x01\x00", b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"], "Connection refused", 3),
    ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "Malformed reply", 0),
]


@BOTH
@pytest.mark.parametrize(("says", "message", "retries"), SOCKS)
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # httpcore leaves the connection to such a proxy open
def test_a_socks_proxy_that_refuses(
    is_async: bool, says: list[bytes], message: str, retries: int, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(SocksServer(*says)) as server:
        monkeypatch.setenv("ALL_PROXY", f"socks5h://user:{SECRET}@127.0.0.1:{server.server_port}")
        with pytest.raises(errors.NoResponseError) as caught:
            call_own(is_async, HTTP)
    proxy = f"the server through the proxy socks5h://***@127.0.0.1:{server.server_port} (ALL_PROXY)"
    assert str(caught.value).startswith(f"No connection to {proxy} for GET /v1/audio/voices/v1")
    assert message in str(caught.value)
    assert len(waits) == retries
    del caught
    gc.collect()


DOCS = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
LINES = [line.split("|")[1:-1] for line in DOCS.splitlines()]
ROWS = [[re.findall(r"`([^`]*)`", cell) or [cell.strip()] for cell in line] for line in LINES]
ENTRIES = [row for row in ROWS if len(row) == 3][2:]
NAMED = [row for row in ROWS if len(row) == 2 and re.match(r"[A-Z_]+=", row[0][0])]


def test_the_documented_entries_of_no_proxy() -> None:
    for [entry], covered, others in ENTRIES:
        for hosts, expected in ((covered, True), (others, False)):
            assert {is_exempt(entry, "https", host, 443) for host in hosts if host} <= {expected}, entry
    assert len(ENTRIES) >= 8


@pytest.mark.parametrize(("setting", "message"), [(setting, message) for [setting], [message] in NAMED])
def test_the_documented_errors(setting: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable, _, value = setting.partition("=")
    monkeypatch.setitem(sys.modules, "socksio", None)  # as where it is not installed
    monkeypatch.setenv(variable, value)
    _library_certificates.cache_clear()
    with pytest.raises(errors.NoResponseError) as caught:
        call_own(False, HTTPS)
    assert message in str(caught.value)
    assert f"{variable} is" in str(caught.value)
    assert "pass#word" not in str(caught.value)
