"""Kill backup, restore, copy and apply at seeded places, run them again, and compare library and backup byte for byte.

A place is the n-th file operation of the command (within one that writes: after the half of it), or the n-th request
that arrives at a server, before or after its work. Of one in four the second run is killed as well.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import yaml

from mistral_voices import Mistral
from mistral_voices.local import VoicesServer

# What the command runs under: it counts the file operations, and kills itself at one of them.
CHILD = """
import os, signal, sys, threading
count, place, lock = 0, int(os.environ["KILL_AT"]), threading.Lock()
folder = os.environ["KILL_FOLDER"]
def step(work=lambda: None):
    global count
    with lock:
        count += 1
        if count == place:
            work()
            os.kill(os.getpid(), signal.SIGKILL)
def hook(event, arguments):
    if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.chmod"):
        step()
    elif event == "open" and str(arguments[0]).startswith(folder):
        step()
write, fsync = os.write, os.fsync
def counted_write(file, data):
    step(lambda: write(file, bytes(data)[: len(data) // 2]))
    return write(file, data)
def counted_fsync(file):
    step()
    fsync(file)
os.write, os.fsync = counted_write, counted_fsync
sys.dont_write_bytecode = True
from mistral_voices.cli import main
sys.addaudithook(hook)
status = main()
print("operations:", count)
sys.exit(status)
"""
SAMPLE = base64.b64decode("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQ==")
NAMES = ["Ada", "Ada", "Zoë", "名前", "a/b: - c", "Eva"]


class Kill(NamedTuple):
    """Where to kill: at a file operation, or before or after the work of a request."""

    kind: str
    number: int


NEVER = Kill("file", 0)


class Server:
    """A local server that can kill its client at a request."""

    def __init__(self, voices: list[dict[str, Any]]) -> None:
        self.server = VoicesServer(seed=voices)
        self._handle = self.server._application.handle
        self.server._application.handle = self._counted  # type: ignore[method-assign]
        self.kill, self.count = NEVER, 0
        self.process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.url = self.server.serve()
        self.expected = Counter(describe(voice, base64.b64decode(voice["sample_audio"])) for voice in voices)

    def begin(self, kill: Kill) -> None:
        """Count anew, and kill the client at a request."""
        self.kill, self.count = kill, 0
        self.server.requests.clear()

    @property
    def requested(self) -> list[str]:
        """The requests since then."""
        return [f"{each.method} {each.target}" for each in self.server.requests]

    def _counted(self, request: Any) -> Any:
        if request.path.startswith("/_local/"):
            return self._handle(request)
        with self._lock:
            self.count += 1
            hit = self.count == self.kill.number
        if hit and self.kill.kind == "before":
            self._end_client()
        outcome = self._handle(request)
        if hit and self.kill.kind == "after":
            self._end_client()
        return outcome

    def _end_client(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)

    def settle(self) -> None:
        """Wait until nothing of a killed client is at work any more."""
        with urlopen(f"{self.url}/_local/requests"):  # noqa: S310 - it comes after all connections that wait
            pass
        for thread in [*self.server._http._server._connections]:  # type: ignore[union-attr]
            thread.join()

    def library(self) -> Counter[str]:
        """Give what a library is but for its ids: each voice with its sample, as text."""
        with Mistral("key", server_url=self.url) as mistral:
            voices = mistral.audio.voices
            return Counter(
                describe(voice.to_dict(), voices.read_sample_audio(voice_id=voice.id))
                for voice in voices.iterate(type_="custom")
            )


def describe(voice: dict[str, Any], sample: bytes) -> str:
    """Give a voice without what a server makes up."""
    members = ("name", "languages", "gender", "age", "tags", "description")
    return repr([voice.get(name) or None for name in members] + [sample])


def library(names: list[str]) -> list[dict[str, Any]]:
    """Make voices with samples that all differ."""
    return [
        {"id": f"id-{number}", "name": name, "type": "custom", "languages": ["en"], "tags": [f"t{number}"]}
        | {"sample_audio": base64.b64encode(sample(number)).decode()}
        for number, name in enumerate(names)
    ]


def sample(number: int) -> bytes:
    """Make audio of some blocks that is like no other."""
    data = random.Random(number).randbytes(70_000)  # noqa: S311 - not a secret
    return SAMPLE + len(data).to_bytes(4, "little") + data


class Trial:
    """One command with servers and a folder of its own; `is_kept` says whether what it knows stays for the next run."""

    is_kept = True

    def __init__(self, folder: Path, servers: list[Server], *arguments: str) -> None:
        self.folder, self.servers, self.arguments = folder, servers, arguments
        self.output = ""

    def run(self, kill: Kill = NEVER) -> int:
        """Run the command, kill it, and give the exit status."""
        environment = {
            **os.environ,
            "MISTRAL_API_KEY": "key",
            "MISTRAL_SERVER_URL": self.servers[-1].url,
            "XDG_STATE_HOME": str(self.folder / "state"),
            "KILL_FOLDER": str(self.folder),
            "KILL_AT": str(kill.number if kill.kind == "file" else 0),
        }
        # Requests are numbered in turn where there are two servers.
        for number, server in enumerate(self.servers):
            mine = kill.kind != "file" and kill.number % len(self.servers) == number
            server.begin(kill._replace(number=kill.number // len(self.servers) + 1) if mine else NEVER)
        command = [sys.executable, "-c", CHILD, *self.arguments]
        process = subprocess.Popen(
            command, env=environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for server in self.servers:
            server.process = process
        self.output = process.communicate()[0].decode(errors="replace")
        for server in self.servers:
            server.settle()
        for record in self.folder.rglob("*.jsonl"):
            # As old as it is when people come back: else the next run waits for what may still arrive.
            record.write_bytes(re.sub(rb'"began": "[^"]*"', b'"began": "2026-01-01T00:00:00Z"', record.read_bytes()))
        return process.returncode

    def places(self) -> list[Kill]:
        """Run to the end, and give all places where it could have been killed."""
        if self.run():
            raise SystemExit(f"{self.arguments} fails without a kill:\n{self.output}")
        operations = int(self.output.rsplit("operations: ", 1)[1])
        requests = max(server.count for server in self.servers) * len(self.servers)
        files = [Kill("file", number) for number in range(1, operations + 1)]
        return files + [Kill(kind, number) for kind in ("before", "after") for number in range(requests)]

    def differences(self) -> str | None:
        """Say what is not as it must be; None when all is."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the servers."""
        for server in self.servers:
            server.server.close()


class Backup(Trial):
    """A backup of a library, into a new folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, [Server(library(NAMES))], "backup", "b")

    def differences(self) -> str | None:
        """Compare the folder with the account."""
        voices = yaml.safe_load((self.folder / "b/voices.yaml").read_text())["voices"]
        files = {each["sample"]["file"]: each["voice"] for each in voices}
        found = Counter(describe(voice, (self.folder / "b" / file).read_bytes()) for file, voice in files.items())
        if found != self.servers[0].library():
            return "backup and library differ"
        left = {str(path.relative_to(self.folder / "b")) for path in (self.folder / "b").rglob("*") if path.is_file()}
        return f"stray files: {left}" if left != {*files, "voices.yaml"} else None


class Restore(Trial):
    """A restore of a backup into an account that has one of its voices."""

    def __init__(self, folder: Path) -> None:
        original = Backup(folder)
        original.run()
        original.close()
        self.expected = original.servers[0].expected
        super().__init__(folder, [Server(library(NAMES[:1]))], "restore", "b", "--yes")

    def differences(self) -> str | None:
        """Compare the two accounts, and the map with them."""
        old = {
            line["old"]
            for line in map(json.loads, (self.folder / "b/restored.jsonl").read_text().splitlines())
            if line["new"]
        }
        if len(old) != len(NAMES):
            return f"the map has {len(old)} voices"
        return "the libraries differ" if self.servers[-1].library() != self.expected else None


class Copy(Trial):
    """A copy into an account that has one of the voices."""

    is_kept = False

    def __init__(self, folder: Path) -> None:
        servers = [Server(library(NAMES)), Server(library(NAMES[:1]))]
        sides = ["--from-server-url", servers[0].url, "--to-server-url", servers[1].url]
        super().__init__(folder, servers, "copy", *sides, "--yes")

    def differences(self) -> str | None:
        """Compare the two accounts, and look for what is left of the copy."""
        if left := [*(self.folder / "state").rglob("*")]:
            return f"left behind: {left}"
        return "the libraries differ" if self.servers[1].library() != self.servers[0].expected else None


class Apply(Trial):
    """An apply that creates, updates, replaces, and deletes."""

    def __init__(self, folder: Path) -> None:
        server = Server(library(["Ada", "Eva", "Bob", "Old"]))
        wanted = [("Ada", 0, 0), ("Eva", 1, 9), ("Bob", 7, 2), ("名前", 4, 4), ("Zoë", 5, 5)]
        voices = []
        for name, audio, tag in wanted:
            (folder / f"{audio}.wav").write_bytes(sample(audio))
            voices.append({"name": name, "sample": f"{audio}.wav", "languages": ["en"], "tags": [f"t{tag}"]})
        (folder / "v.yaml").write_text(yaml.safe_dump({"voices": voices}))
        self.expected = Counter(describe(each, (folder / str(each["sample"])).read_bytes()) for each in voices)
        applied = {"server": server.url, "key": "bob", "new": "id-2", "sha256": hashlib.sha256(sample(2)).hexdigest()}
        (folder / "v.yaml.applied.jsonl").write_text(json.dumps(applied) + "\n")
        super().__init__(folder, [server], "apply", "v.yaml", "--prune", "--yes")

    def differences(self) -> str | None:
        """Compare the account with the file."""
        return "account and file differ" if self.servers[0].library() != self.expected else None


TRIALS: list[Callable[[Path], Trial]] = [Backup, Restore, Copy, Apply]


def crash(trial_class: Callable[[Path], Trial], kills: list[Kill], folder: Path) -> str | None:
    """Kill a command at one place or more, run it to its end, and say what is wrong then."""
    folder.mkdir()
    trial = trial_class(folder)
    try:
        for kill in kills:
            trial.run(kill)
        if status := trial.run():
            return f"exit status {status}: {trial.output}"
        if differences := trial.differences():
            return f"{differences}\n{trial.output}"
        trial.run()
        requests = [request for server in trial.servers for request in server.requested]
        more = [each for each in requests if not each.startswith("GET") or (trial.is_kept and each.endswith("/sample"))]
        return f"another run sends {more}" if more else None
    finally:
        trial.close()


def main(arguments: list[str] | None = None) -> int:
    """Kill so many times, say what went wrong, and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    chosen = random.Random(options.seed)  # noqa: S311 - to be repeated
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        places = []
        for number, trial_class in enumerate(TRIALS):
            (folder := Path(temporary, f"all-{number}")).mkdir()
            trial = trial_class(folder)
            places += [(trial_class, kill) for kill in trial.places()]
            trial.close()
        tasks = []
        for number, (trial_class, kill) in enumerate(chosen.sample(places, min(options.kills, len(places)))):
            again = [Kill("file", chosen.randint(1, 60))] if number % 4 == 0 else []
            tasks.append((trial_class, [kill, *again], Path(temporary, str(number))))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for task, wrong in zip(tasks, pool.map(crash, *zip(*tasks, strict=True)), strict=True):
                if wrong:
                    failures += 1
                    print(f"{task[0]}, {task[1]}: {wrong}", flush=True)
    print(f"{options.kills} kills at {len(places)} places (seed {options.seed}): {failures} left a difference.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
