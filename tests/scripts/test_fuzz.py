"""Does the search for foreign errors find one, and print a line that shows it again?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mistral_voices._core import error_mapping
from scripts import fuzz, fuzz_cases

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_foreign_error_is_found_and_its_line_shows_it_again(monkeypatch: pytest.MonkeyPatch, is_async: bool) -> None:
    def broken(*arguments: Any) -> Any:
        raise KeyError("foreign")

    line = f"fuzz.call('httpx', {is_async}, 'get', [(404, [], b'')], {{}})"
    exec(line)  # nothing is wrong yet
    monkeypatch.setattr(error_mapping, "_sentence", broken)
    with pytest.raises(KeyError, match="foreign"):
        exec(line)


def test_a_failure_is_shrunk_to_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(value: bytes) -> None:
        if len(value) > 3:
            raise KeyError("foreign")

    monkeypatch.setitem(fuzz_cases.PURE, "recognize_bytes", broken)
    outcome = fuzz.run_chunk("pure layers", 1, 100)
    assert outcome.failure is not None
    where, text = outcome.failure
    line = text.splitlines()[-1]
    assert where == "KeyError in test_fuzz.py, broken"
    assert line == r"fuzz.pure('recognize_bytes', b'\x00\x00\x00\x00')"
    with pytest.raises(KeyError):
        exec(line)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "problem"), [("b'x' * (1 << 30)", "MB of memory"), ("all(True for _ in iter(int, 1))", "s of CPU")]
)
def test_the_bounds_of_a_case_hold(work: str, problem: str) -> None:
    code = f"""
from scripts import fuzz, fuzz_cases
fuzz.prepare()
fuzz_cases.PURE["fold"] = lambda value: {work}
try:
    fuzz.bounded("pure", ("fold", ""))
except fuzz.BoundError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert problem in done.stdout


@pytest.mark.slow
def test_a_part_of_the_search_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/fuzz.py", "--cases", "500"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "only our errors came out" in done.stdout
