"""The Python of the README runs as printed, against the local server."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from mistral_voices.local import VoicesServer

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
# The vendor's client is not here, a company's certificate neither, and the fixtures run in test_plugin.py.
ELSEWHERE = ("mistralai", "company.pem", "def test_my_code")


def test_blocks_are_found() -> None:
    assert len(BLOCKS) >= 8
    assert sum(any(word in block for word in ELSEWHERE) for block in BLOCKS) == len(ELSEWHERE)


@pytest.mark.parametrize("block", [block for block in BLOCKS if not any(word in block for word in ELSEWHERE)])
def test_block_runs(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "tests" / "data" / "hello.wav", "my-voice.wav")
    with VoicesServer(seed=[{"id": "v", "name": "V"}]) as server:
        monkeypatch.setenv("MISTRAL_SERVER_URL", server.serve())
        monkeypatch.setenv("MISTRAL_API_KEY", "readme-key")
        names: dict[str, object] = {}
        if "voices.create" in block and "import" not in block:  # it goes on from the block before it
            exec("from pathlib import Path\nfrom mistral_voices import Mistral\nvoices = Mistral().audio.voices", names)
        exec(compile(block, "README.md", "exec"), names)
