"""A reader walks the built site in headless Chromium: no error, nothing from elsewhere, and the search finds things."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pytest

from tests.browser import DESKTOP, MISSING, PHONE, Visit, browser

SITE = Path(__file__).parent.parent / "site"
WHAT_IS_MISSING = [*MISSING, *([] if (SITE / "index.html").is_file() else ["the built site (make docs)"])]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(WHAT_IS_MISSING), reason=f"what the site's walk needs: {', '.join(WHAT_IS_MISSING)}"),
]
__all__ = ["browser"]


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


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])
def test_no_page_is_wider_than_the_screen(browser: Any, address: str, size: dict[str, int], scheme: str) -> None:
    visit = Visit(browser, address, viewport=size, color_scheme=scheme)
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
