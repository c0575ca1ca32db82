"""Tell what changed since a git ref, what that means on the wire and for a Python user, and which version follows.

    python scripts/diff.py HEAD            # the working tree against a commit, branch or tag
    python scripts/diff.py --release       # against the last release, the highest tag such as v1.2.3
    python scripts/diff.py --strict ...    # exit with 1 when the version is not bumped enough
    python scripts/diff.py --self-test     # can the comparison on the wire fail at all?

Exit status: 0, or 1 as said above, or 2 when nothing can be told.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.diff_document import document_findings
from scripts.diff_overlay import Package, surface_findings
from scripts.diff_values import BREAKING, COMPATIBLE, INTERNAL, Finding
from scripts.diff_wire import WireError, WireFinding, self_test, wire_findings
from scripts.import_extract import DocumentError
from scripts.import_facts import schemas
from scripts.import_report import renames

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = "openapi/voices.yaml"
OVERLAY = "overlay/mistral_voices/"
GENERATED = "generated/mistral_voices_api/"
MODELS = f"{GENERATED}models/"
VERSIONED = f"{OVERLAY}__init__.py"
RELEASE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
VERSION = re.compile(r"""^__version__ = ["'](\d+)\.(\d+)\.(\d+)""", re.MULTILINE)
RATINGS = (BREAKING, COMPATIBLE, INTERNAL)
Version = tuple[int, int, int]
Wire = Callable[[str, str], list[WireFinding]]


class DiffError(Exception):
    """Nothing can be told; the message says why and what to do."""


@dataclass(frozen=True)
class Side:
    """One of the two states that are compared.

    Attributes:
        name: What it is, for people.
        files: Its files by path, as text.
    """

    name: str
    files: dict[str, str]

    def document(self) -> dict[str, Any]:
        """Read the document."""
        try:
            document = yaml.load(self.files[DOCUMENT], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        except yaml.YAMLError as error:
            raise DiffError(f"{DOCUMENT} of {self.name} is not YAML: {error}") from error
        if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
            raise DiffError(f"{DOCUMENT} of {self.name} is no OpenAPI document: `make document` says more")
        return document

    def package(self, folder: str, name: str, renamed: dict[str, str]) -> Package:
        """Read the sources of a package, with the new names of classes that were renamed."""
        files = {path.removeprefix(folder): text for path, text in self.files.items() if path.startswith(folder)}
        try:
            return Package(name, files, renamed)
        except SyntaxError as error:
            raise DiffError(f"{folder} of {self.name} is not Python: {error}") from error

    def version(self) -> Version:
        """Read the version of the package."""
        found = VERSION.search(self.files.get(VERSIONED, ""))
        if found is None:
            raise DiffError(f'{VERSIONED} of {self.name} has no line like `__version__ = "1.2.3"`')
        return int(found[1]), int(found[2]), int(found[3])


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a git command that only reads."""
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError as error:
        raise DiffError(f"git cannot be run: {error}") from error


def last_release(root: Path) -> str | None:
    """Find the highest release tag among the ancestors of HEAD."""
    if git(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise DiffError(f"{root} is not in a git repository with a commit: run this in a clone of the project")
    tags = git(root, "tag", "--list", "v*", "--merged", "HEAD").stdout.decode().split()
    releases = {tag: found for tag in tags if (found := RELEASE.fullmatch(tag))}
    return max(releases, key=lambda tag: [int(part) for part in releases[tag].groups()], default=None)


def refuse_shallow(root: Path) -> None:
    """Refuse a clone that may lack the tags of releases, so that it is not taken for a project without any."""
    if git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        raise DiffError("this is a shallow clone without release tags: run `git fetch --unshallow --tags` first")


def side_of_ref(root: Path, ref: str) -> Side:
    """Read the state of a git ref, without checking it out."""
    commit = (
        git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").stdout.decode().strip()
    )
    if not commit:
        raise DiffError(f"there is no commit, branch or tag {ref!r} here: `git log --oneline` and `git tag` list them")
    wanted = [DOCUMENT, OVERLAY]
    for path in wanted:
        if git(root, "cat-file", "-e", f"{commit}:./{path.rstrip('/')}").returncode:
            raise DiffError(f"{ref} ({commit[:7]}) has no {path}: name a later ref")
    if not git(root, "cat-file", "-e", f"{commit}:./{MODELS.rstrip('/')}").returncode:
        wanted.append(MODELS)
    archive = git(root, "archive", "--format=tar", commit, "--", *wanted)
    if archive.returncode:
        raise DiffError(f"git archive failed: {archive.stderr.decode(errors='replace').strip()}")
    files = {}
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None and member.name.endswith((".py", ".yaml")):
                files[member.name] = content.read().decode()
    name = commit[:7] if commit.startswith(ref) else f"{ref} ({commit[:7]})"
    return Side(name, files)


def side_of_tree(root: Path) -> Side:
    """Read the working tree."""
    paths = [root / DOCUMENT, *(root / OVERLAY).rglob("*.py"), *(root / MODELS).rglob("*.py")]
    try:
        files = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    except (OSError, UnicodeDecodeError) as error:
        raise DiffError(f"the working tree cannot be read: {error}") from error
    if VERSIONED not in files:
        raise DiffError(f"the working tree has no {VERSIONED}")
    return Side("the working tree", files)


@contextmanager
def readable() -> Iterator[None]:
    """Say so when a document cannot be read because it is not valid."""
    try:
        yield
    except (DocumentError, AttributeError, LookupError, TypeError) as error:
        raise DiffError(f"{DOCUMENT} cannot be read ({error!r}): `make document` says what is wrong with it") from error


def python_findings(old: Side, new: Side) -> tuple[list[Finding], list[Finding]]:
    """Compare for a Python user: by the document, and by the sources of the overlay.

    The generated classes follow from the document; only while that is the same are they compared themselves.
    """
    before, now = old.document(), new.document()
    with readable():
        renamed = renames(schemas(before), schemas(now))
    overlays = [side.package(OVERLAY, "mistral_voices", renamed) for side in (old, new)]
    surfaces = [overlay.surface() for overlay in overlays]
    public = {path.removeprefix("models.") for path in surfaces[0] if path.startswith("models.")}
    kept = overlays[1].kept()
    with readable():
        from_document = document_findings(before, now, public=public, kept=kept)
    from_sources = surface_findings(*surfaces)
    if before == now:
        models = [side.package(GENERATED, "mistral_voices_api", {}).surface() for side in (old, new)]
        from_sources += surface_findings(*models)
    return from_document, from_sources


def next_version(version: Version, rating: str) -> Version:
    """Give the version that follows from the worst rating; while it is 0.x, only breaking changes move the middle."""
    major, minor, patch = version
    if rating == BREAKING:
        return (major + 1, 0, 0) if major else (0, minor + 1, 0)
    if rating == COMPATIBLE and major:
        return major, minor + 1, 0
    return major, minor, patch + 1


def worst(findings: Iterable[Finding | WireFinding]) -> str:
    """Give the worst rating; internal when there is nothing."""
    return min((each.rating for each in findings), key=RATINGS.index, default=INTERNAL)


def told(title: str, findings: Sequence[Finding | WireFinding]) -> str:
    """Write one part of the report, the worst first."""
    if not findings:
        return f"{title}: nothing changed."
    lines = [
        f"  {each.rating:<11} {each.text}" for each in sorted(findings, key=lambda each: RATINGS.index(each.rating))
    ]
    return "\n".join([f"{title}: {worst(findings)}", *lines])


def run(root: Path, ref: str, release: str | None, *, wire: Wire = wire_findings) -> tuple[str, bool]:
    """Compare the working tree with a ref: the report, and whether the version is bumped enough."""
    old, new = side_of_ref(root, ref), side_of_tree(root)
    before, now = old.version(), new.version()
    from_document, from_sources = python_findings(old, new)
    same = old.document() == new.document()
    on_wire = [] if same else wire(old.files[DOCUMENT], new.files[DOCUMENT])
    if not (on_wire or from_document or from_sources):
        return f"Nothing changed since {old.name}, neither in the document nor in what users import.", True
    parts = [
        f"Changed since {old.name}:",
        told("On the wire (redocly diff)", on_wire),
        told("For a Python user, by the document", from_document),
        told("For a Python user, by the sources", from_sources),
    ]
    # What answers hold is judged by the part for Python users: this client takes more than the document says.
    felt = [each for each in on_wire if not each.in_answers and each.rating == BREAKING]
    rating = worst([*from_document, *from_sources, *felt])
    due = next_version(before, rating)
    texts = [".".join(map(str, version)) for version in (before, due, now)]
    reason = f"{rating} changes" + (", while the version is 0.x" if not before[0] else "")
    lines = [f"Version: {texts[0]} -> {texts[1]} ({reason})."]
    if now >= due:
        lines.append(f"{VERSIONED} says {texts[2]}: enough.")
    else:
        lines.append(f"{VERSIONED} says {texts[2]}: not enough. Set it to {texts[1]} and tell users in CHANGELOG.md.")
    if ref != release:
        counts = f"the last release, {release}" if release else "a release (tag v*), and there is none yet"
        lines.append(f"What counts in the end is the comparison with {counts}: `scripts/diff.py --release`.")
    return "\n\n".join([*parts, "\n".join(lines)]), now >= due


def main(arguments: list[str] | None = None, *, root: Path = ROOT, wire: Wire = wire_findings) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("base", nargs="?", metavar="BASE", help="the git ref to compare the working tree with")
    what.add_argument("--release", action="store_true", help="compare with the last release")
    what.add_argument("--self-test", action="store_true", help="exit with 1 when redocly passes everything")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when the version is not bumped enough")
    given = parser.parse_args(arguments)
    try:
        if given.self_test:
            wrong = self_test()
            print("\n".join(wrong) or "redocly diff tells breaking from compatible.")
            return int(bool(wrong))
        release = last_release(root)
        ref = release if given.release else given.base
        if ref is None:
            refuse_shallow(root)
            print("There is no release yet (no tag such as v0.1.0), so there is nothing to compare with.")
            return 0
        text, enough = run(root, ref, release, wire=wire)
    except (DiffError, WireError) as error:
        print(f"diff: {error}", file=sys.stderr)
        return 2
    print(text)
    return int(given.strict and not enough)


if __name__ == "__main__":
    sys.exit(main())
