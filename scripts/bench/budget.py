"""What an import may load and how many calls a get may make: counted, not timed, so it holds on any machine.

`python scripts/bench/budget.py` compares with budget.json and fails when more is loaded or called; `--write` writes the
file anew. A change of the HTTP library's version may move the totals too.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from cProfile import Profile
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import httpx

import mistral_voices
import mistral_voices_api

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.bench.environments import ROOT, run
from scripts.bench.server import page, voice
from scripts.bench.table import BENCH, PEERS

FILE = BENCH / "budget.json"
MARGIN = 1.10
OURS = (mistral_voices.__path__[0], mistral_voices_api.__path__[0])
FEW, MANY = 10, 100
MODULES = "import sys; before = {{*sys.modules}}\n{start}\n{idle}\nprint(*sorted({{*sys.modules}} - before))"
TOO_MANY_MODULES = """`import mistral_voices` loads what it did not load before: {}.
Import it where it is first used, within the function, or under TYPE_CHECKING."""
TOO_MANY_CALLS = """{} makes {:g} calls, {:g} are allowed ({:g} when the budget was written, and 10 percent).
Find them with cProfile, sorted by ncalls."""
REMEDY = "If it is worth it, run python scripts/bench/budget.py --write and say why in the commit."


def modules() -> list[str]:
    """Name the modules that a program loads before its first call, in a fresh interpreter."""
    program, variables = MODULES.format(**PEERS["ours"]), {"PYTHONPATH": str(ROOT / "overlay")}
    return run(sys.executable, "-c", program, variables=variables).split()


def counts_of(profile: Profile) -> Counter[str]:
    """Count what was called: Python functions that are ours, and all, built-in ones included."""
    counts = Counter(all=-2)  # the two that end the profile
    for entry in profile.getstats():
        counts["all"] += entry.callcount
        if isinstance(entry.code, CodeType) and entry.code.co_filename.startswith(OURS):
            counts["ours"] += entry.callcount
    return counts


def respond(request: httpx.Request) -> httpx.Response:
    """Respond as the service does, in process; a page has as many voices as the limit."""
    limit = request.url.params.get("limit")
    body = page(int(limit)) if limit else json.dumps(voice(0)).encode()
    return httpx.Response(200, content=body, headers={"content-type": "application/json"})


async def calls() -> dict[str, float]:
    """Count the calls of a get, sync and async, and of each voice that is decoded, the second time that it is done."""
    http: dict[str, Any] = {"transport": httpx.MockTransport(respond)}
    clients: dict[str, Any] = {"client": httpx.Client(**http), "async_client": httpx.AsyncClient(**http)}
    voices = mistral_voices.Mistral("x", server_url="http://localhost", **clients).audio.voices
    works: dict[str, Callable[[], Any]] = {
        "get": partial(voices.get, voice_id="v1"),
        "get_async": partial(voices.get_async, voice_id="v1"),
        "few": partial(voices.list, limit=FEW),
        "many": partial(voices.list, limit=MANY),
    }
    counts = {}
    gc.disable()  # a collection in the middle would call the destructors of others
    for name, work in works.items():
        for _ in range(2):
            with Profile() as profile:
                result = work()
                if name == "get_async":
                    await result
        counts[name] = counts_of(profile)
    gc.enable()
    few, many = counts.pop("few"), counts.pop("many")
    numbers = {f"{name}, {kind}": float(count[kind]) for name, count in counts.items() for kind in ("ours", "all")}
    return numbers | {f"a decoded voice, {kind}": (many[kind] - few[kind]) / (MANY - FEW) for kind in ("ours", "all")}


def problems(budget: dict[str, Any], loaded: list[str], made: dict[str, float]) -> Iterator[str]:
    """Say what is beyond the budget."""
    if fresh := [name for name in loaded if name not in budget["modules"]]:
        yield TOO_MANY_MODULES.format(", ".join(fresh))
    for name, found in made.items():
        before = budget["calls"].get(name, 0)
        if found > before * MARGIN:
            yield TOO_MANY_CALLS.format(name, found, before * MARGIN, before)


def main() -> str:
    """Compare, or write; give what is beyond the budget."""
    loaded, made = modules(), asyncio.run(calls())
    if "--write" in sys.argv[1:]:
        FILE.write_text(json.dumps({"modules": loaded, "calls": made}, indent=2) + "\n", encoding="utf-8")
    budget = json.loads(FILE.read_text(encoding="utf-8"))
    for name, number in made.items():
        if number < (before := budget["calls"].get(name, 0)) / MARGIN:
            print(f"{name} makes {number:g} calls, fewer than {before:g}: keep that with --write.")
    if found := [*problems(budget, loaded, made)]:
        return "\n".join([*found, REMEDY])
    print("Import and calls are within their budget.")
    return ""


if __name__ == "__main__":
    sys.exit(main() or 0)
