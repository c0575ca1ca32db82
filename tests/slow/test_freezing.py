"""A program that PyInstaller froze makes a call: it sees only the modules that import statements name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mistral_voices.local import VoicesServer

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / "tests" / "data" / "frozen_program.py"

pytestmark = pytest.mark.slow


def test_a_frozen_program_makes_calls(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "PyInstaller", "--onedir", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", "dist", "--workpath", "work", "--specpath", ".", str(PROGRAM)]
    paths = os.pathsep.join([str(ROOT / "overlay"), str(ROOT / "generated")])
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, check=True, timeout=300)
    frozen = tmp_path / "dist" / "frozen_program" / "frozen_program"
    with VoicesServer() as server:
        done = subprocess.run([frozen, server.serve()], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "local-clara\n", "")
