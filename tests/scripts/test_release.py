"""What a release is made of: notes, times, licences, and an sdist that builds and tests itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.release import build, check
from scripts.release.changelog import ChangelogError, notes
from scripts.release.sbom import licences

CHANGELOG = """# Changes

Words.

## 1.2.0 (not yet released)

- New.

## 1.1.0 (2026-11-30)

- First line
  and second.

### Removed

- Old.

## 1.0.0 (2026-01-31)

- All.
"""


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.1.0", "- First line\n  and second.\n\n### Removed\n\n- Old.\n"), ("1.0.0", "- All.\n")],
)
def test_notes_are_the_section_of_the_version(version: str, expected: str) -> None:
    assert notes(CHANGELOG, f"v{version}", version) == expected


@pytest.mark.parametrize(
    ("tag", "version", "message"),
    [
        ("v1.1.1", "1.1.0", "the tag is v1.1.1, but .* v1.1.0"),
        ("1.1.0", "1.1.0", "the tag is 1.1.0"),
        ("v1.2.0", "1.2.0", "1.2.0 needs a date .*: not yet released"),
        ("v1.3.0", "1.3.0", "has no section"),
    ],
)
def test_what_cannot_be_released(tag: str, version: str, message: str) -> None:
    with pytest.raises(ChangelogError, match=message):
        notes(CHANGELOG, tag, version)


def test_licences_are_spdx_names_where_there_are_any() -> None:
    classifier = {"license": {"name": "License :: OSI Approved :: MIT License"}}
    stated = {
        "a": [{"license": {"id": "MPL-2.0"}}, classifier],
        "b": [{"expression": "MIT OR 0BSD"}],
        "c": [classifier],
    }
    components = [{"name": name, "version": "1", "licenses": licenses} for name, licenses in stated.items()]
    bom = {"components": [*components, {"name": "d", "version": "1"}]}
    assert licences(bom) == {"a 1": "MPL-2.0", "b 1": "MIT OR 0BSD", "c 1": "unknown", "d 1": "unknown"}


def test_links_that_break_are_found() -> None:
    links = check.Links()
    links.feed('<a href="docs/a.md"><a href="#b"><img src="/c.svg"><a href="https://d"><a href="mailto:e"><a name="f">')
    assert links.broken == ["docs/a.md", "/c.svg"]


BARS = "-" * 30
EMPTY: dict[str, Any] = {"authors": [{"name": "us"}]}
FILLED: dict[str, Any] = {"authors": [{"name": "us", "email": "us@example.org"}], "urls": {"Repository": "https://a"}}
BOTH = (check.NO_EMAIL, check.NO_ADDRESS + " with a link.")


@pytest.mark.parametrize(
    ("missed", "project", "problems"),
    [
        (BOTH, EMPTY, 0),
        ((), FILLED, 0),
        (BOTH, FILLED, 2),
        (BOTH, EMPTY | {"urls": FILLED["urls"]}, 1),
        ((*BOTH, "Your package does not have keywords data."), EMPTY, 1),
        (("Your package does not have keywords data.",), FILLED, 1),
    ],
)
def test_pyroma_misses_nothing_but_addresses(missed: tuple[str, ...], project: dict[str, Any], problems: int) -> None:
    lines = [BARS, "Checking x", "Getting metadata for wheel...", "Found mistral-voices", BARS, *missed]
    lines += [BARS] * bool(missed) + ["Final rating: 9/10", "Cheese", BARS]
    assert len(list(check.pyroma_problems("\n".join(lines), project))) == problems


def test_pyroma_that_ends_early_is_a_problem() -> None:
    assert list(check.pyroma_problems("Traceback ...", EMPTY)) == ["pyroma:\nTraceback ..."]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build, and unpack the sdist; give its folder and the wheel."""
    folder = tmp_path_factory.mktemp("release")
    sdist, wheel = build.build(folder)
    return build.unpack(sdist, folder / "unpacked"), wheel


def test_an_unpacked_sdist_builds_the_same_wheel(unpacked: tuple[Path, Path], tmp_path: Path) -> None:
    root, wheel = unpacked
    again = build.build(tmp_path, root)[1]
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(wheel.read_bytes()).digest()


@pytest.mark.slow
def test_the_tests_pass_from_the_sdist(unpacked: tuple[Path, Path]) -> None:
    root, _ = unpacked
    environment = {**os.environ, "PYTHONPATH": f"{root / 'overlay'}{os.pathsep}{root / 'generated'}"}
    environment["GIT_CEILING_DIRECTORIES"] = str(root.parent)
    command = [sys.executable, "-m", "pytest", "--numprocesses", "4", "--dist", "loadfile"]
    command += ["--ignore", "tests/test_examples.py"]  # they need frameworks, which make test installs
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
