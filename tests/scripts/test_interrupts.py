"""The interrupts do no harm, and their command sees it where they do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEW = ["--cancellations", "150", "--signals", "60", "--forks", "10"]
# What is taken away, and what the command then says.
HARM = {
    "_transport.clients import Clients as X; X.retire = lambda *_: None": "places of a pool are lost",
    "_transport.clients import Clients as X; X.forget = lambda _: None": "a child ended",
    "_media.part_file import PartFile as X; X.discard = X.__del__ = lambda _: None": ".part",
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2"])
def test_interrupts_do_no_harm(seed: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "interrupts.py"), *FEW, "--seed", seed]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("left: nothing") == 3
    assert "0 twice" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("harm", "message"), HARM.items())
def test_harm_is_seen(harm: str, message: str) -> None:
    program = (
        f"from mistral_voices.{harm}\nimport sys; from scripts import interrupts; sys.exit(interrupts.main({FEW}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert message in done.stdout + done.stderr
