"""What is seen from outside a process that moves large samples: its memory, and what is left when it is killed."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from ..harness import VOICE
from ..loopback import Handler, Server, serving
from . import peak_memory

PIECE = 64 * 1024


class SampleHandler(Handler):
    """Drains a POST; to a GET it sends as many zeros as the id says."""

    def do_POST(self) -> None:  # noqa: N802 - its name for the standard library
        left = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, PIECE)))
        self.begin("application/json", len(body := json.dumps(VOICE).encode()))
        self.wfile.write(body)

    def do_GET(self) -> None:  # noqa: N802 - its name for the standard library
        left = int(self.path.split("/")[-2])
        self.begin("audio/wav", left)
        while left:
            left -= self.wfile.write(bytes(min(left, PIECE)))

    def begin(self, content_type: str, length: int) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(length))
        self.end_headers()


def start(job: str, url: str, folder: Path, library: str) -> subprocess.Popen[str]:
    folder.mkdir()
    command = [sys.executable, peak_memory.__file__, job, url, str(folder), library]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_large_sample_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    server = Server()
    server.RequestHandlerClass = SampleHandler
    processes = [partial(start, "measure", server.url, tmp_path / name, name) for name in ("httpx", "httpx2")]
    with serving(server), processes[0]() as first, processes[1]() as second:
        for process in (first, second):
            grown = json.loads(process.communicate()[0])
            assert len(grown) == 4
            assert max(grown.values()) < 4_000_000, grown


@pytest.mark.parametrize("job", ["save", "save_async"])
def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path, job: str) -> None:
    folder, size = tmp_path / "folder", 900_000
    head = f"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with start(job, url, folder, "httpx") as process, listener.accept()[0] as connection:
            connection.sendall(head.encode() + bytes(size // 2))
            assert process.stdout is not None
            assert process.stdout.readline() == f"{size // 2}\n"
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
    assert [*folder.iterdir()] == []
