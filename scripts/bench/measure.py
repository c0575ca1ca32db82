"""Runs children, one at a time and in turn, and keeps what the operating system says of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import IO, NamedTuple, cast

from scripts.bench.environments import BENCH, python_of
from scripts.bench.peers import FIRSTS, IMPORTS
from scripts.bench.rows import ALL, HTTPX, OURS
from scripts.bench.server import BLOCK, MB, repeated

CERTIFICATES = "certificates.pem"
HELP = ("-m", "mistral_voices.local", "--help")
LONGEST = 120.0  # seconds that a child may take
# Nothing of the user's surroundings reaches a child: no proxy, no key, no Python settings.
SURROUNDINGS = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
# What a child says of its memory at the end.
RESIDENT = (
    "; import os; _file = '/proc/self/statm'; "
    "print(int(open(_file).read().split()[1]) * os.sysconf('SC_PAGE_SIZE') if os.path.exists(_file) else 0)"
)
Numbers = dict[str, float]


class ChildError(Exception):
    """A child failed; the message is the last line that it said."""


class Usage(NamedTuple):
    """What one child cost."""

    cpu: float
    wall: float
    peak: int
    said: str


def run(*command: str | Path, certificates: Path | None = None) -> Usage:
    """Run a child to its end; it trusts the given certificates."""
    surroundings = SURROUNDINGS if certificates is None else {**SURROUNDINGS, "SSL_CERT_FILE": str(certificates)}
    started = perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=errors, env=surroundings)
        stdout = cast("IO[bytes]", child.stdout)
        timer = threading.Timer(LONGEST, child.kill)
        timer.start()
        try:
            said = stdout.read().decode()
            _, status, usage = os.wait4(child.pid, 0)
        finally:
            timer.cancel()
        wall = perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        stdout.close()
        if child.returncode:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines() or [f"status {child.returncode}"]
            raise ChildError(lines[-1])
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit, said)


@contextmanager
def serving() -> Iterator[Bench]:
    """Start the server in its own process; it ends with the block, or with us."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-I", str(BENCH / "server.py"), str(folder / CERTIFICATES)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=SURROUNDINGS) as process:
            try:
                plain, secure = map(int, cast("IO[bytes]", process.stdout).readline().split())
                yield Bench(plain, secure, folder)
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
        """Measure one task for one peer, once."""
        if task == "import":
            code = IMPORTS.get(name, "pass")
            usage = run(python_of(name if name in IMPORTS else HTTPX), "-c", code)
            return {"cpu": usage.cpu, "wall": usage.wall}
        if task in ("first", "first-https"):
            url, certificates = self.url(1), None
            if task == "first-https":
                url, certificates = f"{self._secure}/1", self._folder / CERTIFICATES
            code = f"URL = {url!r}; {FIRSTS[name]}{RESIDENT}" if name in FIRSTS else "pass"
            usage = run(python_of(name if name in FIRSTS else HTTPX), "-c", code, certificates=certificates)
            resident = int(usage.said or 0) or usage.peak
            return {"cpu": usage.cpu, "wall": usage.wall, "resident": resident}
        if task == "help":
            usage = run(python_of(OURS), *(("-c", "pass") if name not in ALL else HELP))
            return {"cpu": usage.cpu}
        if task == "create":
            return self.child(task, name, self.url(1), self.file(0), self.file(megabytes))
        if task == "save":
            return self.child(task, name, self.url(megabytes), self.url(1), self._folder / "saved.wav")
        return self.child(task, name, self.url(100))

    def child(self, task: str, name: str, *arguments: str | Path) -> Numbers:
        """Run tasks.py in the environment of a peer."""
        said = run(python_of(name), BENCH / "tasks.py", task, name, *arguments).said
        numbers: Numbers = json.loads(said)
        return numbers
