"""The table of work and limits that table.toml holds: what is measured, for whom, and what must hold."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import truediv
from pathlib import Path
from statistics import median

TABLE = tomllib.loads(Path(__file__).with_name("table.toml").read_text(encoding="utf-8"))
PEERS: dict[str, dict[str, str]] = TABLE["peers"]
TITLES = {name: peer["title"] for name, peer in PEERS.items()}
OURS = "ours"
BARE = "bare"  # the interpreter of ours when it does nothing; its cost is taken off that of whole processes
UNITS: dict[str, tuple[str, float]] = TABLE["units"]


def judge(limit: str, values: dict[str, list[float]]) -> tuple[float | None, bool | None]:
    """Give the ratio (or value) and whether the limit is held; None and None when a column is empty.

    Each run is divided by the run beside it, and the median taken: what disturbed the machine disturbed both.
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
    """One kind of work, done by each of the peers in turn, so many times."""

    name: str
    title: str
    unit: str
    task: str
    turns: int = 7
    peers: Sequence[str] = tuple(PEERS)
    limits: Sequence[str] = ()


ROWS = [Row(**{"name": name, "task": name, **row}) for name, row in TABLE["rows"].items()]
