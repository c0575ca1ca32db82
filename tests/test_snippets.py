"""Every Python and shell snippet of the README and of docs/ runs as printed, in its order, against the local server."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest

from mistral_voices.local import VoicesServer

from .snippets import ROOT, Reader, read_snippets

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Its environment has the frameworks that the pages speak of.
EXAMPLES = ROOT / ".venv" / "examples"
# What readers have, or know how to get, and this environment may lack; the live service no test has.
NOT_HERE = {"celery", "django", "fastapi", "flask", "live_service", "mistralai", "pandas", "rich", "tqdm"}
# Those of docs/neighbours.md, which tests/neighbours runs.
NOT_HERE |= {"opentelemetry.instrumentation", "pytest_httpx", "respx", "trio", "uvloop", "vcr"}
# The recordings and the voices that the pages speak of.
RECORDINGS = ("my-voice.wav", "ada.wav")
VOICES: list[dict[str, Any]] = [
    {"id": "v", "name": "V", "sample_audio": "UklGRg=="},
    {"id": "v1", "name": "Ada", "tags": ["old"], "created_at": "2026-01-02T03:04:05Z", "sample_audio": "UklGRg=="},
]


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """Undo what a page sets up for a whole program."""
    loggers = [logging.getLogger(), logging.getLogger("mistral_voices")]
    before = [(logger, logger.level, [*logger.handlers]) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.mark.usefixtures("logging_as_it_was")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, *map(str, EXAMPLES.glob("lib*/**/site-packages"))])
    for name in RECORDINGS:
        shutil.copy(ROOT / "tests" / "data" / "hello.wav", name)
    shutil.copy(certifi.where(), "company.pem")
    with VoicesServer(seed=VOICES) as server:
        environment = {"MISTRAL_SERVER_URL": server.serve(), "MISTRAL_API_KEY": "key-of-the-docs"}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        reader = Reader(page, environment)
        try:
            for snippet in read_snippets(page.read_text("utf-8")):
                reader.follow(snippet)
        finally:
            reader.leave()


def test_snippets_are_found() -> None:
    found = {page.name: len([*read_snippets(page.read_text("utf-8"))]) for page in PAGES}
    assert found["README.md"] >= 3
    assert found["index.md"] >= 2


def test_what_is_compiled_only_is_known() -> None:
    needs = {name for page in PAGES for each in read_snippets(page.read_text("utf-8")) for name in each.needs}
    assert needs - NOT_HERE == set()


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint(missing)\n```",
        "```sh\nfalse\n```",
        "```sh\npip install 'mistral-voices[nothing]'\n```",
        "```sh\nmake nothing\n```",
        "```python\ndef test_it():\n    assert False\n```",
        '```python title="app.py"\nraise SystemExit(3)\n```\n\n```sh\npython app.py\n```',
        "<!-- needs: mistralai -->\n```python\nfrom mistralai import import\n```",
    ],
)
def test_a_wrong_snippet_is_noticed(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    *before, wrong = read_snippets(text)
    reader = Reader(Path("page.md"), {})
    for snippet in before:
        reader.follow(snippet)
    with pytest.raises((AssertionError, NameError, SyntaxError)):
        reader.follow(wrong)
