"""Growth: what a voice or a megabyte costs as their number grows. The cost of one must not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median

from scripts.bench.measure import Bench
from scripts.bench.table import OURS

VOICES = (10, 100, 1_000, 10_000)
MEGABYTES = (1, 10, 100)


def worst_step(costs: Sequence[float]) -> float:
    """Divide each cost by the lowest before it; give the largest."""
    return max(cost / min(costs[:place]) for place, cost in enumerate(costs) if place)


# A unit may cost 1.3 of the cheapest smaller size, for noise and for memory beyond the caches. A cost that grows with
# the number itself would be tenfold at each step.
LIMITS: dict[str, tuple[Callable[[Sequence[float]], float], float]] = {
    "µs CPU a voice": (worst_step, 1.3),
    "ms CPU a MB": (worst_step, 1.3),
    "MB in all": (max, 4.0),
    "MB beyond 1,000 voices": (max, 1.0),
}


def measured(bench: Bench) -> dict[str, dict[int, float]]:
    """Measure each size in turn, several times; give the medians by size."""
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(3):
        for size in VOICES:
            for task, title in (("list", "a list of all at once"), ("iterate", "iterate")):
                cpu = bench.child(task, OURS, bench.url(size), str(max(1, 3_000 // size)))["cpu"]
                found[f"{title}, µs CPU a voice"][size].append(cpu / size * 1e6)
        for size in MEGABYTES:
            for task, title in (("create", "create from a file"), ("save", "save to a file")):
                numbers = bench.measure(task, OURS, megabytes=size)
                found[f"{title}, ms CPU a MB"][size].append(numbers["cpu"] / size * 1e3)
                found[f"{title}, MB in all"][size].append(numbers["memory"] / 1e6)
    beyond = bench.child("iterate-all", OURS, bench.url(1_000), bench.url(100_000))
    found["iterate, MB beyond 1,000 voices"][100_000].append(beyond["memory"] / 1e6)
    return {title: {size: median(costs) for size, costs in sizes.items()} for title, sizes in found.items()}


def report(bench: Bench) -> list[str]:
    """Print the growth of everything; give what grows and should not."""
    print("What a voice or a MB costs, by how many there are (ours):\n")
    broken = []
    for title, sizes in measured(bench).items():
        judge, most = LIMITS[title.partition(", ")[2]]
        found = judge([*sizes.values()])
        line = f"{title}:  {'  '.join(f'{size:,}: {cost:.3g}' for size, cost in sizes.items())}"
        line += f"  ({'at most' if judge is max else 'worst step'} {found:.2f}, limit {most:g})"
        print(f"  {line}: {'yes' if found <= most else 'NO'}")
        if found > most:
            broken.append(f"growth of {line}")
    return broken
