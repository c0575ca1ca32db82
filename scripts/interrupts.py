"""Interrupt calls everywhere, and show that the client works on and that nothing is left.

Calls to a local server are cancelled at each of their awaits, ended by signals at random points, and surrounded by
forks. After each the same client gets the right voice; at the end no socket, thread, task or temporary file is left,
and no voice was made twice. What is random follows from the seed; only when a timer fires does not.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from mistral_voices import Mistral
from mistral_voices._media import part_file
from mistral_voices.models import VoiceResponse
from tests.interruption import (
    Coro,
    Interruption,
    by_scope,
    by_task,
    by_task_again_and_again,
    interrupt_by_timer,
    lost_places,
)

SAMPLE = Path(__file__).resolve().parent.parent / "tests" / "data" / "hello.wav"
Way = Callable[[int, Coro], Awaitable[bool]]
WAYS: list[Way] = [by_task, by_task_again_and_again, by_scope]
DESCRIPTORS = itertools.cycle([part_file.DESCRIPTORS, "/nothing"])
NAMES = (f"Interrupted {number}" for number in itertools.count(1))


class Calls:
    """The calls that are interrupted, each by its name; a voice that is made has a name of its own."""

    def __init__(self, mistral: Mistral, voice: VoiceResponse, folder: Path) -> None:
        self.voices = mistral.audio.voices
        self.voice = voice
        target: dict[str, Any] = {"voice_id": voice.id, "path": folder / "saved.wav", "overwrite": True}
        self.arguments: dict[str, Callable[[], dict[str, Any]]] = {
            "get": lambda: {"voice_id": voice.id},
            "list": dict,
            "find": lambda: {"name_or_id": voice.name},
            "create": lambda: {"name": next(NAMES), "sample_audio": SAMPLE, "recover": True},
            "read_sample_audio": lambda: {"voice_id": voice.id},
            "save_sample_audio": lambda: target,
        }

    def start(self, name: str, suffix: str = "") -> Any:
        """Begin a call, or give its coroutine; a file that is saved has a name at every second one only."""
        part_file.DESCRIPTORS = next(DESCRIPTORS)
        return getattr(self.voices, name + suffix)(**self.arguments[name]())

    def count_points(self) -> dict[str, int]:
        """Count the points of each call at which a signal could end it."""
        counted = {name: Interruption(sys.maxsize, KeyboardInterrupt) for name in self.arguments}
        for name, counting in counted.items():
            counting.reached_in(partial(self.start, name))
        return {name: sys.maxsize - counting.left for name, counting in counted.items()}

    def check(self, found: VoiceResponse) -> None:
        """Check that a get gave the voice that was wanted."""
        if found != self.voice:
            raise AssertionError(f"a get gave {found}, not {self.voice}")


def check_pools(mistral: Mistral) -> None:
    """Check that the clients in use have lost no place."""
    clients = [http.client for http in [*mistral._clients._own.values(), *mistral._clients._own_async.values()]]
    if lost := [place for client in clients for place in lost_places(client)]:
        raise AssertionError(f"places of a pool are lost: {lost}")
    if len(open_sockets()) > 20 and gc.collect() and len(open_sockets()) > 20:
        raise AssertionError(f"connections stay open: {open_sockets()}")


def open_sockets() -> list[str]:
    """List the sockets that this process has open."""
    names = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    return sorted(name for name in names if "socket:" in name)


def cancel(mistral: Mistral, calls: Calls, most: int, seed: random.Random) -> Counter[str]:
    """Cancel each call at its first await, at its second and so on, in each way, until it is enough."""
    done: Counter[str] = Counter()

    async def cancel_everywhere(name: str, way: Way, has_connection: bool) -> None:
        for number in itertools.count(1):
            if not has_connection:
                await mistral._clients.aclose()
                mistral._clients.is_closed = False  # the call opens a connection
            if done.total() >= most or not await way(number, calls.start(name, "_async")):
                return
            done[name] += 1
            calls.check(await calls.voices.get_async(voice_id=calls.voice.id))
            check_pools(mistral)

    async def main() -> None:
        kinds = list(itertools.product(calls.arguments, WAYS, (False, True)))
        while done.total() < most:
            for kind in seed.sample(kinds, len(kinds)):
                await cancel_everywhere(*kind)
        await mistral._clients.aclose()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait_for(asyncio.gather(*others), timeout=10)

    asyncio.run(main())
    return done


def interrupt(mistral: Mistral, calls: Calls, most: int, seed: random.Random) -> Counter[str]:
    """End calls by a signal: by turns at a point that the seed chooses, and when a timer fires."""
    done: Counter[str] = Counter()
    points = calls.count_points()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    while done.total() < most:
        name = seed.choice(list(points))
        call = partial(calls.start, name)
        if seed.random() < 0.3:
            mistral.close()
            mistral._clients.is_closed = False  # the call opens a connection
        if seed.random() < 0.5:
            interruption = Interruption(seed.randint(1, points[name]), KeyboardInterrupt)
            done[f"{name} at a point"] += interruption.reached_in(call)
        else:
            done[f"{name} by a timer"] += interrupt_by_timer(call, seed.uniform(1e-4, 8e-3))
        calls.check(calls.voices.get(voice_id=calls.voice.id))
        check_pools(mistral)
    return done


class Fork(Interruption):
    """Forks at a point of a call, in place of interrupting it; the child uses the same client and ends."""

    calls: Calls
    status: int | None = None

    def act(self) -> None:
        """Fork, and wait for the child."""
        if child := os.fork():
            self.status = os.waitpid(child, 0)[1]
            return
        signal.alarm(30)  # ends a child that hangs
        try:
            self.calls.check(self.calls.voices.get(voice_id=self.calls.voice.id))
            self.calls.check(asyncio.run(self.calls.voices.get_async(voice_id=self.calls.voice.id)))
        except BaseException as error:  # noqa: BLE001 - the parent hears of it
            print(f"in a child: {error!r}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)


def fork(mistral: Mistral, calls: Calls, most: int, seed: random.Random) -> Counter[str]:
    """Fork at points that the seed chooses, while threads make calls over the same client."""
    done: Counter[str] = Counter()
    points = calls.count_points()
    is_over = threading.Event()

    def call_on(*names: str) -> None:
        for name in itertools.takewhile(lambda _: not is_over.is_set(), itertools.cycle(names)):
            calls.start(name)

    with ThreadPoolExecutor(3) as pool:
        threads = [pool.submit(call_on, *seed.sample(list(points), 3)) for _ in range(3)]
        try:
            while done.total() < most:
                name = seed.choice(list(points))
                forking = Fork(seed.randint(1, points[name]), KeyboardInterrupt)
                forking.calls = calls
                forking.reached_in(partial(calls.start, name))
                if forking.status:
                    raise AssertionError(f"a child ended with status {forking.status}")
                done[name] += forking.status is not None
                calls.check(calls.voices.get(voice_id=calls.voice.id))
        finally:
            is_over.set()
    for thread in threads:
        thread.result()  # raises what a call in the thread raised
    check_pools(mistral)
    return done


def left_over(folder: Path) -> list[str]:
    """List what calls have left in this process and in the folder that they save to."""
    gc.collect()
    threads = [thread.name for thread in threading.enumerate()[1:]]
    return open_sockets() + threads + sorted({*os.listdir(folder)} - {"saved.wav"})


PARTS = {"cancellations": (cancel, 2000), "signals": (interrupt, 500), "forks": (fork, 100)}


@contextmanager
def local_server() -> Iterator[str]:
    """Give the address of a local server in a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "mistral_voices.local"], stdout=subprocess.PIPE) as server:
        try:
            yield server.stdout.readline().decode().split()[-1]  # type: ignore[union-attr]
        finally:
            server.terminate()


def main(arguments: list[str] | None = None) -> int:
    """Do all parts; 1 where something is left, or a voice was made twice."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    for name, (_, number) in PARTS.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # what an interrupted call leaves to the garbage collector; a fork beside threads
    sys.unraisablehook = lambda _: None  # a signal within a finalizer is shown, and no more
    with local_server() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Mistral("any-key", server_url=url) as mistral:
            voice = mistral.audio.voices.create(name="Ada", sample_audio=SAMPLE)
        baseline = left_over(folder)
        for part, (do, _) in PARTS.items():
            seed = random.Random(f"{options.seed} {part}")  # noqa: S311 - it chooses what is tried
            with Mistral("any-key", server_url=url, retry_config=1) as mistral:
                done = do(mistral, Calls(mistral, voice, folder), getattr(options, part), seed)
            left = left_over(folder)
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(done.items()))
            print(f"{part}: {done.total()} ({kinds}); left: {', '.join(left) if left != baseline else 'nothing'}")
            if left != baseline:
                return 1
        with Mistral("any-key", server_url=url) as mistral:
            made = Counter(each.name for each in mistral.audio.voices.iterate(type_="custom"))
    print(f"voices: {made.total()} made, {made.total() - len(made)} twice; seed {options.seed}")
    return int(made.total() > len(made))


if __name__ == "__main__":
    sys.exit(main())
