"""Write the lock files: names, versions and hashes of what development needs, and of Node for machines without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--universal")
LOCKS = {"requirements-dev.lock": "dev", "requirements-node.lock": "node"}


def main() -> None:
    """Compile each lock; given package names, move only those to their newest versions."""
    upgrades = [option for name in sys.argv[1:] for option in ("--upgrade-package", name)]
    for lock, extra in LOCKS.items():
        settings = ["pyproject.toml", "--extra", extra, "--python-version", "3.11", "--output-file", lock]
        subprocess.run(
            [sys.executable, "-m", "uv", "--quiet", "pip", "compile", *OPTIONS, *settings, *upgrades],
            cwd=ROOT,
            check=True,
        )
        print(f"{lock} is up to date.")


if __name__ == "__main__":
    main()
