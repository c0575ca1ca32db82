"""The table of work and limits (issue 5), as data: what is measured, for whom, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple


class Peer(NamedTuple):
    """One column of the table."""

    name: str
    title: str


OURS, OURS2, HTTPX, HTTPX2 = "ours", "ours-httpx2", "httpx", "httpx2"
MISTRALAI2, MISTRALAI3, GENERATOR = "mistralai-2", "mistralai-3", "generator"
PEERS = (
    Peer(OURS, "ours"),
    Peer(OURS2, "ours on httpx2"),
    Peer(HTTPX, "httpx by hand"),
    Peer(HTTPX2, "httpx2 by hand"),
    Peer(MISTRALAI2, "mistralai 2.3.2"),
    Peer(MISTRALAI3, "mistralai 3.7.0"),
    Peer(GENERATOR, "plain generator"),
)
ALL = tuple(peer.name for peer in PEERS)
TITLES = dict(PEERS)


class Limit(NamedTuple):
    """What must hold of one column.

    Attributes:
        of: The column that is judged.
        against: The column that it is divided by; None judges the value itself.
        bound: The most that the ratio or value may be.
        at_least: Whether `bound` is the least instead.
        text: How the bound is written, where a number would say less (1/12).
    """

    of: str
    against: str | None
    bound: float
    at_least: bool = False
    text: str = ""

    def judge(self, values: dict[str, list[float]]) -> tuple[float | None, bool | None]:
        """Give the ratio (or value) and whether the limit is held; None and None when a column is empty.

        Each run is divided by the run beside it, and the median taken: what disturbed the machine disturbed both.
        """
        judged = values.get(self.of, [])
        others = [1.0] * len(judged) if self.against is None else values.get(self.against, [])
        if not judged or not others:
            return None, None
        ratio = median(one / other for one, other in zip(judged, others, strict=False))
        return ratio, ratio >= self.bound if self.at_least else ratio <= self.bound

    def wording(self) -> str:
        """Write the limit down."""
        bound = self.text or f"{self.bound:g}"
        against = "" if self.against is None else f" of {TITLES[self.against]}"
        return f"{'≥' if self.at_least else '≤'} {bound}{against}"


@dataclass(frozen=True)
class Row:
    """One kind of work.

    Attributes:
        name: What `ONLY=` calls it.
        title: What the table calls it.
        unit: The unit of its numbers.
        task: What the children run (tasks.py); rows that share a task share its runs.
        metric: Which of the task's numbers the row shows.
        runs: How often each column is measured, in turn with the others.
        peers: The columns that can do it.
        limits: What must hold.
        more_is_better: Whether large numbers are good ones.
    """

    name: str
    title: str
    unit: str
    task: str
    metric: str
    runs: int = 7
    peers: tuple[str, ...] = ALL
    limits: tuple[Limit, ...] = field(default=())
    more_is_better: bool = False


def by_hand(bound: float, *, at_least: bool = False) -> tuple[Limit, Limit]:
    """Hold ours to httpx by hand, and ours on httpx2 to httpx2 by hand."""
    return Limit(OURS, HTTPX, bound, at_least), Limit(OURS2, HTTPX2, bound, at_least)


MEMORY = (
    Limit(OURS, None, 4.0, text="4 MB"),
    Limit(OURS2, None, 4.0, text="4 MB"),
    Limit(OURS, MISTRALAI3, 1 / 40, text="1/40"),
)
WITHOUT_HTTPX2 = tuple(name for name in ALL if name != OURS2)  # a client that is given has its library imported
BY_HAND = (OURS, OURS2, HTTPX, HTTPX2)
DECODERS = (OURS, MISTRALAI2, MISTRALAI3, GENERATOR)

ROWS = (
    Row(
        "import",
        "import, less a bare interpreter",
        "ms CPU",
        "import",
        "cpu",
        15,
        WITHOUT_HTTPX2,
        (Limit(OURS, HTTPX, 0.5), Limit(OURS, MISTRALAI3, 1 / 12, text="1/12")),
    ),
    Row("import-wall", "import, by the clock", "ms", "import", "wall", 15, WITHOUT_HTTPX2),
    Row(
        "help",
        "--help of the local server",
        "ms CPU",
        "help",
        "cpu",
        9,
        (OURS,),
        (Limit(OURS, None, 100, text="100 ms"),),
    ),
    Row(
        "first",
        "import and the first request answered",
        "ms CPU",
        "first",
        "cpu",
        15,
        ALL,
        (*by_hand(1.3), Limit(OURS, MISTRALAI3, 1 / 4, text="1/4")),
    ),
    Row("first-https", "import and the first request, over https", "ms CPU", "first-https", "cpu", 9),
    Row("first-wall", "first request, by the clock", "ms", "first", "wall", 15),
    Row(
        "get",
        "one get, connection kept alive",
        "µs CPU",
        "get",
        "cpu",
        15,
        ALL,
        (*by_hand(1.05), Limit(OURS, MISTRALAI2, 0.45), Limit(OURS, MISTRALAI3, 0.45)),
    ),
    Row("get-others", "one get, another voice each time", "µs CPU", "get-others", "cpu", 9, BY_HAND),
    Row(
        "list",
        "list with 100 voices",
        "µs CPU",
        "list",
        "cpu",
        15,
        ALL,
        (*by_hand(1.25), Limit(OURS, MISTRALAI2, 0.5), Limit(OURS, MISTRALAI3, 0.5)),
    ),
    Row(
        "decode",
        "decoding 1,000 voices, less json.loads",
        "µs CPU",
        "decode",
        "cpu",
        7,
        DECODERS,
        (Limit(OURS, GENERATOR, 0.45), Limit(OURS, MISTRALAI2, 0.85), Limit(OURS, MISTRALAI3, 0.2)),
    ),
    Row(
        "decode-all",
        "decoding 1,000 voices with all members",
        "µs CPU",
        "decode-all",
        "cpu",
        7,
        (OURS, MISTRALAI3, GENERATOR),
    ),
    Row(
        "async",
        "1,000 get_async, 50 at a time",
        "a second",
        "async",
        "rate",
        7,
        ALL,
        (
            Limit(OURS, HTTPX, 0.95, at_least=True),
            Limit(OURS2, HTTPX2, 0.9, at_least=True),
            Limit(OURS2, MISTRALAI3, 1.7, at_least=True),
        ),
        more_is_better=True,
    ),
    Row("create", "peak memory of creating from a 50 MB file", "MB", "create", "peak", 7, ALL, MEMORY),
    Row("save", "peak memory of saving to a 50 MB file", "MB", "save", "peak", 7, ALL, MEMORY),
    Row(
        "size",
        "installed size, dependencies included",
        "MB",
        "size",
        "size",
        1,
        WITHOUT_HTTPX2,
        (Limit(OURS, MISTRALAI3, 1 / 6, text="1/6"),),
    ),
    Row(
        "resident",
        "resident memory after import and one call",
        "MB",
        "first",
        "resident",
        15,
        ALL,
        (*by_hand(1.15), Limit(OURS, MISTRALAI3, 0.65)),
    ),
)
