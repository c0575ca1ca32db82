"""A server on a socket, and programs in processes of their own: for what can only be seen from outside."""

from __future__ import annotations

import base64
import json
import os
import re
import select
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import urlsplit

import trustme

from .harness import VOICE

S = TypeVar("S", bound="Server")


class Server(ThreadingHTTPServer):
    """A loopback server that keeps connections alive; a request for the voice `slow` waits until `release` is set."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.lock = threading.Lock()
        self.connected = self.disconnected = self.served = 0
        self.arrived = threading.Event()
        self.release = threading.Event()

    def assert_all_disconnected(self) -> None:
        """Give the server's threads the moment that they need to see connections end."""
        for _ in range(2000):
            if self.connected > self.disconnected:
                time.sleep(0.002)
        assert self.connected == self.disconnected


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.connected += 1

    def finish(self) -> None:
        super().finish()
        with self.server.lock:
            self.server.disconnected += 1

    def do_GET(self) -> None:
        if self.path.endswith("slow"):
            self.server.arrived.set()
            self.server.release.wait(5)
        with self.server.lock:
            self.server.served += 1
        body = json.dumps(VOICE).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class SecureServer(Server):
    """The loopback server over TLS; a handshake that a client breaks off is no event."""

    def __init__(self, authority: trustme.CA, host: str = "localhost") -> None:
        super().__init__()
        self.url = f"https://localhost:{self.server_port}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class ProxyServer(Server):
    """A proxy that leads to one server, whatever name is asked for; it wants these credentials, such as `user:word`."""

    def __init__(self, target: str, wanted: str = "") -> None:
        super().__init__()
        self.RequestHandlerClass = ProxyHandler
        self.target = urlsplit(target)
        self.wanted = wanted and f"Basic {base64.b64encode(wanted.encode()).decode()}"
        self.requests: list[tuple[str, dict[str, str]]] = []


class ProxyHandler(Handler):
    server: ProxyServer

    def _is_refused(self) -> bool:
        self.server.requests.append((f"{self.command} {self.path}", dict(self.headers)))
        if self.headers.get("proxy-authorization", "") == self.server.wanted:
            return False
        self.send_response(407)
        self.send_header("proxy-authenticate", "Basic realm=p")
        self.send_header("content-length", "0")
        self.end_headers()
        return True

    def do_CONNECT(self) -> None:
        if self._is_refused():
            return
        assert self.server.target.hostname
        with socket.create_connection((self.server.target.hostname, self.server.target.port or 0)) as upstream:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: upstream, upstream: self.connection}
            while True:
                for ready in select.select([*ends], [], [])[0]:
                    if not (block := ready.recv(65_536)):
                        self.close_connection = True
                        return
                    ends[ready].sendall(block)

    def do_GET(self) -> None:
        if not self._is_refused():
            super().do_GET()


class ScriptedServer:
    """A server on raw sockets that sends what it was given, block by block: for each request the next of `replies`.

    The last is sent again and again, and the pause is between blocks. In turn, a connection is served when the one
    before it has ended, so that the requests of a client that gave one up are counted in their order.
    """

    def __init__(self, *replies: Iterable[bytes], pause: float = 0.0, in_turn: bool = False) -> None:
        self._replies, self._pause, self._in_turn = list(replies), pause, in_turn
        self.requests: list[bytes] = []
        self.connected = 0

    @contextmanager
    def serving(self) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # it was closed
            while True:
                connection, _ = listener.accept()
                self.connected += 1
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                thread.start()
                if self._in_turn:
                    thread.join()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError):
            head = b""
            while block := connection.recv(1 << 16):
                head += block
                if b"\r\n\r\n" not in head:
                    continue
                self.requests.append(head)
                head = b""
                for block in self._replies[min(len(self.requests), len(self._replies)) - 1]:
                    connection.sendall(block)
                    time.sleep(self._pause)


@contextmanager
def serving(server: S) -> Iterator[S]:
    """Serve in a thread while the block runs."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.release.set()
        server.shutdown()
        thread.join()


def run_python(code: str, *arguments: str) -> str:
    """Run a program with every warning an error and asyncio in debug mode; nothing may come on standard error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONDEVMODE": "1"},
    )
    # In debug mode asyncio also complains of what takes long, which depends on the machine.
    complaints = [line for line in done.stderr.splitlines() if not re.search(r" took [0-9.]+ seconds$", line)]
    assert (done.returncode, complaints) == (0, [])
    return done.stdout
