"""A person's visit to the page of a backup, which is opened from disk, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser import Visit


class PageVisit(Visit):
    """A page that is opened from disk."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        super().__init__(browser, file.as_uri(), **{"offline": True, **options})
        self.page.goto(file.as_uri())

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
