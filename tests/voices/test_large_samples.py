"""What large samples cost: their memory, and what is left when a process that saves one is killed."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices import Mistral

from ..harness import KEY, VOICE
from ..loopback import Handler, Server, serving

PIECE = 64 * 1024
LARGE = 30 * 1024 * 1024


class SampleHandler(Handler):
    """Drains a POST; to a GET it sends zeros."""

    def do_POST(self) -> None:  # noqa: N802 - its name for the standard library
        left = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, PIECE)))
        self.begin("application/json", len(body := json.dumps(VOICE).encode()))
        self.wfile.write(body)

    def do_GET(self) -> None:  # noqa: N802 - its name for the standard library
        self.begin("audio/wav", LARGE)
        for _ in range(LARGE // PIECE):
            self.wfile.write(bytes(PIECE))

    def begin(self, content_type: str, length: int) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(length))
        self.end_headers()


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_large_sample_is_never_in_memory(library: Any, tmp_path: Path) -> None:
    path = tmp_path / "large.wav"
    saved: dict[str, Any] = {"voice_id": "v1", "path": path, "overwrite": True}
    created: dict[str, Any] = {"name": "Ada", "sample_audio": path}

    async def main() -> None:
        async with library.AsyncClient() as client:
            voices = Mistral(KEY, server_url=server.url, async_client=client).audio.voices
            await voices.save_sample_audio_async(**saved)
            await voices.create_async(**created)

    server = Server()
    server.RequestHandlerClass = SampleHandler
    tracemalloc.start()
    with serving(server), library.Client() as client:
        voices = Mistral(KEY, server_url=server.url, client=client).audio.voices
        voices.save_sample_audio(**saved)
        voices.create(**created)
        asyncio.run(main())
    assert path.stat().st_size == LARGE
    assert tracemalloc.get_traced_memory()[1] < LARGE // 6  # with the modules that load meanwhile
    tracemalloc.stop()


SAVE = """
import asyncio, sys
from mistral_voices import Mistral

job, url, folder = sys.argv[1:]
save = getattr(Mistral("key", server_url=url).audio.voices, job)
asyncio.run(save(voice_id="v1", path=folder, on_progress=lambda done, total: print(done, flush=True)))
"""


@pytest.mark.parametrize("job", ["save_sample_audio", "save_sample_audio_async"])
def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path, job: str) -> None:
    size = 900_000
    head = f"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", SAVE, job, f"http://127.0.0.1:{listener.getsockname()[1]}", str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process, listener.accept()[0] as connection:
            connection.sendall(head.encode() + bytes(size // 2))
            assert process.stdout is not None
            assert 0 < int(process.stdout.readline()) <= size // 2
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
    assert [*tmp_path.iterdir()] == []
