"""Which servers our own clients trust over https, and when certificates are loaded."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from mistral_voices import Mistral, errors, models
from mistral_voices._transport import clients
from tests.harness import KEY
from tests.loopback import Server, serving

BOTH = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


class SecureServer(Server):
    """The loopback server over TLS; a handshake that a client breaks off is no event."""

    def __init__(self, authority: trustme.CA) -> None:
        super().__init__()
        self.url = f"https://localhost:{self.server_port}"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(self.context)
        self.socket = self.context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Say in the environment that this file holds whom to trust."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[SecureServer]:
    with serving(SecureServer(authority)) as server:
        yield server


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def get(mistral: Mistral, is_async: bool, *urls: str | None) -> list[models.VoiceResponse]:
    """Get a voice from each server in turn, and close."""

    async def go() -> list[models.VoiceResponse]:
        async with mistral:
            return [await mistral.audio.voices.get_async(voice_id="v1", server_url=url) for url in urls]

    if is_async:
        return asyncio.run(go())
    with mistral:
        return [mistral.audio.voices.get(voice_id="v1", server_url=url) for url in urls]


@BOTH
@pytest.mark.usefixtures("certificate")
def test_a_mistral_trusts_the_environment_and_speaks_http_and_https(
    is_async: bool, secure: SecureServer, server: Server
) -> None:
    mistral = Mistral(api_key=KEY, server_url=server.url, retry_config=None)
    assert len(get(mistral, is_async, None, secure.url, None, secure.url)) == 4
    assert (server.served, server.connected, secure.served, secure.connected) == (2, 1, 2, 1)


@BOTH
@pytest.mark.parametrize("first", ["http", "https"])
@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Https"])
def test_an_unknown_authority_is_refused(
    is_async: bool, first: str, scheme: str, secure: SecureServer, server: Server
) -> None:
    """Whatever was called before, and however the scheme is written."""
    url = scheme + secure.url[5:]
    mistral = Mistral(api_key=KEY, server_url=url, retry_config=None)
    urls = [server.url, url] if first == "http" else [url]
    with pytest.raises(errors.NoResponseError, match=r"(?i)certificate"):
        get(mistral, is_async, *urls)
    assert (secure.served, server.served) == (0, first == "http")


@BOTH
def test_certificates_are_loaded_once_and_only_for_https(
    is_async: bool, secure: SecureServer, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[ssl.SSLContext] = []
    load: Any = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, *files: Any) -> None:
        loads.append(context)
        load(context, *files)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    clients._certificates.cache_clear()
    for _ in range(2):
        get(Mistral(api_key=KEY, server_url=server.url), is_async, None)
    assert loads == []
    for _ in range(3):
        with pytest.raises(errors.NoResponseError):
            get(Mistral(api_key=KEY, server_url=secure.url, retry_config=None), is_async, None)
    assert len(loads) == 1


def test_a_certificate_that_is_replaced_counts(secure: SecureServer, certificate: Path) -> None:
    good = certificate.read_bytes()
    trustme.CA().cert_pem.write_to_path(str(certificate))
    with pytest.raises(errors.NoResponseError):
        get(Mistral(api_key=KEY, server_url=secure.url, retry_config=None), False, None)
    certificate.write_bytes(good)
    assert get(Mistral(api_key=KEY, server_url=secure.url, retry_config=None), False, None)
