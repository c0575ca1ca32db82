"""A server that responds while an upload runs: the caller gets its response, not a lost connection."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
import trustme

from mistral_voices import Mistral, errors
from mistral_voices._media.progress import Progress
from tests.harness import KEY, ClientKind

RESPONSE = b"HTTP/1.1 413 Too Large\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large"


class Refusing:
    """A server of one upload, which responds to its headers.

    Then it reads the upload to its end, or it closes the connection: at once when more of the upload has come, or while
    the client does something else.
    """

    def __init__(self, context: ssl.SSLContext | None, way: str) -> None:
        self._context, self._way = context, way
        self._is_sending, self._is_closed = threading.Event(), threading.Event()

    def on_progress(self, done: int, total: int | None) -> None:
        """Keep the client, which has sent a block, from all else until the server has closed."""
        if done and self._way == "closes between blocks":
            self._is_sending.set()
            self._is_closed.wait(5)

    @contextmanager
    def serving(self) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=self._serve, args=(listener,), daemon=True)
            thread.start()
            yield f"{'https' if self._context else 'http'}://localhost:{listener.getsockname()[1]}"
        thread.join(5)

    def _serve(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        # Or the system may drop the response when the connection is closed, because it has not sent it yet.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(1000)
            if self._way == "closes between blocks":
                self._is_sending.wait(5)
            connection.sendall(RESPONSE)
            select.select([connection], [], [], 5)
            while self._way == "lingers" and connection.recv(1 << 16):
                pass
        connection.close()
        self._is_closed.set()


def upload(mistral: Mistral, kind: ClientKind, on_progress: Progress | None = None) -> None:
    sample = b"RIFF\xff\xff\xff\xffWAVE" + bytes(20_000_000)
    with pytest.raises(errors.SDKError, match="too large") as caught:
        kind.call(mistral, "create", name="Ada", sample_audio=sample, on_progress=on_progress)
    assert caught.value.status_code == 413


@pytest.mark.parametrize("way", ["lingers", "closes", "closes between blocks"])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.usefixtures("complaints")
def test_an_upload_that_is_refused_gets_the_response(
    scheme: str, is_async: bool, way: str, authority: trustme.CA, trusted: None
) -> None:
    context = None
    if scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
    server = Refusing(context, way)
    with server.serving() as url, Mistral(KEY, server_url=url, retry_config=None) as mistral:
        upload(mistral, ClientKind(httpx, is_async), server.on_progress)


def test_so_does_one_with_a_client_of_the_user(client_kind: ClientKind) -> None:
    name = "AsyncClient" if client_kind.is_async else "Client"
    client = getattr(client_kind.library, name)()
    own = {"async_client" if client_kind.is_async else "client": client}
    with Refusing(None, "lingers").serving() as url:
        upload(Mistral(KEY, server_url=url, retry_config=None, **own), client_kind)
    if not client_kind.is_async:
        client.close()
