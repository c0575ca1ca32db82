"""The environments of the peers, each made from its own file of names, versions and hashes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

from scripts.bench.table import BENCH, OURS

ROOT = BENCH.parent.parent
ENVIRONMENTS = BENCH / ".environments"
UV = (sys.executable, "-m", "uv", "--quiet", "pip")


class ProcessError(Exception):
    """A process failed; the message is the last that it said."""


def run(*command: str | Path, variables: dict[str, str] | None = None) -> str:
    """Run a process to its end and give what it printed; ProcessError when it fails."""
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300, env=variables
        ).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ProcessError("\n".join(str(error.stderr or error).strip().splitlines()[-5:])) from None


def python_of(name: str) -> Path:
    """Give the interpreter of an environment."""
    return ENVIRONMENTS / name / "bin" / "python"


def packages_of(name: str) -> Path:
    """Give the folder that an environment's packages are in."""
    return next((ENVIRONMENTS / name / "lib").glob("python*")) / "site-packages"


def size_of(name: str) -> int:
    """Add up the files that are installed, without the bytecode that Python writes beside them."""
    files = (path for path in packages_of(name).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sum(path.stat().st_size for path in files)


def versions_of(name: str) -> list[str]:
    """Name the packages in an environment with their versions."""
    return sorted(f"{each.name}=={each.version}" for each in distributions(path=[str(packages_of(name))]))


def install(name: str, wheel: Path) -> None:
    """Make one environment, or bring it up to date."""
    print(f"Making the environment of {name} ...", file=sys.stderr)
    venv.create(ENVIRONMENTS / name, with_pip=False)
    options = ("--python", python_of(name), "--compile-bytecode")
    run(*UV, "sync", *options, "--require-hashes", BENCH / "requirements" / f"{name}.txt")
    if name.startswith(OURS):
        run(*UV, "install", *options, "--no-deps", wheel)
    if name == "generator":  # what it makes of our document when nobody interferes
        generate = (sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--overwrite")
        settings, package = BENCH / "requirements" / "generator.yaml", packages_of(name) / "plain_voices_api"
        run(*generate, "--config", settings, "--path", "openapi/voices.yaml", "--output-path", package)
        run(python_of(name), "-m", "compileall", "-q", package)


def build_wheel(folder: str | Path) -> Path:
    """Build our wheel into a folder."""
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    return next(Path(folder).glob("*.whl"))


def prepare(names: Iterable[str]) -> dict[str, str]:
    """Make the environments; give what went wrong, by peer."""
    failures: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(folder)
        for name in names:
            try:
                install(name, wheel)
            except (ProcessError, OSError) as error:
                failures[name] = str(error)
    return failures
