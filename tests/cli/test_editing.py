"""Creating, updating and deleting: what is sent, asked, printed, and left when it goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mistral_voices import Mistral
from mistral_voices.cli.backup import saving
from mistral_voices.local import VoicesServer

from .conftest import FULL_DISK, SCRIPT, WAV, Ended, in_terminal, needs_full_disk, piped, plain

CREATE = "/v1/audio/voices"


def names(server: VoicesServer) -> list[str]:
    """Give the names of the custom voices at the server."""
    with Mistral("k", server_url=server.url) as mistral:
        return sorted(voice.name for voice in mistral.audio.voices.iterate(type_="custom"))


def record(folder: Path, *files: str) -> None:
    for name in files:
        (folder / name).write_bytes(WAV)


def test_a_voice_of_each_file(call: Callable[..., Ended], server: VoicesServer, user: Path) -> None:
    record(user, "Ada Lovelace.wav", "名前.wav", "c.wav")
    ended = call(
        "create", "Ada Lovelace.wav", "名前.wav", "c.wav", "--language", "en, fr", "--tag", "calm", "--age", "36"
    )
    assert (ended.status, ended.err) == (0, "")
    rows = dict(line.split("\t") for line in ended.out.splitlines())
    assert sorted(rows.values()) == names(server) == ["Ada Lovelace", "c", "名前"]
    voice = json.loads(call("get", "ada lovelace", "--json").out)["voice"]
    assert (voice["languages"], voice["tags"], voice["age"]) == (["en", "fr"], ["calm"], 36)
    assert rows[voice["id"]] == "Ada Lovelace"


def test_create_in_other_forms(call: Callable[..., Ended], user: Path) -> None:
    record(user, "a.wav")
    (voice_id,) = call("create", "a.wav", "--name", "Ada", "-q").out.splitlines()
    assert call("find", "Ada").out == f"{voice_id}\n"
    (voice,) = json.loads(call("create", "a.wav", "--json").out)["voices"]
    assert voice["name"] == "a"
    assert "--name is for one file; 2 were given" in call("create", "a.wav", "a.wav", "--name", "Ada").err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_name_that_is_no_text(call: Callable[..., Ended], server: VoicesServer, user: Path) -> None:
    record(user, os.fsdecode(b"caf\xe9.wav"), "two\nlines.wav")
    refused = call("create", os.fsdecode(b"caf\xe9.wav"))
    assert (refused.status, names(server)) == (1, [])
    assert refused.err.endswith(": its name is no text in UTF-8: rename the file, or give --name\n")
    assert call("create", os.fsdecode(b"caf\xe9.wav"), "--name", "Caf\u00e9").status == 0
    assert call("create", "two\nlines.wav").out.endswith("\ttwo\\nlines\n")
    assert names(server) == ["Caf\u00e9", "two\nlines"]


def test_a_lost_response_makes_no_second_voice(call: Callable[..., Ended], server: VoicesServer, user: Path) -> None:
    record(user, "a.wav")
    server.fail(drop="after", method="POST")
    assert call("create", "a.wav").status == 0
    assert names(server) == ["a"]


def test_what_fails_is_said_and_the_rest_is_done(call: Callable[..., Ended], server: VoicesServer, user: Path) -> None:
    record(user, "a.wav", "c.wav")
    (user / "b.wav").write_text("<html>")
    ended = call("create", "a.wav", "b.wav", "c.wav")
    assert (ended.status, names(server)) == (1, ["a", "c"])
    assert len(ended.out.splitlines()) == 2
    assert ended.err.startswith("b.wav: ")
    assert ended.err.endswith("Error: 2 of 3 created\nNot created: b.wav\n")
    alone = call("create", "b.wav")
    assert (alone.status, alone.err.startswith("Error: b.wav: it is text, not audio: ")) == (1, True)
    error = json.loads(call("create", "b.wav", "b.wav", "--json").err)["error"]
    assert error["message"].startswith("0 of 2 created\nNot created: b.wav: ")


@needs_full_disk
def test_what_cannot_be_written_is_done_and_said(server: VoicesServer, user: Path) -> None:
    record(user, "a.wav", "b.wav")
    with FULL_DISK.open("wb") as full:
        process = subprocess.Popen([SCRIPT, "create", "a.wav", "b.wav"], stdout=full, stderr=subprocess.PIPE, text=True)
        _, err = process.communicate(timeout=30)
    *said, last = err.splitlines()
    assert sorted(line.partition("\t")[2] for line in said) == names(server) == ["a", "b"]
    assert (process.returncode, last) == (1, "Error: No space left on device")


@needs_full_disk
def test_json_that_cannot_be_written_is_said(server: VoicesServer, user: Path) -> None:
    record(user, "a.wav", "b.wav")
    with FULL_DISK.open("wb") as full:
        process = subprocess.Popen(
            [SCRIPT, "create", "a.wav", "b.wav", "--json"], stdout=full, stderr=subprocess.PIPE, text=True
        )
        _, err = process.communicate(timeout=30)
    voices, end = json.JSONDecoder().raw_decode(err)
    assert sorted(voice["name"] for voice in voices["voices"]) == names(server) == ["a", "b"]
    assert json.loads(err[end:])["error"]["message"] == "No space left on device"
    assert process.returncode == 1


def test_control_c_finishes_what_was_begun(server: VoicesServer, user: Path) -> None:
    files = [f"{number}.wav" for number in range(9)]
    record(user, *files)
    server.fail(delay=1, method="POST", times=4)
    process = subprocess.Popen([SCRIPT, "create", *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while len(server.requests) < 4:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, len(out.splitlines()), len(names(server))) == (130, 4, 4)
    assert "Finishing what was begun (4)" in err
    assert "4 of 9 created." in err


def test_update(call: Callable[..., Ended], user: Path) -> None:
    record(user, "a.wav", "b.wav")
    call("create", "a.wav", "b.wav", "--gender", "female", "--age", "30", "--tag", "calm", "--tag", "old")
    assert call("update", "a", "b", "--add-tag", "new", "--remove-tag", "old", "--clear", "gender").status == 0
    for name in ("a", "b"):
        voice = json.loads(call("get", name, "--json").out)["voice"]
        assert (voice["tags"], voice["gender"], voice["age"]) == (["calm", "new"], None, 30)
    assert call("update", "a", "--name", "Ada").out.endswith("\tAda\n")
    assert "--name is for one voice" in call("update", "Ada", "b", "--name", "Eva").err
    assert call("update", "Ada", "nobody", "--tag", "x").status == 3
    preset = call("update", "Ada", "clara", "--tag", "x")
    assert (preset.status, preset.out) == (1, "")
    assert "Clara cannot be updated: presets come with the service\nNothing was updated." in preset.err
    assert json.loads(call("get", "Ada", "--json").out)["voice"]["tags"] == ["calm", "new"]


def test_a_name_of_several(call: Callable[..., Ended], server: VoicesServer, user: Path) -> None:
    record(user, "a.wav")
    ids = {call("create", "a.wav", "-q").out.strip() for _ in range(2)}
    for command in (["get", "a"], ["update", "a", "--age", "3"], ["delete", "a", "--yes"], ["sample", "a", "-o", "-"]):
        ended = call(*command)
        assert (ended.status, ended.out) == (3, "")
        first, second = ended.err.splitlines()
        assert "2 voices are called 'a': take one by its id" in first
        assert {each.partition(" (of ")[0] for each in second.split(", ")} == ids
    assert len(names(server)) == 2


def test_deleting_asks(server: VoicesServer, user: Path) -> None:
    record(user, "a.wav")
    piped("create", "a.wav")
    refused = piped("delete", "a", stdin="y\n")
    assert (refused.status, refused.out) == (2, "")
    assert "pass --yes" in refused.err
    declined = in_terminal("delete", "a", answers=[("[y/N]", "n\n")])
    assert (declined.status, names(server)) == (1, ["a"])
    assert "Nothing was done." in declined.out
    interrupted = in_terminal("delete", "a", answers=[("[y/N]", "\x03")])
    assert (interrupted.status, names(server)) == (130, ["a"])
    done = in_terminal("delete", "a", answers=[("Delete 1 voice for good?", "y\n")])
    assert (done.status, names(server)) == (0, [])
    assert "NAME" in plain(done.out)


def test_deleting_by_filters(call: Callable[..., Ended], server: VoicesServer, user: Path) -> None:
    record(user, "a.wav", "b.wav", "c.wav")
    call("create", "a.wav", "b.wav", "--tag", "Old")
    call("create", "c.wav")
    dry = call("delete", "--tag", "old", "--dry-run")
    assert (dry.status, len(dry.out.splitlines()), dry.err) == (0, 2, "2 voices would be deleted.\n")
    assert len(names(server)) == 3
    ended = call("delete", "--tag", "old", "--newer-than", "1h", "--yes", "-q")
    assert (ended.status, len(ended.out.splitlines()), names(server)) == (0, 2, ["c"])
    assert call("delete", "--older-than", "1d", "--yes") == (0, "", "No voice fits: nothing is deleted.\n")
    assert call("delete", "--newer-than", "2020-01-01", "--yes", "--json").status == 0  # the presets stay
    refused = call("delete", "clara", "--yes")
    assert (refused.status, names(server)) == (1, [])
    assert "presets come with the service" in refused.err


@pytest.mark.parametrize("fails", [False, True])
def test_deleting_after_a_backup(call: Callable[..., Ended], server: VoicesServer, user: Path, fails: bool) -> None:
    record(user, "a.wav", "b.wav")
    call("create", "a.wav", "b.wav")
    if fails:
        server.fail(200, body=b"<html>", method="GET", path="/v1/audio/voices/{voice_id}/sample", every=2)
    ended = call("delete", "a", "b", "--backup", "kept", "--yes")
    saved = [path.read_bytes() for path in (user / "kept" / "samples").iterdir()]
    if fails:
        assert (ended.status, names(server), saved) == (1, ["a", "b"], [WAV])
        assert "nothing was deleted" in ended.err
    else:
        assert (ended.status, names(server), saved) == (0, [], [WAV, WAV])


def test_what_has_no_recording_to_save_is_not_deleted(
    call: Callable[..., Ended], server: VoicesServer, user: Path
) -> None:
    record(user, "a.wav", "b.wav")
    call("create", "a.wav", "b.wav")
    server.fail(404, method="GET", path="/v1/audio/voices/{voice_id}/sample", every=2)
    for _ in range(2):
        ended = call("delete", "a", "b", "--backup", "kept", "--yes")
        assert (ended.status, names(server)) == (1, ["a", "b"])
        assert "nothing was deleted" in ended.err
        assert " has no recording: without --backup it can be deleted" in ended.err
        server.clear_faults()
        server.fail(404, method="GET", path="/v1/audio/voices/{voice_id}/sample", every=1)
    server.clear_faults()
    assert call("delete", "a", "b", "--backup", "kept", "--yes").status == 0
    assert names(server) == []


def test_what_was_saved_is_read_back_before_it_is_deleted(
    call: Callable[..., Ended], server: VoicesServer, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(user, "a.wav")
    call("create", "a.wav")
    save = saving.save

    def save_on_a_bad_disk(*arguments: Any, **options: Any) -> saving.Result:
        result = save(*arguments, **options)
        for file in (user / "kept" / "samples").iterdir():
            file.write_bytes(bytes(file.stat().st_size))
        return result

    monkeypatch.setattr(saving, "save", save_on_a_bad_disk)
    ended = call("delete", "a", "--backup", "kept", "--yes")
    assert (ended.status, names(server)) == (1, ["a"])
    assert "holds other bytes than it did" in ended.err


def test_progress_is_for_terminals(user: Path) -> None:
    record(user, "a.wav", "b.wav")
    assert piped("create", "a.wav", "b.wav").err == ""
    shown = in_terminal("create", "a.wav", "b.wav").out
    assert "Uploading" in shown
    assert "100%" in shown
    assert "Uploading" not in in_terminal("create", "a.wav", "-q").out
