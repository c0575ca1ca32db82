"""Print what CHANGELOG.md says of a version, the notes of its release: `python scripts/release/changelog.py v1.2.3`.

It fails unless that is the version of the package and its section has a date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADING = r"^## (?P<version>\S+) \((?P<date>[^)\n]*)\)\n+(?P<notes>.*?)(?=^## |\Z)"


class ChangelogError(Exception):
    """The version cannot be released; the message says what to do."""


def notes(changelog: str, tag: str, version: str) -> str:
    """Give the section of the version that the tag names."""
    if tag != f"v{version}":
        raise ChangelogError(f"the tag is {tag}, but the package's version calls for v{version}")
    for section in re.finditer(HEADING, changelog, re.MULTILINE | re.DOTALL):
        if section["version"] == version:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", section["date"]):
                raise ChangelogError(f"in CHANGELOG.md {version} needs a date such as (2027-01-31): {section['date']}")
            return section["notes"].strip() + "\n"
    raise ChangelogError(f"CHANGELOG.md has no section `## {version} (date)`")


def main(root: Path = ROOT) -> None:
    """Print the notes."""
    code = (root / "overlay" / "mistral_voices" / "_version.py").read_text(encoding="utf-8")
    version = code.split('__version__ = "')[1].split('"')[0]
    try:
        print(notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), sys.argv[1], version), end="")
    except ChangelogError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
