"""Every example of README.md, docs/command-line.md and docs/backup.md with `$` prints what stands below it."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import Any

import pytest

from mistral_voices.local import VoicesServer

from .conftest import SCRIPT, WAV, in_terminal

ROOT = Path(__file__).parents[2]
FILES = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
SAMPLE = {"sample_audio": base64.b64encode(WAV).decode(), "sample_filename": "a.wav"}
VOICES = [
    {
        "id": "0f3c21ab-7d01-4b5e-9a64-1e7cbb0d1001",
        "name": "Ada",
        "languages": ["en"],
        "gender": "female",
        "slug": "ada",
    },
    {"id": "2b90d3c7-11f6-4c0e-8f65-0a4a3a6f1002", "name": "Chloé", "languages": ["fr"], "tags": ["bright", "warm"]},
    {"id": "7c1e5a90-93d4-4f4b-b0a6-5d2be14f1003", "name": "Dieter", "languages": ["de"], "gender": "male"},
    {"id": "9e4477d2-4f0b-4d31-a8d9-c3f05b7a1004", "name": "名前", "languages": ["ja"]},
]
CREATED = ["2026-10-01T09:00:00Z", "2026-03-14T09:00:00Z", "2026-04-20T09:00:00Z", "2026-11-11T09:00:00Z"]
# What differs each time: ids of new voices, and times.
VARIES = {
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "ID",
    r"\b20\d\d-\d\d-\d\d(T[\d:.+]+)?": "DATE",
}


@pytest.fixture
def served() -> dict[str, Any]:
    seed = [{**voice, **SAMPLE, "created_at": created} for voice, created in zip(VOICES, CREATED, strict=True)]
    return {"seed": seed}


def run_example(line: str, server: VoicesServer) -> str:
    """Run a line in a terminal, and give what is to be seen of it in the end."""
    shown = in_terminal("-c", line, program=Path("/bin/sh"), columns=100).out.replace(
        server.url, "https://api.mistral.ai"
    )
    lines = [re.split(r"\r\x1b\[K|\r", each)[-1] for each in shown.split("\n")]
    return "".join(
        f"{each}\n" for each in (re.sub(r"\x1b\[\??[0-9;]*[a-zA-Z]", "", each).rstrip() for each in lines) if each
    )


def without_what_varies(text: str) -> list[str]:
    """Give the lines in a fixed order (what is done at once ends in any), without ids and times."""
    for pattern, name in VARIES.items():
        text = re.sub(pattern, name, text)
    return sorted(text.splitlines())


@pytest.mark.parametrize(("page", "fewest"), [("README.md", 5), ("docs/command-line.md", 15), ("docs/backup.md", 8)])
def test_examples(server: VoicesServer, user: Path, monkeypatch: pytest.MonkeyPatch, page: str, fewest: int) -> None:
    text = (ROOT / page).read_text("utf-8")
    (user / "recordings").mkdir()
    for name in ("ada.wav", "recordings/hal.wav", "recordings/ines.wav"):
        (user / name).write_bytes(WAV)
    (user / "hal.wav").write_bytes(WAV + b"\0\0")
    for name, content in FILES.findall(text):
        (user / name).write_text(content, "utf-8")
    monkeypatch.setenv("PATH", f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NO_COLOR", "1")
    examples = [line for block in EXAMPLES.findall(text) for line in block.split("$ ")[1:]]
    assert len(examples) >= fewest
    for example in examples:
        line, _, output = example.partition("\n")
        assert without_what_varies(run_example(line, server)) == without_what_varies(output), line
