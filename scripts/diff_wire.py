"""Report what a change of the document means on the wire, by `redocly diff`.

Trap: redocly passes everything when it reads a redocly.yaml without its diff rules, as may lie in the working
directory. So it is given openapi/diff.yaml, runs in a folder of its own, and `self_test` shows that it can fail.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL
from scripts.import_extract import PROSE
from scripts.openapi import ROOT

CONFIG = ROOT / "openapi" / "diff.yaml"
SAMPLES = ROOT / "tests" / "data" / "diff"


class DiffError(Exception):
    """Nothing can be compared; the message says why and what to do."""


class WireFinding(NamedTuple):
    """One change on the wire."""

    rating: str  # breaking or compatible
    text: str
    felt: str  # what it means for users of this client, which takes more in responses than the document says


def wire_findings(old: str, new: str, *, settings: str = "") -> list[WireFinding]:
    """Compare two documents, given as text; `settings` becomes a redocly.yaml in the working directory."""
    with tempfile.TemporaryDirectory(prefix="diff-") as temporary:
        folder = Path(temporary)
        for name, text in (("old.yaml", old), ("new.yaml", new), ("redocly.yaml", settings)):
            if text:
                (folder / name).write_text(text, encoding="utf-8")
        command = [sys.executable, str(ROOT / "scripts" / "node.py"), "redocly", "diff", "old.yaml", "new.yaml"]
        options = ["--config", str(CONFIG), "--fail-on", "none", "--format", "json", "-o", "report.json"]
        quiet = {**os.environ, "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
        done = subprocess.run([*command, *options], cwd=folder, env=quiet, capture_output=True, text=True, check=False)
        try:
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            changes = [_finding(change) for change in report["changes"]]
        except (OSError, ValueError, KeyError) as error:
            lines = f"{done.stdout}\n{done.stderr}".splitlines()
            said = [line for line in lines if line.strip() and not line.startswith(("  ", "Traceback"))]
            raise DiffError(
                f"redocly diff failed (exit status {done.returncode}):\n" + "\n".join(said[-8:]) + "\nTry "
                "`make document`: the first run installs Node's tools, which needs the network."
            ) from error
    return sorted(changes, key=lambda each: each.rating)


def _finding(change: dict[str, Any]) -> WireFinding:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in change["path"].removeprefix("#/").split("/")]
    where = "/".join(parts)
    if parts[0] == "paths":
        path, *method = parts[1:3]
        where = " ".join([*(each.upper() for each in method), path, "/".join(parts[3:])]).strip()
    said = f"{where}: {change.get('property', '')} {change['kind']}".replace(":  ", ": ")
    values = [change.get(side, {}).get("value") for side in ("base", "revision")]
    old, new = ("absent" if each is None else json.dumps(each, ensure_ascii=False) for each in values)
    if "property" in change:
        said += f", {old:.60} -> {new:.60}"
    messages = [verdict["message"] for verdict in change["verdicts"] if verdict["impact"] == "major"]
    said += "".join(f" ({message.rstrip('.')})" for message in messages)
    rating = BREAKING if change["impact"] == "major" else COMPATIBLE
    felt = COMPATIBLE if "responses" in parts else rating
    if change.get("property") in (*PROSE, "tags"):
        felt = INTERNAL
    return WireFinding(rating, said, felt)


def self_test() -> list[str]:
    """Say what is wrong with the ratings of the samples; a redocly.yaml without diff rules lies beside them."""
    names, trap, wrong = ("old", "breaking", "compatible"), "extends: [minimal]\n", []
    old, breaking, compatible = ((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8") for name in names)
    if not any(each.rating == BREAKING for each in wire_findings(old, breaking, settings=trap)):
        wrong.append(
            "redocly diff passes everything: it does not call tests/data/diff/breaking.yaml breaking. "
            "Its rules are off: see that openapi/diff.yaml extends diff-recommended and that redocly still has it"
        )
    found = wire_findings(old, compatible, settings=trap)
    if not found:
        wrong.append("redocly diff sees no change in tests/data/diff/compatible.yaml")
    called = "redocly diff calls tests/data/diff/compatible.yaml breaking"
    return wrong + [f"{called}: {each.text}" for each in found if each.rating == BREAKING]
