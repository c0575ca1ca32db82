"""Judge what would be released: the same bytes twice, contents, metadata, and the page that package indexes show."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.release.build import release, sums
from scripts.release.sbom import ROOT, TOOLS

# What pyroma misses as long as the owner has not filled in the addresses in pyproject.toml.
NO_EMAIL = "Your package does not have author-email data."
NO_ADDRESS = "Your package should have a 'url' field"


class Links(HTMLParser):
    """The addresses in a page that lead nowhere on the site that shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is neither absolute nor within the page."""
        del tag
        values = [value or "" for name, value in attrs if name in ("href", "src", "srcset")]
        self.broken += [value for value in values if not value.startswith(("https://", "#", "mailto:"))]


def tool(name: str, *arguments: str | Path) -> tuple[int, str]:
    """Run a tool of the release environment; give its exit status and all that it printed."""
    command = (TOOLS / name, *arguments)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def page_problems(wheel: Path, folder: Path) -> Iterator[str]:
    """Render the page as the package index does, and find the links that break there."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        page = message_from_bytes(archive.read(metadata)).get_payload()
    (folder / "page.md").write_text(str(page), encoding="utf-8")
    status, printed = tool("python", "-m", "readme_renderer", folder / "page.md", "--output", folder / "page.html")
    if status:
        yield f"the README does not render:\n{printed}"
        return
    links = Links()
    links.feed((folder / "page.html").read_text(encoding="utf-8"))
    yield from (f"on the package's page this link breaks: {link}" for link in links.broken)


def pyroma_problems(printed: str, project: dict[str, Any]) -> Iterator[str]:
    """Say what pyroma misses, but for the addresses that nobody has filled in."""
    missing = {NO_EMAIL: "email" not in project["authors"][0], NO_ADDRESS: "urls" not in project}
    excused = tuple(line for line, is_missing in missing.items() if is_missing)
    missed, rated, _ = printed.partition("Found ")[2].partition("Final rating:")
    if not rated:
        yield f"pyroma:\n{printed}"
    for line in missed.splitlines()[1:]:
        if line.strip("-") and not line.startswith(excused):
            yield f"pyroma: {line}"


def problems(first: Path, second: Path) -> Iterator[str]:
    """Build into two folders and judge the first."""
    paths = release(first)
    if sums(paths) != sums(release(second)):
        yield f"two builds differ:\n{sums(paths)}"
    sdist, wheel = paths[:2]
    for name, *arguments in (
        ("twine", "check", "--strict", sdist, wheel),
        ("check-wheel-contents", wheel),
        ("validate-pyproject", "pyproject.toml"),
    ):
        status, printed = tool(str(name), *arguments)
        if status:
            yield f"{name}:\n{printed}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield from pyroma_problems(tool("pyroma", sdist)[1], project)
    yield from page_problems(wheel, second)


def main() -> int:
    """Print the problems, or that there are none."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        found = list(problems(Path(first), Path(second)))
    print("\n".join(found) or "The release builds to the same bytes twice, and is well formed.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
