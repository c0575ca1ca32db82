"""The table of work and limits, as data: what is measured, for whom, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from operator import truediv
from statistics import median

OURS, OURS2, HTTPX, HTTPX2 = "ours", "ours-httpx2", "httpx", "httpx2"
MISTRALAI2, MISTRALAI3, GENERATOR = "mistralai-2", "mistralai-3", "generator"
TITLES = {
    OURS: "ours",
    OURS2: "ours on httpx2",
    HTTPX: "httpx by hand",
    HTTPX2: "httpx2 by hand",
    MISTRALAI2: "mistralai 2.3.2",
    MISTRALAI3: "mistralai 3.7.0",
    GENERATOR: "plain generator",
}
ALL = tuple(TITLES)
BARE = "bare"  # an interpreter that does nothing, whose cost is taken off that of whole processes
# For each unit: the number that is shown of a run, and what turns its seconds or bytes into the unit.
UNITS = {
    "ms CPU": ("cpu", 1e3),
    "ms": ("wall", 1e3),
    "µs CPU": ("cpu", 1e6),
    "a second": ("rate", 1.0),
    "MB": ("memory", 1e-6),
}


def judge(limit: str, values: dict[str, list[float]]) -> tuple[float | None, bool | None]:
    """Give the ratio (or value) and whether the limit is held; None and None when a column is empty.

    `ours ≤ 1/12 mistralai-3` judges the ratio of two columns, `ours ≤ 100 ms` the value itself. Each run is divided by
    the run beside it, and the median taken: what disturbed the machine disturbed both.
    """
    of, sign, bound, against = limit.split()
    judged = values.get(of, [])
    others = values.get(against, []) if against in TITLES else [1.0] * len(judged)
    if not judged or not others:
        return None, None
    ratio, most = median(map(truediv, judged, others)), float(Fraction(bound))
    return ratio, ratio >= most if sign == "≥" else ratio <= most


def wording(limit: str) -> str:
    """Write a limit for readers."""
    of, sign, bound, against = limit.split()
    other = f"of {TITLES[against]}" if against in TITLES else against
    return f"{sign} {bound} {other}" + ("" if of == OURS else f" ({TITLES[of]})")


@dataclass(frozen=True)
class Row:
    """One kind of work.

    Attributes:
        name: What `ONLY=` calls it.
        title: What the table calls it.
        unit: The unit of its numbers.
        peers: The columns that can do it.
        limits: What must hold.
        turns: How often each column is measured, in turn with the others.
        shared: The task whose runs it shows, when that is not its own.
    """

    name: str
    title: str
    unit: str
    peers: tuple[str, ...] = ALL
    limits: tuple[str, ...] = ()
    turns: int = 7
    shared: str = ""

    @property
    def task(self) -> str:
        """What is run (measure.py, tasks.py); rows of one task share its runs."""
        return self.shared or self.name


MEMORY = ("ours ≤ 4 MB", "ours-httpx2 ≤ 4 MB", "ours ≤ 1/40 mistralai-3")
WITHOUT_HTTPX2 = tuple(name for name in ALL if name != OURS2)  # a client that is given has its library imported
BY_HAND = (OURS, OURS2, HTTPX, HTTPX2)
DECODERS = (OURS, MISTRALAI2, MISTRALAI3, GENERATOR)
IMPORT = ("ours ≤ 0.5 httpx", "ours ≤ 1/12 mistralai-3")
FIRST = ("ours ≤ 1.3 httpx", "ours-httpx2 ≤ 1.3 httpx2", "ours ≤ 1/4 mistralai-3")
GET = ("ours ≤ 1.05 httpx", "ours-httpx2 ≤ 1.05 httpx2", "ours ≤ 0.45 mistralai-2", "ours ≤ 0.45 mistralai-3")
LIST = ("ours ≤ 1.25 httpx", "ours-httpx2 ≤ 1.25 httpx2", "ours ≤ 0.5 mistralai-2", "ours ≤ 0.5 mistralai-3")
DECODE = ("ours ≤ 0.45 generator", "ours ≤ 0.85 mistralai-2", "ours ≤ 0.2 mistralai-3")
ASYNC = ("ours ≥ 0.95 httpx", "ours-httpx2 ≥ 0.9 httpx2", "ours-httpx2 ≥ 1.7 mistralai-3")
RESIDENT = ("ours ≤ 1.15 httpx", "ours-httpx2 ≤ 1.15 httpx2", "ours ≤ 0.65 mistralai-3")

ROWS = (
    Row("import", "import, less a bare interpreter", "ms CPU", WITHOUT_HTTPX2, IMPORT, 15),
    Row("import-wall", "import, by the clock", "ms", WITHOUT_HTTPX2, (), 15, "import"),
    Row("help", "--help of the local server", "ms CPU", (OURS,), ("ours ≤ 100 ms",), 9),
    Row("first", "import and the first request", "ms CPU", ALL, FIRST, 15),
    Row("first-https", "import and the first request, over https", "ms CPU", ALL, ("ours ≤ 1.15 httpx",), 15),
    Row("first-wall", "first request, by the clock", "ms", ALL, (), 15, "first"),
    Row("get", "one get, connection kept alive", "µs CPU", ALL, GET, 15),
    Row("get-others", "one get, another voice each time", "µs CPU", BY_HAND, (), 9),
    Row("list", "list with 100 voices", "µs CPU", ALL, LIST, 15),
    Row("decode", "decoding 1,000 voices, less json.loads", "µs CPU", DECODERS, DECODE),
    Row("decode-all", "decoding 1,000 voices with all members", "µs CPU", (OURS, MISTRALAI3, GENERATOR)),
    Row("async", "1,000 get_async, 50 at a time", "a second", ALL, ASYNC),
    Row("create", "peak memory of creating from a 50 MB file", "MB", ALL, MEMORY),
    Row("save", "peak memory of saving to a 50 MB file", "MB", ALL, MEMORY),
    Row("size", "installed size, dependencies included", "MB", WITHOUT_HTTPX2, ("ours ≤ 1/6 mistralai-3",), 1),
    Row("resident", "resident memory after import and one call", "MB", ALL, RESIDENT, 15, "first"),
)
