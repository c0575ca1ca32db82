"""`restore` and `copy`: only what is missing, nothing twice, and what is in doubt is listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mistral_voices import models
from mistral_voices.cli.backup.creations import Creations
from mistral_voices.cli.backup.folder import Backup, Entry
from mistral_voices.cli.backup.restoring import Planner
from tests.cli.accounts import Account, Cli, voice, wav
from tests.cli.conftest import read_only
from tests.harness import VOICE

CREATE = "POST /v1/audio/voices"


def model(voice_id: str, name: str) -> models.VoiceResponse:
    return models.VoiceResponse.from_dict({**VOICE, "id": voice_id, "name": name, "type": "custom"})


def entry(voice_id: str, name: str, digest: str | None = "A", **members: Any) -> Entry:
    sample = digest and {"file": "samples/a.wav", "sha256": digest, "size": 1}
    return Entry({"id": voice_id, "name": name, **members}, sample or None)


BEGUN = {"old": "a", "name": "Ada", "new": None, "began": "2026-01-01T00:00:00Z", "done": None, "others": ["x"]}
DONE = {**BEGUN, "new": "x", "done": "2026-01-01T00:00:01Z"}


@pytest.mark.parametrize(
    ("entries", "present", "lines", "hashes", "expected"),
    [
        pytest.param([("a", "Ada")], [], [], {}, ["create"], id="missing"),
        pytest.param([("a", "Ada")], [("x", "Ada")], [], {"x": "A"}, ["there x"], id="same name and sample"),
        pytest.param([("a", "ADA ")], [("x", "ada")], [], {"x": "A"}, ["there x"], id="names as people type them"),
        pytest.param([("a", "Ada")], [("x", "Ada")], [], {"x": "B"}, ["in doubt"], id="same name, another sample"),
        pytest.param([("a", "Ada")], [("x", "Ada")], [], {}, ["in doubt"], id="same name, no sample there"),
        pytest.param(
            [("a", "Ada")], [("x", "Ada")], [], {"x": ValueError()}, ["in doubt"], id="same name, sample unreadable"
        ),
        pytest.param(
            [("a", "Ada")],
            [("x", "Ada"), ("y", "Ada")],
            [],
            {"x": ValueError(), "y": "A"},
            ["there y"],
            id="same name, one sample unreadable, one the same",
        ),
        pytest.param([("a", "Ada")], [("x", "Eva")], [], {}, ["create"], id="same sample under another name"),
        pytest.param(
            [("a", "Ada"), ("b", "Ada", "B")],
            [("x", "Ada")],
            [],
            {"x": "A"},
            ["there x", "create"],
            id="twins, one there",
        ),
        pytest.param(
            [("a", "Ada"), ("b", "Ada")], [("x", "Ada")], [], {"x": "A"}, ["there x", "create"], id="equal twins"
        ),
        pytest.param([("a", "Ada")], [("x", "Ada")], [DONE], {}, ["there x"], id="by the map"),
        pytest.param([("a", "Ada")], [("x", "Renamed")], [DONE], {}, ["there x"], id="by the map, renamed since"),
        pytest.param([("a", "Ada")], [], [DONE], {}, ["create"], id="deleted since"),
        pytest.param([("b", "Ada")], [("x", "Ada")], [DONE], {}, ["create"], id="the map has it for another"),
        pytest.param([("a", "Ada")], [("x", "Ada")], [BEGUN], {"x": "A"}, ["create"], id="begun, and never arrived"),
        pytest.param([("a", "Ada")], [("x", "Ada"), ("y", "Ada")], [BEGUN], {}, ["there y"], id="begun, and made"),
        pytest.param([("a", "Ada")], [("y", "Ada"), ("z", "Ada")], [BEGUN], {}, ["in doubt"], id="begun, one of two"),
        pytest.param(
            [("a", "Ada")], [("x", "Ada")], [DONE, BEGUN], {}, ["there x"], id="the map counts while it is there"
        ),
        pytest.param(
            [("a", "Ada")], [("x", "Ada")], [{**BEGUN, "began": None}], {"x": "A"}, ["there x"], id="begun, and refused"
        ),
        pytest.param([("a", "Ada", None)], [], [], {}, ["impossible"], id="without a sample"),
    ],
)
def test_the_plan(
    entries: list[Any], present: list[Any], lines: list[Any], hashes: Any, expected: list[str], tmp_path: Path
) -> None:
    record = tmp_path / "restored.jsonl"
    record.write_text("".join(json.dumps({"server": "there", **line}) + "\n" for line in lines))
    backup = Backup("here", [entry(*each) for each in entries])
    planner = Planner(backup, "there", [model(*each) for each in present], Creations(record, "there", "old"))
    assert {*hashes} <= {*planner.to_compare(), "x"}
    steps = planner.steps(hashes)
    assert [f"{step.action} {step.new or ''}".strip() for step in steps] == expected


def test_at_its_own_server_a_voice_is_known_by_its_id(tmp_path: Path) -> None:
    backup = Backup("here", [entry("a", "Ada"), entry("b", "Ada"), entry("p", "Preset", type="preset")])
    planner = Planner(backup, "here", [model("a", "Ada")], Creations(tmp_path / "none", "here", "old"))
    assert [step.action for step in planner.steps({})] == ["there", "create", "impossible"]


def test_a_restore_makes_the_accounts_equal_once(account: Account, other: Account, cli: Cli) -> None:
    cli("backup", "b")
    done = cli("restore", "b", "--server-url", other.url, "--yes")
    assert other.library() == account.library()
    ids = dict(line.split("\t")[:2] for line in done.out.splitlines())
    lines = [json.loads(line) for line in Path("b/restored.jsonl").read_text().splitlines()]
    assert {line["old"]: line["new"] for line in lines if line["done"]} == ids
    assert sorted(line["old"] for line in lines if line["new"] is None) == sorted(ids)
    other.requested()
    assert "2 there already" in cli("restore", "b", "--server-url", other.url).err
    Path("b/restored.jsonl").unlink()
    assert "2 there already" in cli("restore", "b", "--server-url", other.url).err
    assert CREATE not in other.requested()


def test_a_deleted_voice_comes_back_alone(account: Account, cli: Cli) -> None:
    cli("backup", "b")
    before = account.library()
    account.server._application._store.delete("id-2")
    cli("restore", "b", "--yes")
    assert account.library() == before
    assert account.requested().count(CREATE) == 1


def test_a_restored_voice_takes_the_place_of_the_old_one_in_the_backup(
    account: Account, other: Account, cli: Cli
) -> None:
    cli("backup", "b")
    account.server._application._store.delete("id-2")
    cli("restore", "b", "--yes")
    assert "kept here" not in cli("backup", "b").err
    cli("restore", "b", "--server-url", other.url, "--yes")
    assert other.library() == account.library()


def test_voices_of_one_name_are_created_in_turn(other: Account, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else two creates of a name that were cut off could not be told from each other."""
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    twins = Account(*(voice(number, "Ada") for number in range(4)))
    cli("backup", "b", "--server-url", twins.url)
    other.server.fail(every=1, delay=0.1, method="POST")
    cli("restore", "b", "--server-url", other.url, "--yes")
    lines = [json.loads(line) for line in Path("b/restored.jsonl").read_text().splitlines()]
    assert [line["done"] is not None for line in lines] == [False, True] * 4
    assert other.library() == twins.library()
    twins.server.close()


def test_what_cannot_be_restored_is_said(account: Account, other: Account, cli: Cli) -> None:
    account.server.fail(404, every=1, path="/v1/audio/voices/id-1/sample")
    cli("backup", "b", "--all")
    done = cli("restore", "b", "--server-url", other.url, "--yes", "--json")
    steps = json.loads(done.out)["restore"]
    assert sorted((step["action"], step["name"]) for step in steps)[:2] == [("created", "Zoë"), ("impossible", "Ada")]
    assert sum(step["reason"] == "a preset comes with the service" for step in steps) == 3


def test_what_is_in_doubt_is_listed(account: Account, cli: Cli) -> None:
    there = Account(voice(9, "Ada"))
    cli("backup", "b")
    assert (
        "in doubt Ada (id-1): id-9 has its name"
        in cli("restore", "b", "--server-url", there.url, "--yes", status=3).err
    )
    assert [each[0] for each in there.library()] == ["Ada", "Zoë"]
    there.server.close()


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 200, "body": "<html>"}, {"cut": 10}], ids=str)
def test_a_sample_there_that_cannot_be_read_leaves_only_its_voice_in_doubt(
    account: Account, cli: Cli, waits: list[float], fault: dict[str, Any]
) -> None:
    there = Account(voice(9, "Ada"))
    cli("backup", "b")
    there.server.fail(**fault, every=1, path="/v1/audio/voices/id-9/sample")
    done = cli("restore", "b", "--server-url", there.url, "--yes", status=3)
    assert "in doubt Ada (id-1): id-9 has its name, and its sample cannot be read: " in done.err
    there.server.clear_faults()
    assert [each[0] for each in there.library()] == ["Ada", "Zoë"]
    there.server.close()


def test_where_the_api_refuses_all_nothing_is_created(account: Account, cli: Cli) -> None:
    there = Account(voice(9, "Ada"))
    cli("backup", "b")
    there.server.fail(401, every=1, path="/v1/audio/voices/id-9/sample")
    cli("restore", "b", "--server-url", there.url, "--yes", status=4)
    assert CREATE not in there.requested()
    there.server.close()


def test_a_damaged_sample_is_not_sent(account: Account, other: Account, cli: Cli) -> None:
    cli("backup", "b")
    next(Path("b/samples").glob("ada-*")).write_bytes(wav(7))
    assert "damaged" in cli("restore", "b", "--server-url", other.url, "--yes", status=1).err
    assert [each[0] for each in other.library()] == ["Zoë"]


def test_the_plan_comes_first_and_nobody_waits_for_an_answer(account: Account, other: Account, cli: Cli) -> None:
    cli("backup", "b")
    url = ("--server-url", other.url)
    assert "+ create Ada (id-1)" in cli("restore", "b", *url, "--dry-run").out
    assert cli("restore", "b", *url, "--dry-run", "--json").json["plan"][0]["action"] == "create"
    assert "+ create Ada (id-1)" in cli("restore", "b", *url, status=2).err
    assert {*other.requested()} == {"GET /v2/audio/voices"}
    assert not Path("b/restored.jsonl").exists()


def test_a_dry_run_leaves_the_folder_as_it_was(account: Account, cli: Cli) -> None:
    def state() -> list[object]:
        found = [(path, path.stat()) for path in [Path("b"), *sorted(Path("b").rglob("*"))]]
        return [(path, each.st_mode, each.st_size, each.st_mtime_ns, each.st_ctime_ns) for path, each in found]

    cli("backup", "b")
    there = Account(voice(9, "Ada"))  # whose sample is compared
    Path("b").chmod(0o755)
    before = state()
    cli("restore", "b", "--server-url", there.url, "--dry-run", status=3)
    assert state() == before
    there.server.close()


def test_from_a_folder_that_cannot_be_written(account: Account, other: Account, cli: Cli) -> None:
    cli("backup", "b")
    there = ("--server-url", other.url)
    with read_only(Path("b")) as piped:
        assert "+ create Ada (id-1)" in piped("restore", "b", *there, "--dry-run").out
        refused = piped("restore", "b", *there, "--yes")
    assert refused.status == 1
    assert "b/restored.jsonl cannot be written: Permission denied\n" in refused.err
    assert refused.err.endswith("copy b to where you can write.\n")
    assert CREATE not in other.requested()
    cli("restore", "b", *there, "--yes")
    Path("b/restored.jsonl").unlink()
    with read_only(Path("b")) as piped:
        nothing = piped("restore", "b", *there, "--yes")
    assert (nothing.status, nothing.out) == (0, "")
    assert "What is there already was not noted: b/restored.jsonl: Permission denied\n" in nothing.err
    assert "2 there already" in nothing.err


def test_an_unknown_outcome_is_looked_for_by_the_next_run(
    account: Account, other: Account, cli: Cli, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("backup", "b")
    other.server.fail(drop="after", times=2, method="POST")
    other.server.fail(status=200, body={"data": [], "next_page_token": None}, times=1, path="/v2/audio/voices")
    other.server.fail(status=500, every=1, path="/v2/audio/voices")  # so that looking for it fails as well
    failed = cli("restore", "b", "--server-url", other.url, "--yes", status=5)
    assert "run the same command again" in failed.err
    other.server.clear_faults()
    assert "created when the last run ended" in json.dumps(
        cli("restore", "b", "--server-url", other.url, "--yes", "--json").json
    )
    assert other.library() == account.library()


@pytest.mark.parametrize("fault", [{"status": 429}, {"drop": "before"}, {"drop": "after"}], ids=str)
def test_faults_create_nothing_twice(
    account: Account, other: Account, cli: Cli, waits: list[float], fault: dict[str, Any]
) -> None:
    cli("backup", "b")
    other.server.fail(**fault, every=2, times=5)
    for _ in range(6):
        try:
            cli("restore", "b", "--server-url", other.url, "--yes")
            break
        except AssertionError:
            age(Path("b/restored.jsonl"))
    other.server.clear_faults()
    assert other.library() == account.library()


def age(record: Path) -> None:
    """Let time pass, so that the next run need not wait for what may still arrive."""
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    record.write_text("".join(json.dumps({**line, "began": line["began"] and "2026-01-01"}) + "\n" for line in lines))


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        ([], "There is no folder b"),
        (["b"], "holds no backup"),
        (["b", "b/journal.jsonl"], "did not come to its end"),
    ],
)
def test_without_a_backup_there_is_nothing_to_restore(
    account: Account, cli: Cli, folders: list[str], message: str
) -> None:
    for folder in folders:
        Path(folder).mkdir()
    assert message in cli("restore", "b", status=1).err


def left_of_copies() -> list[str]:
    return [path.suffix for path in Path("state/mistral-voices").rglob("*")]


def test_a_copy_leaves_a_map_and_no_recording(account: Account, other: Account, cli: Cli) -> None:
    sides = ("--from-server-url", account.url, "--to-server-url", other.url)
    assert "2 voices created" in cli("copy", *sides, "--yes").err
    assert other.library() == account.library()
    assert left_of_copies() == [".jsonl"]
    assert "2 there already" in cli("copy", *sides, "--yes").err


def test_each_side_of_a_copy_has_its_key(account: Account, cli: Cli) -> None:
    there = Account(key="there")
    Path("key").write_text("there\n")
    sides = ("--from-server-url", account.url, "--to-server-url", there.url, "--yes")
    cli("copy", *sides, status=4)
    cli("copy", *sides, "--to-api-key-file", "key")
    names = cli("list", "--server-url", there.url, "--api-key-file", "key", "--type", "custom", "--json").json["voices"]
    assert sorted(each["name"] for each in names) == ["Ada", "Zoë"]
    assert not any(b"there\n" in path.read_bytes() for path in Path("state").rglob("*") if path.is_file())
    there.server.close()


def test_a_copy_that_fails_goes_on_and_says_where_the_recordings_are(
    account: Account, other: Account, cli: Cli, waits: list[float]
) -> None:
    sides = ("--from-server-url", account.url, "--to-server-url", other.url, "--yes")
    other.server.fail(422, times=1, method="POST")
    kept = cli("copy", *sides, status=1).err
    assert str(Path("state").absolute()) in kept
    account.requested()
    cli("copy", *sides)
    assert other.library() == account.library()
    assert account.requested()[0] == "GET /v2/audio/voices"
    assert left_of_copies() == [".jsonl"]


def test_what_is_deleted_before_a_copy_goes_on_is_not_copied(account: Account, other: Account, cli: Cli) -> None:
    sides = ("--from-server-url", account.url, "--to-server-url", other.url, "--yes")
    other.server.fail(422, times=2, method="POST")
    cli("copy", *sides, status=1)
    account.server._application._store.delete("id-2")
    cli("copy", *sides)
    assert [each[0] for each in other.library()] == ["Ada"]


@pytest.mark.parametrize("sides", [(), ("--from-server", "eu", "--to-server", "eu"), ("--to-api-key-command", "true")])
def test_a_copy_needs_two_sides(account: Account, cli: Cli, sides: tuple[str, ...], tmp_path: Path) -> None:
    if "--to-api-key-command" in sides:  # two keys at one server are two accounts
        assert "gives no key" in cli("copy", *sides, "--yes", status=4).err
    else:
        assert "same" in cli("copy", *sides, status=2).err
