"""Pages in headless Chromium; what goes wrong on one is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED = {
    "a browser (apt-get install chromium)": CHROMIUM,
    "playwright (make docs-browser installs it)": find_spec("playwright"),
}
MISSING = [what for what, there in NEEDED.items() if not there]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # As a name: it is not in the lock that types are checked with.
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Visit:
    """A page that keeps what went wrong: errors, questions, and whatever is loaded from elsewhere.

    Args:
        browser: The browser.
        address: What the addresses of all that it may load begin with, `data:` and `blob:` aside.
        **options: As for a context of the browser, such as viewport=PHONE.
    """

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.page = browser.new_context(**{"viewport": DESKTOP, **options}).new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda message: self._note(message.text, message.type in ("error", "warning")))
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("dialog", self._refuse)
        allowed = (address, "data:", "blob:")
        self.page.on("request", lambda request: self._note(f"loads {request.url}", not request.url.startswith(allowed)))
        self.page.on(
            "response", lambda response: self._note(f"{response.status} {response.url}", response.status >= 400)
        )

    def _note(self, fault: str, is_fault: bool = True) -> None:
        if is_fault:
            self.faults.append(f"{self.page.url}: {fault}")

    def _refuse(self, dialog: Any) -> None:
        self._note(dialog.message)
        dialog.dismiss()
