"""The programs in examples/ run as their users run them, each as a process of its own, against the local server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mistral_voices import Mistral
from mistral_voices.local import VoicesServer

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
BIN = ROOT / ".venv" / "examples" / ("Scripts" if sys.platform == "win32" else "bin")
SAMPLE = ROOT / "tests" / "data" / "hello.wav"
SEED: list[dict[str, Any]] = [
    {"id": "v1", "name": "=Old", "created_at": "2025-01-31T00:00:00Z", "languages": ["en", "fr"], "tags": ["a", "b"]},
    {"id": "v2", "name": "Eva"},
]
Run = Callable[..., str]


@pytest.fixture
def server() -> Iterator[VoicesServer]:
    with VoicesServer(seed=SEED) as server:
        yield server


@pytest.fixture
def environment(server: VoicesServer) -> dict[str, str]:
    assert BIN.exists(), "the environment of the examples is not there: make test sets it up"
    return {**os.environ, "MISTRAL_SERVER_URL": server.serve(), "MISTRAL_API_KEY": "k", "PYTHONPATH": str(EXAMPLES)}


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run a program of the environment and give what it prints."""

    def run(program: str, *arguments: str, **more: str) -> str:
        command = [str(BIN / program), *arguments]
        done = subprocess.run(
            command, check=False, env=environment | more, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@contextmanager
def serving(environment: dict[str, str], program: str, *arguments: str) -> Iterator[httpx.Client]:
    """Start a web server, and give a client of it when it responds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([str(BIN / program), *arguments, "--port", str(port)], env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for _ in range(600):
                try:
                    client.get("/nothing")
                    break
                except httpx.ConnectError:
                    assert process.poll() is None, "the server has ended"
                    time.sleep(0.05)
            yield client
    finally:
        process.terminate()
        process.wait()


def names(server: VoicesServer) -> list[str]:
    """Give the names of the custom voices that a server has."""
    with Mistral("k", client=server.client()) as mistral:
        return sorted(voice.name for voice in mistral.audio.voices.iterate(type_="custom"))


def test_every_example_is_run_and_short() -> None:
    tested = Path(__file__).read_text("utf-8")
    for path in (path for path in EXAMPLES.iterdir() if path.suffix in {".py", ".ipynb"}):
        assert f'"""{path.name}."""' in tested
        assert len(path.read_text("utf-8").splitlines()) < 60, path.name


def test_fastapi_upload(environment: dict[str, str], server: VoicesServer) -> None:
    """fastapi_upload.py."""
    with serving(environment, "uvicorn", "fastapi_upload:app") as client:
        made = client.post("/voices", data={"name": "Ada"}, files={"sample": ("ada.wav", SAMPLE.read_bytes())})
        assert (made.status_code, made.json()["name"]) == (201, "Ada")
        assert client.get("/voices/ada").json() == made.json()
        assert {"Ada", "Clara", "Eva"} < {voice["name"] for voice in client.get("/voices").json()}
        spoken = [voice["languages"] for voice in client.get("/voices", params={"language": "fr"}).json()]
        assert spoken
        assert all("fr" in languages for languages in spoken)
        assert client.get("/voices/nobody").status_code == 404
        refused = client.post("/voices", data={"name": "Zoe"}, files={"sample": ("zoe.wav", b"")})
        assert (refused.status_code, "sample_audio" in refused.text) == (400, True)
    assert names(server) == ["=Old", "Ada", "Eva"]


def test_flask_view(environment: dict[str, str], server: VoicesServer) -> None:
    """flask_view.py."""
    with serving(environment, "flask", "--app", "flask_view", "run") as client:
        made = client.post("/", data={"name": "<b>"}, files={"sample": ("b.wav", SAMPLE.read_bytes())})
        assert made.status_code == 302
        assert "<li>&lt;b&gt; <code>" in client.get("/").text
        with Mistral("k", client=server.client()) as mistral:
            voice_id = mistral.audio.voices.find("<b>").id
        assert client.get(f"/voices/{voice_id}/sample").content == SAMPLE.read_bytes()
        refused = client.post("/", data={"name": "Eva"}, files={"sample": ("eva.wav", b"<!doctype html>")})
        assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)


def test_suite_of_a_user(run: Run) -> None:
    """test_my_code.py."""
    printed = run("pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(EXAMPLES / "test_my_code.py"))
    assert "4 passed" in printed


def test_celery_task(run: Run, server: VoicesServer) -> None:
    """celery_task.py."""
    program = f"""
from celery.contrib.testing.worker import start_worker
from celery_task import app, clone
app.conf.broker_transport_options = {{"polling_interval": 0.01}}
with start_worker(app, perform_ping_check=False):
    first = clone.delay("Ada", {str(SAMPLE)!r}).get(timeout=30)
    again = clone.delay("Ada", {str(SAMPLE)!r}).get(timeout=30)
assert first == again and first["name"] == "Ada", (first, again)
"""
    run("python", "-c", program)
    assert names(server).count("Ada") == 1


def test_lambda_handler(run: Run, server: VoicesServer) -> None:
    """lambda_handler.py."""
    program = f"""
import base64, json
from lambda_handler import handler
sample = base64.b64encode(open({str(SAMPLE)!r}, "rb").read()).decode()
print(handler({{"body": json.dumps({{"name": "Ada", "sample": sample}})}}, None)["statusCode"])
print(handler({{"body": json.dumps({{"name": "Ada", "sample": "ada.wav"}})}}, None)["statusCode"])
print(handler({{"body": None}}, None)["statusCode"])
"""
    assert run("python", "-c", program).split() == ["201", "400", "400"]
    assert names(server).count("Ada") == 1


def test_migrate(run: Run, environment: dict[str, str], server: VoicesServer) -> None:
    """migrate.py."""
    with VoicesServer() as target:
        program = "import sys, mistral_voices.client as client; client.SERVERS.update(eu=sys.argv[1], us=sys.argv[2]); "
        program += "sys.argv[1:] = ['eu', 'us']; import migrate; migrate.main()"
        arguments = ("python", "-c", program, environment["MISTRAL_SERVER_URL"], target.serve())
        assert len(run(*arguments, FROM_KEY="a", TO_KEY="b").splitlines()) == len(SEED)
        assert run(*arguments, FROM_KEY="a", TO_KEY="b") == ""
        assert names(target) == names(server)


def test_old_voices(run: Run) -> None:
    """old_voices.py."""
    assert run("python", str(EXAMPLES / "old_voices.py")).splitlines() == [
        "id,name,created_at,languages,tags",
        "v1,'=Old,2025-01-31T00:00:00+00:00,en fr,a b",
    ]


def test_progress_bars(run: Run, tmp_path: Path) -> None:
    """progress_bars.py."""
    (tmp_path / "my-voice.wav").write_bytes(SAMPLE.read_bytes())
    assert "my-voice-from-the-service.wav" in run("python", str(EXAMPLES / "progress_bars.py"), "my-voice.wav")
    assert (tmp_path / "my-voice-from-the-service.wav").read_bytes() == SAMPLE.read_bytes()


def test_data_frame(run: Run) -> None:
    """data_frame.py."""
    printed = run("python", str(EXAMPLES / "data_frame.py"))
    assert "2025-01" in printed
    assert re.search(r"^fr( +\d+)+$", printed, re.MULTILINE)


def test_notebook(run: Run, tmp_path: Path) -> None:
    """voices.ipynb."""
    (tmp_path / "my-voice.wav").write_bytes(SAMPLE.read_bytes())
    program = f"""
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read({str(EXAMPLES / "voices.ipynb")!r}, as_version=4)
NotebookClient(notebook, timeout=60, resources={{"metadata": {{"path": {str(tmp_path)!r}}}}}).execute()
for cell in notebook.cells[1:]:
    print(cell.outputs[-1].data["text/html"])
"""
    printed = run("python", "-c", program)
    assert printed.count("<table") == 2
    assert "<audio" in printed
