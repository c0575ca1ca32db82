"""Every error of either HTTP library, mapped by its class."""

from __future__ import annotations

import ssl
from types import ModuleType
from typing import Any

import pytest

from mistral_voices._transport.transport_errors import RESPONSE_TOO_LONG, map_error

URL = "https://api.example/v1"
TIMEOUTS = {"connect": 1, "write": 2, "read": 3, "pool": 4}

# What each class means: was it sent, may it pass, the phase that timed out, could the request itself not be sent.
MEANINGS: dict[str, tuple[bool, bool, str | None, bool]] = {
    "ConnectError": (False, True, None, False),
    "ProxyError": (False, True, None, False),
    "UnsupportedProtocol": (False, False, None, True),
    "LocalProtocolError": (False, False, None, True),
    "ConnectTimeout": (False, True, "connect", False),
    "PoolTimeout": (False, True, "pool", False),
    "ReadTimeout": (True, True, "read", False),
    "WriteTimeout": (True, True, "write", False),
    "ReadError": (True, True, None, False),
    "WriteError": (True, True, None, False),
    "CloseError": (True, True, None, False),
    "RemoteProtocolError": (True, True, None, False),
    "DecodingError": (True, False, None, False),
    "TooManyRedirects": (True, False, None, False),
    # The bases of these, of which the libraries raise none today.
    "RequestError": (True, True, None, False),
    "TransportError": (True, True, None, False),
    "NetworkError": (True, True, None, False),
    "ProtocolError": (True, True, None, False),
    "TimeoutException": (True, True, "read", False),
}


def request_of(library: Any, **extensions: Any) -> Any:
    return library.Request("GET", URL, extensions=extensions)


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning_of_a_class(library: ModuleType, name: str) -> None:
    derived = type("Derived", (getattr(library, name),), {})
    for kind in (getattr(library, name), derived):
        cause = kind("it broke", request=request_of(library, timeout=TIMEOUTS))
        error = map_error(library, cause)
        assert (error.was_sent, error.is_transient, error.phase, error.is_unsendable) == MEANINGS[name]
        assert error.seconds == (None if error.phase is None else TIMEOUTS[error.phase])
        assert (error.cause, error.reason, error.args) == (cause, "it broke", ("it broke",))


PROXY = "http://p:1 (HTTP_PROXY)"
SERVER = f"the server through the proxy {PROXY}"
# Class and text of an error on the way through a proxy: may it pass, what there was no connection to, what is said.
THROUGH: list[tuple[str, str, bool, str | None, str]] = [
    (
        "ProxyError",
        "407 Authentication",
        False,
        SERVER,
        "407 Authentication; put the right user name",
    ),
    ("ProxyError", "403 Forbidden", False, SERVER, "403 Forbidden"),
    *[("ProxyError", f"{status} x", True, SERVER, f"{status} x") for status in (408, 429, 500, 502)],
    ("ProxyError", "Proxy Server could not connect", True, SERVER, "Proxy Server could not connect"),
    *[(kind, "refused", True, f"the proxy {PROXY}", "refused") for kind in ("ConnectError", "ConnectTimeout")],
    *[(kind, "gone", True, None, "gone") for kind in ("PoolTimeout", "ReadError", "RemoteProtocolError")],
]


@pytest.mark.parametrize(("name", "text", "is_transient", "peer", "reason"), THROUGH)
def test_errors_through_a_proxy(
    library: ModuleType, name: str, text: str, is_transient: bool, peer: str | None, reason: str
) -> None:
    error = map_error(library, getattr(library, name)(text, request=request_of(library)), PROXY)
    assert (error.is_transient, error.peer) == (is_transient, peer)
    assert reason in error.reason
    unknown = map_error(library, getattr(library, name)(text, request=request_of(library)))
    assert unknown.peer == ("the server through a proxy" if name == "ProxyError" else None)


@pytest.mark.parametrize(("kind", "is_transient"), [(ssl.SSLCertVerificationError, False), (ssl.SSLEOFError, True)])
@pytest.mark.parametrize(("proxy", "peer"), [(None, None), (PROXY, SERVER)])
def test_errors_of_encryption(library: ModuleType, kind: Any, is_transient: bool, proxy: Any, peer: str | None) -> None:
    error = library.ConnectError("no", request=request_of(library))
    error.__context__ = ExceptionGroup("all", [kind("self-signed certificate")])
    error.__context__.__cause__ = error  # a circle ends, too
    mapped = map_error(library, error, proxy)
    assert (mapped.is_transient, mapped.was_sent, mapped.peer) == (is_transient, False, peer)
    assert ("SSL_CERT_FILE can name the certificates to trust" in mapped.reason) is not is_transient


def test_a_failure_to_connect_says_what_the_system_said(library: ModuleType) -> None:
    error = library.ConnectError("All connection attempts failed", request=request_of(library))
    error.__context__ = OSError("All connection attempts failed")  # as anyio says it, which tries each address
    refused = [ConnectionRefusedError(111, "refused"), ConnectionRefusedError(111, "refused")]
    error.__context__.__cause__ = ExceptionGroup("several", refused)
    assert map_error(library, error).reason == "All connection attempts failed ([Errno 111] refused)"
    error = library.ConnectError("[Errno 111] refused", request=request_of(library))
    error.__context__ = refused[0]
    assert map_error(library, error).reason == "[Errno 111] refused"


def test_an_address_that_cannot_be_used_is_not_sent(library: ModuleType) -> None:
    error = map_error(library, library.InvalidURL("URL too long"), is_sent=False)
    assert (error.is_unsendable, error.is_transient, error.was_sent, error.reason) == (
        True,
        False,
        False,
        "InvalidURL: URL too long",
    )


def test_every_class_has_a_meaning(library: ModuleType) -> None:
    kinds = [getattr(library, name) for name in library.__all__]
    found = {each.__name__ for each in kinds if isinstance(each, type) and issubclass(each, library.RequestError)}
    # SSEError of httpx2 is about server-sent events, which this API does not have.
    assert found - {"SSEError"} == MEANINGS.keys()


def test_a_timeout_may_not_know_its_seconds(library: ModuleType) -> None:
    too_long = library.ReadTimeout(RESPONSE_TOO_LONG, request=request_of(library, timeout=TIMEOUTS))
    error = map_error(library, too_long)
    assert (error.phase, error.seconds, error.reason) == ("read", None, "the response took longer than 3 timeouts")
    for request in (request_of(library), request_of(library, timeout={}), None):
        error = map_error(library, library.WriteTimeout("slow", request=request))
        assert (error.phase, error.seconds) == ("write", None)


def test_the_request_in_an_error_loses_key_and_sample(library: ModuleType) -> None:
    class Request(library.Request):  # type: ignore[misc, name-defined]
        """A class of the user's own stays what it is."""

    extensions = {"timeout": TIMEOUTS}
    request = Request("POST", URL, headers={"authorization": "Bearer k"}, content=b"sample", extensions=extensions)
    cause = library.ReadError("gone", request=request)
    map_error(library, cause)
    assert (type(cause.request), cause.request.method, str(cause.request.url)) == (Request, "POST", URL)
    assert (cause.request.extensions, cause.request.read()) == (extensions, b"")
    assert "authorization" not in cause.request.headers
    assert request.headers["authorization"] == "Bearer k"
