"""Report what changed since a git ref, what that means on the wire and for a Python user, and which version follows.

    python scripts/diff.py HEAD            # the working tree against a commit, branch or tag
    python scripts/diff.py --release       # against the last release, the highest tag such as v1.2.3
    python scripts/diff.py --self-test     # can the comparison on the wire fail at all?

redocly compares the documents, griffe what users import; what neither reports is read from the documents.
Exit status: 0, or 1 when the version is not bumped enough since the last release or the self-test fails, or 2 when
nothing can be compared.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL, Finding, Surface, surface_findings
from scripts.diff_wire import DiffError, WireFinding, self_test, wire_findings
from scripts.generate_arguments import class_name
from scripts.import_changes import Change, changes, renames
from scripts.openapi import ROOT, DocumentError, load, sent, validate

DOCUMENT = "openapi/voices.yaml"
OVERLAY = "overlay/mistral_voices"
GENERATED = "generated/mistral_voices_api"
VERSION_FILE = f"{OVERLAY}/_version.py"
RELEASE = re.compile(r"v\d+\.\d+\.\d+")
VERSION = re.compile(r"""^__version__ = ["'](\d+)\.(\d+)\.(\d+)""", re.MULTILINE)
PARAMETER = re.compile(r"{.*?}")
RATINGS = (BREAKING, COMPATIBLE, INTERNAL)
Version = tuple[int, ...]
Wire = Callable[[str, str], list[WireFinding]]


@dataclass(frozen=True)
class Side:
    """One of the two states that are compared: what it is, for people, and the folder that holds its files."""

    name: str
    folder: Path

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document, which must be valid."""
        try:
            document = load(self.folder / DOCUMENT)
            validate(document)
        except DocumentError as error:
            raise DiffError(f"{DOCUMENT} of {self.name}: {error}") from error
        return document

    def surface(self, renamed: dict[str, str]) -> Surface:
        """Read what users import, with the new names of classes that were renamed."""
        folders = [(self.folder / path).parent for path in (OVERLAY, GENERATED)]
        for path in (path for folder in folders for path in folder.rglob("*.py")):
            try:
                compile(path.read_bytes(), path, "exec", dont_inherit=True)
            except (SyntaxError, ValueError) as error:
                raise DiffError(f"{path.relative_to(self.folder)} of {self.name} is not Python: {error}") from error
        return Surface(Path(OVERLAY).name, folders, renamed)

    def version(self) -> Version:
        """Read the version of the package."""
        for path in (self.folder / VERSION_FILE, self.folder / OVERLAY / "__init__.py"):  # where it was once
            if found := VERSION.search(path.read_text(encoding="utf-8") if path.is_file() else ""):
                return tuple(map(int, found.groups()))
        raise DiffError(f'{VERSION_FILE} of {self.name} has no line like `__version__ = "1.2.3"`')


def git(root: Path, *arguments: str) -> bytes:
    """Run a git command that only reads."""
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True).stdout
    except subprocess.CalledProcessError as error:
        raise DiffError(error.stderr.decode(errors="replace").strip()) from error


def last_release(root: Path) -> str | None:
    """Find the highest release tag among the ancestors of HEAD."""
    tags = git(root, "tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").decode().split()
    return next(filter(RELEASE.fullmatch, tags), None)


def side_of_ref(root: Path, ref: str, folder: Path) -> Side:
    """Write the files of a git ref into a folder, without checking it out."""
    commit = git(root, "rev-list", "--max-count=1", "--end-of-options", ref, "--").decode().strip()
    archive = git(root, "archive", "--format=zip", commit, "--", DOCUMENT, OVERLAY, GENERATED)
    with zipfile.ZipFile(io.BytesIO(archive)) as unpacked:
        unpacked.extractall(folder)
    return Side(commit[:7] if commit.startswith(ref) else f"{ref} ({commit[:7]})", folder)


def side_of_tree(root: Path) -> Side:
    """Take the working tree, whose generated package must be made from its document."""
    if (root / DOCUMENT).read_bytes() != (root / GENERATED / Path(DOCUMENT).name).read_bytes():
        raise DiffError(f"generated/ is not made from {DOCUMENT}: run `make generate` first")
    return Side("the working tree", root)


def document_findings(
    old: dict[str, Any], new: dict[str, Any], *, public: Collection[str] = (), kept: Collection[str] = ()
) -> list[Finding]:
    """List what changed; users import the `public` classes of the overlay before, and now those that are `kept`."""
    renamed = renames(old, new)
    found = [_renamed_class(name, now, public, kept) for name, now in renamed_classes(renamed).items()]
    requests = sent(old) | sent(new)
    shapes = {PARAMETER.sub("{}", path): path for path in new["paths"]}  # paths, but for the names of their parameters
    gone = {path: PARAMETER.sub("{}", path) for path in old["paths"] if path not in new["paths"]}
    moved = {path: shapes[shape] for path, shape in gone.items() if shape in shapes}
    found += [Finding(BREAKING, f"path renamed: {was} -> {now} (its arguments follow)") for was, now in moved.items()]
    old = {**old, "paths": {moved.get(path, path): item for path, item in old["paths"].items()}}
    for change in changes(old, new, renamed):
        rating, why = _rate(change, requests)
        if rating:
            found.append(Finding(rating, f"{change.text} ({why})"))
    return found


def renamed_classes(renamed: dict[str, str]) -> dict[str, str]:
    """Pair the classes of schemas that were renamed, where they are named otherwise too."""
    classes = ((class_name(name), class_name(now)) for name, now in renamed.items())
    return {name: now for name, now in classes if name != now}


def _renamed_class(name: str, now: str, public: Collection[str], kept: Collection[str]) -> Finding:
    """Rate a class that is gone under its name."""
    text = f"class renamed: {name} -> {now}"
    if name not in public:
        return Finding(INTERNAL, f"{text} (models.py does not export it)")
    if name in kept:
        return Finding(COMPATIBLE, f"{text} (models.py keeps the name {name})")
    return Finding(BREAKING, f"{text} (users import models.{name}; `{name} = {now}` in models.py would keep it)")


def _rate(change: Change, requests: Collection[str]) -> tuple[str, str]:
    """Rate a change, with the reason; "" for what another tool reports."""
    found = ("", "")
    match change.location:
        case [*_, "default"]:
            found = BREAKING, "what is left out now means something else"
        case ["paths", _, _, "responses", status, *place] if status.startswith("2"):
            if not place or (place[0] == "content" and place[2:] == ["schema", "type"]):
                found = BREAKING, "a call gives something else"
        case ["paths", _, _, "security"]:
            found = BREAKING, "another authentication"
        case [*place, "properties", _] if "removed" in change.text:
            if "requestBody" in place or (place[0] == "components" and place[2] in requests):
                found = BREAKING, "an argument is gone"
        case ["paths", _, _, "operationId" | "tags"]:
            found = INTERNAL, "_api/operations.py must follow; users do not see it"
    return found


def python_findings(old: Side, new: Side) -> tuple[list[Finding], list[Finding]]:
    """Compare for a Python user: by the document, and by what can be imported."""
    renamed = renames(old.document, new.document)
    before, now = old.surface(renamed_classes(renamed)), new.surface({})
    models = before.models(), now.models()
    from_document = document_findings(old.document, new.document, public=models[0], kept=models[1])
    requests = sent(old.document) | sent(new.document)
    return from_document, surface_findings(before.entries, now.entries, requests)


def next_version(version: Version, rating: str) -> Version:
    """Give the version that follows from the worst rating; while it is 0.x, only breaking changes move the middle."""
    major, minor, patch = version
    if rating == BREAKING:
        return (major + 1, 0, 0) if major else (0, minor + 1, 0)
    if rating == COMPATIBLE and major:
        return major, minor + 1, 0
    return major, minor, patch + 1


def worst(ratings: Iterable[str]) -> str:
    """Give the worst rating; internal when there is none."""
    return min(ratings, key=RATINGS.index, default=INTERNAL)


def section(title: str, findings: list[tuple[str, str]]) -> str:
    """Write one part of the report, the worst first."""
    if not findings:
        return f"{title}: nothing changed."
    lines = [f"  {rating:<11} {text}" for rating, text in sorted(findings, key=lambda each: RATINGS.index(each[0]))]
    return "\n".join([f"{title}: {worst(rating for rating, _ in findings)}", *lines])


def run(old: Side, new: Side, last: str | None, *, wire: Wire = wire_findings) -> tuple[str, bool]:
    """Compare two states: the report, and whether the version is bumped enough; `last` names the last release."""
    before, now = old.version(), new.version()
    from_document, from_surface = python_findings(old, new)
    texts = [(side.folder / DOCUMENT).read_text(encoding="utf-8") for side in (old, new)]
    on_wire = [] if old.document == new.document else wire(texts[0], texts[1])
    if not (on_wire or from_document or from_surface):
        return f"Nothing changed since {old.name}, neither in the document nor in what users import.", True
    rating = worst([each.felt for each in on_wire] + [each.rating for each in [*from_document, *from_surface]])
    due = next_version(before, rating)
    was, least, is_now = (".".join(map(str, version)) for version in (before, due, now))
    reason = f"{rating} changes" + (", while the version is 0.x" if not before[0] else "")
    remedy = "enough." if now >= due else f"not enough. Set it to {least} and say so in CHANGELOG.md."
    lines = [f"Version: {was} -> {least} ({reason}).", f"{VERSION_FILE} says {is_now}: {remedy}"]
    if last:
        lines.append(f"What counts in the end is the comparison with {last}: `scripts/diff.py --release`.")
    parts = [
        f"Changed since {old.name}:",
        section("On the wire (redocly diff)", [(each.rating, each.text) for each in on_wire]),
        section("For a Python user, by the document", [*from_document]),
        section("For a Python user, by what is imported (griffe)", [*from_surface]),
        "\n".join(lines),
    ]
    return "\n\n".join(parts), now >= due


def compare(root: Path, base: str | None, *, wire: Wire) -> tuple[str, bool]:
    """Compare the working tree with a ref, or with the last release when none is given."""
    release = last_release(root)
    ref = base or release
    if ref is None:
        if git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
            raise DiffError("this is a shallow clone without release tags: run `git fetch --unshallow --tags` first")
        return "There is no release yet (no tag such as v0.1.0), so there is nothing to compare with.", True
    last = f"the last release, {release}" if release else "a release (tag v*), and there is none yet"
    with tempfile.TemporaryDirectory(prefix="diff-") as folder:
        old, new = side_of_ref(root, ref, Path(folder)), side_of_tree(root)
        return run(old, new, None if ref == release else last, wire=wire)


def main(arguments: list[str] | None = None, *, root: Path = ROOT, wire: Wire = wire_findings) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("base", nargs="?", metavar="BASE", help="the git ref to compare the working tree with")
    what.add_argument("--release", action="store_true", help="compare with the last release")
    what.add_argument("--self-test", action="store_true", help="exit with 1 when redocly passes everything")
    given = parser.parse_args(arguments)
    try:
        if given.self_test:
            wrong = self_test()
            print("\n".join(wrong) or "redocly diff distinguishes breaking from compatible.")
            return int(bool(wrong))
        text, enough = compare(root, given.base, wire=wire)
    except (DiffError, OSError) as error:
        print(f"diff: {error}", file=sys.stderr)
        return 2
    print(text)
    return int(given.release and not enough)


if __name__ == "__main__":
    sys.exit(main())
