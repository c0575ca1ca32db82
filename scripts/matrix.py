"""Run a program on the oldest and newest versions of what we depend on, in bare environments with the wheel.

The oldest versions are those that pyproject.toml names. Every Python from 3.11 to 3.14 is looked
for on this machine, and one that is not there is named.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from mistral_voices.local import VoicesServer
from scripts.bench.environments import ROOT, UV, ProcessError, build_wheel, run

PROGRAM = ROOT / "scripts" / "matrix_program.py"
MINORS = (11, 12, 13, 14)
# No dependency of ours, so that pyproject.toml names none: a client of it may be passed.
OLDEST_HTTPX2 = "httpx2==2.0.0"


class Environment(NamedTuple):
    """What is installed beside the wheel, for which Python."""

    name: str
    python: Path
    packages: tuple[str, ...]


def oldest_versions() -> dict[str, str]:
    """Read the lower bounds from pyproject.toml, as exact versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bounds = [re.match(r"([\w-]+)>=([\d.]+)", each) for each in project["dependencies"]]
    return {each[1]: f"{each[1]}=={each[2]}.0" if each[2].count(".") < 2 else each[0] for each in bounds if each}


def find_python(minor: int) -> Path | None:
    """Find an interpreter that runs: this one, one on PATH, or one of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    on_path = [Path(folder) / f"python3.{minor}" for folder in os.environ.get("PATH", "").split(os.pathsep)]
    for path in [Path(sys.executable), *on_path, *sorted(pyenv.glob(f"versions/3.{minor}.*/bin/python"))]:
        if path.exists():
            code = "import sys, ensurepip; print(sys.version_info[1])"
            done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0 and done.stdout.strip() == str(minor):
                return path
    return None


def environments(pythons: dict[int, Path]) -> Iterator[Environment]:
    """Give all oldest and all newest on each Python; on the oldest one each package old alone, and trio."""
    oldest = oldest_versions()
    for minor, python in pythons.items():
        yield Environment(f"3.{minor} all oldest", python, (*oldest.values(), OLDEST_HTTPX2))
        yield Environment(f"3.{minor} all newest", python, (*oldest, "httpx2"))
    minor, python = next(iter(pythons.items()))
    for name, package in {**oldest, "httpx2": OLDEST_HTTPX2}.items():
        yield Environment(f"3.{minor} oldest {name}", python, (package,))
    yield Environment(f"3.{minor} with trio", python, ("trio",))


def try_environment(each: Environment, wheel: Path, url: str) -> str:
    """Make an environment, run the program in it, and give the versions that it had."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        run(*UV[:-1], "venv", "--python", each.python, folder)
        run(*UV, "install", "--python", python, wheel, *each.packages)
        versions = json.loads(run(python, "-I", "-W", "error", PROGRAM, url))
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def main() -> int:
    """Try all environments, and say what held."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="a part of the names of environments")
    only = parser.parse_args().only
    found = {minor: find_python(minor) for minor in MINORS}
    pythons = {minor: python for minor, python in found.items() if python is not None}
    failures, count, began = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder, VoicesServer() as server:
        wheel, url = build_wheel(folder), server.serve()
        for each in environments(pythons):
            if only not in each.name:
                continue
            count += 1
            try:
                print(f"held    {each.name:20} {try_environment(each, wheel, url)}", flush=True)
            except ProcessError as error:
                failures += 1
                print(f"FAILED  {each.name:20} {' '.join(each.packages)}\n{error}", flush=True)
    missing = [f"3.{minor}" for minor, python in found.items() if python is None]
    print(f"{count - failures} of {count} environments held, in {time.monotonic() - began:.0f} s.")
    if missing:
        print(f"Not tried, as this machine does not have it: Python {', '.join(missing)}.")
    return bool(failures or not count)


if __name__ == "__main__":
    sys.exit(main())
