"""Print and run a page with steps: `python scripts/demo.py PAGE.md [SAMPLE.wav]`.

Each step is printed as a user would write it, then run just so, and what came back is printed below.
"""

from __future__ import annotations

import ast
import logging
import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any

SPOKEN = Path(__file__).resolve().parent.parent / "tests" / "data" / "hello.wav"
STEP = re.compile(r"^## ([^\n]+)\n\n```(python|console)\n(.+?)\n```$", re.MULTILINE | re.DOTALL)


def show(value: object) -> None:
    """Print what a line of a step gives, as the interactive interpreter does."""
    if value is not None:
        print(textwrap.fill(f"--> {value!r}", 116, initial_indent="    ", subsequent_indent="        "))


def run_commands(lines: str, folder: str, url: str) -> None:
    """Run commands of the environment that this runs in, against the server of the page."""
    environment = {**os.environ, "MISTRAL_SERVER_URL": url, "MISTRAL_API_KEY": "any-key-will-do-here"}
    for line in lines.splitlines():
        program, *arguments = shlex.split(line.removeprefix("$ "))
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        print(f"    {line}\n{textwrap.indent(done.stdout + done.stderr, '    ')}")
        if done.returncode:
            sys.exit(f"{program} ended with status {done.returncode}")


def main() -> int:
    """Run all steps; 1 when one of them fails."""
    sample = Path(sys.argv[2]) if len(sys.argv) > 2 else SPOKEN
    if not sample.is_file() or not sample.stat().st_size:
        print(f"{sample} is no file, or is empty; name one with SAMPLE=path/to/recording.wav", file=sys.stderr)
        return 1
    logging.basicConfig(format="    log: %(message)s", stream=sys.stdout)
    logging.getLogger("mistral_voices").setLevel(logging.INFO)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        names: dict[str, Any] = {"sample": sample, "folder": folder}
        print(f"The recording is {sample.name}.")
        sys.displayhook = show
        steps = STEP.findall(Path(sys.argv[1]).read_text(encoding="utf-8"))
        for number, (title, language, code) in enumerate(steps, 1):
            print(f"\n{number}. {title}\n")
            if language == "console":
                run_commands(code, folder, names["url"])
                continue
            print(f"{textwrap.indent(code, '    ')}\n")
            exec(compile(ast.Interactive(ast.parse(code).body), "<demo>", "single"), names)  # noqa: S102
    print(f"\nAll {len(steps)} steps did what they should, in {time.monotonic() - began:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
