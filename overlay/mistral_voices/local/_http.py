"""The application over HTTP/1.1 on loopback: the standard library's threading server, one thread a connection."""

import ipaddress
import re
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from mistral_voices.local._exchange import (
    Outcome,
    RefusedError,
    ServerRequest,
    ServerResponse,
    check_length,
    complete,
    error_response,
)

Handle = Callable[[ServerRequest], Outcome]

_NO_BODY = (204, 304)
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]+")
_MOST_DIGITS = 100  # `int` reads no more than some thousands
_PATIENCE = 1.0  # seconds
IDLE_SECONDS = 60.0
# Each has a thread; one more is turned away.
MOST_CONNECTIONS = 1_000
_TURNED_AWAY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HttpServer:
    """A running server; `url` is its address."""

    def __init__(self, handle: Handle, host: str, port: int) -> None:
        """Listen and serve in a background thread.

        Raises:
            ValueError: the host is not of this machine alone.
            OSError: the address cannot be listened on.
        """
        try:
            address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
        except ValueError as error:
            raise ValueError(f"the host {host!r} is not an IP address") from error
        if not address.is_loopback:
            raise ValueError(f"the host {host} is not a loopback address; there is no protection for any other")
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        self._server = _Server(handle, family, str(address), port)
        shown = f"[{address}]" if address.version == 6 else str(address)
        self.url = f"http://{shown}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name=self.url, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, end all connections, and wait until nothing is at work any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.end_connections()


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024  # with the default of 5, clients that come at the same time wait a second for a retry

    def __init__(self, handle: Handle, family: socket.AddressFamily, host: str, port: int) -> None:
        self.address_family = family
        self.closing = threading.Event()
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__((host, port), partial(_Connection, handle, self.closing))

    def server_bind(self) -> None:
        """Bind, without looking up the name of the machine, which may need the network."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread that `end_connections` knows."""
        self._connections = {each: kept for each, kept in self._connections.items() if each.is_alive()}
        if len(self._connections) >= MOST_CONNECTIONS:
            with suppress(OSError):  # it went away by itself
                request.sendall(_TURNED_AWAY)
            self.shutdown_request(request)
            return
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._connections[thread] = request
        thread.start()

    def end_connections(self) -> None:
        """Close all connections, idle and waiting ones too, and wait for their threads."""
        self.closing.set()
        for thread, connection in self._connections.items():
            if thread.is_alive():
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # ended meanwhile
        for thread in self._connections:
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error in the server; a client that goes away is none."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes, and nothing lies between them and the wire: neither our buffer, nor Nagle's
    # algorithm, which together with a client's delayed acknowledgement would cost 40 ms a response.
    wbufsize = 0
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def __init__(self, handle: Handle, closing: threading.Event, *connection: Any) -> None:
        self._handle = handle
        self._closing = closing
        super().__init__(*connection)

    def _serve(self) -> None:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        try:
            _check_sender(headers)
            body = self._read_body()
        except ValueError as error:
            self.send_error(400, str(error))
            return
        except RefusedError as refused:
            self.close_connection = True
            self._write(complete(refused.response))
            self._ignore_the_rest()
            return
        # The request line, since `path` has been changed where it began with two slashes.
        outcome = self._handle(ServerRequest(self.command, self.requestline.split()[1], headers, body))
        if self._closing.wait(outcome.delay) or outcome.response is None:
            self.close_connection = True
            return
        self._write(outcome.response, outcome.cut)

    do_GET = do_QUERY = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = _serve  # noqa: N815

    def _write(self, response: ServerResponse, cut: int | None = None) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        body = response.body
        if response.status not in _NO_BODY:
            self.send_header("content-length", str(len(body)))
        if cut is not None and cut < len(body):
            body = body[:cut]
            self.close_connection = True
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            raise ValueError("Content-Length is not a number")
        size = int(length) if len(length) <= _MOST_DIGITS else sys.maxsize
        check_length(size)
        return self._read(size)

    def _read_chunks(self) -> bytes:
        chunks, length = [], 0
        while size := self._read_chunk_size():
            length += size
            check_length(length)
            chunks.append(self._read(size))
            self.rfile.readline(65_537)
        while self.rfile.readline(65_537).strip():
            pass  # trailers, which follow the last chunk only
        return b"".join(chunks)

    def _read_chunk_size(self) -> int:
        size = self.rfile.readline(1024).partition(b";")[0].strip()
        if _CHUNK_SIZE.fullmatch(size) is None:
            raise ValueError("the length of a chunk is not a number")
        return int(size, 16)

    def _read(self, length: int) -> bytes:
        data = self.rfile.read(length)
        if len(data) < length:
            raise ConnectionAbortedError("the client went away in the middle of its request")
        return data

    def _ignore_the_rest(self) -> None:
        """Take in what is still being sent: a connection closed over it would be reset, and the response lost."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_PATIENCE)
        end = time.monotonic() + _PATIENCE
        try:
            while time.monotonic() < end and self.connection.recv(65_536):
                pass
        except OSError:
            return  # silent for too long, or gone

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Respond to what is not HTTP as the application does to other errors, and hang up."""
        self.command = getattr(self, "command", "") or ""
        self.request_version = self.protocol_version  # what could not be parsed counts as HTTP/0.9, without headers
        self.close_connection = True
        self._write(complete(error_response(code, message or explain or "This is no HTTP request", "bad_request")))

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: `VoicesServer.requests` knows what arrived."""


def _check_sender(headers: Mapping[str, str]) -> None:
    """Check that a request comes from a program, not from a web page of another site.

    A page can send to any address, and where it has its own name lead to this machine (DNS rebinding), read as well.

    Raises:
        RefusedError: 403, Host is no name of this machine, or Origin is not the server itself.
    """
    host, origin = headers.get("host"), headers.get("origin")
    if host is not None and not _is_this_machine(host):
        message = f"The host {host!r} is not this machine: use 127.0.0.1, [::1] or localhost"
        raise RefusedError(error_response(403, message, "foreign_host"))
    if origin is not None and origin.lower() != f"http://{host}".lower():
        raise RefusedError(error_response(403, f"Pages of {origin!r} may not use the local server", "foreign_origin"))


def _is_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name.endswith(".localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
