"""The command, and what only a process of its own shows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mistral_voices.local import VoicesServer, __main__

from .conftest import KEY, VOICES, create, in_threads

COMMAND = [sys.executable, "-m", "mistral_voices.local"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Run the command while the block runs, with a client on it."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("mistral_voices.local on http://127.0.0.1:"), process.communicate()
        url = line.split()[-1]
        assert process.stdout.readline() == f"export MISTRAL_SERVER_URL={url}\n"
        with httpx.Client(base_url=url, headers=KEY, verify=False) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate()


def test_it_serves_with_all_its_options(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("- id: mine\n  name: Mine\n  sample_audio: QUJD\n  created_at: 2024-05-01T00:00:00Z\n")
    options = ["--port", "0", "--seed", str(seed), "--data", str(tmp_path / "voices.sqlite"), "--api-key", "the-key"]
    with running(*options, "--sample-form", "json", "--without-v2") as (process, client):
        assert client.get(VOICES).status_code == 401
        client.headers["Authorization"] = "Bearer the-key"
        assert client.get(f"{VOICES}/mine/sample").json() == "QUJD"
        assert client.get("/v2/audio/voices").status_code == 404
        assert client.post("/_local/fail", json={"status": 503}).status_code == 200
        assert client.get(VOICES).status_code == 503
        process.send_signal(signal.SIGTERM)
        assert (*process.communicate(), process.returncode) == ("", "", 0)


def test_it_ends_at_control_c() -> None:
    with running() as (process, client):
        assert client.get(VOICES).status_code == 200
        process.send_signal(signal.SIGINT)
        assert (*process.communicate(), process.returncode) == ("", "", 0)


def test_a_kill_loses_no_acknowledged_voice(tmp_path: Path) -> None:
    data = tmp_path / "voices.sqlite"
    with running("--data", str(data)) as (process, client):
        acknowledged = in_threads(*[lambda: create(client, sample_audio="QUJD" * 500)["id"]] * 20)
        process.kill()
    with VoicesServer(data=data) as server, server.client(headers=KEY) as client:
        for voice_id in acknowledged:
            assert client.get(f"{VOICES}/{voice_id}/sample").content == b"ABC" * 500


def test_bad_arguments(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for arguments, message in (
            (["--port", "70000"], "0-65535"),
            (["--port", str(taken.getsockname()[1])], "cannot listen on 127.0.0.1"),
            (["--host", "0.0.0.0"], "not a loopback address"),
            (["--sample-form", "mp3"], "invalid choice"),
            (["--seed", "absent.yaml"], "absent.yaml cannot be read"),
            (["--data", str(tmp_path)], "is a folder"),
        ):
            with pytest.raises(SystemExit, match="2"):
                __main__.main(arguments)
            assert message in capsys.readouterr().err


@pytest.mark.parametrize(("name", "arguments"), [("jsonschema", []), ("yaml", ["--seed", "x.yaml"])])
def test_without_the_extra(tmp_path: Path, name: str, arguments: list[str]) -> None:
    (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path))}
    ended = subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)
    message = f'the local server needs {name}: pip install "mistral-voices[local]"\n'
    assert (ended.returncode, ended.stderr) == (1, message)


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = {"httpx", "jsonschema", "yaml", "sqlite3", "asyncio", "mistral_voices_api"}
    code = f"import sys, mistral_voices.local; assert not {heavy} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
