from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mistral_voices.local import VoicesServer

from .conftest import KEY, VOICES
from .test_data import damaged  # noqa: F401 - a fixture
from .test_operations import create

COMMAND = [sys.executable, "-m", "mistral_voices.local"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command and give its process and address; it ends with the block."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("mistral_voices.local on http://127.0.0.1:"), process.communicate()
        url = line.split()[-1]
        assert process.stdout.readline() == f"export MISTRAL_SERVER_URL={url}\n"
        yield process, url
    finally:
        process.kill()
        process.communicate()


def test_it_serves_with_all_its_options(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("- id: mine\n  name: Mine\n  sample_audio: QUJD\n  created_at: 2024-05-01T00:00:00Z\n")
    data = str(tmp_path / "voices.sqlite")
    options = ("--port", "0", "--seed", str(seed), "--data", data, "--api-key", "the-key", "--sample-form", "json")
    with running(*options, "--without-v2") as (process, url), httpx.Client(base_url=url, verify=False) as client:
        assert client.get(VOICES, headers=KEY).status_code == 401
        client.headers["Authorization"] = "Bearer the-key"
        assert client.get(f"{VOICES}/mine/sample").json() == "QUJD"
        assert client.get("/v2/audio/voices").status_code == 404
        assert client.post("/_local/fail", json={"status": 503}).status_code == 200
        assert client.get(VOICES).status_code == 503
        process.send_signal(signal.SIGTERM)
        assert process.communicate() == ("", "")
        assert process.returncode == 0


def test_it_starts_quickly() -> None:
    best = 60.0
    for _ in range(5):  # the best of five, for the machine may be busy
        began = time.perf_counter()
        with running():
            best = min(best, time.perf_counter() - began)
        if best < 1:
            break
    assert best < 1


def test_it_ends_at_control_c() -> None:
    with running() as (process, url), httpx.Client(base_url=url, headers=KEY, verify=False) as client:
        assert client.get(VOICES).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", "")
        assert process.returncode == 0


def test_a_kill_loses_no_acknowledged_voice(tmp_path: Path) -> None:
    data = tmp_path / "voices.sqlite"
    acknowledged: list[str] = []
    enough = threading.Event()

    def work(url: str) -> None:
        with httpx.Client(base_url=url, headers=KEY, verify=False) as client:
            try:
                while True:
                    acknowledged.append(create(client, sample_audio="QUJD" * 500)["id"])
                    if len(acknowledged) >= 100:
                        enough.set()
            except httpx.TransportError:
                return  # the server is gone

    with running("--data", str(data)) as (process, url):
        threads = [threading.Thread(target=work, args=(url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        assert enough.wait(30)
        process.kill()
        for thread in threads:
            thread.join()
    with VoicesServer(data=data) as server, server.client(headers=KEY) as client:
        for voice_id in acknowledged:
            assert client.get(f"{VOICES}/{voice_id}/sample").content == b"ABC" * 500


def test_bad_arguments(tmp_path: Path, damaged: Path) -> None:  # noqa: F811 - the fixture
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps([{"id": "a", "name": 1}]))
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    no_list = tmp_path / "object.yaml"
    no_list.write_text("a: 1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        cases = {
            ("--port", "x"): "invalid int value",
            ("--port", "70000"): "0-65535",
            ("--port", port): "cannot listen on 127.0.0.1",
            ("--host", "0.0.0.0"): "not a loopback address",
            ("--host", "example"): "example",
            ("--sample-form", "mp3"): "invalid choice",
            ("--seed", str(bad)): "seed entry 1 ('a'): name",
            ("--seed", str(broken)): "broken.yaml cannot be read",
            ("--seed", str(no_list)): "object.yaml holds no list",
            ("--seed", "absent.yaml"): "absent.yaml cannot be read",
            ("--data", str(tmp_path)): "is a folder",
            ("--data", str(bad)): "bad.json cannot be used",
            ("--data", str(damaged)): "damaged.sqlite cannot be used",
            ("--data", "x" * 300): "cannot be opened",
        }
        started = {
            arguments: subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True)
            for arguments in cases
        }
        for arguments, process in started.items():
            _, error = process.communicate()
            assert process.returncode == 2, arguments
            assert cases[arguments] in error
            assert "Traceback" not in error


@pytest.mark.parametrize("name", ["jsonschema", "yaml"])
def test_without_the_extra(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path))}
    for arguments in ([], ["--seed", "x.yaml"]):
        ended = subprocess.run(
            [*COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert ended.returncode == 1
        assert ended.stderr == f'the local server needs {name}: pip install "mistral-voices[local]"\n'


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules); import mistral_voices.local as local; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "assert not new & {'httpx', 'jsonschema', 'yaml', 'sqlite3', 'asyncio'}, new; "
        "assert 'VoicesServer' in dir(local); local.VoicesServer; "
        "assert not hasattr(local, 'VoiceServer')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with VoicesServer() as server:
        try:
            url = server.serve(host="::1")
        except OSError:
            pytest.skip("no IPv6 loopback here")
        assert url.startswith("http://[::1]:")
        assert httpx.get(f"{url}{VOICES}", headers=KEY, verify=False).status_code == 200
