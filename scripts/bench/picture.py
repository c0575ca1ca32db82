"""Draws the table as a plain SVG: for each row, bars as long as the medians, labelled with their ratio to ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from scripts.bench.report import Result, number
from scripts.bench.rows import OURS, TITLES

WIDTH, MARGIN, LABEL, BAR, GAP = 760, 16, 150, 14, 18
LONGEST = WIDTH - 2 * MARGIN - LABEL - 130
MOST = 1000  # beyond, ours is near nothing, and the ratio says no more than that
OURS_COLOUR, PEER_COLOUR = "#c2410c", "#94a3b8"


def panel(result: Result, top: int) -> Iterator[str]:
    """Draw one row of the table."""
    medians, x = result.medians, MARGIN + LABEL
    largest = max(*medians.values(), 1e-9)
    better = "more is better" if result.row.unit == "a second" else "less is better"
    yield (
        f'<text x="{MARGIN}" y="{top + 12}" font-weight="bold">{escape(result.row.title)}'
        f'<tspan dx="4" fill="#64748b" font-weight="normal">· {escape(result.row.unit)}, {better}</tspan></text>'
    )
    for place, (name, value) in enumerate(medians.items()):
        y = top + 22 + place * (BAR + 4)
        length = max(1.0, LONGEST * value / largest)
        colour = OURS_COLOUR if name.startswith(OURS) else PEER_COLOUR
        ratio = "" if name == OURS else times(value, medians.get(OURS, 0))
        yield f'<text x="{x - 8}" y="{y + 11}" text-anchor="end">{escape(TITLES[name])}</text>'
        yield f'<rect x="{x}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}" rx="2"/>'
        yield f'<text x="{x + length + 6:.1f}" y="{y + 11}">{escape(number(value) + ratio)}</text>'


def times(value: float, ours: float) -> str:
    """Write how many times ours a value is."""
    if ours <= 0:
        return ""
    return f" · {number(value / ours)}x" if value <= MOST * ours else f" · >{number(MOST)}x"


def picture(results: Iterable[Result]) -> str:
    """Draw each row that has a limit and more than one column, on a ground of its own: pages are light or dark."""
    top, parts = MARGIN, []
    for each in results:
        if len(each.medians) > 1 and each.row.limits:
            parts += panel(each, top)
            top += 22 + len(each.medians) * (BAR + 4) + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" '
        'role="img" aria-label="Weight and speed of each client" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#0f172a">\n'
        f'<rect width="{WIDTH}" height="{top}" rx="8" fill="#ffffff" stroke="#cbd5e1"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
