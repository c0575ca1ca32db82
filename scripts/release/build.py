"""Build sdist, wheel, SBOM and the list of licences into dist/, the same bytes each time, with their sha256.

The times in them are that of the last commit, so a clone of that commit gives the same files; the wheel is built from
the sdist, and an unpacked sdist builds that wheel again. SOURCE_DATE_EPOCH sets another time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.release.sbom import ROOT, write_sbom

DIST = ROOT / "dist"


def epoch(root: Path = ROOT) -> str | None:
    """Give the time of what is built: of the sdist that this is, else of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return given
    if (root / "PKG-INFO").is_file():
        return str(int((root / "PKG-INFO").stat().st_mtime))
    if (root / ".git").exists():
        log = ("git", "-C", str(root), "log", "-1", "--format=%ct")
        return subprocess.run(log, capture_output=True, text=True, check=True).stdout.strip()
    return None  # hatchling has a constant for that


def _hatchling(root: Path, target: str, folder: Path, time: str | None) -> None:
    environment = {**os.environ, **({"SOURCE_DATE_EPOCH": time} if time else {})}
    command = (sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder))
    done = subprocess.run(command, cwd=root, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"hatchling built no {target}:\n{done.stderr}")


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist of ours into a folder; give the folder in it."""
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.0 to 3.11.3 have none
        archive.extractall(folder)  # noqa: S202 - it is our own
    return next(folder.iterdir())


def build(folder: Path, root: Path = ROOT) -> tuple[Path, Path]:
    """Build the sdist from the tree and the wheel from the sdist, into an empty folder; give both."""
    time = epoch(root)
    _hatchling(root, "sdist", folder, time)
    sdist = next(folder.glob("*.tar.gz"))
    with tempfile.TemporaryDirectory() as temporary:
        _hatchling(unpack(sdist, Path(temporary)), "wheel", folder, time)
    return sdist, next(folder.glob("*.whl"))


def release(folder: Path) -> tuple[Path, ...]:
    """Build all that a release consists of, into an empty folder; sdist and wheel come first."""
    sdist, wheel = build(folder)
    return sdist, wheel, *write_sbom(folder, wheel, epoch())


def sums(paths: tuple[Path, ...]) -> str:
    """Give the lines that `sha256sum --check` reads."""
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths)


def main() -> None:
    """Build into an empty dist/."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    lines = sums(release(DIST))
    (DIST / "SHA256SUMS").write_text(lines, encoding="utf-8")
    print(lines, end="")


if __name__ == "__main__":
    main()
