"""What changed, from small documents and in small repositories; in place of redocly stands a function."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import diff, diff_wire
from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL
from scripts.diff_wire import DiffError, WireFinding
from scripts.mutations import Mutation
from scripts.openapi import load

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "diff"
OLD = load(SAMPLES / "old.yaml")
CHANGES = yaml.safe_load((SAMPLES / "changes.yaml").read_text(encoding="utf-8"))
LIMIT = "maximum: 50, default: 10"
LIST = 'class Boats:\n    def list(self, *, limit: int = 10) -> "Page": ...\n'
COPY, BOATS = f"{diff.GENERATED}/voices.yaml", f"{diff.OVERLAY}/boats.py"
BOAT = f"{diff.GENERATED}/models.py"
FILES = {
    diff.DOCUMENT: (SAMPLES / "old.yaml").read_text(encoding="utf-8"),
    f"{diff.OVERLAY}/__init__.py": '__all__ = ["models", "boats"]\n',
    diff.VERSION_FILE: '__version__ = "0.1.0"\n',
    f"{diff.OVERLAY}/models.py": 'from mistral_voices_api.models import Boat\n__all__ = ["Boat"]\n',
    BOATS: LIST,
    f"{diff.GENERATED}/__init__.py": "",
    BOAT: "class Boat:\n    id: str\n",
    COPY: (SAMPLES / "old.yaml").read_text(encoding="utf-8"),
}


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: str(case["change"]))
def test_a_changed_document(case: dict[str, Any]) -> None:
    new = copy.deepcopy(OLD)
    Mutation("", case["change"]).apply(new)
    found = diff.document_findings(OLD, new, public={"Boat", "BoatList", "Trouble"}, kept={"Trouble"})
    assert found == ([(case["rating"], case["text"])] if "text" in case else [])


def test_an_argument_of_a_body_without_a_name_is_reported_too() -> None:
    old, body = copy.deepcopy(OLD), "$.paths['/boats'].post.requestBody.content['application/json']"
    Mutation("", {"at": body, "put": {"schema": old["components"]["schemas"]["BoatPlan"]}}).apply(old)
    new = copy.deepcopy(old)
    Mutation("", {"drop": f"{body}.schema.properties.sails"}).apply(new)
    assert [rating for rating, _ in diff.document_findings(old, new)] == [BREAKING]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def write(folder: Path) -> None:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def replace(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    if name == diff.DOCUMENT:  # `make generate` copies it
        (folder / COPY).write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository with one commit that has files, after one that has none."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "project"
    write(root)
    git(root, "init", "--quiet")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "Empty")
    git(root, "tag", "empty")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "First")
    return root


def wire_of(*findings: WireFinding) -> diff.Wire:
    return lambda old, new: list(findings)


no_wire = wire_of()
breaks_wire = wire_of(WireFinding(BREAKING, "GET /boats: gone", BREAKING))
breaks_responses = wire_of(WireFinding(BREAKING, "GET /boats: an enum value more", COMPATIBLE))


Report = Callable[..., str]


@pytest.fixture
def report(folder: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    """Run the script on the repository, and give what it prints."""

    def run(*arguments: str, wire: diff.Wire = no_wire, status: int = 0) -> str:
        assert diff.main([*arguments], root=folder, wire=wire) == status
        return "".join(capsys.readouterr())

    return run


def test_nothing_changed_is_one_line(folder: Path, report: Report) -> None:
    replace(folder, diff.DOCUMENT, "openapi: 3.1.0", "# A remark\nopenapi: 3.1.0")
    said = report("HEAD", wire=breaks_wire)
    assert said.startswith("Nothing changed since HEAD (")
    assert said.count("\n") == 1


def test_a_default_and_a_type_changed(folder: Path, report: Report) -> None:
    replace(folder, diff.DOCUMENT, LIMIT, "maximum: 50, default: 20")
    replace(folder, BOATS, "limit: int = 10", "limit: int = 20")
    replace(folder, BOAT, "id: str", "id: str | None")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    said = report("HEAD")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert "On the wire (redocly diff): nothing changed." in said
    assert "by the document: breaking\n  breaking    GET /boats parameter limit: default is now 20, was 10 (" in said
    assert "(griffe): breaking\n  breaking    boats.Boats.list(): argument limit: default is now 20, was 10" in said
    assert "  breaking    models.Boat.id: value: may now be None" in said
    assert "Version: 0.1.0 -> 0.2.0 (breaking changes, while the version is 0.x)." in said
    assert "says 0.1.0: not enough. Set it to 0.2.0" in said
    assert "there is none yet" in said


def test_a_renamed_class_is_judged_by_what_the_overlay_exports(folder: Path, report: Report) -> None:
    replace(folder, diff.DOCUMENT, "schemas/Boat'", "schemas/Ship'")
    replace(folder, diff.DOCUMENT, "    Boat:\n", "    Ship:\n")
    replace(folder, BOAT, "class Boat", "class Ship")
    assert "  breaking    class renamed: Boat -> Ship" in report("HEAD")
    replace(folder, f"{diff.OVERLAY}/models.py", "import Boat", "import Ship\nBoat = Ship")
    assert "  compatible  class renamed: Boat -> Ship" in report("HEAD")
    replace(folder, diff.DOCUMENT, "schemas/Ship'", "schemas/Ship-Output'")
    replace(folder, diff.DOCUMENT, "    Ship:\n", "    Ship-Output:\n")
    replace(folder, BOAT, "class Ship", "class ShipOutput")
    replace(folder, f"{diff.OVERLAY}/models.py", "import Ship\nBoat = Ship", "import ShipOutput")
    assert "`Boat = ShipOutput` in models.py would keep it" in report("HEAD")


def test_the_wire_counts_unless_the_client_takes_it(folder: Path, report: Report) -> None:
    replace(folder, diff.DOCUMENT, "[afloat, sunk]", "[afloat, sunk, lost]")
    assert "Version: 0.1.0 -> 0.2.0 (" in report("HEAD", wire=breaks_wire)
    assert "Version: 0.1.0 -> 0.1.1 (" in report("HEAD", wire=breaks_responses)


def test_a_release_needs_the_version_that_follows(folder: Path, report: Report) -> None:
    assert "There is no release yet" in report("--release")
    for tag in ("v0.0.9", "v0.0.10", "vote", "v0.1.0rc1"):
        git(folder, "tag", tag)
    replace(folder, diff.DOCUMENT, LIMIT, "maximum: 50, default: 20")
    said = report("--release", status=1)
    assert said.startswith("Changed since v0.0.10 (")
    assert "says 0.1.0: not enough" in said
    assert "What counts" not in said
    replace(folder, diff.VERSION_FILE, "0.1.0", "0.1.9")
    assert "not enough" in report("--release", status=1)
    replace(folder, diff.VERSION_FILE, "0.1.9", "0.2.0")
    assert "0.2.0: enough" in report("--release")
    git(folder, "commit", "--quiet", "--all", "-m", "Second")
    assert "the last release, v0.0.10" in report("HEAD~1")


def test_a_shallow_clone_is_not_taken_for_one_without_releases(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", folder.as_uri(), "shallow")
    assert diff.main(["--release"], root=tmp_path / "shallow", wire=no_wire) == 2
    assert "git fetch --unshallow --tags" in capsys.readouterr().err


def fails(old: str, new: str) -> list[WireFinding]:
    raise DiffError("redocly diff failed (exit status 1)")


@pytest.mark.parametrize(
    ("ref", "name", "text", "message"),
    [
        ("nowhere", "", "", "bad revision 'nowhere'"),
        ("--output=x", "", "", "bad revision '--output=x'"),
        ("empty", "", "", "pathspec 'openapi/voices.yaml' did not match any files"),
        ("HEAD", diff.DOCUMENT, "paths: [", "openapi/voices.yaml of the working tree: "),
        ("HEAD", diff.DOCUMENT, "[]", "holds no OpenAPI document but list"),
        ("HEAD", diff.DOCUMENT, "openapi: 3.1.0", "of the working tree: this is not a valid OpenAPI document"),
        ("HEAD", diff.DOCUMENT, "{openapi: 3.1.0, paths: {/boats: {get: [1]}}}", "not a valid OpenAPI document"),
        ("HEAD", diff.DOCUMENT, "{openapi: 3.1.0, info: {title: A, version: '1'}, paths: {}}", "redocly diff failed"),
        ("HEAD", diff.VERSION_FILE, "", 'has no line like `__version__ = "1.2.3"`'),
        ("HEAD", BOATS, "def", "overlay/mistral_voices/boats.py of the working tree is not Python"),
        ("HEAD", COPY, "openapi: 3.1.0", "generated/ is not made from openapi/voices.yaml: run `make generate` first"),
    ],
)
def test_what_cannot_be_compared(folder: Path, report: Report, ref: str, name: str, text: str, message: str) -> None:
    if name:
        replace(folder, name, (folder / name).read_text(encoding="utf-8"), text)
    assert message in report("--", ref, wire=fails, status=2)


def test_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    assert diff.main(["HEAD"], root=tmp_path) == 2
    assert "not a git repository" in capsys.readouterr().err


def test_node_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 1, "", "npm error network\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    with pytest.raises(DiffError, match=r"(?s)exit status 1.*npm error network.*the first run installs Node's tools"):
        diff_wire.wire_findings("a", "b")


def test_the_findings_of_redocly_in_words() -> None:
    sides = {"property": "default", "base": {"value": 10}, "revision": {"value": 20}}
    default = {"path": "#/paths/~1boats~1{id}/get/parameters/0/schema", "kind": "modified", "impact": "patch", **sides}
    said = "GET /boats/{id} parameters/0/schema: default modified, 10 -> 20"
    assert diff_wire._finding({**default, "verdicts": []}) == (COMPATIBLE, said, COMPATIBLE)
    assert diff_wire._finding({**default, "property": "summary", "verdicts": []})[2] == INTERNAL
    verdicts = [{"impact": "major", "message": "It was removed."}]
    gone = {"path": "#/paths/~1boats/get/responses/200", "kind": "removed", "impact": "major", "verdicts": verdicts}
    said = "GET /boats responses/200: removed (It was removed)"
    assert diff_wire._finding(gone) == (BREAKING, said, COMPATIBLE)
    gone["path"] = "#/paths/~1boats/get"
    assert diff_wire._finding(gone) == (BREAKING, "GET /boats: removed (It was removed)", BREAKING)


def test_the_self_test_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[list[WireFinding]] = []
    monkeypatch.setattr(diff_wire, "wire_findings", lambda *_, **__: found.pop(0))
    breaks, fits = [WireFinding(BREAKING, "", BREAKING)], [WireFinding(COMPATIBLE, "", COMPATIBLE)]
    for breaking, compatible, wrong in (
        (breaks, fits, []),
        (fits, fits, ["redocly diff passes everything"]),
        (breaks, breaks, ["calls tests/data/diff/compatible.yaml breaking"]),
        ([], [], ["redocly diff passes everything", "sees no change"]),
    ):
        found[:] = [breaking, compatible]
        said = diff_wire.self_test()
        assert len(said) == len(wrong)
        assert all(expected in each for expected, each in zip(wrong, said, strict=True))


def test_the_next_version() -> None:
    for rating, first, later in (
        (BREAKING, (0, 2, 0), (2, 0, 0)),
        (COMPATIBLE, (0, 1, 4), (1, 3, 0)),
        (INTERNAL, (0, 1, 4), (1, 2, 4)),
    ):
        assert (diff.next_version((0, 1, 3), rating), diff.next_version((1, 2, 3), rating)) == (first, later)
