"""One measurement in a process of its own, in a peer's environment: `python tasks.py TASK PEER URL [ARGUMENTS]`.

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
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.bench import peers, server

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


def steady(work: Callable[[], Any], times: int) -> Numbers:
    """Measure work in batches, after one that does not count; their median leaves out a disturbed one."""
    cpu_of(work, times)
    return {"cpu": median(cpu_of(work, times) for _ in range(BATCHES))}


def get(name: str, url: str) -> Numbers:
    """Give the CPU seconds of one get."""
    return steady(peers.peer(name, url).get, 60)


def get_others(name: str, url: str) -> Numbers:
    """Give the CPU seconds of one get of a voice that was not fetched before."""
    peer, numbers = peers.peer(name, url), itertools.count()
    return steady(lambda: peer.get(f"v{next(numbers)}"), 60)


def list_(name: str, url: str, times: str = "25") -> Numbers:
    """Give the CPU seconds of one list, of as many voices as the server has."""
    return steady(peers.peer(name, url).list, int(times))


def iterate(name: str, url: str, times: str) -> Numbers:
    """Give the CPU seconds of iterating over all voices."""
    peer = peers.peer(name, url)
    return steady(lambda: peer.iterate(100), int(times))


def decode(name: str, _: str, more: dict[str, Any] | None = None) -> Numbers:
    """Give the CPU seconds of decoding 1,000 voices: a list of them less an empty one, and less the same by hand.

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

    url = "http://localhost"
    by_hand = peers.peer("httpx2" if name == "mistralai-3" else "httpx", url, handler)
    peer = peers.peer(name, url, handler)
    costs = [one(peer.list) - one(by_hand.list) for _ in range(BATCHES + 1)]
    return {"cpu": median(costs[1:])}


def decode_all(name: str, url: str) -> Numbers:
    """Do the same with voices that have all members of the document."""
    return decode(name, url, server.NEWER)


def async_(name: str, url: str) -> Numbers:
    """Give the responses a second of 1,000 requests, 50 at a time."""
    peer = peers.peer(name, url)

    async def worker(turns: Iterable[int]) -> None:
        for _ in turns:
            await peer.get_async()

    async def storm(total: int) -> float:
        turns = iter(range(total))
        started = perf_counter()
        await asyncio.gather(*(worker(turns) for _ in range(50)))
        return total / (perf_counter() - started)

    async def main() -> float:
        await storm(100)
        return await storm(1000)

    return {"rate": asyncio.run(main())}


def create(name: str, url: str, small: str, large: str) -> Numbers:
    """Measure creating from a large file, beyond a small one before."""
    peer = peers.peer(name, url)
    return beyond(*(partial(peer.create, Path(file)) for file in (small, large)))


def save(name: str, url: str, small_url: str, target: str) -> Numbers:
    """Measure saving a large sample, beyond a small one before."""
    return beyond(*(partial(peers.peer(name, each).save, Path(target)) for each in (small_url, url)))


def iterate_all(name: str, url: str, small_url: str) -> Numbers:
    """Measure iterating over many voices, beyond few before."""
    return beyond(*(partial(peers.peer(name, each).iterate, 100) for each in (small_url, url)))


def beyond(small: Callable[[], Any], large: Callable[[], Any]) -> Numbers:
    """Give the peak memory and the CPU seconds of large work, beyond what small work of its kind has taken before."""
    small()
    gc.collect()
    before, started = peak(), process_time()
    large()
    return {"memory": peak() - before, "cpu": process_time() - started}


TASKS: dict[str, Callable[..., Numbers]] = {
    "get": get,
    "get-others": get_others,
    "list": list_,
    "iterate": iterate,
    "decode": decode,
    "decode-all": decode_all,
    "async": async_,
    "create": create,
    "save": save,
    "iterate-all": iterate_all,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
