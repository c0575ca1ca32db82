"""What doctor finds, and what it says to do."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from mistral_voices.local import VoicesServer

from .conftest import Ended


def found(call: Callable[..., Ended], *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Run it, and give its exit status and its checks by name."""
    ended = call("doctor", "--json", *arguments)
    assert ended.err == ""
    return ended.status, {check["name"]: check for check in json.loads(ended.out)["checks"]}


def test_all_is_well(call: Callable[..., Ended], server: VoicesServer) -> None:
    status, checks = found(call)
    assert (status, {check["state"] for check in checks.values()}) == (0, {"ok"})
    assert list(checks) == ["versions", "key", "server", "proxy", "name", "connection", "v2", "read call", "clock"]
    assert checks["read call"]["found"].startswith("200 in ")
    assert len(server.requests) == 1
    assert "key-0123456789abcdef" not in str(checks)
    text = call("doctor").out
    assert [line.split()[0] for line in text.splitlines()] == ["ok"] * len(checks)


@pytest.mark.parametrize(
    ("fault", "name", "state", "words", "status"),
    [
        ({"status": 401}, "read call", "failed", "Check the key", 4),
        ({"status": 500}, "read call", "failed", "", 1),
        ({"drop": "before"}, "read call", "failed", "--debug", 1),
        ({"status": 404, "path": "/v2/audio/voices"}, "v2", "warning", "v1", 0),
        ({"status": 404}, "read call", "failed", "", 3),
        ({"headers": {"Date": "Mon, 02 Jan 2023 03:04:05 GMT"}}, "clock", "warning", "Set the clock", 0),
        ({"headers": {"Date": "soon"}}, "clock", "ok", "", 0),
    ],
)
def test_what_a_server_does(
    call: Callable[..., Ended],
    server: VoicesServer,
    fault: dict[str, Any],
    name: str,
    state: str,
    words: str,
    status: int,
) -> None:
    server.fail(**fault, every=1)
    ended, checks = found(call)
    assert (ended, checks[name]["state"]) == (status, state)
    assert words in checks[name]["remedy"]


@pytest.mark.parametrize(
    ("variables", "arguments", "name", "words", "status"),
    [
        ({"MISTRAL_API_KEY": ""}, [], "key", "There is no API key", 4),
        ({}, ["--api-key-file", "absent"], "key", "cannot be read", 4),
        ({}, ["--server-url", "ftp://x"], "server", "must be an address", 1),
        ({"MISTRAL_SERVER_URL": "x"}, [], "server", "must be an address", 1),
        ({}, ["--server-url", "http://name.invalid"], "name", "name.invalid is not found", 1),
        ({}, ["--server-url", "http://127.0.0.1:1"], "connection", "port 1: Connection refused", 1),
        (
            {"HTTP_PROXY": "http://user:secret@127.0.0.1:1"},
            ["--server-url", "http://name.invalid"],
            "read call",
            "proxy",
            1,
        ),
    ],
)
def test_what_is_in_the_way(
    call: Callable[..., Ended],
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    arguments: list[str],
    name: str,
    words: str,
    status: int,
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    ended, checks = found(call, *arguments)
    assert (ended, checks[name]["state"]) == (status, "failed")
    assert words in checks[name]["found"]
    assert "secret" not in str(checks)


@pytest.fixture
def tls(user: Path) -> Iterator[str]:
    """A server that shakes hands and hangs up, with a certificate of our own; gives its address."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(user / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                connection, _ = listening.accept()
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        host, port = listening.getsockname()
        yield f"https://{host}:{port}"
        stop.set()
        socket.create_connection((host, port)).close()
        thread.join()


def test_tls(call: Callable[..., Ended], tls: str, user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, checks = found(call, "--server-url", tls)
    assert (status, checks["TLS"]["state"]) == (1, "failed")
    assert "SSL_CERT_FILE" in checks["TLS"]["remedy"]
    monkeypatch.setenv("SSL_CERT_FILE", str(user / "ca.pem"))
    _, checks = found(call, "--server-url", tls)
    assert checks["TLS"]["found"].startswith("TLSv1.3, certificate until ")
