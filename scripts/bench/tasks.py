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
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from timeit import timeit
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.bench import server
from scripts.bench.peers import peer

Numbers = dict[str, float]
BATCHES = 7


def peak() -> int:
    """Give the most memory that this process has had, in bytes; ru_maxrss on Linux may be that of the parent."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
    return int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) * 1024


def cpu_of(work: Callable[[], Any], times: int) -> float:
    """Give the CPU seconds of one piece of work, garbage collection included."""
    return timeit(work, "import gc; gc.enable()", process_time, times) / times


def steady(work: Callable[[], Any], times: int | str) -> Numbers:
    """Measure work in batches, after one that does not count; their median leaves out a disturbed one."""
    cpu_of(work, int(times))
    return {"cpu": median(cpu_of(work, int(times)) for _ in range(BATCHES))}


def decode(name: str, more: dict[str, Any] | None = None) -> Numbers:
    """Decode 1,000 voices: a list of them less an empty one, and less the same by hand.

    What the HTTP library and json.loads need for the larger body is in both, so only the making of models is left.
    """
    many, none = server.page(1000, more=more), server.page(0)
    body = none

    def handler(request: Any) -> Any:
        response = sys.modules[type(request).__module__.partition(".")[0]].Response
        return response(200, content=body, headers={"content-type": "application/json"})

    def one(list_: Callable[[], Any]) -> float:
        nonlocal body
        body = many
        cost, body = cpu_of(list_, 8), none
        return cost - cpu_of(list_, 8)

    hand = "httpx2" if name == "mistralai-3" else "httpx"
    list_, by_hand = (peer(each, "http://localhost", handler)["list"] for each in (name, hand))
    costs = [one(list_) - one(by_hand) for _ in range(BATCHES + 1)]
    return {"cpu": median(costs[1:])}


def get_async(name: str, url: str) -> Numbers:
    """Give the responses a second of 1,000 requests, 50 at a time."""
    get = peer(name, url)["get_async"]

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


VOICE_IDS = map("v{}".format, itertools.count())
TASKS: dict[str, Callable[..., Numbers]] = {
    "get": lambda name, url: steady(peer(name, url)["get"], 60),
    "get-others": lambda name, url: steady(partial(next, map(peer(name, url)["get"], VOICE_IDS)), 60),
    "list": lambda name, url, times=25: steady(peer(name, url)["list"], times),
    "iterate": lambda name, url, times: steady(peer(name, url)["iterate"], times),
    "iterate-all": lambda name, *urls: beyond(*(peer(name, url)["iterate"] for url in urls)),
    "decode": lambda name, _: decode(name),
    "decode-all": lambda name, _: decode(name, server.NEWER),
    "async": get_async,
    "create": lambda name, url, *files: beyond(*(partial(peer(name, url)["create"], Path(file)) for file in files)),
    "save": lambda name, file, *urls: beyond(*(partial(peer(name, url)["save"], Path(file)) for url in urls)),
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
