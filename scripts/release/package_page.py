"""Make the page that package indexes show from the README: its links lead into the repository.

While pyproject.toml does not say where the repository is, what would be a broken link is plain text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

CODE = r"(?P<code>^```.*?^```|`[^`\n]+`)"
TEXT = r"(?:[^\[\]]|\[[^\[\]]*\])*"
RELATIVE = r"(?![a-z]+:|#|//)"
LINK = rf"(?P<picture>!?)\[(?P<text>{TEXT})\]\((?P<target>[^()\s]+)(?P<title>\s+\"[^\"]*\")?\)"
REFERENCE = rf"^(?P<label>\[[^\]]+\]:\s+){RELATIVE}(?P<place>\S+)$"
ATTRIBUTE = rf"\s(?P<attribute>href|src|srcset)=\"{RELATIVE}(?P<value>[^\"]+)\""
PATTERN = re.compile(f"{CODE}|{LINK}|{REFERENCE}|{ATTRIBUTE}", re.DOTALL | re.MULTILINE)


def package_page(readme: str, repository: str | None, version: str) -> str:
    """Give the README with links that work elsewhere."""

    def address(path: str, kind: str) -> str:
        return f"{repository}/{kind}/v{version}/{path}"

    def replace(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        if match["label"]:
            return match["label"] + (address(match["place"], "blob") if repository else "#")
        if match["attribute"]:
            kind = "blob" if match["attribute"] == "href" else "raw"
            return f' {match["attribute"]}="{address(match["value"], kind)}"' if repository else ""
        text, target = PATTERN.sub(replace, match["text"]), match["target"]
        if re.match(RELATIVE, target):
            if not repository:
                return text
            target = address(target, "raw" if match["picture"] else "blob")
        return f"{match['picture']}[{text}]({target}{match['title'] or ''})"

    return PATTERN.sub(replace, readme)


class PackagePage(MetadataHookInterface):
    """Hatchling reads `readme` from here (`tool.hatch.metadata.hooks.custom` in pyproject.toml)."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the page to the metadata."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        repository = metadata.get("urls", {}).get("Repository", "").rstrip("/") or None
        page = package_page(readme, repository, metadata["version"])
        metadata["readme"] = {"content-type": "text/markdown", "text": page}
