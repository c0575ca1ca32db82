"""List what `pip install mistral-voices` installs: a CycloneDX SBOM, and the licence of each package.

The versions are those that the tests run with (requirements-dev.lock). A licence that nobody has accepted fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv" / "release" / "bin"
# MPL-2.0 (certifi): its files may be passed on unchanged with any program; who changes them publishes the change.
ACCEPTED = {"Apache-2.0", "BSD-3-Clause", "MIT", "MPL-2.0", "PSF-2.0"}


def licences(bom: dict[str, Any]) -> dict[str, str]:
    """Give the licence of each package by its name and version; an SPDX name counts before a classifier."""
    found = {}
    for component in bom["components"]:
        stated = [each.get("expression") or each["license"].get("id") for each in component.get("licenses", ())]
        found[f"{component['name']} {component['version']}"] = next(filter(None, stated), "unknown")
    return found


def write_sbom(folder: Path, wheel: Path, time: str | None) -> tuple[Path, Path]:
    """Install the wheel into a new environment and write down what is there; give the SBOM and the licences."""
    version = wheel.name.split("-")[1]
    paths = folder / "sbom.cdx.json", folder / "licences.txt"
    environment = {**os.environ, **({"SOURCE_DATE_EPOCH": time} if time else {})}
    with tempfile.TemporaryDirectory() as temporary:
        venv.create(temporary, with_pip=False)
        python = str(Path(temporary) / "bin" / "python")
        install = (sys.executable, "-m", "uv", "--quiet", "pip", "install", "--python", python)
        subprocess.run((*install, "--constraint", "requirements-dev.lock", wheel), cwd=ROOT, check=True)
        options = ("--output-reproducible", "--mc-type", "library", "--pyproject", ROOT / "pyproject.toml")
        command = (TOOLS / "cyclonedx-py", "environment", *options, python)
        output = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    bom = json.loads(output)
    bom["metadata"]["component"] |= {"version": version, "purl": f"pkg:pypi/mistral-voices@{version}"}
    paths[0].write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    found = licences(bom)
    paths[1].write_text("".join(f"{package}: {licence}\n" for package, licence in found.items()), encoding="utf-8")
    if refused := {package: licence for package, licence in found.items() if licence not in ACCEPTED}:
        sys.exit(f"nobody has accepted these licences (scripts/release/sbom.py): {refused}")
    return paths
