"""One measurement in a process of its own, in a peer's environment: `python tasks.py TASK PEER URL [ARGUMENTS]`.

It prints its numbers as one line of JSON: seconds, bytes or answers a second.
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
from scripts.bench import peers, server

Numbers = dict[str, float]
BATCHES = 7


def peak() -> int:
    """Give the most memory that this process has had, in bytes.

    Linux hands the peak of the parent down in ru_maxrss, so there its own count is read.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def cpu_of(work: Callable[[], Any], times: int) -> float:
    """Give the CPU seconds of one piece of work."""
    started = process_time()
    for _ in range(times):
        work()
    return (process_time() - started) / times


def steady(work: Callable[[], Any], times: int) -> Numbers:
    """Measure work in batches, after one that does not count; their median, so that a disturbed batch does not tell."""
    cpu_of(work, times)
    return {"cpu": median(cpu_of(work, times) for _ in range(BATCHES))}


def get(name: str, url: str) -> Numbers:
    """Give the CPU seconds of one get."""
    return steady(peers.peer(name, url).get, 60)


def get_others(name: str, url: str) -> Numbers:
    """Give the CPU seconds of one get of a voice that was not asked for before."""
    peer, numbers = peers.peer(name, url), itertools.count()
    return steady(lambda: peer.get(f"v{next(numbers)}"), 60)


def list_(name: str, url: str) -> Numbers:
    """Give the CPU seconds of one list."""
    return steady(peers.peer(name, url).list, 25)


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
    """Give the answers a second of 1,000 requests, 50 at a time."""
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
    """Give the peak memory and the CPU seconds of creating from a large file, beyond a small one made before."""
    return _beyond(peers.peer(name, url).create, Path(small), peers.peer(name, url).create, Path(large))


def save(name: str, url: str, small_url: str, target: str) -> Numbers:
    """Give the peak memory and the CPU seconds of saving a large sample, beyond a small one saved before."""
    return _beyond(peers.peer(name, small_url).save, Path(target), peers.peer(name, url).save, Path(target))


def _beyond(first: Callable[[Path], Any], small: Path, work: Callable[[Path], Any], large: Path) -> Numbers:
    first(small)
    gc.collect()
    before, started = peak(), process_time()
    work(large)
    return {"peak": peak() - before, "cpu": process_time() - started}


def iterate(name: str, url: str, times: str) -> Numbers:
    """Give the CPU seconds of one walk through all voices."""
    peer = peers.peer(name, url)
    return steady(lambda: peer.iterate(100), int(times))


def page(name: str, url: str, times: str) -> Numbers:
    """Give the CPU seconds of a list that holds all voices at once."""
    return steady(peers.peer(name, url).list, int(times))


def walk(name: str, url: str, small_url: str) -> Numbers:
    """Give the peak memory of walking through many voices, beyond a walk through few."""
    peers.peer(name, small_url).iterate(100)
    gc.collect()
    before = peak()
    count = peers.peer(name, url).iterate(100)
    return {"peak": peak() - before, "count": count}


TASKS: dict[str, Callable[..., Numbers]] = {
    "get": get,
    "get-others": get_others,
    "list": list_,
    "decode": decode,
    "decode-all": decode_all,
    "async": async_,
    "create": create,
    "save": save,
    "iterate": iterate,
    "page": page,
    "walk": walk,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
