"""Change the hand-written code in a hundred small ways, one at a time, and report which of them the tests find.

The changes stand in mutants.yaml, which says how they were drawn. Each is made in a copy of the project, never in the
working tree. The tests that mirror the changed file run first, then those of its layer, then the rest, until one fails.
"""

from __future__ import annotations

import ast
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("overlay", "mistral_voices")
NOT_COPIED = (".*", "__pycache__", "node_modules")
NOT_RUN = ("scripts",)  # tests that do not use the client
COPIES = 2
# Of those that change what can be observed, so many may survive.
MOST_SURVIVORS = 0.05


class Mutant(NamedTuple):
    """One small change: in a definition of a file, a text that stands there once, and what takes its place."""

    id: str
    file: str
    definition: str
    means: str
    before: str
    after: str
    equivalent: str = ""

    def apply(self, root: Path) -> None:
        """Change the file; LookupError when the definition or the text is not there exactly once."""
        path = root / PACKAGE / self.file
        code = path.read_text(encoding="utf-8")
        start, end = extent(code, self.definition)
        if (found := code.count(self.before, start, end)) != 1:
            raise LookupError(f"{self.id}: {self.file} {self.definition} has {found} times {self.before!r}")
        changed = code[:start] + code[start:end].replace(self.before, self.after) + code[end:]
        compile(changed, self.file, "exec")
        path.write_text(changed, encoding="utf-8")


def extent(code: str, definition: str) -> tuple[int, int]:
    """Find where a definition begins and ends; "" is the whole file, and one that is not there has no text."""
    first, last, body = 0, code.count("\n"), ast.parse(code).body
    for name in definition.split(".") if definition else ():
        kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        found = [node for node in body if isinstance(node, kinds) and node.name == name]
        if not found:
            return 0, 0
        node = found[-1]  # overloads stand before it
        first, last, body = node.lineno - 1, node.end_lineno or 0, node.body
    lines = code.splitlines(keepends=True)
    return len("".join(lines[:first])), len("".join(lines[:last]))


def load() -> list[Mutant]:
    """Read the sample."""
    entries = yaml.safe_load((ROOT / "scripts" / "mutants.yaml").read_text(encoding="utf-8"))
    return [Mutant(**{**entry, "id": str(entry["id"])}) for entry in entries]


def restore(root: Path, mutant: Mutant) -> None:
    """Undo a change."""
    shutil.copy(ROOT / PACKAGE / mutant.file, root / PACKAGE / mutant.file)


def tests_for(file: str) -> list[str]:
    """Give all test files in the order in which they most likely find a change of this file."""
    layer, mirror = Path(file).parent.name.strip("_"), f"test_{Path(file).stem}.py"
    paths = [path.relative_to(ROOT) for path in ROOT.glob("tests/**/test_*.py")]
    paths = [path for path in paths if path.parts[1] not in NOT_RUN]
    return list(map(str, sorted(paths, key=lambda path: (path.name != mirror, path.parent.name != layer, path))))


def first_failure(root: Path, file: str, seconds: float) -> str:
    """Run the tests in a copy, and name the first that fails; "" when none does."""
    of_copy = os.pathsep.join((str(root / "overlay"), str(root / "generated")))  # goes before what is installed
    environment = {**os.environ, "PYTHONPATH": of_copy, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests_for(file)]
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, timeout=seconds, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the limit of {seconds:.0f} s"
    if done.returncode == 0:
        return ""
    named = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return named[1] if named else (done.stdout + done.stderr).strip().rpartition("\n")[2]


def main(wanted: list[str]) -> int:
    """Run the sample, or those of these ids."""
    mutants = [each for each in load() if not wanted or each.id in wanted]
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary, ThreadPoolExecutor(COPIES) as pool:
        free: queue.Queue[Path] = queue.Queue()
        for number in range(COPIES):
            folder = Path(temporary).resolve() / str(number)
            free.put(shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED)))
        root = free.queue[0]
        for mutant in mutants:  # all can be made, before anything takes time
            mutant.apply(root)
            restore(root, mutant)
        began = time.monotonic()
        if failed := first_failure(root, "", 900):
            raise SystemExit(f"without a change, too, the tests fail: {failed}")
        limit = 4 * (time.monotonic() - began)

        def judge(mutant: Mutant) -> str:
            root = free.get()
            mutant.apply(root)
            failed = first_failure(root, mutant.file, limit)
            restore(root, mutant)
            free.put(root)
            verdict = f"killed by {failed}" if failed else "equivalent" if mutant.equivalent else "SURVIVED"
            print(f"{mutant.id:>4}  {mutant.file} {mutant.definition}: {mutant.means}: {verdict}", flush=True)
            return failed

        failures = list(pool.map(judge, mutants))
    survivors = [mutant for mutant, failed in zip(mutants, failures, strict=True) if not failed]
    equivalent = [mutant.id for mutant in mutants if mutant.equivalent]
    refuted = [mutant.id for mutant in mutants if mutant.equivalent and mutant not in survivors]
    print(f"killed {len(mutants) - len(survivors)} of {len(mutants)} ({len(equivalent)} equivalent)")
    if refuted:
        print(f"not equivalent after all: {', '.join(refuted)}")
    gaps = len(survivors) - len(equivalent) + len(refuted)
    return int(bool(refuted) or gaps > MOST_SURVIVORS * (len(mutants) - len(equivalent)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
