"""What changed in the public surface, read from a small package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL, Surface, surface_findings

Read = Callable[..., Surface]
TYPING = """from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias, TypedDict, Unpack, overload
"""
DATA = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "data" / "diff" / "surface.yaml").read_text(encoding="utf-8")
)
FILES: dict[str, str] = DATA["files"]
BOAT, CREW = "../harbour_api/models.py", "crew: int | None"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a package from its files; each in a folder of its own."""

    def read_files(files: dict[str, str], renamed: dict[str, str] | None = None) -> Surface:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in files.items():
            path = folder / "harbour" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if name.endswith("__init__.py") else TYPING + text, encoding="utf-8")
        return Surface("harbour", [folder], renamed)

    return read_files


@pytest.mark.parametrize("change", DATA["changes"], ids=lambda change: f"{change['file']}: {change['old']}")
def test_a_changed_package(read: Read, change: dict[str, Any]) -> None:
    name, old, new, rating, texts = change.values()
    assert old in FILES[name]
    found = surface_findings(read(FILES).entries, read({**FILES, name: FILES[name].replace(old, new)}).entries)
    assert {each.rating for each in found} | {INTERNAL} >= {rating}
    assert (rating == BREAKING) == any(each.rating == BREAKING for each in found), found
    assert all(any(text in each.text for each in found) for text in texts), found
    assert bool(found) == bool(texts), found


def test_moving_private_code_is_nothing_to_users(read: Read) -> None:
    moved = {name: text.replace("_crud", "crud") for name, text in FILES.items()}
    moved["voices/__init__.py"] = moved.pop("voices.py")
    moved["voices/crud.py"] = moved.pop("_crud.py").replace("from .", "from ..")
    moved["_core/options.py"], moved["_core/__init__.py"] = moved.pop("_options.py"), ""
    moved["voices/crud.py"] = moved["voices/crud.py"].replace(".._options", ".._core.options")
    assert surface_findings(read(FILES).entries, read(moved).entries) == []


def test_a_renamed_class_is_not_reported_at_each_of_its_uses(read: Read) -> None:
    changed = {name: text.replace("Page", "Sheet") for name, text in FILES.items()}
    found = surface_findings(read(FILES, {"Page": "Sheet"}).entries, read(changed).entries)
    assert sorted(text for _, text in found) == ["added: models.Sheet", "removed: models.Page"]


def test_a_model_that_is_only_sent_may_allow_more(read: Read) -> None:
    old, new = (read({**FILES, BOAT: FILES[BOAT].replace(CREW, crew)}).entries for crew in (CREW, f"{CREW} | str"))
    assert [rating for rating, _ in surface_findings(old, new)] == [BREAKING]
    assert [rating for rating, _ in surface_findings(old, new, sent={"Boat"})] == [COMPATIBLE]
