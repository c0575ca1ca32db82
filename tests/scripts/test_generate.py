"""Generation: what differs is named, and nothing bad or half-made reaches generated/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.generate import files

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what generation reads and writes."""
    for folder in ("openapi", "generated"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def generate(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "generate.py"), "--root", str(project), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_difference_is_named_and_mended(project: Path) -> None:
    package = project / "generated" / "mistral_voices_api"
    whole = files(project / "generated")
    edit(package / "models" / "voice_response.py", "One voice", "One Voice")
    (package / "types.py").unlink()
    (package / "api" / "stray.py").touch()
    checked = generate(project, "--check")
    assert checked.returncode == 1
    assert checked.stderr.splitlines() == [
        "stray: generated/mistral_voices_api/api/stray.py",
        "different: generated/mistral_voices_api/models/voice_response.py",
        "missing: generated/mistral_voices_api/types.py",
        "generated/ is not what openapi/voices.yaml says: run `make generate`.",
    ]
    made = generate(project)
    assert (made.returncode, made.stderr) == (0, "")
    assert files(project / "generated") == whole
    assert generate(project, "--check").returncode == 0


FORM = "application/x-www-form-urlencoded:\n            schema:\n              $ref: '#/components/schemas/VoiceCreate"
LIST = "json:\n              schema:\n                $ref: '#/components/schemas/VoiceList"
TAGS = "Free labels.\n          anyOf:\n          - type: array\n            items:\n              "
REFUSED = {
    "not YAML": ("openapi: 3.1.0", "openapi: [3.1.0", "neither YAML nor JSON"),
    "not valid": ("in: query", "in: nowhere", "is not a valid OpenAPI document"),
    "a dead reference": ("schemas/VoiceListResponse", "schemas/Nothing", "schemas/Nothing is referred to"),
    "nothing checks it": ("minimum: 1\n", "exclusiveMinimum: 0\n", "list_voices.limit uses exclusiveMinimum, which"),
    "a kind of member without a rule": ("format: date-time", "format: uuid", "has no rule for the member created_at"),
    "a list of models or text": (
        TAGS + "type: string\n          - type: 'null'",
        TAGS + "$ref: '#/components/schemas/VoiceResponse'\n          - type: string",
        "openapi/templates/received.jinja has no rule for the member tags",
    ),
    "a map with typed values": (
        "      required:\n      - id\n",
        "      additionalProperties: {type: integer}\n      required:\n      - id\n",
        "VoiceResponse says which additionalProperties may come",
    ),
    "no description of a member": (
        "          description: Free labels.\n",
        "",
        "docstring:\n- VoiceResponse.tags: openapi/patches/060-descriptions.yaml\n",
    ),
    "no description of a parameter": (
        "        description: Number of voices to pass over.\n",
        "",
        "docstring:\n- GET /v1/audio/voices parameter offset: openapi/patches/020-operations.yaml\n",
    ),
    "a name that reading needs": ("        color:\n", "        cls:\n", "has no rule for the member cls"),
    "a body that is no JSON": (
        FORM.replace("x-www-form-urlencoded", "json"),
        FORM,
        "create_voice may be application/x-",
    ),
    "a body that does not say so": (
        "      x-sent: true\n",
        "",
        "Request is sent: give it `x-sent: true` in openapi/patches",
    ),
    "a response without JSON": (LIST, LIST.replace("json", "pdf", 1), "list_voices has no 2XX response in JSON"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_document_leaves_the_package_whole(project: Path, case: str) -> None:
    old, new, message = REFUSED[case]
    before = files(project / "generated")
    edit(project / "openapi" / "voices.yaml", old, new)
    made = generate(project)
    assert made.returncode == 1
    assert message in made.stderr
    assert made.stderr.endswith("generated/ is as it was.\n")
    assert files(project / "generated") == before
    assert sorted(path.name for path in project.iterdir()) == ["generated", "openapi"]


def test_members_that_this_document_does_not_have(project: Path) -> None:
    """Numbers in a list, an optional date-time, a name that is a keyword, and a model, or a list of them, or null."""
    path = project / "openapi" / "voices.yaml"
    items = "as codes such as en or fr.\n          items:\n            type: "
    text = path.read_text("utf-8").replace(f"{items}string", f"{items}number")
    text = text.replace("\n        color:\n", "\n        class:\n")
    error = "{$ref: '#/components/schemas/ErrorResponse'}"
    for name, form in {"error": error, "errors": f"{{type: array, items: {error}}}"}.items():
        member = f"        {name}: {{description: New., anyOf: [{form}, {{type: 'null'}}]}}\n"
        text = text.replace("\n        class:\n", f"\n{member}        class:\n", 1)
    path.write_text(text.replace("      - name\n      - created_at\n", "      - name\n"), "utf-8")
    made = generate(project)
    assert (made.returncode, made.stderr) == (0, "")
    code = """
from mistral_voices_api.models import VoiceResponse
for more in (
    {"languages": [1, 2.5], "created_at": "2026-01-02T03:04:05Z", "class": "a"},
    {"languages": [1, "en"], "created_at": "yesterday", "class": 1},
    {"created_at": None},
    {},
):
    voice = VoiceResponse.from_dict({"id": "v1", "name": "Ada", "user_id": None, **more})
    written = voice.to_dict().get("created_at")
    print(voice.languages, voice.created_at, voice.class_, written, voice.additional_properties)
one = {"object": "error", "message": "no", "type": None, "param": None, "code": None}
for more in ({"error": one, "errors": [one, one]}, {"error": None, "errors": None}, {"error": 5, "errors": [5]}):
    voice = VoiceResponse.from_dict({"id": "v1", "name": "Ada", "user_id": None, **more})
    print(type(voice.error).__name__, {name: voice.to_dict()[name] for name in more} == more)
"""
    environment = {**os.environ, "PYTHONPATH": str(project / "generated")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.splitlines() == [
        "[1, 2.5] 2026-01-02 03:04:05+00:00 a 2026-01-02T03:04:05+00:00 {}",
        "[] None None yesterday {'languages': [1, 'en'], 'created_at': 'yesterday', 'class': 1}",
        "[] None None None {}",
        "[] None None None {}",
        "ErrorResponse True",
        "NoneType True",
        "NoneType True",
    ]
    assert [line.partition(";")[0] for line in done.stderr.splitlines()] == [
        "VoiceResponse.languages[1]: is a string, expected a number",
        "VoiceResponse.class: is an integer, expected a string or null",
        "VoiceResponse.created_at: is not a date-time",
        "VoiceResponse.error: is an integer, expected an object",
        "VoiceResponse.errors[0]: is an integer, expected an object",
    ]


def test_missing_templates_are_an_error(project: Path) -> None:
    shutil.rmtree(project / "openapi" / "templates")
    made = generate(project)
    assert (made.returncode, "the templates are missing" in made.stderr) == (1, True)
