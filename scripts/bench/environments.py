"""The environments of the peers: made once, each from its own file of names, versions and hashes, and reused."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import version
from pathlib import Path

from scripts.bench.rows import ALL, GENERATOR, HTTPX, HTTPX2, MISTRALAI2, MISTRALAI3, OURS, OURS2

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent.parent
ENVIRONMENTS = BENCH / ".environments"
REQUIREMENTS = BENCH / "requirements"
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
PLAIN = "plain_voices_api"
LOCK_OPTIONS = ("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate")


class InstallError(Exception):
    """An environment cannot be made; the message is what the tool said."""


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """Run a tool; InstallError with its last words when it fails."""
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallError("\n".join((done.stdout + done.stderr).strip().splitlines()[-5:]))
    return done.stdout


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
    pip = (sys.executable, "-m", "pip", "--python", python_of(name), "list", "--format", "freeze")
    return sorted(line for line in run(*pip).splitlines() if "==" in line)


def build_wheel(folder: Path) -> Path:
    """Build the wheel from the tree."""
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    return next(folder.glob("*.whl"))


def _stamp(name: str, own: bytes) -> str:
    locked = (REQUIREMENTS / f"{name}.txt").read_bytes()
    return hashlib.sha256(sys.version.encode() + locked + own).hexdigest()


def _install(name: str, wheel: Path) -> None:
    """Make one environment, unless it stands already."""
    own = b""
    if name in (OURS, OURS2):
        own = wheel.read_bytes()
    elif name == GENERATOR:
        own = (ROOT / "openapi" / "voices.yaml").read_bytes() + version("openapi-python-client").encode()
    stamp = ENVIRONMENTS / name / "stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == _stamp(name, own):
        return
    print(f"Making the environment of {name} ...", file=sys.stderr)
    shutil.rmtree(ENVIRONMENTS / name, ignore_errors=True)
    venv.create(ENVIRONMENTS / name, with_pip=False)
    pip = (sys.executable, "-m", "pip", "--python", python_of(name), "install", "--quiet")
    run(*pip, "--require-hashes", "-r", REQUIREMENTS / f"{name}.txt")
    if name in (OURS, OURS2):
        run(*pip, "--no-deps", wheel)
    elif name == GENERATOR:
        _generate(packages_of(name) / PLAIN)
    run(python_of(name), "-m", "compileall", "-q", packages_of(name))
    stamp.write_text(_stamp(name, own), encoding="utf-8")


def _generate(package: Path) -> None:
    """Write what the generator makes of our document when nobody interferes."""
    with tempfile.TemporaryDirectory() as temporary:
        settings = Path(temporary) / "settings.yaml"
        settings.write_text(f"package_name_override: {PLAIN}\npost_hooks: []\n", encoding="utf-8")
        command = (sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--config", settings)
        run(*command, "--path", ROOT / "openapi" / "voices.yaml", "--output-path", package)


def prepare(names: tuple[str, ...] = ALL) -> dict[str, str]:
    """Make the environments that are missing; give what went wrong, by peer."""
    failures: dict[str, str] = {}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    with tempfile.TemporaryDirectory() as temporary:
        wheel = build_wheel(Path(temporary))
        for name in names:
            try:
                _install(name, wheel)
            except (InstallError, OSError) as error:
                failures[name] = str(error)
    return failures


def lock() -> None:
    """Write the files of requirements anew: names, versions and hashes."""
    for name, wanted in WANTED.items():
        with tempfile.NamedTemporaryFile("w", suffix=".in", encoding="utf-8") as source:
            source.write("\n".join(wanted))
            source.flush()
            target = REQUIREMENTS / f"{name}.txt"
            compile_ = (sys.executable, "-m", "uv", "--quiet", "pip", "compile", *LOCK_OPTIONS, "--universal")
            run(*compile_, "--python-version", "3.11", source.name, "--output-file", target)
        print(f"{target.relative_to(ROOT)} is up to date.")
