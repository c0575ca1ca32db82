"""Let the vendor's clients judge the local server, and a mock of the document judge our client.

Each of the vendor's clients does the work of program.py, sync and async, against a local server of its own; so does
ours. Who gives something else than ours is printed with where. Then ours does the work against prism, which responds
from the document alone. Differences that are known stand in known.yaml with their reasons; any other fails.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from mistral_voices.local import VoicesServer
from scripts.bench.environments import install, python_of, run
from scripts.openapi import ROOT

HERE = Path(__file__).parent
PROGRAM = HERE / "program.py"
OURS = "mistral_voices"
# The vendor's clients by the names of their environments.
CLIENTS = {"mistralai 2.3.2": "mistralai-2", "mistralai 2.10.1": "mistralai-2.10", "mistralai 3.7.0": "mistralai-3"}
MODES = ("sync", "async")


class Difference(NamedTuple):
    """What one client gives otherwise than ours, or ours otherwise than a result."""

    client: str
    step: str
    gives: str

    def __str__(self) -> str:
        return f"{self.client}: {self.step}: {self.gives}"


def outcomes(interpreter: str | Path, package: str, url: str, mode: str) -> dict[str, Any]:
    """Let a client do the work at an address."""
    found: dict[str, Any] = json.loads(run(interpreter, PROGRAM, package, url, mode).splitlines()[-1])
    return found


def against_local_server(interpreter: str | Path, package: str, mode: str) -> dict[str, Any]:
    """Let a client do the work against a local server of its own."""
    with VoicesServer() as server:
        return outcomes(interpreter, package, server.serve(), mode)


def vendors() -> Iterator[Difference]:
    """Compare what the vendor's clients give with what ours gives."""
    for client, environment in CLIENTS.items():
        install(environment, Path())
        for mode in MODES:
            ours = against_local_server(sys.executable, OURS, mode)
            theirs = against_local_server(python_of(environment), "mistralai.client", mode)
            for step in ours:
                for difference in dict.fromkeys(differences(ours[step], theirs[step])):
                    yield Difference(f"{client} {mode}", step, difference)


def differences(ours: Any, theirs: Any, place: str = "it") -> Iterator[str]:
    """Say what differs in two results, in which null is as good as absent."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and "error" not in {*ours, *theirs}:
        for name in sorted({*ours, *theirs}):
            yield from differences(ours.get(name), theirs.get(name), name)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for one, other in zip(ours, theirs, strict=True):
            yield from differences(one, other, place)
    elif ours != theirs:
        yield f"{place} is {short(theirs)}, ours {short(ours)}"


def short(value: Any) -> str:
    """Write a value so that it fits into a line."""
    if isinstance(value, dict) and "error" in value:
        return f"{value['error']} {value['status'] or ''}".strip()
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@contextmanager
def prism() -> Iterator[str]:
    """Run the mock of the document and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tool, document = str(ROOT / "scripts" / "node.py"), str(ROOT / "openapi" / "voices.yaml")
    command = [sys.executable, tool, "prism", "mock", "--port", str(port), document]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "listening" in line:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # npm's own process, too
        process.wait()


def mock() -> Iterator[Difference]:
    """Give what ours cannot read of the responses that the document alone allows."""
    with prism() as url:
        for mode in MODES:
            for step, outcome in outcomes(sys.executable, OURS, url, mode).items():
                if isinstance(outcome, dict) and "error" in outcome:
                    yield Difference(f"prism {mode}", step, short(outcome))


def main() -> int:
    """Print what differs, each with its reason; fail when one has none, or a reason has no difference."""
    known = yaml.safe_load((HERE / "known.yaml").read_text(encoding="utf-8"))
    found = [*vendors(), *mock()]
    used, unknown = set(), 0
    for each in found:
        reasons = [row for row in known if fits(row, each)]
        used |= {known.index(row) for row in reasons}
        unknown += not reasons
        print(f"{each}\n    {reasons[0]['reason'] if reasons else 'NOT KNOWN: name it in scripts/peers/known.yaml'}")
    for row in (row for place, row in enumerate(known) if place not in used):
        print(f"known, and not there any more: {row['clients']}: {row['gives']}")
        unknown += 1
    print(f"{len(found)} differences, {len(found) - unknown if unknown else 'all'} of them known.")
    return 1 if unknown else 0


def fits(row: dict[str, Any], difference: Difference) -> bool:
    """Say whether a row of the table explains a difference."""
    is_client = any(difference.client.startswith(client) for client in row["clients"])
    is_step = difference.step in row.get("steps", [difference.step])
    return is_client and is_step and difference.gives.startswith(row["gives"])


if __name__ == "__main__":
    sys.exit(main())
