"""Growth: what a voice or a megabyte costs as their number grows. The cost of one must not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from scripts.bench.measure import Bench
from scripts.bench.rows import OURS

TURNS = 3
# A unit may cost this much more than the cheapest smaller size, for noise and for memory beyond the caches. A cost that
# grows with the number itself would be tenfold at each step.
MOST = 1.3
VOICES = (10, 100, 1_000, 10_000)
MEGABYTES = (1, 10, 100)
MEMORY_MB = 4.0
ITERATE_MB = 1.0


def worst_step(costs: Sequence[float]) -> float:
    """Divide each cost by the lowest before it; give the largest."""
    return max(cost / min(costs[:place]) for place, cost in enumerate(costs) if place)


def measured(bench: Bench) -> dict[str, dict[int, float]]:
    """Measure each size in turn, several times; give the medians by size."""
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(TURNS):
        for size in VOICES:
            for task, title in (("list", "a list of all at once"), ("iterate", "iterate")):
                cpu = bench.child(task, OURS, bench.url(size), str(max(1, 3_000 // size)))["cpu"]
                found[f"{title}, µs CPU a voice"][size].append(cpu / size * 1e6)
        for size in MEGABYTES:
            for task, title in (("create", "create from a file"), ("save", "save to a file")):
                numbers = bench.measure(task, OURS, megabytes=size)
                found[f"{title}, ms CPU a MB"][size].append(numbers["cpu"] / size * 1e3)
                found[f"{title}, memory, MB in all"][size].append(numbers["memory"] / 1e6)
    beyond = bench.child("iterate-all", OURS, bench.url(1_000), bench.url(100_000))
    found["iterate, memory beyond 1,000 voices, MB in all"][100_000].append(beyond["memory"] / 1e6)
    return {title: {size: median(costs) for size, costs in sizes.items()} for title, sizes in found.items()}


def report(bench: Bench) -> list[str]:
    """Print the growth of everything; give what grows and should not."""
    broken = []
    print("What a voice or a MB costs, by how many there are (ours):\n")
    for title, sizes in measured(bench).items():
        costs, is_memory = [*sizes.values()], title.endswith("MB in all")
        found, most = (
            (max(costs), ITERATE_MB if "iterate" in title else MEMORY_MB) if is_memory else (worst_step(costs), MOST)
        )
        held = "yes" if found <= most else "NO"
        line = f"{title}:  {'  '.join(f'{size:,}: {cost:.3g}' for size, cost in sizes.items())}"
        line += f"  ({'at most' if is_memory else 'worst step'} {found:.2f}, limit {most:g}: {held})"
        print(f"  {line}")
        broken += [f"growth of {line}"] if found > most else []
    return broken
