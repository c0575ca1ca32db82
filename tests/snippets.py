"""Runs the snippets of a Markdown page in their order, as a reader does who pastes one after the other.

Python goes into one namespace for the whole page, tests go through pytest, and a block with a title (`title="app.py"`)
is saved under that name. Shell lines run in the same folder. A block below a comment such as `<!-- needs: flask -->` is
compiled, and run where those modules are.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
FENCE = re.compile(
    r"^(?:<!-- needs: (?P<needs>[\w., ]+) -->\n+)?"
    r"^(?P<indent> *)```(?P<language>python|sh|yaml|toml|html)(?: title=\"(?P<title>[^\"]+)\")?\n"
    r"(?P<code>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
# Set-up is not repeated: instead, what these commands name must exist (see `check_command`).
SET_UP = re.compile(r"^(pip install|make|apt-get install) ")
SERVER = "python -m mistral_voices.local"


class Snippet(NamedTuple):
    """A block of a page: its first line, language, the name of the file that it is, the modules it needs, its text."""

    line: int
    language: str
    title: str | None
    needs: list[str]
    code: str

    def missing(self) -> list[str]:
        # A name is looked for below its package, which may be missing as well.
        return [name for name in self.needs if not all(map(find_spec, (name.partition(".")[0], name)))]


def read_snippets(text: str) -> Iterator[Snippet]:
    """Find the blocks of a page that are code."""
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        code = re.sub(f"(?m)^{match['indent']}", "", match["code"])
        needs = re.findall(r"[\w.]+", match["needs"] or "")
        yield Snippet(line, match["language"], match["title"], needs, code)


class Reader:
    """Somebody who works through a page in a folder of their own."""

    def __init__(self, page: Path, environment: Mapping[str, str]) -> None:
        self.page = page
        # Flags and the folder of a virtual environment that was activated.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        # pytest with the plugin of the package alone: the others of this environment take seconds to load.
        alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p mistral_voices.testing"}
        self.environment = {**os.environ, **environment, **alone, "PATH": path, "PYTHONWARNINGS": "error"}
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.servers: list[subprocess.Popen[str]] = []
        self.ports: dict[str, str] = {}

    def follow(self, snippet: Snippet) -> None:
        """Do what the page says next."""
        if snippet.title is not None:
            Path(snippet.title).parent.mkdir(parents=True, exist_ok=True)
            Path(snippet.title).write_text(self._with_free_ports(snippet.code), "utf-8")
        elif snippet.language == "sh":
            for command in snippet.code.replace("\\\n", " ").splitlines():
                self._run(self._with_free_ports(command.partition("  #")[0].strip()), snippet)
        elif snippet.language == "python" and re.search(r"^(async )?def test_", snippet.code, re.MULTILINE):
            name = f"test_line_{snippet.line}.py"
            Path(name).write_text(snippet.code, "utf-8")
            self._run(f"pytest -q {name}", snippet)
        elif snippet.language == "python":
            code = compile("\n" * (snippet.line - 1) + snippet.code, self.page.name, "exec")
            if not snippet.missing():
                exec(code, self.names)

    def _run(self, command: str, snippet: Snippet) -> None:
        if not command or command.startswith("#"):
            return
        if SET_UP.match(command):
            check_command(command)
        elif command.startswith("export "):
            self.environment |= dict(word.split("=", 1) for word in shlex.split(command)[1:])
        elif command.startswith(SERVER) and "--help" not in command:
            server = subprocess.Popen(shlex.split(command), env=self.environment, stdout=subprocess.PIPE, text=True)
            self.servers.append(server)
            assert server.stdout is not None
            assert server.stdout.readline().startswith("mistral_voices.local on "), command
        elif not snippet.missing():
            done = subprocess.run(
                ["bash", "-ec", command], env=self.environment, capture_output=True, text=True, timeout=60, check=False
            )
            place = f"{self.page.name}, line {snippet.line}: {command}"
            assert done.returncode == 0, f"{place}\n{done.stdout}{done.stderr}"

    def _with_free_ports(self, text: str) -> str:
        """Put free ports in place of those that the page names, for they may be taken here."""
        for port in re.findall(r"(?:--port |127\.0\.0\.1:|localhost:)(\d{4,5})\b", text):
            if port not in self.ports:
                with socket.create_server(("127.0.0.1", 0)) as free:
                    self.ports[port] = str(free.getsockname()[1])
            text = re.sub(rf"\b{port}\b", self.ports[port], text)
        return text

    def leave(self) -> None:
        """End the servers that the page started."""
        for server in self.servers:
            server.terminate()
            server.communicate(timeout=10)


def check_command(command: str) -> None:
    """Check what a command that is not run names: the targets of the Makefile, and the extras of the package."""
    for target in re.findall(r"^make(?: \w+=\S+)* ([a-z-]+)", command):
        assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text("utf-8")), command
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for named in re.findall(r"[\w.]\[([\w,]+)\]", command):
        assert [extra for extra in named.split(",") if extra not in extras] == [], command
