"""Write openapi/voices.yaml anew from the vendor's OpenAPI document: its voices part without prose, plus our patches.

Says what the vendor changed since the last import, and what to do about it. Nothing is written unless every patch finds
its target and the result is valid. Without UPSTREAM the patches are applied again to the part that was imported last.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.import_changes import report
from scripts.import_extract import SCOPE, arranged, extract
from scripts.import_patches import Action, PatchError, apply, read_actions
from scripts.openapi import ROOT, DocumentError, dump, load, validate

DOCUMENT, EXTRACT, PROVENANCE = "voices.yaml", "upstream.yaml", "PROVENANCE.md"
TABLE = "| document | sha256 | first imported |\n| --- | --- | --- |\n"


def import_document(upstream: Path | None, folder: Path, today: date) -> dict[Path, str]:
    """Work out what each written file has to hold, and print what the vendor changed."""
    known = load(folder / EXTRACT) if upstream is None or (folder / EXTRACT).exists() else None
    new = extract(load(upstream), folder / SCOPE.name) if upstream else arranged(known, by_name=True)
    actions = read_actions(folder / "patches")
    if known is None:
        print(f"This is the first import: there is no {EXTRACT} to compare with.")
    elif lines := report(known, new, actions):
        print("\n".join(["The vendor changed:", *lines]))
    elif upstream:
        print("The vendor changed nothing in the voices part.")
    patched, errors, needless = apply(new, actions)
    if errors:
        raise PatchError("\n".join(["these actions cannot be applied:", *(f"- {error}" for error in errors)]))
    for each in needless:
        print(f"note: {each}")
    result = arranged(patched)
    try:
        validate(result)
    except DocumentError as error:
        raise PatchError(f"fix openapi/patches, whose result is wrong: {error}") from None
    provenance = _provenance(folder / PROVENANCE, upstream, actions, today)
    return {folder / DOCUMENT: dump(result), folder / EXTRACT: dump(new), folder / PROVENANCE: provenance}


def _provenance(path: Path, upstream: Path | None, actions: list[Action], today: date) -> str:
    """Write the generated parts of the page anew: the imported documents, the last one first, and our deviations."""
    text = path.read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| `[0-9a-f]{64}` \| [0-9-]{10} \|$", text, re.MULTILINE)
    if upstream:
        digest = hashlib.sha256(upstream.read_bytes()).hexdigest()
        row = next((row for row in rows if digest in row), f"| {upstream.name} | `{digest}` | {today} |")
        rows = [row, *(each for each in rows if each != row)]
    deviations = []
    for action in actions:
        if action.position == 1:
            deviations.append(f"\n### {action.heading} ({action.file})\n")
        deviations.append(f"{action.position}. `{action.target}`: {action.reason}")
    text = _between(text, "documents", TABLE + "\n".join(rows))
    return _between(text, "deviations", "\n".join(deviations).strip())


def _between(text: str, name: str, content: str) -> str:
    start, end = f"<!-- {name}: written by `make import` -->\n", f"\n<!-- end of {name} -->"
    result, found = re.subn(f"{start}.*{end}", lambda _: f"{start}\n{content}\n{end}", text, flags=re.DOTALL)
    if not found:
        raise DocumentError(f"{PROVENANCE} lacks the lines `{start.strip()}` and `{end.strip()}`")
    return result


def write(contents: dict[Path, str]) -> None:
    """Replace files, none before all of the new ones are written in full beside them."""
    new = {path: path.with_name(f".{path.name}.new") for path in contents}
    try:
        for path, content in contents.items():
            new[path].write_text(content, encoding="utf-8")
        for path in contents:
            os.replace(new[path], path)
    finally:
        for temporary in new.values():
            temporary.unlink(missing_ok=True)


def run(upstream: Path | None, folder: Path, *, check: bool, today: date) -> int:
    """Import, or with `check` only report what would change; gives the exit status."""
    try:
        contents = import_document(upstream, folder, today)
        changed = {path: new for path, new in contents.items() if not path.exists() or path.read_text("utf-8") != new}
        if not check:
            write(changed)
    except (DocumentError, PatchError, OSError) as error:
        print(f"import: {error}\nNothing was written.", file=sys.stderr)
        return 1
    names = ", ".join(str(path) for path in changed)
    print(f"{'would change' if check else 'written'}: {names}" if names else "Nothing changes.")
    if names and check:
        print("openapi/ is not what the patches make of the vendor's facts: change a patch, then run `make import`.")
    return 1 if check and changed else 0


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("upstream", nargs="?", type=Path, help="the vendor's OpenAPI 3.1 document, YAML or JSON")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if anything would change")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project, where openapi/ lies")
    given = parser.parse_args()
    return run(given.upstream, given.root / "openapi", check=given.check, today=datetime.now(UTC).date())


if __name__ == "__main__":
    sys.exit(main())
