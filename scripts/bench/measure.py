"""Runs children, one at a time and in turn, and keeps what the operating system says of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import IO, cast

from scripts.bench import environments
from scripts.bench.environments import python_of
from scripts.bench.server import BLOCK, MB, repeated
from scripts.bench.table import BARE, BENCH, OURS, PEERS

# Tasks that are whole processes, which are measured less a bare interpreter.
WHOLE = ("import", "first", "first-https", "help", "cli-help", "cli-list")
# Nothing of the user's surroundings reaches a child: no proxy, no key, no Python settings.
SURROUNDINGS = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
# What a child says of its memory at the end, in bytes.
RESIDENT = """
import os, resource
try:
    print(int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE'))
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"""
# What somebody writes in place of `mistral-voices list`.
LISTING = """
import os
import httpx

headers = {"Authorization": "Bearer " + os.environ["MISTRAL_API_KEY"]}
with httpx.Client(base_url=os.environ["MISTRAL_SERVER_URL"], headers=headers) as client:
    response = client.get("v1/audio/voices", params={"limit": 100})
    response.raise_for_status()
    for voice in response.json()["items"]:
        print(voice["name"], voice["id"], voice["languages"], voice["created_at"], sep="\\t")
"""
Numbers = dict[str, float]


def run(*command: str | Path, **variables: str) -> tuple[Numbers, str]:
    """Run a child to its end; give its CPU and clock seconds and what it printed."""
    before, started = getrusage(RUSAGE_CHILDREN), perf_counter()
    said = environments.run(*command, variables=SURROUNDINGS | variables)
    wall, after = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    return {"cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "wall": wall}, said


@dataclass(frozen=True)
class Bench:
    """Where children find the server and the files that they need."""

    plain: str
    secure: str
    folder: Path

    def url(self, number: int) -> str:
        """Give the address with so many voices, or so many MB in a sample."""
        return f"{self.plain}/{number}"

    def file(self, megabytes: int) -> Path:
        """Give a recording of that size; 0 stands for a small one."""
        path = self.folder / f"{megabytes}.wav"
        if not path.exists():
            with path.open("wb") as file:
                file.writelines(repeated(BLOCK, megabytes * MB or 3000))
        return path

    def measure(self, task: str, name: str, *, megabytes: int = 50) -> Numbers:
        """Measure one task for one peer, or for a bare interpreter, once."""
        if task in WHOLE:
            return self.whole(task, name)
        if task == "create":
            return self.child(task, name, self.url(1), self.file(0), self.file(megabytes))
        if task == "save":
            return self.child(task, name, self.folder / "saved.wav", self.url(1), self.url(megabytes))
        return self.child(task, name, self.url(100))

    def whole(self, task: str, name: str) -> Numbers:
        """Measure a process that does one thing from its start."""
        if name == BARE:
            return run(python_of(OURS), "-c", "")[0]
        if task == "help":
            return run(python_of(name), "-m", "mistral_voices.local", "--help")[0]
        if task.startswith("cli-"):
            python, variables = python_of(name), {"MISTRAL_API_KEY": "x", "MISTRAL_SERVER_URL": self.url(100)}
            ours = (python.with_name("mistral-voices"), task.removeprefix("cli-").replace("help", "--help"))
            return run(*(ours if name.startswith(OURS) else (python, "-c", LISTING)), **variables)[0]
        peer = PEERS[name]
        if task == "import":
            return run(python_of(name), "-c", f"{peer['start']}\n{peer.get('idle', '')}")[0]
        is_secure = task == "first-https"
        program = f"URL = '{self.secure if is_secure else self.plain}/1'\n{peer['start']}\n{peer['first']}\n{RESIDENT}"
        trusted = {"SSL_CERT_FILE": str(self.folder / "trusted.pem")} if is_secure else {}
        numbers, memory = run(python_of(name), "-c", program, **trusted)
        return {**numbers, "memory": float(memory)}

    def child(self, task: str, name: str, *arguments: str | Path) -> Numbers:
        """Run tasks.py in the environment of a peer."""
        numbers: Numbers = json.loads(run(python_of(name), BENCH / "tasks.py", task, name, *arguments)[1])
        return numbers


@contextmanager
def serving() -> Iterator[Bench]:
    """Start the server in its own process; it ends with the block, or with us."""
    with tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-I", str(BENCH / "server.py"), f"{folder}/trusted.pem")
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=SURROUNDINGS) as process:
            try:
                plain, secure = cast("IO[bytes]", process.stdout).readline().decode().split()
                yield Bench(plain, secure, Path(folder))
            finally:
                process.kill()
