"""Makes numbers of runs into the table: medians, spreads, ratios, limits; on the screen and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from scripts.bench.rows import PEERS, Limit, Row

# Seconds or bytes become the unit of a row.
UNITS = {"ms CPU": 1e3, "ms": 1e3, "µs CPU": 1e6, "a second": 1.0, "MB": 1e-6}
BARE = "bare"  # the interpreter that does nothing, whose cost is taken off


@dataclass(frozen=True)
class Result:
    """What was measured for one row.

    Attributes:
        row: The row.
        values: The numbers of each column's runs, in the row's unit.
    """

    row: Row
    values: dict[str, list[float]]

    @property
    def medians(self) -> dict[str, float]:
        """The middle of each column's runs."""
        return {name: median(values) for name, values in self.values.items() if values}

    def verdicts(self) -> list[Verdict]:
        """Judge each limit."""
        return [Verdict(self.row, limit, *limit.judge(self.values)) for limit in self.row.limits]


@dataclass(frozen=True)
class Verdict:
    """How one limit came out; ratio and held are None when a column is empty."""

    row: Row
    limit: Limit
    ratio: float | None
    held: bool | None

    @property
    def words(self) -> tuple[str, str, str]:
        """The ratio, the limit and whether it is held, in words."""
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}"
        of = "" if self.limit.of == "ours" else f" ({dict(PEERS)[self.limit.of]})"
        held = {None: "not measured", True: "yes", False: "NO"}[self.held]
        return ratio, self.limit.wording() + of, held


def result(row: Row, runs: dict[str, list[dict[str, float]]]) -> Result:
    """Take a row's metric out of the runs of its task, less the bare interpreter where it was measured."""
    scale = UNITS[row.unit]
    bare = [run[row.metric] for run in runs.get(BARE, [])]
    # Memory is what the process has; time is what it cost beyond an interpreter that does nothing.
    base = median(bare) if bare and row.metric in ("cpu", "wall") else 0.0
    columns = {name: [(run[row.metric] - base) * scale for run in runs.get(name, [])] for name in row.peers}
    return Result(row, columns)


def number(value: float) -> str:
    """Write a number with three digits that count."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def spread(values: Sequence[float]) -> float:
    """Give half of the distance between the quarters: half of the runs lie within about that of the middle."""
    ordered = sorted(values)
    quarter = len(ordered) // 4
    return (ordered[-1 - quarter] - ordered[quarter]) / 2


def cell(values: Sequence[float]) -> str:
    """Write median and spread."""
    if not values:
        return ""
    return number(median(values)) + (f" ±{number(spread(values))}" if len(values) > 1 else "")


HEADINGS = ("work", *(peer.title for peer in PEERS), "ratio", "limit", "held?")


def lines(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """Give the table's lines: one a row, and one more for each further limit."""
    table = []
    for each in results:
        cells = [f"{each.row.title}, {each.row.unit}", *(cell(each.values.get(peer.name, [])) for peer in PEERS)]
        for words in [verdict.words for verdict in each.verdicts()] or [("", "", "")]:
            table.append((*cells, *words))
            cells = [""] * len(cells)
    return table


def screen(table: Sequence[Sequence[str]]) -> str:
    """Write the table for a screen, in columns."""
    rows = [HEADINGS, *table]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def markdown(table: Sequence[Sequence[str]]) -> str:
    """Write the table as Markdown."""
    rule = ["---"] * len(HEADINGS)
    return "\n".join("| " + " | ".join(row) + " |" for row in (HEADINGS, rule, *table))


def broken(results: Iterable[Result]) -> list[str]:
    """Name each limit that is not held."""
    found = []
    for each in results:
        for verdict in each.verdicts():
            if verdict.held is False:
                ratio, limit, _ = verdict.words
                found.append(f"{verdict.row.name}: {ratio} is not {limit}")
    return found
