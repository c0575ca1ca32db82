"""A page in headless Chromium, opened from disk, without a network; what goes wrong on it is kept."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED = {
    "a browser (apt-get install chromium)": CHROMIUM,
    "playwright (make docs-browser installs it)": find_spec("playwright"),
}
MISSING = [what for what, there in NEEDED.items() if not there]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Visit:
    """A page that is opened from disk, without a network; what goes wrong is kept."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        context = browser.new_context(**{"viewport": DESKTOP, "offline": True, **options})
        self.page = context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", self._refuse)
        self.page.on("request", lambda request: self._note(request.url, file.as_uri()))
        self.page.goto(file.as_uri())

    def _refuse(self, dialog: Any) -> None:
        self.faults.append(dialog.message)
        dialog.dismiss()

    def _note(self, url: str, own: str) -> None:
        if url != own and not url.startswith("blob:"):
            self.faults.append(f"loads {url}")

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def position(self, name: str) -> Any:
        return self.page.get_by_role("slider", name=f"Position in {name}", exact=True)

    def wait(self, ready: Any) -> None:
        """Wait for something; the policy of the page lets nothing wait within it."""
        for _ in range(600):
            if ready():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("it did not happen")

    @property
    def names(self) -> list[str]:
        names: list[str] = self.page.locator(".voice:visible .name").all_inner_texts()
        return names

    @property
    def focused(self) -> str:
        label: str = self.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.id")
        return label
