"""What the layout promises: public import paths stay, hand-written files are short, freezers find every module."""

from __future__ import annotations

import importlib
import modulefinder
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mistral_voices
import mistral_voices_api
from mistral_voices.local import VoicesServer

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "tests" / "data" / "frozen_program.py"
LONGEST_FILE = 350
# As they were before the code was divided into layers: each must stay importable.
PUBLIC = {
    "mistral_voices": "Mistral __version__ errors models utils",
    "mistral_voices.audio": "Audio",
    "mistral_voices.client": "SERVERS Mistral",
    "mistral_voices.errors": "AmbiguousVoiceError AuthenticationError BadRequestError ConflictError "
    "HTTPValidationError Headers MistralError NoResponseError NotFoundError PermissionDeniedError RateLimitError "
    "RawResponse RequestTimeoutError ResponseValidationError STATUS_ERRORS SDKError ServerError",
    "mistral_voices.local": "ReceivedRequest ReceivedRequests VoicesServer",
    "mistral_voices.models": "ErrorResponse HTTPValidationError ValidationError ValidationErrorCtx VoiceCreateRequest "
    "VoiceListPage VoiceListResponse VoiceResponse VoiceUpdateRequest",
    "mistral_voices.testing": "mistral voices_server",
    "mistral_voices.utils": "UNSET BackoffStrategy ResponseInfo RetryConfig Unset",
    "mistral_voices.voices": "Voices",
}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_import_paths_stay(name: str) -> None:
    module = importlib.import_module(name)
    assert [each for each in PUBLIC[name].split() if not hasattr(module, each)] == []


@pytest.mark.parametrize("place", ["overlay", "scripts", "tests"])
def test_hand_written_files_are_short(place: str) -> None:
    files = [path.relative_to(ROOT) for path in (ROOT / place).rglob("*.py")]
    ours = [path for path in files if not any(part.startswith(".") or part == "node_modules" for part in path.parts)]
    lengths = {str(path): len((ROOT / path).read_text("utf-8").splitlines()) for path in ours}
    assert len(lengths) > 10
    longer = {name: length for name, length in lengths.items() if length > LONGEST_FILE}
    assert longer == {}, f"these have more than {LONGEST_FILE} lines: move what belongs together into a file of its own"


def test_imports_are_found_without_running_the_code() -> None:
    """A program that freezes Python code reads import statements; what is loaded by computed names it cannot see."""
    path = [str(ROOT / "overlay"), str(ROOT / "generated"), *sys.path]
    finder = modulefinder.ModuleFinder(path, excludes=["setuptools"])  # modulefinder knows no namespace packages
    finder.run_script(str(PROGRAM))
    wanted = {
        module.name
        for package in (mistral_voices, mistral_voices_api)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    }
    with_extras = tuple(f"mistral_voices.{each}" for each in ("cli", "local", "testing"))
    wanted -= {name for name in wanted if name.startswith(with_extras)}
    assert wanted - finder.modules.keys() == set()


@pytest.mark.slow
def test_a_frozen_program_makes_calls(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "PyInstaller", "--onedir", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", "dist", "--workpath", "work", "--specpath", ".", str(PROGRAM)]
    paths = os.pathsep.join([str(ROOT / "overlay"), str(ROOT / "generated")])
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, check=True, timeout=300)
    frozen = tmp_path / "dist" / "frozen_program" / "frozen_program"
    with VoicesServer() as server:
        done = subprocess.run([frozen, server.serve()], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "local-clara\n", "")


def test_a_broken_layer_is_noticed(tmp_path: Path) -> None:
    overlay = shutil.copytree(ROOT / "overlay" / "mistral_voices", tmp_path / "mistral_voices")
    with (overlay / "errors.py").open("a", encoding="utf-8") as errors:
        errors.write("\nif TYPE_CHECKING:\n    from .voices.recovery import Creation\n")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT / 'generated'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "mistral_voices.errors is not allowed to import mistral_voices.voices" in done.stdout
