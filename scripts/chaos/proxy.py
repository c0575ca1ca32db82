"""A raw proxy on sockets before a local server of its own; to each request it does what the seed says.

It prints its address and that of the server. Which fault a request meets follows from the seed, from the call that it
belongs to (the header X-Call) and from how many requests of that call came before: so a run can be repeated.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections import defaultdict
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from typing import BinaryIO
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from mistral_voices.local import VoicesServer
from scripts.chaos.faults import FAULTS, NOT_FOR_SAMPLES, UNREAD, Exchange, Reply

LOG = "/_chaos/log"
NOTHING = "nothing"
FOR_SAMPLES = [name for name in FAULTS if name not in NOT_FOR_SAMPLES]
# All other headers are passed on; by the idempotency key the server would hide that a voice was made twice.
KEPT = {"host", "connection", "content-length", "transfer-encoding", "x-call", "idempotency-key"}


class Proxy:
    """Accepts connections, each served by a thread, until the process ends."""

    def __init__(self, seed: str, target: str) -> None:
        self._seed, self._target = seed, urlsplit(target).netloc
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.url = "http://127.0.0.1:{1}".format(*self._listener.getsockname())
        self._log: dict[str, list[str]] = defaultdict(list)
        self._lock = threading.Lock()
        # What one caller sends is worked on in its order, however long a thread sleeps meanwhile.
        self._orders: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._busy = 0
        self._voices: list[Reply] = []

    def run(self) -> None:
        """Serve for ever."""
        while True:
            connection = self._listener.accept()[0]
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        upstream = HTTPConnection(self._target)
        with connection, connection.makefile("rb") as received, suppress(OSError, HTTPException, EOFError):
            while self._serve_one(connection, received, upstream):
                pass
        upstream.close()

    def _serve_one(self, connection: socket.socket, received: BinaryIO, upstream: HTTPConnection) -> bool:
        """Serve a request, and say whether the connection stays."""
        method, target, headers = read_head(received)
        if target == LOG:
            while self._busy:
                time.sleep(0.01)
            connection.sendall(Reply(200, {}, json.dumps(self._log).encode()).whole())
            return True
        call = headers.get("x-call", "")
        with self._lock:
            self._busy += 1
            number, order = len(self._log[call]), self._orders[call.partition("-")[0]]
            self._log[call].append(NOTHING)
        try:
            with ExitStack() as turn:
                turn.enter_context(order)
                chosen = Random(f"{self._seed} {call} {number}")  # noqa: S311 - to be repeated
                name = self._log[call][number] = self._choose(call, chosen, target)
                body = read_exactly(received, 0 if name in UNREAD else int(headers.get("content-length", 0)))

                def work() -> Reply:
                    reply = forward(upstream, method, target, headers, body)
                    if method == "GET" and b'"items"' not in reply.body and len(reply.body) < 1000:
                        self._voices = [*self._voices[-9:], reply]
                    turn.close()
                    return reply

                return break_or_pass(connection, name, Exchange(work, chosen, self._voices))
        finally:
            with self._lock:
                self._busy -= 1

    def _choose(self, call: str, chosen: Random, target: str) -> str:
        """Choose a fault for half of all requests; of a call in twenty for none, of another for all."""
        kind = Random(f"{self._seed} {call}").randrange(20)  # noqa: S311 - to be repeated
        rate = {0: 0.0, 1: 1.0}.get(kind, 0.5)
        if not call or chosen.random() >= rate:
            return NOTHING
        return chosen.choice(FOR_SAMPLES if target.endswith("/sample") else [*FAULTS])


def break_or_pass(connection: socket.socket, name: str, exchange: Exchange) -> bool:
    """Do to an exchange what the fault of this name says, and say whether the connection stays."""
    if name == NOTHING:
        connection.sendall(exchange.reply.whole())
        return True
    parts, end, wait = FAULTS[name]
    for number, part in enumerate(parts(exchange)):
        if number and wait:
            time.sleep(wait)
        connection.sendall(part)
    if end == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return end == "stay"


def forward(upstream: HTTPConnection, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
    """Let the server do the work, once."""
    passed = {name: value for name, value in headers.items() if name not in KEPT}
    upstream.request(method, target, body or None, passed)
    response = upstream.getresponse()
    given = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, {k: v for k, v in given.items() if k not in KEPT}, response.read())


def read_head(received: BinaryIO) -> tuple[str, str, dict[str, str]]:
    """Read method, target and headers."""
    lines = []
    while line := received.readline().strip():
        lines.append(line.decode("latin-1"))
    if not lines:
        raise EOFError
    method, target, _ = lines[0].split()
    pairs = (line.partition(":") for line in lines[1:])
    return method, target, {name.lower(): value.strip() for name, _, value in pairs}


def read_exactly(received: BinaryIO, length: int) -> bytes:
    """Read a body that was announced."""
    if len(body := received.read(length)) < length:
        raise EOFError
    return body


if __name__ == "__main__":
    proxy = Proxy(sys.argv[1], (server := VoicesServer()).serve())
    print(proxy.url, server.url, flush=True)
    threading.Thread(target=proxy.run, daemon=True).start()
    sys.stdin.read()  # it ends with who started it
