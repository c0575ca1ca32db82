"""The local server, and a real proxy before it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mistral_voices.local import VoicesServer


@pytest.fixture
def server() -> Iterator[VoicesServer]:
    with VoicesServer() as server:
        yield server


@pytest.fixture
def url(server: VoicesServer) -> str:
    return server.serve()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start proxy.py with options, which finds every host on this machine; give its address without http://."""
    processes = []

    def start(*options: str) -> str:
        port_file = tmp_path / "port"
        command = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0", "--num-workers", "1"]
        command += ["--num-acceptors", "1", "--port-file", str(port_file), "--log-level", "ERROR", *options]
        command += ["--plugins", "tests.neighbours.resolver.ToThisMachine"]
        processes.append(subprocess.Popen(command, env={**os.environ, "HOME": str(tmp_path)}))
        for _ in range(600):
            if port_file.exists() and (text := port_file.read_text().split()):
                return f"127.0.0.1:{text[0]}"
            assert processes[0].poll() is None, "the proxy has ended"
            time.sleep(0.05)
        raise AssertionError("the proxy did not start")

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)
