"""A server that responds while an upload runs: the caller gets its response, not a lost connection."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import trustme

from mistral_voices import Mistral, errors
from tests.harness import KEY, ClientKind

RESPONSE = b"HTTP/1.1 413 Too Large\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large"


@contextmanager
def refusing(context: ssl.SSLContext | None, *, lingers: bool) -> Iterator[str]:
    """Serve one upload: respond to its headers, then read it to its end, or close when more of it has come."""

    def serve() -> None:
        connection, _ = listener.accept()
        with suppress(OSError):
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(1000)
            connection.sendall(RESPONSE)
            select.select([connection], [], [], 5)
            while lingers and connection.recv(1 << 16):
                pass
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"{'https' if context else 'http'}://localhost:{listener.getsockname()[1]}"
    thread.join(5)


def upload(mistral: Mistral, kind: ClientKind, path: Path) -> None:
    path.write_bytes(b"RIFF\xff\xff\xff\xffWAVE" + bytes(20_000_000))
    with pytest.raises(errors.SDKError, match="too large") as caught:
        kind.call(mistral, "create", name="Ada", sample_audio=path)
    assert caught.value.status_code == 413


@pytest.mark.parametrize("lingers", [True, False], ids=["lingers", "closes"])
@pytest.mark.parametrize(
    ("scheme", "is_async"), [("http", False), ("http", True), ("https", True)], ids=["sync", "async", "async over tls"]
)
@pytest.mark.usefixtures("complaints")
def test_an_upload_that_is_refused_gets_the_response(
    scheme: str, is_async: bool, lingers: bool, authority: trustme.CA, trusted: None, tmp_path: Path
) -> None:
    context = None
    if scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
    with refusing(context, lingers=lingers) as url, Mistral(KEY, server_url=url, retry_config=None) as mistral:
        upload(mistral, ClientKind(httpx, is_async), tmp_path / "long.wav")


def test_so_does_one_with_a_client_of_the_user(client_kind: ClientKind, tmp_path: Path) -> None:
    name = "AsyncClient" if client_kind.is_async else "Client"
    client = getattr(client_kind.library, name)()
    own = {"async_client" if client_kind.is_async else "client": client}
    with refusing(None, lingers=True) as url:
        upload(Mistral(KEY, server_url=url, retry_config=None, **own), client_kind, tmp_path / "long.wav")
    if not client_kind.is_async:
        client.close()
