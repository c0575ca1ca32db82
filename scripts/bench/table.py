"""The table of work and limits that table.toml holds: what is measured, what must hold, and how it is shown."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import truediv
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

BENCH = Path(__file__).resolve().parent
TABLE = tomllib.loads((BENCH / "table.toml").read_text(encoding="utf-8"))
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
    peers: Sequence[str] = tuple(name for name, peer in PEERS.items() if "first" in peer)
    limits: Sequence[str] = ()


ROWS = [Row(**{"name": name, "task": name, **row}) for name, row in TABLE["rows"].items()]
HEADINGS = ("work", *TITLES.values(), "ratio", "limit", "held?")
MOST = 1000  # beyond, ours is near nothing, and the ratio says no more than that


@dataclass(frozen=True)
class Result:
    """What was measured for one row: the numbers of each column's runs, in the row's unit."""

    row: Row
    values: dict[str, list[float]]

    @property
    def medians(self) -> dict[str, float]:
        """The middle of each column's runs."""
        return {name: median(values) for name, values in self.values.items() if values}

    def times_ours(self, name: str) -> str:
        """Write a column's median and how many times ours it is."""
        value, ours = self.medians[name], self.medians.get(OURS, 0)
        if name == OURS or ours <= 0:
            return number(value)
        return f"{number(value)} · " + (f"{number(value / ours)}x" if value <= MOST * ours else f">{number(MOST)}x")

    def verdicts(self) -> Iterator[tuple[str, str, str]]:
        """Judge each limit: the ratio, the limit and whether it is held."""
        for limit in self.row.limits:
            ratio, held = judge(limit, self.values)
            verdict = "not measured" if held is None else "yes" if held else "NO"
            yield "" if ratio is None else f"{ratio:.3g}", wording(limit), verdict


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
    lines: list[Sequence[str]] = [HEADINGS, [""] * len(HEADINGS)]
    for each in results:
        cells = [f"{each.row.title}, {each.row.unit}", *(cell(each.values.get(name, ())) for name in TITLES)]
        for verdict in list(each.verdicts()) or [("", "", "")]:
            lines.append((*cells, *verdict))
            cells = [""] * len(cells)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines[1] = ["-" * width for width in widths]
    return "\n".join(f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines)


def broken(results: Iterable[Result]) -> list[str]:
    """Name each limit that is not held."""
    verdicts = [(each.row.name, *verdict) for each in results for verdict in each.verdicts()]
    return [f"{name}: {ratio} is not {limit}" for name, ratio, limit, held in verdicts if held == "NO"]


def rendered(template: str, results: Sequence[Result], **facts: Any) -> str:
    """Fill in RESULTS.md.jinja or results.svg.jinja."""
    jinja = Environment(trim_blocks=True, autoescape=select_autoescape(("svg.jinja",)), loader=FileSystemLoader(BENCH))
    facts |= {"titles": TITLES, "table": table(results), "broken": broken(results)}
    facts["results"] = [each for each in results if len(each.medians) > 1 and each.row.limits]
    return jinja.get_template(template).render(facts) + "\n"
