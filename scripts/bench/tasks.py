"""One measurement in a process of its own, in a peer's environment: `python tasks.py TASK PEER ARGUMENTS`.

It prints its numbers as one line of JSON: seconds, bytes or responses a second.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.bench import server
from scripts.bench.peers import peer

Numbers = dict[str, float]
BATCHES = 7


def peak() -> int:
    """Give the most memory that this process has had, in bytes.

    Linux hands the peak of the parent down in ru_maxrss, so there its own count is read.
    """
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
    return int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) * 1024


def cpu_of(work: Callable[[], Any], times: int) -> float:
    """Give the CPU seconds of one piece of work."""
    started = process_time()
    for _ in range(times):
        work()
    return (process_time() - started) / times


def steady(work: Callable[[], Any], times: int | str) -> Numbers:
    """Measure work in batches, after one that does not count; their median leaves out a disturbed one."""
    cpu_of(work, int(times))
    return {"cpu": median(cpu_of(work, int(times)) for _ in range(BATCHES))}


def get_others(name: str, url: str) -> Numbers:
    """Get another voice each time."""
    get, numbers = peer(name, url).get, itertools.count()
    return steady(lambda: get(f"v{next(numbers)}"), 60)


def decode(name: str, more: dict[str, Any] | None = None) -> Numbers:
    """Decode 1,000 voices: a list of them less an empty one, and less the same by hand.

    What the HTTP library and json.loads need for the larger body is in both, so only the making of models is left.
    """
    bodies = {1000: server.voices_body(1000, more), 0: server.voices_body(0)}
    wanted = 0

    def handler(request: Any) -> Any:
        response = sys.modules[type(request).__module__.partition(".")[0]].Response
        return response(200, content=bodies[wanted], headers={"content-type": "application/json"})

    def one(list_: Callable[[], Any]) -> float:
        nonlocal wanted
        wanted = 1000
        full = cpu_of(list_, 8)
        wanted = 0
        return full - cpu_of(list_, 8)

    hand = "httpx2" if name == "mistralai-3" else "httpx"
    list_, by_hand = (peer(each, "http://localhost", handler).list for each in (name, hand))
    costs = [one(list_) - one(by_hand) for _ in range(BATCHES + 1)]
    return {"cpu": median(costs[1:])}


def get_async(name: str, url: str) -> Numbers:
    """Give the responses a second of 1,000 requests, 50 at a time."""
    get = peer(name, url).get_async

    async def worker(turns: Iterable[int]) -> None:
        for _ in turns:
            await get()

    async def storm(total: int) -> float:
        turns, started = iter(range(total)), perf_counter()
        await asyncio.gather(*(worker(turns) for _ in range(50)))
        return total / (perf_counter() - started)

    async def main() -> float:
        await storm(100)
        return await storm(1000)

    return {"rate": asyncio.run(main())}


def beyond(small: Callable[[], Any], large: Callable[[], Any]) -> Numbers:
    """Give the peak memory and the CPU seconds of large work, beyond what small work of its kind has taken before."""
    small()
    gc.collect()
    before, started = peak(), process_time()
    large()
    return {"memory": peak() - before, "cpu": process_time() - started}


def create(name: str, url: str, small: str, large: str) -> Numbers:
    """Create from a large file."""
    work = peer(name, url).create
    return beyond(lambda: work(Path(small)), lambda: work(Path(large)))


def save(name: str, small_url: str, url: str, path: str) -> Numbers:
    """Save a large sample."""
    small, large = peer(name, small_url).save, peer(name, url).save
    return beyond(lambda: small(Path(path)), lambda: large(Path(path)))


TASKS: dict[str, Callable[..., Numbers]] = {
    "get": lambda name, url: steady(peer(name, url).get, 60),
    "get-others": get_others,
    "list": lambda name, url, times=25: steady(peer(name, url).list, times),
    "iterate": lambda name, url, times: steady(peer(name, url).iterate, times),
    "iterate-all": lambda name, small_url, url: beyond(peer(name, small_url).iterate, peer(name, url).iterate),
    "decode": lambda name, _: decode(name),
    "decode-all": lambda name, _: decode(name, server.NEWER),
    "async": get_async,
    "create": create,
    "save": save,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
