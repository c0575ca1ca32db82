"""The import of the vendor's document, with a small document of our own and small patches."""

import copy
import functools
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import import_document
from scripts.import_changes import report
from scripts.import_extract import SCOPE, arranged, extract
from scripts.mutations import Mutation
from scripts.openapi import DocumentError, dump, load

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "upstream"
SMALL = DATA / "small.yaml"
SCHEMAS, V1 = "$.components.schemas", "$.paths['/v1/audio/voices']"
FIRST_DAY, LATER = date(2030, 1, 2), date(2030, 5, 6)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder like openapi/ before the first import."""
    (tmp_path / "patches").mkdir()
    shutil.copy(DATA / "010-small.yaml", tmp_path / "patches")
    shutil.copy(SCOPE, tmp_path)
    markers = [
        f"<!-- {name}: written by `make import` -->\n\n<!-- end of {name} -->" for name in ("documents", "deviations")
    ]
    (tmp_path / "PROVENANCE.md").write_text("\n\n".join(["# By hand", *markers, "The end."]))
    return tmp_path


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir() if path.is_file()}


Imports = Callable[..., str]


@pytest.fixture
def imports(folder: Path, capsys: pytest.CaptureFixture[str]) -> Imports:
    """Import a document, or a changed copy of the small one, and give what is printed; a failure writes nothing."""

    def run(*changes: dict[str, Any], upstream: Path | None = SMALL, status: int = 0, **options: Any) -> str:
        if changes:
            document = load(SMALL)
            for change in changes:
                Mutation("", change).apply(document)
            upstream = folder / "changed.yaml"
            upstream.write_text(dump(document))
        before = state(folder)
        assert import_document.run(upstream, folder, **{"check": False, "today": FIRST_DAY, **options}) == status
        assert state(folder) == before or not (status or options.get("check"))
        return "".join(capsys.readouterr())

    return run


def whats(output: str) -> list[str]:
    return [line.removeprefix("- ") for line in output.splitlines() if line.startswith("- ")]


def test_takes_voices_with_all_that_they_need_but_prose() -> None:
    found = extract(load(SMALL))
    assert list(found["paths"]) == ["/v1/audio/voices"]
    names = {kind: list(each) for kind, each in found["components"].items()}
    assert names == {
        "securitySchemes": ["Key", "Login"],
        "parameters": ["Kind"],
        "responses": ["Refused"],
        "schemas": ["Error", "Form", "Label", "Long", "MakeRequest", "Sample", "Short", "Voice"],
    }
    assert found["tags"] == [{"name": "audio.voices"}]
    assert "PROSE" not in dump(found)
    assert "x-code-samples" not in dump(found)
    # Names and values that look like prose stay.
    voice = found["components"]["schemas"]["Voice"]["properties"]
    assert {"description", "title", "tags"} <= voice.keys()
    assert voice["settings"]["default"] == {"title": "plain"}
    assert "description" in found["paths"]["/v1/audio/voices"]["get"]["responses"]["200"]["headers"]
    assert found["components"]["securitySchemes"]["Login"]["flows"]["clientCredentials"]["scopes"] == {"read": ""}


def test_the_order_of_the_vendor_plays_no_part() -> None:
    def reverse(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: reverse(node[key]) for key in reversed(node)}
        return node

    document = load(SMALL)
    assert dump(extract(reverse(document))) == dump(extract(document))


VOICES = "openapi: 3.1.0\nsecurity: []\nservers: [{url: u}]\npaths: {/v1/audio/voices: {get: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("swagger: '2.0'\npaths: {}", "Swagger 2.0"),
        ("openapi: 3.0.3\npaths: {}", "OpenAPI 3.0.3"),
        ("paths: {}", "no version"),
        ("- openapi: 3.1.0", "holds no OpenAPI document"),
        ('{"openapi": "3.1.0", "paths": {', "cut off"),
        ("openapi: 3.1.0\ninfo: {}", "cut off"),
        ("openapi: 3.1.0\npaths: {/v1/cakes: {get: {}}}", "no voices operations"),
        ("openapi: 3.1.0\npaths:\n  /v1/audio/voices:", "cut off"),
        ("openapi: 3.1.0\npaths: {/v1/audio/voices: {get: {responses: {}}}}", "no security"),
        (VOICES + "{parameters: }}}", "cut off"),
        (VOICES + "{$ref: 'b.yaml#/x'}}}", "b.yaml"),
    ],
)
def test_a_bad_document_is_a_clear_error(folder: Path, imports: Imports, text: str, message: str) -> None:
    path = folder / "bad.yaml"
    path.write_text(text)
    assert message in imports(upstream=path, status=1)


ELSEWHERE: dict[str, Any] = {
    "/v1/audio/voices:batch": {"post": {}},
    "/v1beta/audio/voices": {"get": {}},
    "/v1/audio/voice-previews": {"get": {}},
    "/v1/voices": {"get": {}},
    "/v1/audio/speakers": {"get": {"tags": ["audio.Voices"]}, "put": {"operationId": "put_voice"}},
}


def test_everything_about_voices_is_taken_or_left_out(folder: Path, imports: Imports) -> None:
    changes = {"at": "$.paths", "put": ELSEWHERE}, {"at": "$", "put": {"webhooks": {"voiceReady": {"post": {}}}}}
    names = [
        *("GET /v1/audio/speakers", "GET /v1/audio/voice-previews", "GET /v1/voices", "GET /v1beta/audio/voices"),
        *("POST /v1/audio/voices:batch", "PUT /v1/audio/speakers", "webhook voiceReady"),
    ]
    assert f"are not taken: {'; '.join(names)}. Take their" in imports(*changes, status=1)
    scope = load(SCOPE) | {"left out": dict.fromkeys(names, "Not ours.")}
    (folder / "scope.yaml").write_text(dump(scope))
    imports(*changes)
    assert f"leaves out what is not there: {'; '.join(names)}. Drop it" in imports(status=1)


def test_what_is_missing_is_an_error(folder: Path, imports: Imports) -> None:
    assert "cannot be read" in imports(upstream=folder / "nowhere.yaml", status=1)
    assert "schemas/Long is referred to" in imports({"drop": f"{SCHEMAS}.Long"}, status=1)
    assert "not a valid OpenAPI document" in imports({"at": f"{V1}.get.responses", "put": {"404": {}}}, status=1)
    (folder / "PROVENANCE.md").write_text("# All by hand\n")
    assert "PROVENANCE.md lacks the lines" in imports(status=1)


def test_no_cut_goes_unnoticed(folder: Path) -> None:
    lines = SMALL.read_text().splitlines(keepends=True)
    for end in range(len(lines) - 1):
        (folder / "cut.yaml").write_text("".join(lines[:end]))
        with pytest.raises(DocumentError):
            extract(load(folder / "cut.yaml"))


def test_an_import_writes_three_files_and_a_second_one_none(folder: Path, imports: Imports) -> None:
    imports(check=True, status=1)
    imports()
    before = state(folder)
    assert {*before} == {"scope.yaml", "voices.yaml", "upstream.yaml", "PROVENANCE.md"}
    imports(today=LATER)
    imports(upstream=None, today=LATER)
    imports(check=True, today=LATER)
    assert state(folder) == before
    document = yaml.safe_load((folder / "voices.yaml").read_text())
    voice = document["components"]["schemas"]["Voice"]
    assert list(document["components"]["schemas"])[:3] == ["Voice", "Label", "Error"]
    assert list(voice["properties"])[:2] == ["id", "description"]
    assert (voice["required"], voice["properties"]["id"]) == (["id", "name"], {"type": "string"})
    assert list(document["paths"]["/v1/audio/voices"]["post"]["responses"]) == ["200"]


def test_provenance_lists_documents_and_deviations(folder: Path, imports: Imports) -> None:
    imports()
    other = folder / "other.yaml"
    other.write_text(SMALL.read_text() + "# the same facts\n")
    imports(upstream=other, today=LATER)
    text = (folder / "PROVENANCE.md").read_text()
    assert text.startswith("# By hand\n")
    assert text.endswith("The end.")
    assert text.index("| other.yaml |") < text.index("| small.yaml |")
    imports(today=LATER)
    text = (folder / "PROVENANCE.md").read_text()
    assert text.index("| small.yaml |") < text.index("| other.yaml |")
    assert text.count("| 2030-01-02 |") == text.count("| 2030-05-06 |") == 1
    assert "6. `$.components.schemas.Voice.properties.id`: Any text is an id.\n" in text


def test_a_failure_while_writing_leaves_the_old_files(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(old: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    imports()
    monkeypatch.setattr(os, "replace", fail)
    imports({"at": "$.info", "put": {"version": "2.0.0"}}, status=1)


def test_three_things_are_reported_with_what_to_do_and_all_failing_actions(imports: Imports) -> None:
    imports()
    page = {"type": "array", "items": {"$ref": "#/components/schemas/Voice"}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}
    search = {"get": {"responses": {"200": {"description": "PROSE", "content": content}}}}
    output = imports(
        {"at": f"{SCHEMAS}.MakeRequest.required", "append": "slug"},
        {"at": SCHEMAS, "put": {"Page": page}},
        {"at": "$.paths", "put": {"/v2/audio/voices": search}},
        {"replace": ["schemas/Voice", "schemas/Speaker"]},
        {"at": f"{SCHEMAS}.Voice", "rename": "Speaker"},
        status=1,
    )
    assert whats(output)[:3] == [
        "schema renamed: Voice -> Speaker",
        "operation added: GET /v2/audio/voices (with the schemas Page)",
        "MakeRequest.slug: is now required",
    ]
    to_do = [line for line in output.splitlines() if line.startswith("  to do: ")]
    assert "010-small.yaml action 6, 010-small.yaml action 7, 010-small.yaml action 8" in to_do[0]
    assert "voices/crud.py" in to_do[1]
    assert "_api/operations.py" in to_do[1]
    assert "make the argument follow" in to_do[2]
    assert re.findall(r"^- 010-small.yaml action (\d+): ", output, re.MULTILINE) == ["6", "7", "8"]
    assert "matches nothing" in output
    assert "its reason: Any text is an id." in output


def test_what_came_and_went_together_is_named_so(imports: Imports) -> None:
    imports()
    output = imports({"at": "$.paths['/v1/audio/voices']", "rename": "/v2/audio/voices"}, check=True, status=1)
    moved = [line for line in whats(output) if line.startswith("operation ")]
    assert "operation added: GET /v2/audio/voices (moved: was GET /v1/audio/voices)" in moved
    assert "operation removed: GET /v1/audio/voices (moved: now GET /v2/audio/voices)" in moved
    assert "let its patches target the new path" in output


ADVISED = {
    "another scheme": (
        {"at": "$.components.securitySchemes.Key", "put": {"scheme": "basic"}},
        "Key: it is now {",
        "_core/request.py",
    ),
    "another success": (
        {"at": f"{V1}.get.responses", "put": {"202": {"description": ""}}},
        "response 202",
        "every 2XX as the first",
    ),
    "another body": (
        {"at": f"{V1}.post.requestBody.content['application/json']", "rename": "multipart/form-data"},
        "multipart/form-data",
        "_api/operations.py",
    ),
    "required from now on": (
        {"at": f"{SCHEMAS}.Voice", "put": {"properties": {"id": {}, "mood": {}}, "required": ["id", "mood"]}},
        "property added: Voice.mood (required)",
        "remove `required` and add it anew",
    ),
    "a header": (
        {"at": f"{V1}.get.responses.*.headers", "put": {"X-Left": {"schema": {"type": "integer"}}}},
        "response 200 header X-Left",
        "utils.ResponseInfo",
    ),
    "deprecated": ({"at": f"{V1}.get", "put": {"deprecated": True}}, "deprecated is now true", "@deprecated"),
}


@pytest.mark.parametrize("case", ADVISED)
def test_the_advice_leads_to_the_file(imports: Imports, case: str) -> None:
    change, what, file = ADVISED[case]
    imports()
    lines = imports(change, check=True, status=1).splitlines()
    found = [advice for line, advice in itertools.pairwise(lines) if what in line and line[0] == "-"]
    assert len(found) == 1, lines
    assert file in found[0]


def test_what_the_patches_leave_invalid_is_to_be_fixed_there(imports: Imports) -> None:
    imports()
    added: dict[str, Any] = {"get": {"responses": {"200": {}}}, "put": {"responses": {"200": {}}}}
    output = imports({"at": "$.paths", "put": {"/v1/audio/voices/all": added}}, status=1)
    assert "import: fix openapi/patches, whose result is wrong: this is not a valid OpenAPI document:" in output
    assert [line for line in whats(output) if line.startswith("paths > ")] == [
        f'paths > /v1/audio/voices/all > {verb} > responses > 200: "description" is a required property'
        for verb in ("get", "put")
    ]


@pytest.mark.parametrize("case", yaml.safe_load((DATA / "changes.yaml").read_text()), ids=lambda case: case["text"])
def test_each_change_is_reported(imports: Imports, case: dict[str, Any]) -> None:
    imports()
    assert case["text"] in whats(imports(case["change"], check=True, status=1))


def test_prose_and_other_apis_are_no_change(imports: Imports) -> None:
    imports()
    prose = {"at": f"{SCHEMAS}.Voice", "put": {"description": "PROSE of another kind"}}
    assert "changed nothing in the voices part" in imports({"drop": "$.paths['/v1/cakes']"}, prose)


def test_the_command_runs_from_anywhere(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "import_document.py"), "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Nothing changes.\n"), done.stderr


def leaves(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the place of everything in a document."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*place, key)
        yield from leaves(value, (*place, key))


@pytest.mark.parametrize("path", [SMALL, ROOT / "openapi" / "upstream.yaml"], ids=["small", "whole"])
def test_no_difference_is_silent(path: Path) -> None:
    old = extract(load(path))
    silent = []
    for place in leaves(old):
        for change in ("drop", "put", "rules beside it"):
            document = copy.deepcopy(old)
            *outer, key = place
            node = functools.reduce(lambda each, step: each[step], outer, document)
            if change == "drop":
                del node[key]
            elif change == "put":
                others = {bool: False, dict: {"type": "changed"}, list: ["changed"]}
                node[key] = others.get(type(node[key]), "changed")
            elif isinstance(node[key], dict):
                node[key]["maxProperties"] = 7
            try:
                if arranged(document, by_name=True) != old and not report(old, document, []):
                    silent.append((change, place))
            except (AttributeError, DocumentError, KeyError, TypeError, ValueError):
                continue  # no document any more
    assert not silent, "\n".join(map(str, silent))
