"""Change the document in many ways, one at a time, and show which check finds each change.

Each change is applied to a copy of the project and generated; then all that does not simply compare files must find it:
the generator and its validation, or a contract check. A change of the vendor's document (`upstream: true`) must be told
or refused by the import. A change that nothing finds must be declared harmless, with the reason, in
scripts/mutations.yaml; that, too, is checked.
"""

from __future__ import annotations

import argparse
import copy
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
from typing import Any, NamedTuple

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.import_changes import label
from scripts.import_patches import JSONPATH
from scripts.openapi import ROOT, dump, load


class MutationError(Exception):
    """A change cannot be made, because the document is another by now; the message says how."""


class Mutation(NamedTuple):
    """One change of the document; `harmless` is the reason why no check needs to find it once it is generated."""

    name: str
    change: dict[str, Any]
    harmless: str = ""
    upstream: bool = False

    def apply(self, document: dict[str, Any]) -> None:
        """Change a document, or raise MutationError where that is another by now."""
        before, target = json.dumps(document), self.change.get("drop") or self.change.get("at", "$")
        matches = [*JSONPATH.finditer(target, document)]
        if len(matches) != 1:
            raise MutationError(f"{target} matches {len(matches)} places, expected 1")
        self._apply(document, matches[0])
        if self.change and json.dumps(document) == before:
            raise MutationError("the document is as it makes it already: choose another value")

    def _apply(self, document: dict[str, Any], found: Any) -> None:
        place: Any
        place, key = (found.parent.obj, found.parts[-1]) if found.parent else (None, None)
        match copy.deepcopy(self.change):
            case {"put": members}:
                found.obj.update(members)
            case {"append": value}:
                if _named(value) and _named(value) in map(_named, found.obj):
                    raise MutationError(f"{label(value)} is there already: choose another name")
                found.obj.append(value)
            case {"drop": _}:
                del place[key]
            case {"rename": name}:
                if name in place:
                    raise MutationError(f"{name} is there already: choose another name")
                for each in [*place]:  # all of them anew, so that they keep their order
                    place[name if each == key else each] = place.pop(each)
            case {"replace": [old, new]}:
                replaced = json.loads(json.dumps(document).replace(old, new))
                document.clear()
                document.update(replaced)


def _named(item: Any) -> str:
    return f"{label(item)} {item.get('in', '')}".removeprefix("None ") if isinstance(item, dict) else str(item)


ROWS = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
MUTATIONS = [Mutation(row.pop("name"), row, row.pop("harmless", ""), row.pop("upstream", False)) for row in ROWS]
AS_IT_IS = Mutation("(the document as it is)", {}, "this is the control")


class Verdict(NamedTuple):
    """What was found: by which check, and its message."""

    mutation: Mutation
    found: list[tuple[str, str]]
    misfit: str = ""  # why the change cannot be made any more

    @property
    def problem(self) -> str:
        """Say what is wrong with this row; "" for nothing."""
        if self.misfit:
            return f"does not fit the document any more, fix it in scripts/mutations.yaml: {self.misfit}"
        if bool(self.found) != bool(self.mutation.harmless):
            return ""
        return "declared harmless, but found" if self.found else "found by nothing"


def judge(mutation: Mutation) -> Verdict:
    """Apply a change to a copy of the project, generate, and run the checks."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as temporary:
        folder = Path(temporary).resolve()
        for name in ("openapi", "generated"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        path = folder / "openapi" / ("upstream.yaml" if mutation.upstream else "voices.yaml")
        document = load(path)
        try:
            mutation.apply(document)
        except MutationError as error:
            return Verdict(mutation, [], str(error))
        if mutation.upstream:
            return Verdict(mutation, import_findings(document, folder))
        path.write_text(dump(document), encoding="utf-8")
        done = run([str(ROOT / "scripts" / "generate.py"), "--root", str(folder)], folder)
        if done.returncode:
            return Verdict(mutation, [("generation", meaning(done.stderr))])
        if mutation.change and "different:" not in done.stdout:
            return Verdict(mutation, [("drift", "the drift check does not see this change")])
        done = run([__file__, "--checks", str(folder)], folder)
        if done.returncode:
            return Verdict(mutation, [("import", done.stderr.strip().splitlines()[-1])])
        return Verdict(mutation, [(check, message) for check, message in json.loads(done.stdout)])


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one of our programs with the changed project's generated package first on the path."""
    path = os.pathsep.join(map(str, (folder / "generated", ROOT / "overlay", ROOT)))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *command]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)


def import_findings(document: dict[str, Any], folder: Path) -> list[tuple[str, str]]:
    """Import a changed document of the vendor's, and give what is refused, else what is told."""
    path = folder / "vendor.yaml"
    path.write_text(dump(document), encoding="utf-8")
    done = run([str(ROOT / "scripts" / "import_document.py"), str(path), "--root", str(folder)], folder)
    lines = (done.stderr if done.returncode else done.stdout).splitlines()
    said = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    return [("import", line) for line in said or (lines[:1] if done.returncode else [])]


def contract_findings(folder: Path) -> list[tuple[str, str]]:
    """Run the contract checks on a changed project; the slow ones only while none finds anything."""
    import mistral_voices
    import mistral_voices_api
    from tests.contract.behaviour import CHECKS, SLOW, findings

    if not Path(mistral_voices_api.__file__).is_relative_to(folder):
        raise RuntimeError(f"the package under test is {mistral_voices_api.__file__}, expected one in {folder}")
    document = load(folder / "openapi" / "voices.yaml")
    found: list[tuple[str, str]] = []
    for check in (each for each in CHECKS if not found or each not in SLOW):
        name = check.__name__.removeprefix("check_")
        found += [(name, problem) for problem in findings(check, document, mistral_voices)]
    return found


def meaning(output: str) -> str:
    """Find the line that says most in the output of the generator."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wanted = ("has no rule for", "not a valid", "uses ", "Error", "error", "WARNING", "rror:")
    return next((line for word in wanted for line in lines if word in line), lines[0] if lines else "failed")


def judge_all(mutations: Sequence[Mutation]) -> list[Verdict]:
    """Judge changes, two at a time, in their order."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(judge, mutations))


def table(verdicts: Sequence[Verdict]) -> str:
    """Write one line for each change."""
    widest = max(len(each.mutation.name) for each in verdicts)
    lines = [f"{'mutation':{widest}} | {'caught by':40} | message"]
    for verdict in verdicts:
        caught = ", ".join(dict.fromkeys(check for check, _ in verdict.found)) or "nothing"
        message = " ".join((verdict.found[0][1] if verdict.found else verdict.mutation.harmless).split())
        mark = f" <-- {verdict.problem}" if verdict.problem else ""
        lines.append(f"{verdict.mutation.name:{widest}} | {caught:40.40} | {message:.110}{mark}")
    return "\n".join(lines)


def main() -> int:
    """Judge all changes, print the table, and fail when one passes unnoticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these mutations; all by default")
    parser.add_argument("--checks", type=Path, metavar="FOLDER", help="only print what the checks find there, as JSON")
    given = parser.parse_args()
    if given.checks:
        print(json.dumps(contract_findings(given.checks)))
        return 0
    chosen = [each for each in MUTATIONS if not given.names or each.name in given.names]
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
