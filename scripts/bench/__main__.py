"""The bench: ours and what it replaces, side by side. `make bench`, `make bench ONLY=import`, `make bench GROWTH=1`.

Each peer has an environment of its own, one server answers all, and runs alternate. The table goes to RESULTS.md and
results.svg; the exit status is 1 when a limit is not held.
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
from scripts.bench.measure import Bench, ChildError, Numbers, serving
from scripts.bench.picture import picture
from scripts.bench.report import BARE, Result, broken, lines, markdown, result, screen
from scripts.bench.rows import ALL, OURS, ROWS, TITLES, Row

# Whole processes, less a bare interpreter.
LESS_BARE = ("import", "first", "first-https", "help")
Runs = dict[str, list[Numbers]]


def alternate(bench: Bench, task: str, names: Sequence[str], times: int) -> Runs:
    """Measure a task for each peer in turn, again and again; a first turn warms up and does not count."""
    runs: Runs = defaultdict(list)
    failed: set[str] = set()
    warm_up = task in LESS_BARE
    for turn in range(times + warm_up):
        for name in names:
            if name in failed:
                continue
            try:
                numbers = bench.measure(task, name)
            except ChildError as error:
                failed.add(name)
                runs.pop(name, None)
                print(f"{task}: {TITLES.get(name, name)} cannot do this: {error}", file=sys.stderr)
                continue
            if turn or not warm_up:
                runs[name].append(numbers)
    return runs


def measured(bench: Bench, rows: Sequence[Row], installed: set[str]) -> list[Result]:
    """Measure the rows; those of one task share its runs."""
    tasks: dict[str, Runs] = {}
    for row in rows:
        if row.task in tasks:
            continue
        print(f"Measuring {row.task} ...", file=sys.stderr)
        names = [name for name in row.peers if name in installed]
        if row.task == "size":
            tasks[row.task] = {name: [{"size": float(environments.size_of(name))}] for name in names}
        else:
            bare = [BARE] if row.task in LESS_BARE else []
            tasks[row.task] = alternate(bench, row.task, [*bare, *names], row.runs)
    return [result(row, tasks[row.task]) for row in rows]


def machine() -> str:
    """Say what the numbers were measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {model}; {platform.system()} {platform.release()}; {python}"


def results_page(results: Sequence[Result], missing: dict[str, str]) -> str:
    """Write RESULTS.md."""
    not_held = broken(results)
    parts = [
        "# Results of the bench",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
        "Medians of alternating runs, ± half of the distance between the quarters. CPU is user and system time as the"
        " operating system counts it; whole processes are less a bare interpreter. A ratio is the median of the ratios"
        " of each turn. All rows but one are over plain http, for which ours loads no certificates: the row over https"
        " shows what that is worth. The gets are of one voice over and over, whose address ours keeps parsed: the"
        " row with another voice each time shows what that is worth. Voices have 12 of their 15 members, those that"
        " mistralai 2.3.2 knows and `type`; absent ones cost 3.7.0 more, and the row with all members shows how much.",
        markdown(lines(results)),
        "Every limit is held." if not not_held else "Not held:\n\n" + "\n".join(f"- {each}" for each in not_held),
    ]
    if missing:
        parts.append("Not installed, so the column is empty: " + ", ".join(TITLES[name] for name in missing) + ".")
    versions = [f"- {TITLES[name]}: {', '.join(environments.versions_of(name))}" for name in ALL if name not in missing]
    return "\n\n".join([*parts, "## Versions\n\n" + "\n".join(versions)]) + "\n"


def say(problems: Iterable[str]) -> int:
    """Name what is not held; give the exit status."""
    found = list(problems)
    for each in found:
        print(f"Not held: {each}", file=sys.stderr)
    return bool(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[row.name for row in ROWS], metavar="ROW", help="measure one row")
    parser.add_argument(
        "--growth", action="store_true", help="measure what a voice and a MB cost as they grow in number"
    )
    parser.add_argument("--lock", action="store_true", help="write the files of requirements anew")
    given = parser.parse_args(arguments)
    if given.lock:
        environments.lock()
        return 0
    rows = [row for row in ROWS if given.only in (None, row.name)]
    needed = {OURS} if given.growth else {name for row in rows for name in row.peers}
    missing = environments.prepare(tuple(name for name in ALL if name in needed))
    for name, reason in missing.items():
        print(f"{TITLES[name]} cannot be installed; its column stays empty.\n{reason}", file=sys.stderr)
    if OURS in missing:
        return say(["ours cannot be installed"])
    with serving() as bench:
        if given.growth:
            return say(growth.report(bench))
        results = measured(bench, rows, needed - missing.keys())
    print(screen(lines(results)))
    if not given.only:
        page = results_page(results, missing)
        (environments.BENCH / "RESULTS.md").write_text(page, encoding="utf-8")
        (environments.BENCH / "results.svg").write_text(picture(results), encoding="utf-8")
    return say(broken(results))


if __name__ == "__main__":
    sys.exit(main())
