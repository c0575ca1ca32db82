"""Check the house: imports point one way, one module touches the HTTP library, and no file by hand is long."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OVERLAY = ROOT / "overlay" / "mistral_voices"
LONGEST = 400
# Who may import what; everything else may not.
DOORS = {
    "mistral_voices_api": ("_operations.py", "models.py"),
    "httpx": ("_http.py", "local/_mount.py"),
}


def imports(tree: ast.AST) -> Iterator[str]:
    """Name the top-level package of each absolute import, those for type checkers aside."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for part in node.orelse:
                yield from imports(part)
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
        else:
            yield from imports(node)


def problems() -> Iterator[str]:
    """Name every file that breaks a rule."""
    for folder in (OVERLAY, ROOT / "generated"):
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            for package in sorted(set(imports(ast.parse(path.read_text(encoding="utf-8"))))):
                if folder != OVERLAY and package in ("mistral_voices", "httpx", "httpx2"):
                    yield f"generated/{name} imports {package}: the generated package stands alone"
                elif folder == OVERLAY and package in DOORS and name not in DOORS[package]:
                    yield f"overlay/mistral_voices/{name} imports {package}: only {', '.join(DOORS[package])} may"
                elif package == "httpx2":
                    yield f"overlay/mistral_voices/{name} imports httpx2: a user's client brings its own library"
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", ":!generated"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.split():
        length = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if length > LONGEST:
            yield f"{name} has {length} lines: split it, {LONGEST} is the limit"


if __name__ == "__main__":
    found = list(problems())
    print(
        "\n".join(found) or "Imports point one way, and no file is too long.", file=sys.stderr if found else sys.stdout
    )
    sys.exit(bool(found))
