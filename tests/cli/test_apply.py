"""`apply`: the plan, what it does, and that a second run changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mistral_voices.cli.apply_plan import read_wanted
from tests.cli.accounts import Account, Cli, account, cli, other, user, voice, wav
from tests.cli.conftest import read_only

__all__ = ["account", "cli", "other", "user"]
RECORD = Path("v.yaml.applied.jsonl")


def write(*voices: dict[str, Any]) -> None:
    Path("v.yaml").write_text(yaml.safe_dump({"voices": voices}))


def changes(account: Account) -> list[str]:
    return [request.partition(" /v1/audio/voices")[0] for request in account.requested() if "GET" not in request]


def test_it_creates_updates_and_leaves_alone(account: Account, cli: Cli) -> None:
    Path("new.wav").write_bytes(wav(5))
    write(
        {"name": "New", "sample": "new.wav", "languages": ["fr"], "age": 40, "description": "calm"},
        {"name": "Ada", "gender": "male", "tags": None},
        {"name": "Zoë", "tags": []},
    )
    plan = cli("apply", "v.yaml", "--check", status=6).out
    assert "+ create New from new.wav" in plan
    assert '    gender: "female" -> "male"' in plan
    assert '    tags: ["warm"] -> null' in plan
    assert plan.endswith("2 voices to change at " + account.url + ", 1 unchanged.\n")
    assert cli("apply", "v.yaml", "--dry-run").out == plan
    assert changes(account) == []
    assert not RECORD.exists()
    assert "--yes" in cli("apply", "v.yaml", status=2).err
    cli("apply", "v.yaml", "--yes")
    assert sorted(changes(account)) == ["PATCH", "POST"]
    ada, new, zoe = account.library()
    assert ada[1:3] == ([], "male")
    assert (new[0], new[3]) == ("New", wav(5))
    assert zoe[1:3] == ([], None)
    cli("apply", "v.yaml", "--check")
    assert "3 unchanged" in cli("apply", "v.yaml").err
    account.requested()
    cli("apply", "v.yaml", "--yes")
    assert changes(account) == []


def test_the_order_of_a_list_is_no_change(account: Account, cli: Cli) -> None:
    account.server._application._store.update("id-1", {"tags": ["a", "b"], "languages": ["en", "fr"]})
    write({"name": "Ada", "tags": ["b", "a"], "languages": ["fr", "en"], "retention_notice": None})
    cli("apply", "v.yaml", "--check")


def test_a_changed_sample_is_a_new_voice_that_keeps_the_rest(account: Account, cli: Cli) -> None:
    account.server._application._store.update("id-1", {"slug": "ada"})  # which no two voices may have
    Path("ada.wav").write_bytes(wav(7))  # not what the account has; without a record it counts as unchanged
    write({"name": "Ada", "sample": "ada.wav", "gender": "male"})
    assert f"Taken as unchanged, for {RECORD} has no record: 1 sample." in cli("apply", "v.yaml", "--yes").err
    assert sorted(changes(account)) == ["PATCH"]
    Path("ada.wav").write_bytes(wav(8))
    assert "a new voice with a new id" in cli("apply", "v.yaml", "--check", status=6).out
    cli("apply", "v.yaml", "--yes")
    assert changes(account) == ["POST", "DELETE"]
    assert account.library()[0] == ("Ada", ["warm"], "male", wav(8))
    assert "no record" not in cli("apply", "v.yaml", "--check").err


def test_a_replacement_that_was_cut_off_is_finished(account: Account, cli: Cli) -> None:
    Path("ada.wav").write_bytes(wav(7))
    write({"name": "Ada", "sample": "ada.wav"})
    cli("apply", "v.yaml")
    Path("ada.wav").write_bytes(wav(8))
    account.server.fail(403, times=1, method="DELETE")
    assert "replace Ada failed" in cli("apply", "v.yaml", "--yes", status=4).err
    assert len(account.library()) == 3
    assert "it is deleted now" in cli("apply", "v.yaml", "--check", status=6).out
    account.requested()
    cli("apply", "v.yaml", "--yes")
    assert changes(account) == ["DELETE"]
    assert account.library()[0] == ("Ada", ["warm"], "female", wav(8))


def test_what_the_file_does_not_name_stays_unless_pruned(account: Account, cli: Cli) -> None:
    write({"name": "Ada"})
    cli("apply", "v.yaml", "--check")
    assert "- delete Zoë (id-2)" in cli("apply", "v.yaml", "--check", "--prune", status=6).out
    Path("new.wav").write_bytes(wav(5))
    write({"name": "Ada"}, {"name": "New", "sample": "new.wav"})
    cli("apply", "v.yaml", "--prune", "--yes")
    assert changes(account) == ["POST", "DELETE"]
    assert [each[0] for each in account.library()] == ["Ada", "New"]


@pytest.mark.parametrize(("status", "ends"), [(422, 1), (403, 4), (500, 5)])
def test_nothing_is_pruned_once_anything_failed(account: Account, cli: Cli, status: int, ends: int) -> None:
    Path("zoe.wav").write_bytes(wav(2))
    write({"name": "Ada"}, {"name": "Zoe", "sample": "zoe.wav"})
    account.server.fail(status, method="POST", every=1)
    ended = cli("apply", "v.yaml", "--prune", "--yes", status=ends)
    assert "delete Zo\u00eb failed: not all else was done, so that it stays\n0 voices changed" in ended.err
    assert "DELETE" not in changes(account)
    if ends != 5:  # after which the next run looks for the voice for half a minute
        account.server.clear_faults()
        cli("apply", "v.yaml", "--prune", "--yes")
        assert [each[0] for each in account.library()] == ["Ada", "Zoe"]


@pytest.mark.parametrize("names", [(), ("New",)], ids=["no voice", "others"])
def test_where_none_would_stay_nothing_is_pruned(account: Account, cli: Cli, names: tuple[str, ...]) -> None:
    Path("new.wav").write_bytes(wav(5))
    write(*({"name": name, "sample": "new.wav"} for name in names))
    for option in ("--yes", "--check", "--dry-run"):
        refused = cli("apply", "v.yaml", "--prune", option, status=1)
        assert "The file names no voice of the account: --prune would delete all 2\nIs it the right" in refused.err
    assert changes(account) == []
    cli("apply", "v.yaml", "--yes")
    if names:
        cli("apply", "v.yaml", "--prune", "--yes")
        assert [each[0] for each in account.library()] == ["New"]


def test_an_empty_account_has_nothing_to_prune(other: Account, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    write()
    assert "0 voices changed" in cli("apply", "v.yaml", "--prune", "--yes", "--server-url", other.url).err


def test_in_a_folder_that_cannot_be_written(account: Account, cli: Cli, tmp_path: Path) -> None:
    Path("ada.wav").write_bytes(wav(7))
    write({"name": "Ada", "sample": "ada.wav"})
    with read_only(tmp_path) as piped:
        nothing = piped("apply", "v.yaml", "--yes")
        assert (nothing.status, changes(account)) == (0, [])
        assert f"What the samples are was not noted: {RECORD}: Permission denied\n" in nothing.err
    write({"name": "Ada", "sample": "ada.wav", "gender": "male"}, {"name": "New", "sample": "ada.wav"})
    with read_only(tmp_path) as piped:
        refused = piped("apply", "v.yaml", "--yes")
    assert (refused.status, changes(account)) == (1, [])
    assert f"Error: {RECORD} cannot be written: Permission denied\nIt keeps what is created from being" in refused.err


def test_a_file_that_is_no_recording_is_not_sent(account: Account, cli: Cli) -> None:
    Path("notes.wav").write_text("Read by Ada")
    write({"name": "New", "sample": "notes.wav"})
    assert "create New failed: it is text, not audio" in cli("apply", "v.yaml", "--yes", status=1).err
    assert changes(account) == []


def test_several_voices_of_one_name_are_an_error(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = Account(voice(1, "Ada"), voice(2, "ada"))
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    write({"name": "Ada"})
    assert "id-1, id-2" in cli("apply", "v.yaml", "--server-url", twins.url, status=3).err
    twins.server.close()


def test_one_failure_does_not_stop_the_others(account: Account, cli: Cli) -> None:
    Path("new.wav").write_bytes(b"<html>")
    write({"name": "New", "sample": "new.wav"}, {"name": "Ada", "gender": "male"})
    failed = cli("apply", "v.yaml", "--yes", "--json", status=1)
    steps = json.loads(failed.out)["apply"]
    assert [(step["action"], step["error"] is None) for step in steps] == [("create", False), ("update", True)]
    assert account.library()[0][2] == "male"


@pytest.mark.parametrize("home", ["~", "~nobody-of-that-name"])
def test_a_home_that_is_not_there_is_said(
    account: Account, cli: Cli, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    def no_entry(_: object) -> None:  # as for a user id that no entry of the system has
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", no_entry)
    write({"name": "New", "sample": f"{home}/new.wav"})
    message = f"v.yaml: voices[0] (New): there is no home folder for '{home}/new.wav': write it out, or set HOME"
    assert cli("apply", "v.yaml", "--yes", status=1).err == f"Error: {message}\n"


def test_a_create_without_a_sample_says_so(account: Account, cli: Cli) -> None:
    write({"name": "New"})
    assert "without a sample" in cli("apply", "v.yaml", "--check", status=1).err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("voices: 3", "needs a list of voices"),
        ("- nme: Ada", r"voices\[0\] needs a name"),
        ("- name: 12", "needs a name that is text"),
        ("- name: Ada\n  langauges: [en]", "do you mean languages?"),
        ("- name: Ada\n  color: red", "known are name, sample"),
        ("- name: Ada\n  languages: en", r"voices\[0\] \(Ada\): languages must be a list of texts, not 'en'"),
        ("- name: Ada\n  languages: [no]", r"not \[False\]; YAML takes words such as no for it: quote them"),
        ("- name: Ada\n  age: true", "age must be a whole number"),
        ("- name: Ada\n- name: ' ADA'", "two voices of one name"),
        ("- voice: {id: a, name: Ada}", "mistral-voices restore"),
        ("- name: Ada\n bad", "line 2"),
        ("", "needs a list of voices"),
        ("voices:", "needs a list of voices"),
        ("- name: Ada\n  tags: [a]\n  tags: [b]", "line 3: this is no YAML: 'tags' stands there twice"),
        ("- name: Ada\n  sample: a.wav\n  name: Eva", "'name' stands there twice"),
        ("voices:\n- name: Ada\nvoices:\n- name: Eva", "'voices' stands there twice"),
        ("team: x\nvoices:\n- name: Ada\nvoices:\n- name: Eva", "'voices' stands there twice"),
        ("-\tname: Ada\n\ttags: [a]", r"line 1: this is no YAML: found character '\\t'"),
        ("- name: Ada\n---\n- name: Eva", "another document"),
        ("- name: 007", "needs a name that is text"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nvoices:\n- name: Ada\n  tags: *b", "must be a list of texts"),
    ],
)
def test_what_the_file_may_not_say(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "v.yaml").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_wanted(tmp_path / "v.yaml")


def test_anchors_and_merges_are_read(tmp_path: Path) -> None:
    text = """
calm: &calm {languages: [en], tags: [calm]}
french: &french {<<: *calm, languages: [fr]}
voices:
- &ada {name: Ada, <<: *calm, tags: [warm]}
- {<<: *french, name: Eva}
- {<<: [*ada, *french], name: Zo\u00eb}
"""
    (tmp_path / "v.yaml").write_text(text, "utf-8")
    assert [
        (each.name, each.members["languages"], each.members["tags"]) for each in read_wanted(tmp_path / "v.yaml")
    ] == [
        ("Ada", ["en"], ["warm"]),
        ("Eva", ["fr"], ["calm"]),
        ("Zo\u00eb", ["en"], ["warm"]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_of_windows_editors_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "v.yaml").write_text("voices:\r\n- name: Zoë\r\n  sample: z.wav\r\n", encoding, newline="")
    (wanted,) = read_wanted(tmp_path / "v.yaml")
    assert (wanted.name, wanted.sample) == ("Zoë", tmp_path / "z.wav")


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_bytes("- name: Zoë".encode("latin-1"))
    with pytest.raises(ValueError, match=r"v\.yaml: this is no text in UTF-8"):
        read_wanted(tmp_path / "v.yaml")
