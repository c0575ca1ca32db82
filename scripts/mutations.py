"""Change the document in many ways, one at a time, and tell which check finds each change.

Each change is applied to a copy of the project and generated; then all that does not simply compare files must find it:
the generator and its validation, or a contract check. A change that nothing finds must be declared harmless, with the
reason, in scripts/mutation_list.py; that, too, is checked.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from scripts.mutation_list import MUTATIONS, Mutation  # noqa: E402 - found once ROOT is on the path

AS_IT_IS = Mutation("(the document as it is)", lambda document: None, "this is the control")
WORKERS = 2
WIDEST = 110


class Verdict(NamedTuple):
    """What was found: by which check, and its message."""

    mutation: Mutation
    found: list[tuple[str, str]]

    @property
    def problem(self) -> str:
        """Say what is wrong with this row; "" for nothing."""
        if self.found and self.mutation.harmless:
            return "declared harmless, but found"
        if not self.found and not self.mutation.harmless:
            return "found by nothing"
        return ""


def judge(mutation: Mutation) -> Verdict:
    """Apply a change to a copy of the project, generate, and run the checks."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as temporary:
        folder = Path(temporary).resolve()
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("openapi", "generated"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        (folder / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "generate.py", folder / "scripts")
        path = folder / "openapi" / "voices.yaml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        before = json.dumps(document)
        mutation.apply(document)
        changed = json.dumps(document) != before
        path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
        if changed == (mutation is AS_IT_IS):
            return Verdict(mutation, [("nothing", "the change changes nothing")])
        done = run([str(folder / "scripts" / "generate.py")], folder)
        if done.returncode:
            return Verdict(mutation, [("generation", meaning(done.stderr))])
        if changed and "changed:" not in done.stdout:
            return Verdict(mutation, [("drift", "the drift check does not see this change")])
        done = run([str(ROOT / "scripts" / "mutation_worker.py"), str(folder)], folder)
        if done.returncode:
            return Verdict(mutation, [("import", done.stderr.strip().splitlines()[-1])])
        return Verdict(mutation, [(check, message) for check, message in json.loads(done.stdout)])


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script with the changed project's generated package first on the path."""
    path = os.pathsep.join([str(folder / "generated"), str(ROOT / "overlay"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *command]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)


def meaning(output: str) -> str:
    """Find the line that says most in the output of the generator."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wanted = ("has no rule for", "is not a valid", "uses ", "Error", "error", "WARNING", "rror:")
    return next((line for word in wanted for line in lines if word in line), lines[0] if lines else "failed")


def judge_all(mutations: Sequence[Mutation]) -> list[Verdict]:
    """Judge changes, two at a time, in their order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(judge, mutations))


def table(verdicts: Sequence[Verdict]) -> str:
    """Write one line for each change."""
    widest = max(len(each.mutation.name) for each in verdicts)
    lines = [f"{'mutation':{widest}} | {'caught by':40} | message"]
    for verdict in verdicts:
        checks = list(dict.fromkeys(check for check, _ in verdict.found))
        message = verdict.found[0][1] if verdict.found else verdict.mutation.harmless
        message = " ".join(message.split())
        caught = ", ".join(checks) or "nothing: harmless"
        mark = f" <-- {verdict.problem}" if verdict.problem else ""
        lines.append(f"{verdict.mutation.name:{widest}} | {caught:40.40} | {message:.{WIDEST}}{mark}")
    return "\n".join(lines)


def main() -> int:
    """Judge all changes, print the table, and fail when one passes unnoticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these mutations; all by default")
    names: list[str] = parser.parse_args().names
    chosen = [each for each in MUTATIONS if not names or each.name in names]
    verdicts = judge_all([AS_IT_IS, *chosen])
    print(table(verdicts))
    first = Counter(verdict.found[0][0] for verdict in verdicts if verdict.found)
    harmless = sum(not verdict.found for verdict in verdicts[1:])
    counts = ", ".join(f"{count} {check}" for check, count in first.most_common())
    print(f"\n{len(chosen)} mutations: {len(chosen) - harmless} caught (first by: {counts}); {harmless} not.")
    failed = [verdict for verdict in verdicts if verdict.problem]
    for verdict in failed:
        print(f"{verdict.mutation.name}: {verdict.problem}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
