"""A reader walks the built site in headless Chromium: no error, nothing from elsewhere, and the search finds things."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pytest

SITE = Path(__file__).parent.parent / "site"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WHAT_IS_MISSING = [
    what
    for what, there in {
        "a browser (apt-get install chromium)": CHROMIUM,
        "playwright (make docs-browser installs it)": find_spec("playwright"),
        "the built site (make docs)": (SITE / "index.html").is_file(),
    }.items()
    if not there
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(WHAT_IS_MISSING), reason=f"what the site's walk needs: {', '.join(WHAT_IS_MISSING)}"),
]
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # As a name: it is not in the lock that types are checked with.
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Visit:
    """A page of the browser that keeps what went wrong."""

    def __init__(self, browser: Any, address: str, size: str = "desktop", scheme: str = "light") -> None:
        width, height = SIZES[size]
        self.page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.faults: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.page.on("request", lambda request: self._note_request(address, request.url))
        self.page.on("response", lambda response: self._note_status(response.status, response.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"{self.page.url}: {text}")

    def _note_request(self, address: str, url: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.faults.append(f"{self.page.url} loads {url}")

    def _note_status(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"{self.page.url}: {status} for {url}")


def test_all_pages_are_reached_and_none_complains(browser: Any, address: str) -> None:
    visit = Visit(browser, address)
    waiting, seen = [f"{address}/index.html"], set()
    while waiting:
        url = waiting.pop()
        seen.add(url)
        visit.page.goto(url)
        links = visit.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        ours = {urldefrag(link).url for link in links if link.startswith(f"{address}/")}
        waiting += ours - seen - {*waiting, f"{address}/"}
        anchors = {urldefrag(link).fragment for link in links if urldefrag(link).url == url} - {""}
        ids = {*visit.page.eval_on_selector_all("[id]", "all => all.map(each => each.id)")}
        assert anchors - ids == set(), url
    assert visit.faults == []
    pages = {f"{address}/{path.relative_to(SITE)}" for path in SITE.rglob("*.html")}
    assert pages - seen == {f"{address}/404.html"}


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desktop", "dark")])
def test_no_page_is_wider_than_the_screen(browser: Any, address: str, size: str, scheme: str) -> None:
    visit = Visit(browser, address, size, scheme)
    too_wide = []
    for path in sorted(SITE.rglob("*.html")):
        visit.page.goto(f"{address}/{path.relative_to(SITE)}")
        if visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            too_wide.append(path.name)
    assert too_wide == []


@pytest.mark.parametrize(("words", "page"), [("recover", "never-twice.html"), ("iterate", "listing.html")])
def test_the_search_finds(browser: Any, address: str, words: str, page: str) -> None:
    visit = Visit(browser, address)
    visit.page.goto(f"{address}/index.html")
    visit.page.click(".md-search__button")
    visit.page.locator("input[role=combobox]").fill(words)
    visit.page.locator(f"a[href*='{page}?h={words}']").first.wait_for(timeout=10_000)
    assert visit.faults == []
