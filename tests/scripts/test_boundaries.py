"""Imports point one way, and the check that says so can fail."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts import boundaries


def test_the_house_is_in_order() -> None:
    assert list(boundaries.problems()) == []


def test_imports_for_type_checkers_do_not_count() -> None:
    source = "import typing\nif TYPE_CHECKING:\n    import httpx\nelse:\n    def f():\n        import json"
    assert sorted(boundaries.imports(ast.parse(source))) == ["json", "typing"]


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("client.py", "import httpx", "client.py imports httpx: only _http.py"),
        (
            "_flow.py",
            "from mistral_voices_api.models import X",
            "_flow.py imports mistral_voices_api: only _operations",
        ),
        ("local/x.py", "def f():\n    import httpx2", "local/x.py imports httpx2"),
    ],
)
def test_a_wrong_import_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str, message: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(line, encoding="utf-8")
    monkeypatch.setattr(boundaries, "OVERLAY", tmp_path)
    assert [problem for problem in boundaries.problems() if message in problem]
