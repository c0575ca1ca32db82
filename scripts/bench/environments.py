"""The environments of the peers: made once, each from its own file of names, versions and hashes, and reused."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import distributions, version
from pathlib import Path

from scripts.bench.rows import GENERATOR, HTTPX, HTTPX2, MISTRALAI2, MISTRALAI3, OURS, OURS2

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent.parent
ENVIRONMENTS = BENCH / ".environments"
REQUIREMENTS = BENCH / "requirements"
DOCUMENT = ROOT / "openapi" / "voices.yaml"
# What each file of requirements is made from (`python scripts/bench --lock`).
WANTED = {
    OURS: ("attrs", "httpx"),
    OURS2: ("attrs", "httpx", "httpx2==2.16.2"),
    HTTPX: ("httpx",),
    HTTPX2: ("httpx2==2.16.2",),
    MISTRALAI2: ("mistralai==2.3.2",),
    MISTRALAI3: ("mistralai==3.7.0",),
    GENERATOR: ("attrs", "httpx"),
}
LOCK_OPTIONS = ("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate")


class InstallError(Exception):
    """An environment cannot be made; the message is what the tool said."""


def run(*command: str | Path) -> None:
    """Run a tool; InstallError with its last words when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallError("\n".join((done.stdout + done.stderr).strip().splitlines()[-5:]))


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
    """Make one environment, unless it stands already."""
    locked = REQUIREMENTS / f"{name}.txt"
    made_of = sys.version.encode() + locked.read_bytes()
    if name in (OURS, OURS2):
        made_of += wheel.read_bytes()
    elif name == GENERATOR:
        made_of += DOCUMENT.read_bytes() + version("openapi-python-client").encode()
    stamp, made_from = ENVIRONMENTS / name / "stamp", hashlib.sha256(made_of).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from:
        return
    print(f"Making the environment of {name} ...", file=sys.stderr)
    shutil.rmtree(ENVIRONMENTS / name, ignore_errors=True)
    venv.create(ENVIRONMENTS / name, with_pip=False)
    pip = (sys.executable, "-m", "pip", "--python", python_of(name), "install", "--quiet")
    run(*pip, "--require-hashes", "-r", locked)
    if name in (OURS, OURS2):
        run(*pip, "--no-deps", wheel)
    elif name == GENERATOR:
        generate(packages_of(name) / "plain_voices_api")
    run(python_of(name), "-m", "compileall", "-q", packages_of(name))
    stamp.write_text(made_from, encoding="utf-8")


def generate(package: Path) -> None:
    """Write what the generator makes of our document when nobody interferes."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as settings:
        settings.write(f"package_name_override: {package.name}\npost_hooks: []\n")
        settings.flush()
        command = (sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none")
        run(*command, "--config", settings.name, "--path", DOCUMENT, "--output-path", package)


def prepare(names: tuple[str, ...]) -> dict[str, str]:
    """Make the environments that are missing; give what went wrong, by peer."""
    failures: dict[str, str] = {}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
        for name in names:
            try:
                install(name, next(Path(folder).glob("*.whl")))
            except (InstallError, OSError) as error:
                failures[name] = str(error)
    return failures


def lock() -> None:
    """Write the files of requirements anew: names, versions and hashes."""
    command = (sys.executable, "-m", "uv", "--quiet", "pip", "compile", *LOCK_OPTIONS, "--universal")
    for name, wanted in WANTED.items():
        with tempfile.NamedTemporaryFile("w", suffix=".in", encoding="utf-8") as file:
            file.write("\n".join(wanted))
            file.flush()
            run(*command, "--python-version", "3.11", file.name, "--output-file", REQUIREMENTS / f"{name}.txt")
