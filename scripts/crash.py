"""Kill backup, restore, copy and apply at seeded places, run them again, and compare library and backup byte for byte.

A place is the n-th file operation of the command (within one that writes: after the half of it), or the n-th request
that arrives at a server, before or after its work. Of one in four the second run is killed as well. The server trims
the samples of new voices, as the service does: what it has does not tell a voice from another of its name.
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
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import yaml

from mistral_voices import Mistral
from mistral_voices.local import VoicesServer

CHILD = Path(__file__).with_name("crash_child.py")
SAMPLE = base64.b64decode("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQ==")
TRIMMED = 1000
NAMES = ["Ada", "Ada", "Zoë", "名前", "a/b: - c", "Eva"]


class Kill(NamedTuple):
    """Where to kill: at a file operation, or before or after the work of a request."""

    kind: str
    number: int


NEVER = Kill("file", 0)


class Account:
    """A local server that trims samples, and kills its client at a request."""

    def __init__(self, numbers: Iterable[int], names: list[str] = NAMES) -> None:
        voices = [
            {"id": f"id-{number}", "name": names[number], "type": "custom", "tags": [f"t{number}"]}
            | {"sample_audio": base64.b64encode(sample(number)).decode()}
            for number in numbers
        ]
        self.server = VoicesServer(seed=voices)
        self._handle = self.server._application.handle
        self.server._application.handle = self._handle_or_kill  # type: ignore[method-assign]
        self.kill, self.count, self.process = NEVER, 0, 0
        self._lock = threading.Lock()
        self.url = self.server.serve()

    def begin(self, kill: Kill) -> None:
        """Count anew, and kill the client at a request."""
        self.kill, self.count = kill, 0
        self.server.requests.clear()

    def _handle_or_kill(self, request: Any) -> Any:
        if request.path.startswith("/_local/"):
            return self._handle(request)
        with self._lock:
            self.count += 1
            kind = self.kill.kind if self.count == self.kill.number else None
        if request.method == "POST":
            body = json.loads(request.body)
            body["sample_audio"] = base64.b64encode(base64.b64decode(body["sample_audio"])[:-TRIMMED]).decode()
            request = replace(request, body=json.dumps(body).encode())
        if kind == "before":
            os.kill(self.process, signal.SIGKILL)
        outcome = self._handle(request)
        if kind == "after":
            os.kill(self.process, signal.SIGKILL)
        return outcome

    def wait_until_idle(self) -> None:
        """Wait until nothing of a killed client is at work any more."""
        with urlopen(f"{self.url}/_local/requests"):  # noqa: S310 - it comes after all connections that wait
            pass
        for thread in [*self.server._http._server._connections]:  # type: ignore[union-attr]
            thread.join()

    def library(self) -> Counter[str]:
        """Give what a library is but for its ids."""
        with Mistral("key", server_url=self.url) as mistral:
            voices = mistral.audio.voices
            return Counter(
                describe(voice.to_dict(), voices.read_sample_audio(voice_id=voice.id))
                for voice in voices.iterate(type_="custom")
            )


def describe(voice: dict[str, Any], audio: bytes) -> str:
    """Give a voice without what a server makes up, and its sample."""
    return f"{voice['name']} {voice['tags']} {hashlib.sha256(audio).hexdigest()}"


def sample(number: int) -> bytes:
    """Make audio of some blocks that is like no other."""
    data = random.Random(number).randbytes(70_000)  # noqa: S311 - not a secret
    return SAMPLE + len(data).to_bytes(4, "little") + data


def expected(*voices: tuple[str, int, int, int]) -> Counter[str]:
    """Give a library: of each voice the name, the numbers of its tag and its sample, and whether that was trimmed."""
    return Counter(
        describe({"name": name, "tags": [f"t{tag}"]}, sample(audio)[: -TRIMMED if trimmed else None])
        for name, tag, audio, trimmed in voices
    )


ALL = expected(*((name, number, number, 0) for number, name in enumerate(NAMES)))
# Into an account that has the first of them.
REST = expected(*((name, number, number, number > 0) for number, name in enumerate(NAMES)))


class Trial:
    """One command with accounts and a folder of its own; the command reaches the last account by the environment."""

    def __init__(self, folder: Path, accounts: list[Account], *arguments: str, leaves: set[str]) -> None:
        self.folder, self.accounts, self.arguments, self._leaves = folder, accounts, arguments, leaves
        self.expected, self.output = REST, ""

    def run(self, kill: Kill = NEVER) -> int:
        """Run the command, kill it, and give the exit status."""
        environment = {
            **os.environ,
            "MISTRAL_API_KEY": "key",
            "MISTRAL_SERVER_URL": self.accounts[-1].url,
            "XDG_STATE_HOME": str(self.folder / "state"),
            "KILL_FOLDER": str(self.folder),
            "KILL_AT": str(kill.number if kill.kind == "file" else 0),
        }
        for number, account in enumerate(self.accounts):  # the requests to two servers are numbered in turn
            mine = kill.kind != "file" and kill.number % len(self.accounts) == number
            account.begin(kill._replace(number=kill.number // len(self.accounts) + 1) if mine else NEVER)
        process = subprocess.Popen(
            [sys.executable, CHILD, *self.arguments],
            env=environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for account in self.accounts:
            account.process = process.pid
        self.output = process.communicate()[0].decode(errors="replace")
        for account in self.accounts:
            account.wait_until_idle()
        for record in self.folder.rglob("*.jsonl"):
            # As old as it is when people come back: else the next run waits for what may still arrive.
            record.write_bytes(re.sub(rb'"began": "[^"]*"', b'"began": "2026-01-01T00:00:00Z"', record.read_bytes()))
        return process.returncode

    def places(self) -> list[Kill]:
        """Run to the end, and give all places where it could have been killed."""
        if self.run():
            raise SystemExit(f"{self.arguments} fails without a kill:\n{self.output}")
        operations = int(self.output.rsplit("operations: ", 1)[1])
        requests = max(account.count for account in self.accounts) * len(self.accounts)
        files = [Kill("file", number) for number in range(1, operations + 1)]
        return files + [Kill(kind, number) for kind in ("before", "after") for number in range(requests)]

    def found(self) -> Counter[str]:
        """Give what the command has made."""
        return self.accounts[-1].library()

    def wrong(self) -> str | None:
        """Run it to its end, and say what is not as it must be then."""
        if status := self.run():
            return f"exit status {status}"
        if (found := self.found()) != self.expected:
            return f"there is {found - self.expected} too much, {self.expected - found} too little"
        files = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        if left := {re.sub(r"-[0-9a-f]{16}", "", file) for file in files if not file.endswith(".wav")} ^ self._leaves:
            return f"left behind, or missing: {left}"
        if status := self.run():
            return f"exit status {status} of another run"
        sent = [f"{each.method} {each.target}" for account in self.accounts for each in account.server.requests]
        again = [each for each in sent if not each.startswith("GET") or (self.is_backup and each.endswith("/sample"))]
        return f"another run sends {again}" if again else None

    @property
    def is_backup(self) -> bool:
        """Whether it saves samples that it must not fetch again."""
        return self.arguments[0] == "backup"


class Backup(Trial):
    """A backup of a library, into a new folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, [Account(range(len(NAMES)))], "backup", "b", leaves={"b/voices.yaml"})
        self.expected = ALL

    def found(self) -> Counter[str]:
        """Give what the folder has."""
        voices = yaml.safe_load((self.folder / "b/voices.yaml").read_text())["voices"]
        files = {self.folder / "b" / each["sample"]["file"]: each["voice"] for each in voices}
        found = Counter(describe(voice, file.read_bytes()) for file, voice in files.items())
        found.update(str(stray) for stray in {*(self.folder / "b/samples").iterdir()} - {*files})
        return found


def restore(folder: Path) -> Trial:
    """Restore a backup into an account that has one of its voices."""
    backup = Backup(folder)
    backup.run()
    backup.accounts[0].server.close()
    return Trial(folder, [Account([0])], "restore", "b", "--yes", leaves={"b/voices.yaml", "b/restored.jsonl"})


def copy(folder: Path) -> Trial:
    """Copy a library into an account that has one of the voices."""
    accounts = [Account(range(len(NAMES))), Account([0])]
    sides = ["--from-server-url", accounts[0].url, "--to-server-url", accounts[1].url]
    return Trial(folder, accounts, "copy", *sides, "--yes", leaves={"state/mistral-voices/copy.jsonl"})


def apply(folder: Path) -> Trial:
    """Apply a file that creates, updates, replaces and deletes."""
    account = Account(range(4), ["Ada", "Eva", "Bob", "Old"])
    wanted = [("Ada", 0, 0, 0), ("Eva", 9, 1, 0), ("Bob", 2, 7, 1), ("名前", 4, 4, 1), ("Zoë", 5, 5, 1)]
    for _, _, audio, _ in wanted:
        (folder / f"{audio}.wav").write_bytes(sample(audio))
    voices = [{"name": name, "sample": f"{audio}.wav", "tags": [f"t{tag}"]} for name, tag, audio, _ in wanted]
    (folder / "v.yaml").write_text(yaml.safe_dump({"voices": voices}))
    record = {"server": account.url, "key": "bob", "new": "id-2", "sha256": hashlib.sha256(sample(2)).hexdigest()}
    (folder / "v.yaml.applied.jsonl").write_text(json.dumps(record) + "\n")
    leaves = {"v.yaml", "v.yaml.applied.jsonl"}
    trial = Trial(folder, [account], "apply", "v.yaml", "--prune", "--yes", leaves=leaves)
    trial.expected = expected(*wanted)
    return trial


TRIALS: list[Callable[[Path], Trial]] = [Backup, restore, copy, apply]


def crash(make: Callable[[Path], Trial], folder: Path, kills: list[Kill]) -> str | None:
    """Kill a command at one place or more, and say what is wrong when it has run to its end."""
    folder.mkdir()
    trial = make(folder)
    for kill in kills:
        trial.run(kill)
    wrong = trial.wrong()
    for account in trial.accounts:
        account.server.close()
    return f"{trial.arguments[0]}, {kills}: {wrong}\n{trial.output}" if wrong else None


def main(arguments: list[str] | None = None) -> int:
    """Kill so many times, print what is wrong then, and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    chosen = random.Random(options.seed)  # noqa: S311 - to be repeated
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        places = []
        for make in TRIALS:
            (folder := Path(temporary, make.__name__)).mkdir()
            places += [(make, kill) for kill in make(folder).places()]
        tasks = []
        for number, (make, kill) in enumerate(chosen.sample(places, min(options.kills, len(places)))):
            again = [Kill("file", chosen.randint(1, 60))] if number % 4 == 0 else []
            tasks.append(pool.submit(crash, make, Path(temporary, str(number)), [kill, *again]))
        wrong = [report for task in tasks if (report := task.result())]
    print(
        *wrong,
        f"{len(tasks)} kills at {len(places)} places (seed {options.seed}): {len(wrong)} with a difference.",
        sep="\n",
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
