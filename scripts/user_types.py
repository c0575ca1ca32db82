"""Run mypy --strict and pyright as a user would: on files of theirs, against the wheel as it is installed.

In tests/typing each line marked `# wrong` or `# deprecated` must be reported, and no other line.
pyright also verifies that the types of the public surface are complete.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.bench.environments import ROOT, UV, build_wheel, run

EXAMPLES = ROOT / "tests" / "typing"
PYRIGHT = (sys.executable, ROOT / "scripts" / "node.py", "pyright")
TESTED_WITH = ("httpx", "httpx2", "attrs")


def check(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a checker in a folder and keep what it prints."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def install(folder: Path) -> Path:
    """Install the wheel into a new environment, with the locked versions; give that one's Python."""
    venv.create(folder / "environment", with_pip=False)
    python = folder / "environment" / "bin" / "python"
    locked = ("--python", python, "--constraint", "requirements-dev.lock")
    run(*UV, "install", *locked, build_wheel(folder), *TESTED_WITH)
    return python


def mypy(python: Path, folder: Path) -> set[tuple[str, int]]:
    """Give the files and lines that mypy reports."""
    options = (
        "--strict",
        "--enable-error-code",
        "deprecated",
        "--config-file=",
        "--cache-dir",
        folder / ".cache",
        "--python-executable",
        python,
    )
    output = check(sys.executable, "-m", "mypy", *options, ".", folder=folder).stdout
    return {(file, int(line)) for file, line in re.findall(r"^(\S+?):(\d+): error:", output, re.MULTILINE)}


def pyright(python: Path, folder: Path) -> set[tuple[str, int]]:
    """Give the files and lines that pyright reports."""
    output = check(*PYRIGHT, "--outputjson", "--pythonpath", python, ".", folder=folder).stdout
    found = [each for each in json.loads(output)["generalDiagnostics"] if each["severity"] == "error"]
    return {(Path(each["file"]).name, each["range"]["start"]["line"] + 1) for each in found}


def problems(python: Path, folder: Path) -> Iterator[str]:
    """Say what a checker misses, and what it reports where nothing is wrong."""
    wrong: set[tuple[str, int]] = set()
    for path in EXAMPLES.glob("*.py"):
        shutil.copy(path, folder)
        lines = path.read_text(encoding="utf-8").splitlines()
        wrong |= {
            (path.name, number) for number, line in enumerate(lines, 1) if line.endswith(("# wrong", "# deprecated"))
        }
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', encoding="utf-8")
    for checker in (mypy, pyright):
        reported = checker(python, folder)
        for name, line in sorted(wrong ^ reported):
            verdict = "does not see that this is wrong" if (name, line) in wrong else "takes this for wrong"
            yield f"tests/typing/{name}:{line}: {checker.__name__} {verdict}"
    for program in python.parent.parent.glob("lib/python*/site-packages/mistral_voices/cli"):
        shutil.rmtree(program)  # the command line, which nobody imports
    # Here pyright reads no option, only the Python that it finds on PATH.
    search_path = f"PATH={python.parent}{os.pathsep}{os.environ['PATH']}"
    verified = check("env", search_path, *PYRIGHT, "--verifytypes", "mistral_voices", "--ignoreexternal", folder=folder)
    if verified.returncode:
        yield verified.stdout


def main() -> int:
    """Build, install and check."""
    with tempfile.TemporaryDirectory() as temporary:
        python = install(Path(temporary))
        folder = Path(temporary) / "user"
        folder.mkdir()
        found = list(problems(python, folder))
    print("\n".join(found) or "A user's files are judged alike by mypy and pyright, against the wheel.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
