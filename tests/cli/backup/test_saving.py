"""`backup`: complete, incremental, resumable, and private."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mistral_voices.cli.backup.folder import locked
from tests.cli.accounts import Account, Cli, voice, wav

SAMPLES = sorted([wav(1), wav(2)])


def read(name: str = "b") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(name, "voices.yaml").read_text("utf-8"))
    return found


def samples() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("b/samples").iterdir()}


def test_all_that_the_api_says_is_kept_and_every_sample(account: Account, cli: Cli) -> None:
    assert cli("backup", "b").out == "2 voices in b, 2 samples saved now.\n"
    ada, zoe = read()["voices"]
    assert ada["voice"]["accent"] == "northern"
    assert ada["voice"]["tags"] == ["warm"]
    assert zoe["sample"]["file"].startswith("samples/zoe-")
    assert {"size": 3044, "content_type": "audio/wav"}.items() <= zoe["sample"].items()
    assert sorted(samples().values()) == SAMPLES
    assert read()["server"] == account.url
    assert not Path("b/journal.jsonl").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_can_read_it(account: Account, cli: Cli) -> None:
    Path("b").mkdir(mode=0o755)
    cli("backup", "b")
    modes = {oct(path.stat().st_mode & 0o777) for path in Path("b").rglob("*") if path.is_file()}
    assert modes == {"0o600"}
    assert {oct(Path(name).stat().st_mode & 0o777) for name in ("b", "b/samples")} == {"0o700"}


def test_a_second_run_is_a_list_and_no_sample(account: Account, cli: Cli) -> None:
    cli("backup", "b")
    account.requested()
    cli("backup", "b")
    assert account.requested() == ["GET /v2/audio/voices"]


def test_what_is_gone_stays_until_it_is_pruned(account: Account, cli: Cli) -> None:
    cli("backup", "b")
    account.server._application._store.delete("id-1")
    assert "kept here: Ada (id-1)" in cli("backup", "b").err
    assert len(read()["voices"]) == 2
    assert "--yes" in cli("backup", "b", "--prune", status=2).err
    assert len(samples()) == 2
    Path("b/samples/my-notes.txt").touch()
    cli("backup", "b", "--prune", "--yes")
    Path("b/samples/my-notes.txt").unlink()
    assert [each["voice"]["name"] for each in read()["voices"]] == ["Zoë"]
    assert [*samples().values()] == [wav(2)]


@pytest.mark.parametrize("strangers", [0, 1])
def test_where_none_is_left_nothing_is_pruned(account: Account, cli: Cli, strangers: int) -> None:
    cli("backup", "b")
    for voice_id in ("id-1", "id-2"):
        account.server._application._store.delete(voice_id)
    for _ in range(strangers):
        Path("eva.wav").write_bytes(wav(3))
        cli("create", "eva.wav")
    for options in (["--yes"], ["--dry-run"], ["--all", "--yes"]):
        refused = cli("backup", "b", "--prune", *options, status=1)
        assert "lists none of the voices in b: --prune would take out all" in refused.err
        assert "Is it the right key?" in refused.err
    assert sorted(samples().values()) == SAMPLES
    cli("backup", "b")
    assert len(read()["voices"]) == 2 + strangers


@pytest.mark.parametrize(("content", "options"), [(b"short", ()), (wav(7), ("--verify",)), (None, ())])
def test_damaged_samples_are_fetched_again(
    account: Account, cli: Cli, content: bytes | None, options: tuple[str, ...]
) -> None:
    cli("backup", "b")
    file = next(Path("b/samples").glob("ada-*"))
    file.unlink() if content is None else file.write_bytes(content)
    account.requested()
    assert "Damaged" in cli("backup", "b", *options).err
    assert account.requested() == ["GET /v2/audio/voices", "GET /v1/audio/voices/id-1/sample"]
    assert file.read_bytes() == wav(1)


def test_a_damaged_sample_that_is_gone_is_said(account: Account, cli: Cli) -> None:
    cli("backup", "b")
    account.server._application._store.delete("id-1")
    next(Path("b/samples").glob("ada-*")).write_bytes(b"")
    assert "any more" in cli("backup", "b", status=1).err


def test_presets_have_metadata_only(account: Account, cli: Cli) -> None:
    cli("backup", "b", "--all")
    presets = [each for each in read()["voices"] if each["voice"]["type"] == "preset"]
    assert len(presets) == 3
    assert {each["sample"] for each in presets} == {None}
    assert sum(request.endswith("/sample") for request in account.requested()) == 2
    assert cli("backup", "b", "--prune").err == ""
    assert len(read()["voices"]) == 5


@pytest.mark.parametrize(
    "fault", [{"status": 429}, {"status": 503}, {"drop": "before"}, {"drop": "after"}, {"cut": 1500}], ids=str
)
def test_faults_lose_nothing(account: Account, cli: Cli, waits: list[float], fault: dict[str, Any]) -> None:
    account.server.fail(**fault, times=3, path="/v1/audio/voices/{voice_id}/sample")
    cli("backup", "b")
    assert sorted(samples().values()) == SAMPLES


def test_one_bad_sample_does_not_stop_the_others(account: Account, cli: Cli) -> None:
    account.server.fail(500, every=1, path="/v1/audio/voices/id-1/sample")
    assert "Ada (id-1) was not saved" in cli("--retries", "0", "backup", "b", status=1).err
    assert [each["sample"] is None for each in read()["voices"]] == [True, False]
    account.server.clear_faults()
    account.requested()
    cli("backup", "b")
    assert account.requested()[1:] == ["GET /v1/audio/voices/id-1/sample"]
    assert "error" not in read()["voices"][0]


def test_a_download_that_always_breaks_off_does_not_stop_the_others(
    account: Account, cli: Cli, waits: list[float]
) -> None:
    account.server.fail(cut=10, every=1, path="/v1/audio/voices/id-1/sample")
    assert "Ada (id-1) was not saved" in cli("backup", "b", "--concurrency", "1", status=1).err
    ada, zoe = read()["voices"]
    assert (ada["sample"], zoe["sample"]["size"]) == (None, 3044)
    assert ada["error"]


def test_where_the_api_does_not_respond_the_run_ends(account: Account, cli: Cli, waits: list[float]) -> None:
    for path in ("/v1/audio/voices/{voice_id}/sample", "/v1/audio/voices/{voice_id}"):
        account.server.fail(drop="before", every=1, path=path)
    assert "the same command goes on there" in cli("backup", "b", "--concurrency", "1", status=1).err
    assert not Path("b/voices.yaml").exists()


@pytest.mark.parametrize("status", [404, 500])
@pytest.mark.parametrize("prune", [(), ("--prune", "--yes")])
def test_a_restored_voice_keeps_the_recording_it_was_made_from(
    account: Account, cli: Cli, status: int, prune: tuple[str, ...]
) -> None:
    delete = account.server._application._store.delete
    before = account.library()
    cli("backup", "b")
    delete("id-1")
    new = cli("restore", "b", "--yes").out.split("\t")[1]
    account.server.fail(status, every=1, path="/v1/audio/voices/{voice_id}/sample")
    cli("backup", "b", *prune)
    assert sorted(each["voice"]["id"] for each in read()["voices"]) == sorted([new, "id-2"])
    account.server.clear_faults()
    delete(new)
    cli("restore", "b", "--yes")
    assert account.library() == before


@pytest.mark.parametrize("restored", [True, False])
@pytest.mark.parametrize("status", [404, 500])
def test_a_damaged_recording_stays_until_a_whole_one_is_there(
    account: Account, cli: Cli, status: int, restored: bool
) -> None:
    cli("backup", "b")
    file = next(Path("b/samples").glob("ada-*"))
    if restored:
        account.server._application._store.delete("id-1")
        cli("restore", "b", "--yes")
    file.write_bytes(wav(1)[:-1] + b"?")
    account.server.fail(status, every=1, path="/v1/audio/voices/{voice_id}/sample")
    for _ in range(2):
        cli("--retries", "0", "backup", "b", "--verify", "--prune", "--yes", status=1)
        assert len(samples()) == len(read()["voices"]) == 2
    account.server.clear_faults()
    cli("backup", "b")
    assert all(each["sample"] and "error" not in each for each in read()["voices"])
    cli("backup", "b", "--verify", "--prune", "--yes")
    assert sorted(samples().values()) == SAMPLES


def test_a_recording_that_its_new_voice_does_not_have_stays(account: Account, cli: Cli) -> None:
    """A create whose outcome was unknown, say: the new voice was saved before the next restore found it."""
    cli("backup", "b")
    account.server._application._store.delete("id-1")
    Path("eva.wav").write_bytes(wav(3))
    new = cli("create", "eva.wav", "--quiet").out.split()[0]
    cli("backup", "b")
    line = {"server": account.url, "old": "id-1", "new": new, "began": None, "done": "2026-01-01T00:00:00Z"}
    Path("b/restored.jsonl").write_text(json.dumps(line) + "\n")
    cli("backup", "b")
    assert sorted(samples().values()) == sorted(map(wav, (1, 2, 3)))
    assert len(read()["voices"]) == 3
    cli("backup", "b", "--prune", "--yes")
    assert sorted(samples().values()) == sorted(map(wav, (2, 3)))


def test_the_next_run_goes_on_where_the_last_one_failed(account: Account, cli: Cli) -> None:
    account.server.fail(401, every=1, path="/v1/audio/voices/id-2/sample")
    assert "the same command goes on there" in cli("backup", "b", "--concurrency", "1", status=4).err
    assert not Path("b/voices.yaml").exists()
    account.server.clear_faults()
    account.server._application._store.delete("id-1")  # what was saved is kept, though nothing else knows of it
    account.requested()
    cli("backup", "b")
    assert account.requested()[1:] == ["GET /v1/audio/voices/id-2/sample"]
    assert sorted(samples().values()) == SAMPLES
    assert {each["voice"]["name"] for each in read()["voices"]} == {"Ada", "Zoë"}


def test_a_voice_without_a_sample_and_one_that_vanishes(account: Account, cli: Cli) -> None:
    account.server.fail(404, every=1, path="/v1/audio/voices/id-1/sample")
    account.server.fail(404, every=1, path="/v1/audio/voices/id-2/sample")
    account.server.fail(404, every=1, path="/v1/audio/voices/id-2")
    assert "has no sample of Ada (id-1)" in cli("backup", "b").err
    assert [(each["voice"]["id"], each["sample"]) for each in read()["voices"]] == [("id-1", None)]


def test_a_dry_run_writes_nothing(account: Account, cli: Cli) -> None:
    assert "+ save Ada (id-1)" in cli("backup", "b", "--dry-run").out
    assert cli("backup", "b", "--dry-run", "--json").json["plan"]["save"] == ["id-1", "id-2"]
    assert not Path("b").exists()


def test_json(account: Account, cli: Cli) -> None:
    found = cli("backup", "b", "--json").json["backup"]
    assert {"voices": 2, "saved": 2, "gone": [], "failed": [], "folder": "b"}.items() <= found.items()


def test_folders_that_are_not_its_own_are_left_alone(account: Account, cli: Cli, other: Account) -> None:
    Path("mine").mkdir()
    Path("mine", "samples").mkdir()
    assert "no backup" in cli("backup", "mine", status=1).err
    assert not Path("mine/voices.yaml").exists()
    cli("backup", "b")
    assert "is a backup of" in cli("backup", "b", "--server-url", other.url, status=1).err
    with locked(Path("b")):
        assert "at work" in cli("backup", "b", status=1).err


def test_no_name_can_leave_the_folder_or_take_the_file_of_another(account: Account, cli: Cli) -> None:
    names = ["../../x", "CON", "", "\u202e", "a" * 300, "Ada", "Ada"]
    many = Account(*(voice(number, name) for number, name in enumerate(names, 10)))
    cli("backup", "b", "--server-url", many.url)
    assert sorted(samples().values()) == sorted(wav(number) for number, _ in enumerate(names, 10))
    many.server.close()


def test_a_sample_that_was_fetched_twice_is_there_once(account: Account, cli: Cli) -> None:
    for content in (b"", b"damaged"):
        account.server.fail(401, times=1, path="/v1/audio/voices/id-2/sample")
        cli("backup", "b", "--concurrency", "1", status=4)
        next(Path("b/samples").glob("ada-*")).write_bytes(content)
    cli("backup", "b")
    assert sorted(samples().values()) == SAMPLES


@pytest.mark.skipif(os.name == "nt", reason="needs limits of the size of files")
def test_a_full_disk_loses_nothing(account: Account, cli: Cli) -> None:
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); from mistral_voices.cli import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code, "backup", "b"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert samples() == {}
    cli("backup", "b")
    assert sorted(samples().values()) == SAMPLES
