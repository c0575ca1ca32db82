"""Makes numbers of runs into the table: medians, spreads, ratios, limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from scripts.bench.rows import BARE, TITLES, UNITS, Row, judge, wording

HEADINGS = ("work", *TITLES.values(), "ratio", "limit", "held?")


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

    def verdicts(self) -> Iterator[tuple[str, str, bool | None]]:
        """Judge each limit: the ratio, the limit and whether it is held; None when a column is empty."""
        for limit in self.row.limits:
            ratio, held = judge(limit, self.values)
            yield "" if ratio is None else f"{ratio:.3g}", wording(limit), held


def result(row: Row, runs: dict[str, list[dict[str, float]]]) -> Result:
    """Take a row's number out of the runs of its task, less the bare interpreter where it was measured."""
    metric, scale = UNITS[row.unit]
    # Memory is what the process has; time is what it cost beyond an interpreter that does nothing.
    bare = [run[metric] for run in runs.get(BARE, ()) if metric != "memory"]
    base = median(bare) if bare else 0.0
    return Result(row, {name: [(run[metric] - base) * scale for run in runs.get(name, ())] for name in row.peers})


def number(value: float) -> str:
    """Write a number with three digits that count."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def cell(values: Sequence[float]) -> str:
    """Write the median and half of the distance between the quarters."""
    if len(values) < 2:
        return "".join(map(number, values))
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return f"{number(middle)} ±{number((high - low) / 2)}"


def table(results: Iterable[Result]) -> str:
    """Write the table as aligned Markdown: a line for each row, and one more for each further limit."""
    lines: list[Sequence[str]] = [HEADINGS, []]
    for each in results:
        cells = [f"{each.row.title}, {each.row.unit}", *(cell(each.values.get(name, ())) for name in TITLES)]
        for ratio, limit, held in list(each.verdicts()) or [("", "", "")]:
            words = {None: "not measured", True: "yes", False: "NO", "": ""}[held]
            lines.append((*cells, ratio, limit, words))
            cells = [""] * len(cells)
    widths = [max(len(line[column]) for line in lines if line) for column in range(len(HEADINGS))]
    lines[1] = ["-" * width for width in widths]
    return "\n".join(f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines)


def broken(results: Iterable[Result]) -> list[str]:
    """Name each limit that is not held."""
    verdicts = [(each.row.name, *verdict) for each in results for verdict in each.verdicts()]
    return [f"{name}: {ratio} is not {limit}" for name, ratio, limit, held in verdicts if held is False]
