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

from tests.harness import KEY
from tests.loopback import Server, run_python, serving

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
def certificate(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[SecureServer]:
    with serving(SecureServer(authority)) as server:
        yield server


@pytest.fixture
def plain() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_the_authority_of_the_environment_is_trusted(
    is_async: bool, secure: SecureServer, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    mistral = Mistral(api_key=KEY, server_url=secure.url, retry_config=None)
    assert [voice.id for voice in get(mistral, is_async, None, None)] == ["v1", "v1"]


@BOTH
def test_a_mistral_speaks_http_and_https(
    is_async: bool, secure: SecureServer, plain: Server, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    mistral = Mistral(api_key=KEY, server_url=plain.url, retry_config=None)
    assert len(get(mistral, is_async, None, secure.url, None, secure.url)) == 4
    assert (plain.served, plain.opened, secure.served, secure.opened) == (2, 1, 2, 1)


@BOTH
@pytest.mark.parametrize("first", ["http", "https"])
@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Https"])
def test_an_unknown_authority_is_refused(
    is_async: bool, first: str, scheme: str, secure: SecureServer, plain: Server
) -> None:
    """Whatever was asked before, and however the scheme is written."""
    url = scheme + secure.url[5:]
    mistral = Mistral(api_key=KEY, server_url=url, retry_config=None)
    urls = [plain.url, url] if first == "http" else [url]
    with pytest.raises(errors.NoResponseError, match=r"(?i)certificate"):
        get(mistral, is_async, *urls)
    assert (secure.served, plain.served) == (0, first == "http")


@BOTH
def test_certificates_are_loaded_once_and_only_for_https(is_async: bool, secure: SecureServer, plain: Server) -> None:
    code = """
import asyncio, ssl, sys
from mistral_voices import Mistral, errors

loads = []
load = ssl.SSLContext.load_verify_locations

def counted(context, *arguments, **options):
    loads.append(context)
    load(context, *arguments, **options)

ssl.SSLContext.load_verify_locations = counted

def get(url):
    async def go():
        async with Mistral(api_key="x", server_url=url, retry_config=None) as mistral:
            await mistral.audio.voices.get_async(voice_id="v1")
    if sys.argv[1] == "True":
        return asyncio.run(go())
    with Mistral(api_key="x", server_url=url, retry_config=None) as mistral:
        mistral.audio.voices.get(voice_id="v1")

for _ in range(2):
    get(sys.argv[2])
print(len(loads))
for _ in range(3):
    try:
        get(sys.argv[3])
    except errors.NoResponseError:
        pass
print(len(loads))
"""
    assert run_python(code, str(is_async), plain.url, secure.url).split() == ["0", "1"]


def test_a_certificate_that_is_replaced_is_noticed(
    secure: SecureServer, certificate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = tmp_path / "trusted.pem"
    trustme.CA().cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with pytest.raises(errors.NoResponseError):
        get(Mistral(api_key=KEY, server_url=secure.url, retry_config=None), False, None)
    trusted.write_text(Path(certificate).read_text(encoding="ascii"), encoding="ascii")
    assert get(Mistral(api_key=KEY, server_url=secure.url, retry_config=None), False, None)
