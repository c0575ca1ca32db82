"""Every block of docs/neighbours.md runs where its tools are."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from tests.snippets import ROOT, Reader, read_snippets


def test_the_page_runs(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MISTRAL_SERVER_URL", url)
    page = ROOT / "docs" / "neighbours.md"
    reader = Reader(page, {})
    reader.environment["PYTEST_ADDOPTS"] += " -p pytest_httpx"
    try:
        for snippet in read_snippets(page.read_text("utf-8")):
            assert snippet.missing() in ([], ["trio"])
            reader.follow(snippet)
    finally:
        HTTPXClientInstrumentor().uninstrument()
