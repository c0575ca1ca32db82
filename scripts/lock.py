"""Write the lock files: what development needs, Node for machines without it, and the peers of the bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--universal")
BENCH = "scripts/bench/requirements/*.in"
LOCKS = {
    "requirements-dev.lock": ("pyproject.toml", "--extra", "dev"),
    "requirements-node.lock": ("pyproject.toml", "--extra", "node"),
}


def main() -> None:
    """Compile each lock; given package names, move only those to their newest versions."""
    upgrades = [option for name in sys.argv[1:] for option in ("--upgrade-package", name)]
    peers = [path.relative_to(ROOT) for path in ROOT.glob(BENCH)]
    bench = {str(path.with_suffix(".txt")): (str(path), "--no-annotate") for path in peers}
    for lock, wanted in (LOCKS | bench).items():
        target = [*wanted, "--python-version", "3.11", "--output-file", lock]
        subprocess.run(
            [sys.executable, "-m", "uv", "--quiet", "pip", "compile", *OPTIONS, *target, *upgrades],
            cwd=ROOT,
            check=True,
        )
        print(f"{lock} is up to date.")


if __name__ == "__main__":
    main()
