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
    return {title: {size: median(costs) for size, costs in sizes.items()} for title, sizes in found.items()}


def report(bench: Bench) -> list[str]:
    """Print the growth of everything; give what grows and should not."""
    broken = []
    print("What a voice or a MB costs, by how many there are (ours):\n")
    for title, sizes in measured(bench).items():
        step, largest = worst_step([*sizes.values()]), max(sizes.values())
        if title.endswith("MB in all"):
            held, verdict = largest <= MEMORY_MB, f"at most {MEMORY_MB:g}"
        else:
            held, verdict = step <= MOST, f"worst step {step:.2f}, at most {MOST:g}"
        line = f"{title}:  {'  '.join(f'{size:,}: {cost:.3g}' for size, cost in sizes.items())}  ({verdict}"
        print(f"  {line}: {'yes' if held else 'NO'})")
        if not held:
            broken.append(f"growth of {line})")
    memory = bench.child("iterate-all", OURS, bench.url(1_000), bench.url(100_000))["memory"] / 1e6
    line = f"iterate over 100,000 voices: {memory:.2f} MB beyond an iteration over 1,000 (at most {ITERATE_MB:g})"
    print(f"  {line}")
    return broken if memory <= ITERATE_MB else [*broken, f"growth of {line}"]
