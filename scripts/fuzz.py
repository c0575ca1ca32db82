"""Push hostile bodies, heads, cursors, ids and file objects through the client: only our errors come out.

After each case the client must still work, no error or log line may show the key, no file may be left half, and CPU
and memory must stay within bounds. A failure is shrunk and printed as lines that can be pasted into a test.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import anyio
from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.fuzz_cases import call, pure
from scripts.fuzz_inputs import INPUTS, Compressed, OddFile, Repeated

__all__ = ["Compressed", "OddFile", "Repeated", "bounded", "call", "pure"]
CPU_SECONDS = 5.0
MEMORY = 512 << 20
CHUNK = 500  # cases of one run of hypothesis, which grows slower with its length


class BoundError(BaseException):
    """A case took more than it may; nothing between may catch it."""


def _exceeded(number: int, frame: FrameType | None) -> None:
    raise BoundError(f"more than {CPU_SECONDS:g} s of CPU")


def bounded(target: str, arguments: tuple[Any, ...]) -> None:
    """Run one case within the bounds of CPU and memory."""
    if _CAN_RESET:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    before = _peak()
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        globals()[target](*arguments)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if (more := _peak() - before) > MEMORY:
        raise BoundError(f"{more >> 20} MB of memory")


def _peak() -> int:
    if not _CAN_RESET:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << (10 if sys.platform == "linux" else 0)
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))


class Outcome(NamedTuple):
    """What a run of hypothesis tried of one kind of input, and its failure, by where it came from, as a line."""

    kind: str
    cases: int
    failure: tuple[str, str] | None


def run_chunk(kind: str, number: int, cases: int) -> Outcome:
    """Try a number of cases of one kind of input; a failure is shrunk."""
    target, _, inputs = INPUTS[kind]
    count, last = [0], [()]

    def test(arguments: Any) -> None:
        count[0] += 1
        last[0] = arguments
        try:
            bounded(target, arguments)
        except BoundError as error:
            raise AssertionError(str(error)) from None

    wanted = settings(
        max_examples=cases,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        print_blob=False,
    )
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            run: Any = seed(number)(wanted(given(inputs)(test)))  # type: ignore[no-untyped-call]
            run()
    except Exception as error:  # noqa: BLE001 - what comes out is what this looks for
        frames = traceback.extract_tb(error.__traceback__)
        ours = [each for each in frames if "mistral_voices" in each.filename] or frames
        where = f"{type(error).__name__} in {Path(ours[-1].filename).name}, {ours[-1].name}"
        line = f"fuzz.{target}({', '.join(map(repr, last[0]))})"
        return Outcome(kind, count[0], (where, f"# {type(error).__name__}: {str(error)[:200]}\n{line}"))
    return Outcome(kind, count[0], None)


def prepare() -> None:
    """Make this process one that tries cases: no waits, no words of others, an alarm for the CPU."""
    logging.disable(logging.NOTSET)
    logging.getLogger("mistral_voices").addHandler(logging.NullHandler())
    logging.getLogger("mistral_voices").propagate = False
    warnings.simplefilter("ignore")
    time.sleep = lambda seconds: None
    setattr(anyio, "sleep", _no_wait)  # noqa: B010 - an assignment has another type
    signal.signal(signal.SIGPROF, _exceeded)


async def _no_wait(seconds: float) -> None:
    """Wait no time."""


def chunks(number: int, cases: int) -> Iterator[tuple[str, int, int]]:
    """Divide the cases among the kinds of input, and these into runs, each with a seed of its own."""
    for index, (kind, (_, share, _)) in enumerate(INPUTS.items()):
        left = cases * share // 1000
        for run in range(0, left, CHUNK):
            yield kind, number * 1_000_000 + index * 100_000 + run, min(CHUNK, left - run)


def main() -> int:
    """Try all, and say what was tried and what failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100_000)
    options = parser.parse_args()
    began, tried, failures = time.monotonic(), Counter[str](), dict[str, str]()
    work = list(chunks(options.seed, options.cases))
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), prepare) as pool:
        for outcome in pool.map(run_chunk, *zip(*work, strict=True)):
            tried[outcome.kind] += outcome.cases
            if outcome.failure is not None:
                failures.setdefault(*outcome.failure)
    for kind, count in tried.items():
        print(f"{count:8,} {kind}")
    for where, text in failures.items():
        print(f"\nFAILED: {where}\n{text}")
    seconds = time.monotonic() - began
    verdict = f"{len(failures)} kinds of failure" if failures else "only our errors came out"
    print(f"{sum(tried.values()):8,} cases with SEED={options.seed} in {seconds:.0f} s: {verdict}")
    return bool(failures)


_CAN_RESET = os.access("/proc/self/clear_refs", os.W_OK)

if __name__ == "__main__":
    sys.exit(main())
