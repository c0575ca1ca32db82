"""What an import may load and how many calls a get may make: counted, not timed, so it holds on any machine.

`python scripts/bench/budget.py` compares with budget.json and fails when more is loaded or called; `--write` writes the
file anew. A change of the HTTP library's version may move the totals too.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.bench.server import voice, voices_body

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent.parent
FILE = BENCH / "budget.json"
ROOM = 1.10
OURS = ("mistral_voices", "mistral_voices_api")
FEW, MANY = 10, 100
MODULES = """
import sys
before = set(sys.modules)
from mistral_voices import Mistral
Mistral(api_key="x").audio.voices
print(*sorted(set(sys.modules) - before))
"""
TOO_MANY_MODULES = """\
`import mistral_voices` loads what it did not load before: {names}.
Import it where it is first used, within the function, or under TYPE_CHECKING. If every user needs it at the start, run
python scripts/bench/budget.py --write and say why in the commit."""
TOO_MANY_CALLS = """\
{name} makes {found} calls, {limit} are allowed ({counted} when the budget was written, and 10 percent).
Find them with cProfile, sorted by ncalls. If the work is worth it, run
python scripts/bench/budget.py --write and say why in the commit."""


def modules() -> list[str]:
    """Name the modules that a script loads before its first call, in a fresh interpreter."""
    surroundings = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT / "overlay")}
    done = subprocess.run([sys.executable, "-c", MODULES], capture_output=True, text=True, check=True, env=surroundings)
    return done.stdout.split()


class Counting:
    """Counts calls while its block runs: of Python functions that are ours, and of all, built-in ones included."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> Counter[str]:
        gc.disable()  # a collection in the middle would call the destructors of others
        sys.setprofile(self._seen)
        return self.counts

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        gc.enable()
        self.counts["all"] -= 1  # our own sys.setprofile(None)

    def _seen(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name == "__exit__" and frame.f_code.co_filename == __file__:
            return
        if event in ("call", "c_call"):
            self.counts["all"] += 1
        if event == "call" and str(frame.f_globals.get("__name__", "")).partition(".")[0] in OURS:
            self.counts["ours"] += 1


def answer(request: Any) -> Any:
    """Answer as the service does, in process; a page has as many voices as were asked for."""
    import httpx

    if "limit" in request.url.params:
        count = int(request.url.params["limit"])
        return httpx.Response(200, content=voices_body(count), headers={"content-type": "application/json"})
    return httpx.Response(200, json=voice(0))


def counted(work: Callable[[], object]) -> Counter[str]:
    """Count the calls of some work, the second time that it is done."""
    work()
    with Counting() as counts:
        work()
    return counts


def calls() -> dict[str, float]:
    """Count the calls of a get, sync and async, and of each voice that is decoded."""
    import httpx

    from mistral_voices import Mistral

    transport = httpx.MockTransport(answer)
    client, async_client = httpx.Client(transport=transport), httpx.AsyncClient(transport=transport)
    mistral = Mistral(api_key="x", server_url="http://localhost", client=client, async_client=async_client)
    voices = mistral.audio.voices

    async def get_async() -> Counter[str]:
        await voices.get_async(voice_id="v1")
        with Counting() as counts:
            await voices.get_async(voice_id="v1")
        return counts

    found = {"get": counted(lambda: voices.get(voice_id="v1")), "get_async": asyncio.run(get_async())}
    few, many = (counted(partial(voices.list, limit=count)) for count in (FEW, MANY))
    numbers = {f"{name}, {kind}": float(counts[kind]) for name, counts in found.items() for kind in ("ours", "all")}
    return numbers | {f"a decoded voice, {kind}": (many[kind] - few[kind]) / (MANY - FEW) for kind in ("ours", "all")}


def problems(budget: dict[str, Any], loaded: list[str], made: dict[str, float]) -> Iterator[str]:
    """Say what is beyond the budget."""
    if fresh := [name for name in loaded if name not in budget["modules"]]:
        yield TOO_MANY_MODULES.format(names=", ".join(fresh))
    for name, found in made.items():
        before = budget["calls"].get(name, 0)
        if found > before * ROOM:
            yield TOO_MANY_CALLS.format(
                name=name, found=f"{found:g}", limit=f"{before * ROOM:g}", counted=f"{before:g}"
            )


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write budget.json from what is loaded and called now")
    loaded, made = modules(), calls()
    if parser.parse_args().write:
        FILE.write_text(json.dumps({"modules": loaded, "calls": made}, indent=2) + "\n", encoding="utf-8")
        print(f"{FILE.relative_to(ROOT)} is written.")
        return 0
    budget = json.loads(FILE.read_text(encoding="utf-8"))
    if found := list(problems(budget, loaded, made)):
        print("\n".join(found), file=sys.stderr)
        return 1
    for name, number in made.items():
        if number < budget["calls"].get(name, 0) / ROOM:
            print(f"{name} makes {number:g} calls, fewer than {budget['calls'][name]:g}: keep that with --write.")
    print("Import and calls are within their budget.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
