"""The bench: ours and what it replaces, side by side. `make bench`, `make bench ONLY=import`, `make bench GROWTH=1`.

Each peer has an environment of its own, one server responds to all, and runs alternate. The table goes to RESULTS.md
and results.svg; the exit status is 1 when a limit is not held.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.bench import environments, growth
from scripts.bench.measure import WHOLE, Bench, Numbers, serving
from scripts.bench.table import BARE, BENCH, OURS, ROWS, TITLES, Result, Row, broken, rendered, result, table

Runs = dict[str, list[Numbers]]


def alternate(bench: Bench, row: Row, names: Sequence[str]) -> Runs:
    """Measure a task for each peer in turn, again and again; of whole processes a first turn does not count."""
    print(f"Measuring {row.task} ...", file=sys.stderr)
    if row.task == "size":
        return {name: [{"memory": float(environments.size_of(name))}] for name in names}
    warm_up = row.task in WHOLE
    able = [BARE, *names] if warm_up else [*names]
    runs: Runs = defaultdict(list)
    for turn in range(row.turns + warm_up):
        for name in [*able]:
            try:
                numbers = bench.measure(row.task, name)
            except environments.ProcessError as error:
                able.remove(name)
                runs.pop(name, None)
                print(f"{row.task}: {TITLES.get(name, name)} cannot do this: {error}", file=sys.stderr)
            else:
                runs[name] += [numbers] if turn >= warm_up else []
    return runs


def measured(bench: Bench, rows: Sequence[Row], installed: Iterable[str]) -> list[Result]:
    """Measure the rows; those of one task share its runs."""
    tasks: dict[str, Runs] = {}
    for row in rows:
        if row.task not in tasks:
            tasks[row.task] = alternate(bench, row, [name for name in row.peers if name in installed])
    return [result(row, tasks[row.task]) for row in rows]


def machine() -> str:
    """Say what the numbers were measured on."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8") if platform.system() == "Linux" else ""
    model = cpuinfo.partition("model name\t: ")[2].partition("\n")[0] or platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {model}; {platform.system()} {platform.release()}; {python}"


def main() -> list[str]:
    """Set up, measure, print, write; give what is not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[row.name for row in ROWS], metavar="ROW", help="measure one row")
    parser.add_argument("--growth", action="store_true", help="measure what a voice and a MB cost by their number")
    given = parser.parse_args()
    rows = [row for row in ROWS if given.only in (None, row.name)]
    needed = {OURS} if given.growth else {OURS, *(name for row in rows for name in row.peers)}
    missing = environments.prepare([name for name in TITLES if name in needed])
    for name, reason in missing.items():
        print(f"{TITLES[name]} cannot be installed; its column stays empty.\n{reason}", file=sys.stderr)
    if OURS in missing:
        return ["ours cannot be installed"]
    with serving() as bench:
        if given.growth:
            return growth.report(bench)
        results = measured(bench, rows, needed - missing.keys())
    print(table(results))
    if not given.only:
        versions = {name: environments.versions_of(name) for name in TITLES if name not in missing}
        facts = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "versions": versions}
        page = rendered("RESULTS.md.jinja", results, missing=[TITLES[name] for name in missing], **facts)
        (BENCH / "RESULTS.md").write_text(page, encoding="utf-8")
        (BENCH / "results.svg").write_text(rendered("results.svg.jinja", results), encoding="utf-8")
    return broken(results)


if __name__ == "__main__":
    sys.exit("\n".join(f"Not held: {each}" for each in main()) or 0)
