"""What a backup of 1,000 voices costs: its time beside what its concurrency allows, and its memory.

`.venv/bin/python scripts/bench/backup.py`. The server is a process of its own and responds after 50 ms.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

DELAY, CONCURRENCY, PAGE = 0.05, 8, 100
MOST_TIME, MOST_MEMORY = 1.3, 60.0  # times what the concurrency allows; MB


def serve(voices: int, size: int, address: multiprocessing.SimpleQueue[str]) -> None:
    """Serve voices with samples of a size."""
    from mistral_voices.local import VoicesServer

    audio = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAA" + "AAAA" * (size // 3)
    seed = (
        {"id": f"v{each}", "name": f"Voice {each}", "type": "custom", "sample_audio": audio} for each in range(voices)
    )
    with VoicesServer(seed=seed) as server:
        address.put(server.serve())
        server.fail(every=1, delay=DELAY)
        time.sleep(3600)


def measured(command: Iterable[str | Path], url: str) -> tuple[float, float]:
    """Run a command, and give its seconds and its peak memory in MB."""
    environment = {**os.environ, "MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": url}
    began = time.monotonic()
    process = subprocess.Popen([*command], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the backup failed: {status}")
    return time.monotonic() - began, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def main() -> int:
    """Measure both runs, and give the exit status: 1 when a limit is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=int, default=1000)
    parser.add_argument("--size", type=int, default=200_000, help="bytes of each sample")
    given = parser.parse_args()
    address: multiprocessing.SimpleQueue[str] = multiprocessing.SimpleQueue()
    server = multiprocessing.Process(target=serve, args=(given.voices, given.size, address), daemon=True)
    server.start()
    url, command = address.get(), Path(sys.executable).with_name("mistral-voices")
    lists = -(-given.voices // PAGE) * DELAY
    allowed = given.voices * DELAY / CONCURRENCY + lists
    with tempfile.TemporaryDirectory() as folder:
        start, _ = measured([command, "--version"], url)
        seconds, memory = measured([command, "backup", f"{folder}/b"], url)
        again, memory_again = measured([command, "backup", f"{folder}/b"], url)
    server.kill()
    print(f"{given.voices} voices of {given.size} bytes: {seconds:.2f} s, {seconds / allowed:.2f} of the least")
    print(f"again: {again:.2f} s, of which a start takes {start:.2f} and the list {lists:.2f}")
    print(f"peak memory: {memory:.1f} and {memory_again:.1f} MB; load of the machine: {os.getloadavg()[0]:.1f}")
    return int(seconds / allowed > MOST_TIME or max(memory, memory_again) > MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
