"""Growth: what a voice or a megabyte costs as their number grows. The cost of one must not."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from scripts.bench.measure import Bench
from scripts.bench.rows import OURS

RUNS = 3
# A unit may cost this much more than the cheapest smaller size: room for noise and for memory beyond the caches. A cost
# that grows with the number itself would be tenfold at each step.
MOST = 1.3
VOICES = (10, 100, 1_000, 10_000)
MEGABYTES = (1, 10, 100)
MEMORY_MB = 4.0
WALK_MB = 1.0


class Growth(NamedTuple):
    """The cost of a unit at each size."""

    title: str
    unit: str
    sizes: tuple[int, ...]
    costs: tuple[float, ...]

    @property
    def step(self) -> float:
        """How much more a unit costs than at the cheapest smaller size, at worst."""
        return worst_step(self.costs)

    @property
    def held(self) -> bool:
        """Whether the cost does not grow."""
        return self.step <= MOST


def worst_step(costs: Sequence[float]) -> float:
    """Divide each cost by the lowest before it; give the largest."""
    return max(cost / min(costs[:place]) for place, cost in enumerate(costs) if place)


def _times(count: int) -> str:
    """Repeat small walks more often."""
    return str(max(1, 3_000 // count))


def measured(bench: Bench) -> list[Growth]:
    """Measure each size in turn, several times, and take the medians."""
    per_voice: dict[str, dict[int, list[float]]] = {task: {size: [] for size in VOICES} for task in ("page", "iterate")}
    per_mb: dict[str, dict[int, list[float]]] = {task: {size: [] for size in MEGABYTES} for task in ("create", "save")}
    peaks: dict[str, dict[int, list[float]]] = {task: {size: [] for size in MEGABYTES} for task in ("create", "save")}
    for _ in range(RUNS):
        for task, sizes in per_voice.items():
            for size, costs in sizes.items():
                costs.append(bench.child(task, OURS, bench.url(size), _times(size))["cpu"] / size * 1e6)
        for task, sizes in per_mb.items():
            for size, costs in sizes.items():
                numbers = bench.measure(task, OURS, megabytes=size)
                costs.append(numbers["cpu"] / size * 1e3)
                peaks[task][size].append(numbers["peak"] / 1e6)
    titles = {
        "page": "a list of all at once",
        "iterate": "iterate",
        "create": "create from a file",
        "save": "save to a file",
    }
    table = [
        Growth(titles[task], unit, tuple(sizes), tuple(median(costs) for costs in sizes.values()))
        for tasks, unit in ((per_voice, "µs CPU a voice"), (per_mb, "ms CPU a MB"))
        for task, sizes in tasks.items()
    ]
    return table + [
        Growth(f"{titles[task]}: memory", "MB in all", tuple(sizes), tuple(median(peak) for peak in sizes.values()))
        for task, sizes in peaks.items()
    ]


def report(bench: Bench) -> list[str]:
    """Print the growth of everything; give what grows and should not."""
    broken = []
    print("What a voice or a MB costs, by how many there are (ours):\n")
    for each in measured(bench):
        costs = "  ".join(f"{size:,}: {cost:.3g}" for size, cost in zip(each.sizes, each.costs, strict=True))
        if each.unit == "MB in all":
            held = max(each.costs) <= MEMORY_MB
            verdict = f"at most {MEMORY_MB:g}"
        else:
            held = each.held
            verdict = f"worst step {each.step:.2f}, at most {MOST:g}"
        print(f"  {each.title}, {each.unit}:  {costs}  ({verdict}: {'yes' if held else 'NO'})")
        if not held:
            broken.append(f"growth of {each.title}: {costs} {each.unit}, {verdict}")
    walk = bench.child("walk", OURS, bench.url(100_000), bench.url(1_000))
    peak = walk["peak"] / 1e6
    print(f"  iterate over {walk['count']:,.0f} voices: {peak:.2f} MB beyond a walk of 1,000 (at most {WALK_MB:g})")
    if peak > WALK_MB:
        broken.append(f"growth of iterate: {peak:.2f} MB beyond a walk of 1,000, at most {WALK_MB:g}")
    return broken
