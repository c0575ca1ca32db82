"""Build the site into site/ and check it: `make docs`.

It fails on a warning of the generator, on a public name without a docstring or missing from the reference, on a broken
link or anchor, and on anything that a page would load from elsewhere.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import griffe

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}


class Page(HTMLParser):
    """What a page defines, links to and loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, links and what is loaded."""
        given = {name: value for name, value in attrs if value}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if (address := given.get(LOADED.get(tag, ""))) and given.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(address)


def site_faults(site: Path) -> Iterator[str]:
    """Say what is wrong with a built site."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        if path.name == "404.html":  # served for any address, so its links begin at the root of the host
            continue
        name = path.relative_to(site)
        for address in page.loads:
            if urlsplit(address).scheme or address.startswith("//"):
                yield f"{name} loads {address} from elsewhere"
        for address in (*page.links, *page.loads):
            if not urlsplit(address).scheme and not address.startswith("//") and not _is_there(path, address, pages):
                yield f"{name} links to {address}, which is not there"
    for path in sorted(site.rglob("*.css")):
        for address in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", path.read_text("utf-8")):
            yield f"{path.relative_to(site)} loads {address} from elsewhere"
    found = {entry["location"].partition("#")[0] for entry in json.loads((site / "search.json").read_text())["items"]}
    for missing in sorted({str(path.relative_to(site)) for path in pages} - found - {"404.html"}):
        yield f"{missing} is not found by the search"


def _is_there(path: Path, address: str, pages: dict[Path, Page]) -> bool:
    relative, anchor = urldefrag(address)
    target = (path.parent / unquote(urlsplit(relative).path)).resolve() if relative else path
    target = target / "index.html" if target.is_dir() else target
    return target.is_file() and (not anchor or target not in pages or unquote(anchor) in pages[target].anchors)


def load_package() -> griffe.Module:
    """Read the package without importing it."""
    loader = griffe.GriffeLoader(search_paths=[ROOT / "overlay", ROOT / "generated"], docstring_parser="google")
    for package in ("typing_extensions", "mistral_voices_api", "mistral_voices"):
        loader.load(package)
    loader.resolve_aliases(external=False)
    module: griffe.Module = loader.modules_collection["mistral_voices"]
    return module


def public_names(module: griffe.Module) -> Iterator[tuple[str, griffe.Object | griffe.Alias]]:
    """Give each name of `__all__` of each public module, and the public methods of classes among them."""
    for name in map(str, module.exports or ()):
        thing = module[name]
        yield f"{module.path}.{name}", thing
        for member in thing.all_members.values() if thing.is_class else ():
            if not member.name.startswith("_") and (member.is_function or "property" in member.labels):
                yield f"{module.path}.{name}.{member.name}", member
    for name, below in module.modules.items():
        if not name.startswith("_") and name != "cli" and not below.is_alias:  # the command line has pages of its own
            yield from public_names(below)


def name_faults(site: Path) -> Iterator[str]:
    """Say which public names have no docstring, and which do not stand in the reference."""
    package, described = load_package(), set()
    for path in (site / "reference").glob("*.html"):
        for anchor in Page(path.read_text("utf-8")).anchors:
            if anchor.startswith("mistral_voices."):
                described.add(package[anchor.partition(".")[2]].canonical_path)
    for name, thing in public_names(package):
        if not thing.has_docstring:
            yield f"{name} has no docstring"
        elif thing.canonical_path not in described:
            yield f"{name} does not stand in the reference"


def main() -> int:
    """Build and check."""
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).partition("Traceback")[0]
    output = [line for line in text.splitlines() if line.strip()]
    faults = [line for line in output if line.startswith(("griffe:", "mkdocstrings"))]
    if done.returncode:
        faults += output
    else:
        faults += [*site_faults(SITE), *name_faults(SITE)]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    pages = len([*SITE.rglob("*.html")])
    print(f"site/ has {pages} pages, {sum(path.stat().st_size for path in SITE.rglob('*') if path.is_file()):,} bytes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
