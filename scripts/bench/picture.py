"""Draws the table as a plain SVG: for each row, bars as long as the medians, labelled with their ratio to ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from scripts.bench.report import Result, number
from scripts.bench.rows import OURS, PEERS

WIDTH, MARGIN, LABEL, BAR, GAP = 760, 16, 150, 14, 18
LONGEST = WIDTH - 2 * MARGIN - LABEL - 130
MOST = 1000  # beyond, ours is near nothing, and the ratio says no more than that
OURS_COLOUR, PEER_COLOUR = "#c2410c", "#94a3b8"


def panel(result: Result, top: int) -> Iterator[str]:
    """Draw one row of the table."""
    medians = result.medians
    better = "more is better" if result.row.more_is_better else "less is better"
    yield (
        f'<text x="{MARGIN}" y="{top + 12}" font-weight="bold">{escape(result.row.title)}'
        f'<tspan dx="4" fill="#64748b" font-weight="normal">· {escape(result.row.unit)}, {better}</tspan></text>'
    )
    largest = max(medians.values())
    for place, peer in enumerate(peer for peer in PEERS if peer.name in medians):
        value = medians[peer.name]
        y = top + 22 + place * (BAR + 4)
        length = max(1.0, LONGEST * max(value, 0.0) / largest) if largest > 0 else 1.0
        colour = OURS_COLOUR if peer.name.startswith(OURS) else PEER_COLOUR
        ratio = "" if peer.name == OURS else times(value, medians.get(OURS, 0))
        x = MARGIN + LABEL
        yield f'<text x="{x - 8}" y="{y + 11}" text-anchor="end">{escape(peer.title)}</text>'
        yield f'<rect x="{x}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}" rx="2"/>'
        yield f'<text x="{x + length + 6:.1f}" y="{y + 11}">{escape(number(value) + ratio)}</text>'


def times(value: float, ours: float) -> str:
    """Write how many times ours a value is."""
    if ours <= 0:
        return ""
    return f" · {number(value / ours)}x" if value <= MOST * ours else f" · >{number(MOST)}x"


def height(result: Result) -> int:
    """Tell how much room a row takes."""
    return 22 + len(result.medians) * (BAR + 4) + GAP


def picture(results: Iterable[Result]) -> str:
    """Draw each row that has a limit and more than one column, on a ground of its own: pages are light or dark."""
    shown = [each for each in results if len(each.medians) > 1 and each.row.limits]
    top = MARGIN
    parts: list[str] = []
    for each in shown:
        parts += panel(each, top)
        top += height(each)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" '
        'role="img" aria-label="Weight and speed of each client" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#0f172a">\n'
        f'<rect width="{WIDTH}" height="{top}" rx="8" fill="#ffffff" stroke="#cbd5e1"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
