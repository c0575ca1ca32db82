"""The checks of `make docs`: what is wrong with a site is named, and every public name is in the reference."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from scripts import docs

ROOT = Path(__file__).parent.parent.parent
GOOD = '<h1 id="top">A</h1><a href="b.html#top">b</a><script src="site.js"></script><a href="https://example.org">x</a>'


def make_site(folder: Path, page: str, searched: tuple[str, ...] = ("a.html", "b.html")) -> Path:
    (folder / "a.html").write_text(page, "utf-8")
    (folder / "b.html").write_text('<h1 id="top">B</h1>', "utf-8")
    (folder / "site.js").touch()
    items = [{"location": f"{name}#top"} for name in searched]
    (folder / "search.json").write_text(json.dumps({"items": items}), "utf-8")
    return folder


def test_a_good_site_has_no_faults(tmp_path: Path) -> None:
    assert [*docs.site_faults(make_site(tmp_path, GOOD))] == []


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('<a href="c.html">', "a.html links to c.html, which is not there"),
        ('<a href="b.html#gone">', "a.html links to b.html#gone, which is not there"),
        ('<a href="#gone">', "a.html links to #gone, which is not there"),
        ('<img src="gone.png">', "a.html links to gone.png, which is not there"),
        ('<script src="https://cdn.example/x.js">', "a.html loads https://cdn.example/x.js from elsewhere"),
        ('<link rel="stylesheet" href="//fonts.example/x">', "a.html loads //fonts.example/x from elsewhere"),
    ],
)
def test_what_is_wrong_is_named(more: str, fault: str, tmp_path: Path) -> None:
    assert [*docs.site_faults(make_site(tmp_path, GOOD + more))] == [fault]


def test_fonts_from_elsewhere_and_unsearchable_pages_are_named(tmp_path: Path) -> None:
    site = make_site(tmp_path, GOOD, ("a.html",))
    (site / "site.css").write_text("@import url(https://fonts.example/css); a { background: url('x.png') }")
    faults = ["site.css loads https://fonts.example/css from elsewhere", "b.html is not found by the search"]
    assert [*docs.site_faults(site)] == faults


def test_names_that_are_missing_from_the_reference_are_named(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "a.html").write_text('<h2 id="mistral_voices.Mistral"></h2>')
    faults = [*docs.name_faults(tmp_path)]
    assert "mistral_voices.errors.NotFoundError does not stand in the reference" in faults
    assert "mistral_voices.voices.Voices.create_async does not stand in the reference" in faults
    assert not any("client.Mistral " in fault for fault in faults)


def test_every_name_of_every_public_module_is_looked_for() -> None:
    """What is read from the code without importing it is what `__all__` says when it runs."""
    names = {name for name, _ in docs.public_names(docs.load_package())}
    modules = ["", ".audio", ".client", ".errors", ".local", ".models", ".testing", ".utils", ".voices"]
    for module in modules:
        path = f"mistral_voices{module}"
        assert {f"{path}.{name}" for name in importlib.import_module(path).__all__} - names == set()
    assert {"mistral_voices.voices.Voices.find", "mistral_voices.client.Mistral.close"} - names == set()


def test_every_public_module_has_its_place_in_the_reference() -> None:
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "reference").glob("*.md"))
    described = set(re.findall(r"^::: ([\w.]+)", pages, re.MULTILINE))
    for name, _ in docs.public_names(docs.load_package()):
        module = name.removeprefix("mistral_voices.")
        place = [each for each in described if each == name or name.startswith(f"{each}.")]
        assert place or module.startswith("client.Mistral"), name  # which stands there as mistral_voices.Mistral
