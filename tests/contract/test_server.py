"""The local server against the document: schemathesis sends it all that it can think of and finds nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mistral_voices
from mistral_voices.local import VoicesServer
from scripts.openapi import load

from .behaviour import check_local_server, findings
from .document import DOCUMENT, is_generated, operations

CONFIG = Path(__file__).with_name("schemathesis.toml")
SEED = [{"id": "v1", "name": "Ada", "sample_audio": "UklGRg=="}, {"id": "v2", "name": "Eva", "type": "preset"}]


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    if not is_generated() or findings(check_local_server, load(DOCUMENT), mistral_voices):
        pytest.skip("test_completeness.py fails and says what comes first")
    # Of base64 schemathesis knows the format of OpenAPI 3.0 alone.
    text = DOCUMENT.read_text("utf-8").replace("contentEncoding: base64", "format: byte")
    document = tmp_path / "voices.yaml"
    document.write_text(text, "utf-8")
    with VoicesServer(seed=SEED, api_key="key") as server:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", str(document)]
        command += ["--url", server.serve(), "--header", "Authorization: Bearer key", "--checks", "all"]
        command += ["--phases", "examples,coverage,fuzzing,stateful", "--mode", "all", "--max-examples", "15"]
        command += ["--generation-deterministic", "--no-shrink", "--no-color", "--continue-on-failure"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        sent = {(request.method, request.target[:4], request.target.count("/")) for request in server.requests}
    if done.returncode:
        found = (done.stdout + done.stderr).partition(" FAILURES ")[2].partition(" SUMMARY ")[
            0
        ] or done.stdout + done.stderr
        where = "overlay/mistral_voices/local (_application.py has the handlers)"
        pytest.fail(f"fix the document by a patch, or the local server in {where}:\n{found}", pytrace=False)
    assert {(each.verb, each.path[:4], each.path.count("/")) for each in operations(load(DOCUMENT))} <= sent
