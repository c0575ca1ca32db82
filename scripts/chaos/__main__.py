"""Make 20,000 calls through a proxy that breaks every second request, and compare what the client said with what is so.

Each call must end in a right value or an error of ours, within its bound; the server must have exactly what the client
was told, nothing twice and nothing lost; no task, thread, socket or file may be left, and memory must not grow.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from mistral_voices import Mistral, errors
from scripts.chaos.calls import RETRIES, TIMEOUT_MS, Call, Caller, differences

PROXY = Path(__file__).with_name("proxy.py")
THREADS, TASKS = 8, 50
KEY = "key-0123456789abcdef"
# After each round nothing is under way: what is in use then is what is kept.
ROUNDS = 20
MOST_GROWTH_MB = 5
MOST_SHOWN = 50


class Run:
    """Makes calls, sync in threads or async in tasks, and judges how each ends."""

    def __init__(self, mistral: Mistral, callers: list[Caller], calls: int) -> None:
        self._voices, self._callers, self._share = mistral.audio.voices, callers, -(-calls // len(callers) // ROUNDS)
        self.ends: Counter[str] = Counter()
        self.refused: dict[str, str] = {}
        self.wrong: list[str] = []
        self.longest = 0.0
        self.memory: list[float] = []

    def make_sync(self) -> None:
        """Make all calls in threads."""
        with ThreadPoolExecutor(len(self._callers)) as pool:
            for _ in range(ROUNDS):
                list(pool.map(self._calls_of, self._callers))
                self.memory.append(memory_mb())

    def _calls_of(self, caller: Caller) -> None:
        for _ in range(self._share):
            call, began = caller.next_call(), time.monotonic()
            try:
                outcome = call.begin(self._voices, "")
                outcome = [*outcome] if call.kind == "iterate" else outcome
            except Exception as error:  # noqa: BLE001 - which it may be is judged
                outcome = error
            self._judge(call, time.monotonic() - began, outcome)

    async def make_async(self) -> None:
        """Make all calls in tasks, and see whether another task is left."""
        for _ in range(ROUNDS):
            await asyncio.gather(*(self._calls_of_async(caller) for caller in self._callers))
            self.memory.append(memory_mb())
        if others := asyncio.all_tasks() - {asyncio.current_task()}:  # which close what was retired
            self.wrong += [f"a task is left: {task}" for task in (await asyncio.wait(others, timeout=10))[1]]

    async def _calls_of_async(self, caller: Caller) -> None:
        for _ in range(self._share):
            call, began = caller.next_call(), time.monotonic()
            try:
                outcome = call.begin(self._voices, "_async")
                outcome = [each async for each in outcome] if call.kind == "iterate" else await outcome
            except Exception as error:  # noqa: BLE001 - as above
                outcome = error
            self._judge(call, time.monotonic() - began, outcome)

    def _judge(self, call: Call, seconds: float, outcome: Any) -> None:
        """Say what is wrong with the end of a call."""
        failed = isinstance(outcome, Exception)
        self.ends[type(outcome).__name__ if failed else "a right value"] += 1
        self.longest = max(self.longest, seconds)
        if seconds > call.bound:
            self.wrong.append(f"{call}: {seconds:.1f} s, of at most {call.bound:.1f} s")
        try:
            (call.raised if failed else call.returned)(outcome)
        except AssertionError as error:
            self.wrong.append(f"{call}: {error}")
        if isinstance(outcome, errors.MistralError) and not isinstance(outcome, ValueError):
            if KEY in f"{outcome!r} {outcome} {vars(outcome)}":
                self.wrong.append(f"{call} shows the key: {outcome!r}")
            if call.is_there and outcome.status_code is not None:
                self.refused[call.id] = type(outcome).__name__
        elif failed:
            self.wrong.append(f"{call}: {outcome!r}")

    def growth_mb(self) -> float:
        """Give by how much memory grew from the first half of the calls to their end."""
        return max(self.memory[ROUNDS // 2 :]) - max(self.memory[: ROUNDS // 2])


class Usage(ctypes.Structure):
    """What glibc's mallinfo2 says: the fifth number is what is mapped, the eighth what is in use of the rest."""

    _fields_ = (("numbers", ctypes.c_size_t * 10),)


def memory_mb() -> float:
    """Give the memory that is in use; that of small objects only with PYTHONMALLOC=malloc, which `make chaos` sets."""
    gc.collect()
    usage = ctypes.CDLL(None).mallinfo2
    usage.restype = Usage
    numbers = usage().numbers
    return float(numbers[4] + numbers[7]) / 1e6


def left_over(folder: Path) -> list[str]:
    """List the threads and open files of this process, and what lies in the folder that samples are saved to."""
    gc.collect()
    files = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    opened = [name for name in files if "socket:" in name or name.startswith(str(folder))]
    return [thread.name for thread in threading.enumerate()[1:]] + opened + os.listdir(folder)


@contextmanager
def proxy_and_server(seed: str) -> Iterator[tuple[str, str]]:
    """Give the addresses of a proxy and of the server behind it."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, PROXY, seed], stdin=pipe, stdout=pipe, text=True) as process:
        proxy, server = process.stdout.readline().split()  # type: ignore[union-attr]
        yield proxy, server


def run_form(form: str, seed: str, calls: int, folder: Path) -> tuple[Run, Counter[str]]:
    """Make the calls of one form, and give what came out, and the faults."""
    callers = [Caller(seed, f"{form[0]}{n}", folder) for n in range(THREADS if form == "sync" else TASKS)]
    with proxy_and_server(f"{seed} {form}") as (proxy, server):
        with Mistral(KEY, server_url=proxy, timeout_ms=TIMEOUT_MS, retry_config=RETRIES) as mistral:
            run = Run(mistral, callers, calls)
            run.make_sync() if form == "sync" else asyncio.run(run.make_async())
        with urlopen(f"{proxy}/_chaos/log") as response:  # noqa: S310 - when the proxy is idle
            log: dict[str, list[str]] = json.load(response)
        with Mistral(KEY, server_url=server) as direct:
            voices = direct.audio.voices
            state = [(each, voices.read_sample_audio(voice_id=each.id)) for each in voices.iterate(type_="custom")]
    differing = differences(callers, state)
    run.wrong += differing
    spared = {call for call, faults in log.items() if faults == ["nothing"]}
    run.wrong += [f"call {call}: {end} without a fault" for call, end in run.refused.items() if call in spared]
    unknown = sum(len(caller.unknown) for caller in callers)
    print(f"{form}: {run.ends.total()} calls, {len(spared)} without a fault; the longest took {run.longest:.1f} s")
    for name, count in run.ends.most_common():
        print(f"  {count:6} ended in {name}")
    known = sum(len(caller.voices) for caller in callers)
    verdict = "not what" if differing else "exactly what"
    print(f"  {len(state)} voices there, {known} known to the client, {verdict} it was told, {unknown} in doubt")
    print(f"  memory grew by {run.growth_mb():.1f} MB")
    return run, Counter(fault for faults in log.values() for fault in faults if fault != "nothing")


def main(arguments: list[str] | None = None) -> int:
    """Make sync calls and async ones, print what came out, and give the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", default="1")
    parser.add_argument("--calls", type=int, default=10_000, help="of each form")
    options = parser.parse_args(arguments)
    leaks: list[str] = []
    sys.unraisablehook = lambda unraisable: leaks.append(f"{unraisable.exc_value!r}")
    warnings.simplefilter("error", ResourceWarning)
    logging.getLogger("mistral_voices").addHandler(logging.NullHandler())
    wrong, faults = list[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        for form in ("sync", "async"):
            run, met = run_form(form, options.seed, options.calls, Path(name))
            faults += met
            wrong += [f"{form} {each}" for each in run.wrong]
            wrong += [f"{form} left: {each}" for each in left_over(Path(name)) + leaks]
            wrong += [f"{form} memory grew"] if run.growth_mb() > MOST_GROWTH_MB else []
    print(f"{faults.total()} faults of {len(faults)} kinds (seed {options.seed}):")
    print(*(f"  {count:6} {kind}" for kind, count in sorted(faults.items())), sep="\n")
    print(*wrong[:MOST_SHOWN], f"{len(wrong)} things are wrong.", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
