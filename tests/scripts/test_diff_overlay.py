"""What changed in the public surface, told from small sources."""

from __future__ import annotations

import pytest

from scripts import diff
from scripts.diff_overlay import Package, surface_findings
from scripts.diff_values import BREAKING, COMPATIBLE, INTERNAL

FILES = {
    "__init__.py": """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from . import errors, models, utils
    from .client import Harbour
else:
    def __getattr__(name): ...
__version__ = "0.1.0"
__all__ = ["Harbour", "errors", "models", "utils"]
""",
    "client.py": """
from .boats import Boats
LIMIT = 3
class Harbour:
    def __init__(self, key: str | None = None, port: int = LIMIT) -> None:
        self.boats = Boats(key)
        self._key = key
    def close(self) -> None: ...
    def _hide(self) -> None: ...
__all__ = ["Harbour"]
""",
    "boats.py": """
from ._rooms import Room
class Boats(Room):
    pass
""",
    "_options.py": """
class Options(TypedDict, total=False):
    wait: int | None
""",
    "_rooms.py": """
from typing import TYPE_CHECKING, Literal, TypeAlias, Unpack
if TYPE_CHECKING:
    from . import models
    from ._options import Options
Kind: TypeAlias = Literal["sail", "row"]
Source: TypeAlias = "str | bytes"
class Room:
    def __init__(self, run: Run) -> None: ...
    def list(self, *, kind: Kind = "sail", limit: int = 10, **options: Unpack[Options]) -> models.Page: ...
    async def list_async(self, *, kind: Kind = "sail", limit: int = 10, **options: Unpack[Options]) -> models.Page: ...
    def sink(self, *, source: Source) -> models.Boat: ...
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
    "models.py": """
from harbour_api.models import Boat, Page
__all__ = ["Boat", "Page"]
""",
    "utils.py": """
class Waits(NamedTuple):
    first: int
    last: int = 9
def wait(seconds: float) -> None: ...
""",
    "local/__init__.py": "from ._server import Server\n__all__ = ['Server']",
    "local/_server.py": "class Server:\n    def __init__(self, port: int = 0) -> None: ...",
}
SINK = "    def sink(self, *, source: Source) -> models.Boat: ..."
OVERLOADS = """    @overload
    def sink(self, *, source: Source, quiet: Literal[False] = False) -> models.Boat: ...
    @overload
    def sink(self, *, source: Source, quiet: bool) -> models.Boat | None: ...
    def sink(self, *, source: Source, quiet: bool = False) -> models.Boat | None: ..."""
TWIN = " (and its async twin)"
LIST = "boats.Boats.list()"
# The file, what is replaced (everywhere) and by what, the rating, and what is told: all of it.
CHANGES: list[tuple[str, str, str, str, list[str]]] = [
    (
        "_rooms.py",
        "limit: int = 10",
        "limit: int = 20",
        BREAKING,
        [f"{LIST}: argument limit: default is now 20, was 10{TWIN}"],
    ),
    ("_rooms.py", "limit: int = 10", "limit: int", BREAKING, [f"{LIST}: argument limit: is now required{TWIN}"]),
    ("_rooms.py", "limit: int = 10", "size: int = 10", BREAKING, [f"{LIST}: argument renamed: limit -> size{TWIN}"]),
    ("_rooms.py", "limit: int = 10, ", "", BREAKING, [f"{LIST}: argument removed: limit{TWIN}"]),
    (
        "_rooms.py",
        "limit: int = 10",
        "limit: int = 10, sea: str",
        BREAKING,
        [f"{LIST}: new required argument: sea{TWIN}"],
    ),
    (
        "_rooms.py",
        "limit: int = 10",
        "limit: int = 10, sea: str = ''",
        COMPATIBLE,
        [f"{LIST}: argument added: sea{TWIN}"],
    ),
    (
        "_rooms.py",
        "limit: int = 10",
        "limit: int | None = 10",
        COMPATIBLE,
        [f"{LIST}: argument limit: may now be None{TWIN}"],
    ),
    (
        "_rooms.py",
        "limit: int = 10",
        "limit: str = 10",
        BREAKING,
        [f"{LIST}: argument limit: type is now str, was int{TWIN}"],
    ),
    (
        "_rooms.py",
        "limit: int = 10",
        "limit: float = 10",
        COMPATIBLE,
        [f"{LIST}: argument limit: type is now float, was int{TWIN}"],
    ),
    ("_rooms.py", '"row"]', '"row", "oar"]', COMPATIBLE, [f"{LIST}: argument kind: enum value added: oar{TWIN}"]),
    ("_rooms.py", ', "row"]', "]", BREAKING, [f"{LIST}: argument kind: enum value removed: row{TWIN}"]),
    ("_rooms.py", '"str | bytes"', '"str | bytes | list[str]"', COMPATIBLE, ["type is now bytes or list[str] or str"]),
    (
        "_rooms.py",
        '"str | bytes"',
        '"str"',
        BREAKING,
        ["boats.Boats.sink(): argument source: type is now str, was bytes or str"],
    ),
    (
        "_rooms.py",
        "-> models.Boat:",
        "-> models.Boat | None:",
        BREAKING,
        ["boats.Boats.sink(): result: may now be None"],
    ),
    ("_rooms.py", "-> models.Boat:", "-> Boat:", INTERNAL, []),
    ("_rooms.py", SINK, OVERLOADS, COMPATIBLE, ["boats.Boats.sink(): argument added: quiet"]),
    (
        "_rooms.py",
        "    async def",
        "    def",
        BREAKING,
        ["boats.Boats.list_async: is now: function, was: async function"],
    ),
    (
        "_rooms.py",
        "def list_async",
        "def list_later",
        BREAKING,
        ["added: boats.Boats.list_later", "removed: boats.Boats.list_async"],
    ),
    ("_rooms.py", "def list(", "def all(", BREAKING, ["added: boats.Boats.all", "removed: boats.Boats.list"]),
    ("_rooms.py", "run: Run", "runner: Runner", INTERNAL, []),
    ("_options.py", "wait: int | None", "wait: int", BREAKING, [f"{LIST}: argument wait: may no longer be None{TWIN}"]),
    (
        "_options.py",
        "wait: int | None",
        "wait: int | None\n    again: bool",
        COMPATIBLE,
        [f"{LIST}: argument added: again{TWIN}"],
    ),
    ("client.py", "LIMIT = 3", "LIMIT = 4", BREAKING, ["Harbour(): argument port: default is now 4, was 3"]),
    (
        "client.py",
        "key: str | None = None, port",
        "*, key: str | None = None, port",
        BREAKING,
        [
            "argument key: position is now by name only, was number 1",
            "argument port: position is now by name only, was number 2",
        ],
    ),
    ("client.py", "self.boats", "self.ships", BREAKING, ["added: Harbour.ships", "removed: Harbour.boats"]),
    ("client.py", "def close", "def shut", BREAKING, ["added: Harbour.shut", "removed: Harbour.close"]),
    ("client.py", "_hide", "_seek", INTERNAL, []),
    (
        "errors.py",
        "class Leak(Trouble)",
        "class Leak(Exception)",
        BREAKING,
        ["errors.BigLeak: base class removed: Trouble", "errors.Leak: base class removed: Trouble"],
    ),
    (
        "errors.py",
        "class BigLeak(Leak)",
        "class BigLeak(Leak, OSError)",
        COMPATIBLE,
        ["errors.BigLeak: base class added: OSError"],
    ),
    ("errors.py", '"Leak", ', "", BREAKING, ["removed: errors.Leak"]),
    (
        "errors.py",
        "    status: int | None\n",
        "    status: int\n",
        COMPATIBLE,
        ["errors.Trouble.status: value: may no longer be None"],
    ),
    (
        "errors.py",
        "reason(self) -> str",
        "reason(self) -> str | None",
        BREAKING,
        ["errors.Trouble.reason: value: may now be None"],
    ),
    (
        "errors.py",
        "text: str, /, ",
        "text: str, ",
        COMPATIBLE,
        ["errors.Trouble(): argument text: positional only is now absent, was yes"],
    ),
    ("models.py", "Boat", "Ship", BREAKING, ["added: models.Ship", "removed: models.Boat"]),
    ("models.py", "import Boat, Page", "import Page, Ship\nBoat = Ship", INTERNAL, []),
    (
        "utils.py",
        "first: int",
        "first: int\n    middle: int",
        BREAKING,
        ["utils.Waits(): new required argument: middle"],
    ),
    (
        "utils.py",
        "seconds: float",
        "seconds: float, *rest: int, **more: int",
        COMPATIBLE,
        ["utils.wait(): argument added: **more", "utils.wait(): argument added: *rest"],
    ),
    ("utils.py", "def wait", "def rest", BREAKING, ["added: utils.rest", "removed: utils.wait"]),
    (
        "local/_server.py",
        "port: int = 0",
        "port: int = 1",
        BREAKING,
        ["local.Server(): argument port: default is now 1, was 0"],
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "rating", "texts"), CHANGES)
def test_a_changed_overlay(name: str, old: str, new: str, rating: str, texts: list[str]) -> None:
    assert old in FILES[name]
    changed = {**FILES, name: FILES[name].replace(old, new)}
    found = surface_findings(Package("harbour", FILES).surface(), Package("harbour", changed).surface())
    assert diff.worst(found) == rating, found
    assert all(any(text in each.text for each in found) for text in texts), found
    assert bool(found) == bool(texts)


def test_moving_a_room_is_nothing_to_users() -> None:
    moved = {**FILES, "boats.py": FILES["boats.py"].replace("_rooms", "_places"), "_places.py": FILES["_rooms.py"]}
    del moved["_rooms.py"]
    assert surface_findings(Package("harbour", FILES).surface(), Package("harbour", moved).surface()) == []


def test_a_renamed_class_is_not_told_at_each_of_its_uses() -> None:
    changed = {name: text.replace("Page", "Sheet") for name, text in FILES.items()}
    old, new = Package("harbour", FILES, {"Page": "Sheet"}), Package("harbour", changed)
    found = surface_findings(old.surface(), new.surface())
    assert [text for _, text in found] == ["removed: models.Page", "added: models.Sheet"]


def test_names_that_the_overlay_keeps_by_itself() -> None:
    models = "from harbour_api.models import Page, Ship\nfrom harbour_api.models import Hull as Raft\nBoat = Ship\n"
    files = {**FILES, "models.py": f'{models}__all__ = ["Boat", "Page", "Raft", "Ship"]'}
    assert Package("harbour", files).kept() == {"Boat", "Raft"}
