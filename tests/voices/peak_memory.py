"""A program that moves large samples and prints how much memory each took, in bytes; or saves one of them.

::

    python tests/voices/peak_memory.py measure|save|save_async URL FOLDER httpx|httpx2
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from mistral_voices import Mistral

SMALL, LARGE = 3_000, 50 * 1024 * 1024


def peak() -> int:
    """Give the most memory that this process had; ru_maxrss begins with what its parent had, and hides it."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024


def call(url: str, library: Any, name: str, /, **given: Any) -> None:
    is_async = name.endswith("_async")
    client = {"async_client": library.AsyncClient()} if is_async else {"client": library.Client()}
    result = getattr(Mistral(api_key="key", server_url=url, **client).audio.voices, name)(**given)
    if is_async:
        asyncio.run(result)


def measure(url: str, folder: Path, library: Any) -> None:
    grown = {}
    for name in ("create", "create_async", "save_sample_audio", "save_sample_audio_async"):
        for size in (SMALL, SMALL, LARGE):
            path = folder / f"{size}.wav"
            with path.open("wb") as file:
                file.truncate(size)
            given = {"voice_id": str(size), "path": path, "overwrite": True}
            Path("/proc/self/clear_refs").write_text("5")  # Linux forgets the peak of before
            before = peak()
            call(url, library, name, **({"name": "Ada", "sample_audio": path} if name.startswith("c") else given))
            assert path.stat().st_size == size
        grown[name] = peak() - before
    print(json.dumps(grown))  # noqa: T201 - for the parent


def report(done: int, total: int) -> None:
    if done == total // 2:
        print(done, flush=True)  # noqa: T201 - for the parent


if __name__ == "__main__":
    job, url, folder, library = sys.argv[1], sys.argv[2], Path(sys.argv[3]), importlib.import_module(sys.argv[4])
    if job == "measure":
        measure(url, folder, library)
    else:
        call(url, library, job.replace("save", "save_sample_audio"), voice_id="v1", path=folder, on_progress=report)
