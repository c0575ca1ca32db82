"""Runs children, one at a time and in turn, and keeps what the operating system says of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import IO, cast

from scripts.bench.environments import BENCH, python_of
from scripts.bench.peers import FIRSTS, IMPORTS
from scripts.bench.rows import BARE, OURS
from scripts.bench.server import BLOCK, MB, repeated

# Tasks that are whole processes, which are measured less a bare interpreter.
WHOLE = ("import", "first", "first-https", "help")
CERTIFICATES = "certificates.pem"
LONGEST = 120.0  # seconds that a child may take
# Nothing of the user's surroundings reaches a child: no proxy, no key, no Python settings.
SURROUNDINGS = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
# What a child says of its memory at the end, in bytes.
RESIDENT = """
import os
try:
    print(int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE'))
except OSError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
Numbers = dict[str, float]


class ChildError(Exception):
    """A child failed; the message is the last line that it said."""


def run(*command: str | Path, **variables: str) -> tuple[Numbers, str]:
    """Run a child to its end; give its CPU and clock seconds and what it printed."""
    before, started = getrusage(RUSAGE_CHILDREN), perf_counter()
    surroundings = SURROUNDINGS | variables
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False, env=surroundings)
    except subprocess.TimeoutExpired as error:
        raise ChildError(f"not done after {LONGEST:g} seconds") from error
    wall, after = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    if child.returncode:
        raise ChildError((child.stderr.strip().splitlines() or [f"status {child.returncode}"])[-1])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "wall": wall}, child.stdout


@contextmanager
def serving() -> Iterator[Bench]:
    """Start the server in its own process; it ends with the block, or with us."""
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-I", str(BENCH / "server.py"), str(Path(name, CERTIFICATES))]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=SURROUNDINGS) as process:
            try:
                plain, secure = map(int, cast("IO[bytes]", process.stdout).readline().split())
                yield Bench(plain, secure, Path(name))
            finally:
                process.kill()


class Bench:
    """Where children find the server and the files that they need."""

    def __init__(self, plain_port: int, secure_port: int, folder: Path) -> None:
        self._plain = f"http://127.0.0.1:{plain_port}"
        self._secure = f"https://127.0.0.1:{secure_port}"
        self._folder = folder

    def url(self, number: int) -> str:
        """Give the address with so many voices, or so many MB in a sample."""
        return f"{self._plain}/{number}"

    def file(self, megabytes: int) -> Path:
        """Give a recording of that size; 0 stands for a small one."""
        path = self._folder / f"{megabytes}.wav"
        if not path.exists():
            with path.open("wb") as file:
                file.writelines(repeated(BLOCK, megabytes * MB or 3000))
        return path

    def measure(self, task: str, name: str, *, megabytes: int = 50) -> Numbers:
        """Measure one task for one peer, or for a bare interpreter, once."""
        if task == "create":
            return self.child(task, name, self.url(1), self.file(0), self.file(megabytes))
        if task == "save":
            return self.child(task, name, self.url(1), self.url(megabytes), self._folder / "saved.wav")
        if task not in WHOLE:
            return self.child(task, name, self.url(100))
        if name == BARE:
            return run(python_of(OURS), "-c", "pass")[0]
        if task == "help":
            return run(python_of(name), "-m", "mistral_voices.local", "--help")[0]
        if task == "import":
            return run(python_of(name), "-c", IMPORTS[name])[0]
        url = f"{self._secure}/1" if task == "first-https" else self.url(1)
        certificates = {"SSL_CERT_FILE": str(self._folder / CERTIFICATES)} if task == "first-https" else {}
        numbers, memory = run(python_of(name), "-c", f"URL = {url!r}; {FIRSTS[name]}{RESIDENT}", **certificates)
        return {**numbers, "memory": float(memory)}

    def child(self, task: str, name: str, *arguments: str | Path) -> Numbers:
        """Run tasks.py in the environment of a peer."""
        numbers: Numbers = json.loads(run(python_of(name), BENCH / "tasks.py", task, name, *arguments)[1])
        return numbers
