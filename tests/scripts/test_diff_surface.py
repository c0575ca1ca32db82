"""What changed in the public surface, read from a small package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL, Surface, surface_findings

Read = Callable[..., Surface]
TYPING = """from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias, TypedDict, Unpack, overload
"""
FILES = {
    "__init__.py": """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from . import errors, models, utils
    from .client import Harbour
else:
    def __getattr__(name): ...
__all__ = ["Harbour", "errors", "models", "utils"]
""",
    "client.py": """
from .voices import Boats
LIMIT = 3
class Harbour:
    def __init__(self, key: str | None = None, port: int = LIMIT) -> None:
        self.boats: Boats = Boats(key)
        self._key = key
    def close(self) -> None: ...
    def _hide(self) -> None: ...
__all__ = ["Harbour"]
""",
    "voices.py": "from ._crud import Crud\nclass Boats(Crud):\n    pass\n",
    "_options.py": "class Options(TypedDict, total=False):\n    wait: int | None\n",
    "_crud.py": """
from . import models
from ._options import Options
Kind: TypeAlias = Literal["sail", "row"]
Plan: TypeAlias = "str | bytes"
class Crud:
    def __init__(self, send: Send) -> None: ...
    def list(self, *, kind: Kind = "sail", limit: int = 10, **options: Unpack[Options]) -> models.Page: ...
    async def list_async(self, *, kind: Kind = "sail", limit: int = 10, **options: Unpack[Options]) -> models.Page: ...
    def build(self, *, plan: Plan) -> models.Boat: ...
""",
    "errors.py": """
class Trouble(Exception):
    status: int | None
    def __init__(self, text: str, /, *, status: int | None = None) -> None: ...
    @property
    def reason(self) -> str: ...
class Leak(Trouble): ...
class BigLeak(Leak): ...
__all__ = ["BigLeak", "Leak", "Trouble"]
""",
    "models.py": 'from harbour_api.models import Boat, Page\n__all__ = ["Boat", "Page"]\n',
    "utils.py": """
class Waits(NamedTuple):
    first: int
    last: int = 9
def wait(seconds: float) -> None: ...
""",
    "local/__init__.py": "from ._server import Server\n__all__ = ['Server']",
    "local/_server.py": "class Server:\n    def __init__(self, port: int = 0) -> None: ...",
    "../harbour_api/models.py": "class Boat:\n    id: str\n    crew: int | None = None\nclass Page: ...\n",
    "../harbour_api/__init__.py": "",
}
BUILD = "    def build(self, *, plan: Plan) -> models.Boat: ..."
OVERLOADS = """    @overload
    def build(self, *, plan: Plan, quiet: Literal[False] = False) -> models.Boat: ...
    @overload
    def build(self, *, plan: Plan, quiet: bool) -> models.Boat | None: ...
    def build(self, *, plan: Plan, quiet: bool = False) -> models.Boat | None: ..."""
ATTRIBUTE = "        self.boats: Boats = Boats(key)\n        self._key = key\n"
CACHED = "        self._key = key\n    @cached_property\n    def boats(self) -> Boats: ...\n"
LIMIT, TEN, LIST, TWIN = "limit: int = 10", "limit: int = ", "voices.Boats.list()", " (and its async twin)"
BOAT, CREW = "../harbour_api/models.py", "crew: int | None"
# The file, what is replaced (everywhere) and by what, the rating, and all that is reported.
CHANGES: list[tuple[str, str, str, str, list[str]]] = [
    ("_crud.py", LIMIT, f"{TEN}20", BREAKING, [f"{LIST}: argument limit: default is now 20, was 10{TWIN}"]),
    ("_crud.py", LIMIT, "limit: int", BREAKING, [f"{LIST}: argument limit: is now required{TWIN}"]),
    ("_crud.py", LIMIT, "size: int = 10", BREAKING, [f"{LIST}: argument renamed: limit -> size{TWIN}"]),
    ("_crud.py", f"{LIMIT}, ", "", BREAKING, [f"{LIST}: argument removed: limit{TWIN}"]),
    ("_crud.py", LIMIT, f"{LIMIT}, sea: str", BREAKING, [f"{LIST}: new required argument: sea{TWIN}"]),
    ("_crud.py", LIMIT, f"{LIMIT}, sea: str = ''", COMPATIBLE, [f"{LIST}: argument added: sea{TWIN}"]),
    ("_crud.py", LIMIT, "limit: int | None = 10", COMPATIBLE, [f"{LIST}: argument limit: may now be None{TWIN}"]),
    ("_crud.py", LIMIT, "limit: str = 10", BREAKING, [f"{LIST}: argument limit: type is now str, was int{TWIN}"]),
    ("_crud.py", LIMIT, "limit: float = 10", COMPATIBLE, [f"{LIST}: argument limit: type is now float, was int{TWIN}"]),
    ("_crud.py", '"row"]', '"row", "oar"]', COMPATIBLE, [f"{LIST}: argument kind: enum value added: oar{TWIN}"]),
    ("_crud.py", ', "row"]', "]", BREAKING, [f"{LIST}: argument kind: enum value removed: row{TWIN}"]),
    ("_crud.py", '| bytes"', '| bytes | list[str]"', COMPATIBLE, ["type is now bytes or list[str] or str, was"]),
    ("_crud.py", 'str | bytes"', 'str"', BREAKING, ["build(): argument plan: type is now str, was bytes or str"]),
    ("_crud.py", "-> models.Boat:", "-> models.Boat | None:", BREAKING, ["Boats.build(): result: may now be None"]),
    ("_crud.py", "import models", "import models as models, voices", INTERNAL, []),
    ("_crud.py", BUILD, OVERLOADS, COMPATIBLE, ["voices.Boats.build(): argument added: quiet"]),
    ("_crud.py", "async def", "def", BREAKING, ["voices.Boats.list_async: is now: function, was: async function"]),
    ("_crud.py", "list_async", "later", BREAKING, ["added: voices.Boats.later", "removed: voices.Boats.list_async"]),
    ("_crud.py", "def list(", "def all(", BREAKING, ["added: voices.Boats.all", "removed: voices.Boats.list"]),
    ("_crud.py", "send: Send", "driver: Driver", INTERNAL, []),
    ("_options.py", " | None", "", BREAKING, [f"{LIST}: argument wait: may no longer be None{TWIN}"]),
    ("_options.py", "wait:", "again: bool\n    wait:", COMPATIBLE, [f"{LIST}: argument added: again{TWIN}"]),
    ("client.py", "LIMIT = 3", "LIMIT = 4", BREAKING, ["Harbour(): argument port: default is now 4, was 3"]),
    (
        "client.py",
        "self, key",
        "self, *, key",
        BREAKING,
        ["key: position is now by name only, was number 1", "number 2"],
    ),
    ("client.py", "self.boats", "self.ships", BREAKING, ["added: Harbour.ships", "removed: Harbour.boats"]),
    ("client.py", ATTRIBUTE, CACHED, INTERNAL, []),
    ("client.py", "def close", "def shut", BREAKING, ["added: Harbour.shut", "removed: Harbour.close"]),
    ("client.py", "_hide", "_seek", INTERNAL, []),
    (
        "errors.py",
        "Leak(Trouble)",
        "Leak(Exception)",
        BREAKING,
        [f"{x}Leak: base class removed: T" for x in ("Big", "")],
    ),
    ("errors.py", "(Leak)", "(Leak, OSError)", COMPATIBLE, ["errors.BigLeak: base class added: OSError"]),
    ("errors.py", '"Leak", ', "", BREAKING, ["removed: errors.Leak"]),
    ("errors.py", "int | None\n", "int\n", COMPATIBLE, ["errors.Trouble.status: value: may no longer be None"]),
    ("errors.py", "-> str", "-> str | None", BREAKING, ["errors.Trouble.reason: value: may now be None"]),
    ("errors.py", "str, /,", "str,", COMPATIBLE, ["argument text: position is now number 1, was number 1 only"]),
    ("errors.py", "BigLeak(Leak): ...", "BigLeak(Leak):\n    size: int", COMPATIBLE, ["added: errors.BigLeak.size"]),
    ("models.py", "Boat", "Ship", BREAKING, ["added: models.Ship", "removed: models.Boat"]),
    ("models.py", "Boat, Page\n", "Page, Boat as Ship\nBoat = Ship\n", INTERNAL, []),
    (BOAT, "id: str", "id: str | None", BREAKING, ["models.Boat.id: value: may now be None"]),
    (BOAT, "id: str", "name: str", BREAKING, ["added: models.Boat.name", "removed: models.Boat.id"]),
    (
        "utils.py",
        "first: int",
        "first: int\n    middle: int",
        BREAKING,
        ["utils.Waits(): new required argument: middle"],
    ),
    ("utils.py", "seconds: float", "seconds: float, *a: int, **b: int", COMPATIBLE, ["added: **b", "added: *a"]),
    ("utils.py", "def wait", "def rest", BREAKING, ["added: utils.rest", "removed: utils.wait"]),
    ("local/_server.py", "= 0", "= 1", BREAKING, ["local.Server(): argument port: default is now 1, was 0"]),
]


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


@pytest.mark.parametrize(("name", "old", "new", "rating", "texts"), CHANGES)
def test_a_changed_package(read: Read, name: str, old: str, new: str, rating: str, texts: list[str]) -> None:
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
