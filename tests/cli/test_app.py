"""The root of the command line: help, errors, exit statuses, pipes and terminals."""

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

from mistral_voices.cli import app
from mistral_voices.local import VoicesServer

from .conftest import FULL_DISK, SCRIPT, WAV, Ended, in_terminal, needs_full_disk, piped

VOICE = "/v1/audio/voices/{voice_id}"


def test_every_command_of_the_help_is_there_and_helps(call: Callable[..., Ended]) -> None:
    overview = call("--help").out
    nothing = call()
    assert (nothing.status, nothing.out, nothing.err) == (2, "", overview)
    for name in app.root.list_commands(app.root.context_class(app.root)):
        ended = call(name, "--help")
        assert (ended.status, ended.err) == (0, ""), name
        assert f"\n  {name} " in overview
        assert f"Usage: mistral-voices {name} " in ended.out
        assert ended.out.endswith("\n  Key, server, timeout, retries, --json and --debug: `mistral-voices --help`.\n")
        assert ended.out.count("Key, server") == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 401}, 4), ({"status": 403}, 4), ({"status": 404}, 3), ({"status": 500}, 1), ({"status": 422}, 1)],
)
def test_exit_statuses_of_responses(
    call: Callable[..., Ended], server: VoicesServer, fault: dict[str, Any], status: int
) -> None:
    server.fail(**fault, every=1)
    ended = call("list", "--retries", "0")
    assert (ended.status, ended.out) == (status, "")
    assert ended.err.startswith("Error: ")
    assert len(ended.err.splitlines()) <= 2
    assert call("list", "--retries", "0", "--csv").out == ""
    error = json.loads(call("list", "--retries", "0", "--json").err)["error"]
    assert error.keys() == {"type", "message", "status", "request_id", "exit_status"}
    assert (error["status"], error["exit_status"]) == (fault["status"], status)


def test_a_response_of_something_else(call: Callable[..., Ended], server: VoicesServer) -> None:
    server.fail(200, body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"})
    ended = call("list")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("\nCheck the address; the sign-in page of a network responds so too.\n")


def test_an_unknown_outcome(call: Callable[..., Ended], server: VoicesServer, user: Path) -> None:
    (user / "ada.wav").write_bytes(WAV)
    server.fail(drop="after", method="POST")
    ended = call("create", "ada.wav", "--no-recover")
    assert (ended.status, ended.out) == (5, "")
    assert "mistral-voices list" in ended.err
    assert "candidates()" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lst"], "There is no command 'lst'; do you mean 'list'?"),
        (["list", "--oder-than", "1d"], "--older-than"),
        (
            ["list", "--older-than", "soon"],
            "neither an age such as 90d (s, h, d, w, y) nor a date such as 2026-03-31",
        ),
        (["list", "--json", "--csv"], "exclude each other"),
        (["list", "--fields", "id,colour"], "there is no 'colour'"),
        (["list", "--server-url", "api.mistral.ai"], "--server-url must be an address"),
        (["list", "--timeout", "900000"], "'--timeout'"),
        (["list", "--timeout", "nan"], "'--timeout': 'nan' is no number"),
        (["list", "--limit", "9" * 23], "'--limit'"),
        (["get", " "], "give its id, slug or name"),
        (["delete", "--yes", ""], "give its id, slug or name"),
        (["delete", "--yes", "--older-than", ""], "'--older-than'"),
        *(
            (["delete", "--yes", "clara", option, ""], f"'{option}': It is empty")
            for option in ("--backup", "--server-url", "--api-key-file", "--api-key-command")
        ),
        (["copy", "--to-server-url", "", "--yes"], "'--to-server-url': It is empty"),
        (["copy", "--to-api-key-file", "", "--yes"], "'--to-api-key-file': It is empty"),
        (["copy", "--from-api-key-command", "", "--yes"], "'--from-api-key-command': It is empty"),
        (["backup", "", "--prune", "--yes"], "'DIR': It is empty"),
        (["sample", "clara", "-o", ""], "It is empty"),
        (["page", "voices", "-o", ""], "It is empty"),
        (["page", "voices", "-o", "-", "--json"], "without --json"),
        (["serve", "--data", ""], "'--data': It is empty"),
        (["create", "absent.wav"], "absent.wav"),
        (["update", "clara"], "Nothing to change"),
        (["update", "clara", "--gender", "female", "--clear", "gender"], "--clear gender contradicts"),
        (["update", "clara", "--tag", "a", "--add-tag", "b"], "leave out --tag"),
        (["update", "clara", "--name", " "], "'--name': It is empty"),
        (["create", __file__, "--name", ""], "'--name': It is empty"),
        (["create", __file__, "--tag", "calm, warm"], "give the option once for each tag"),
        (["update", "clara", "--add-tag", "calm,warm"], "give the option once for each tag"),
        (["get", "-minus"], "a name that begins with - stands after `--`"),
        (["completion"], "Choose from: bash, zsh, fish"),
        (["sample", "clara", "-o", "absent/"], "There is no folder absent/"),
        (["page", "voices", "-o", "absent/"], "There is no folder absent/"),
        (["delete"], "by filters"),
        *(
            (["delete", "--yes", option, value], f"'{option}': It is empty")
            for option in ("--language", "--gender", "--tag", "--query")
            for value in ("", " ")
        ),
        (["delete", "--yes", "--language", " , "], "'--language': It is empty"),
        (["list", "--query", ""], "'--query': It is empty"),
        (["update", "clara", "--gender", ""], "'--gender': It is empty"),
        (["delete", "clara", "--older-than", "1d"], "by filters"),
    ],
)
def test_wrong_usage(call: Callable[..., Ended], server: VoicesServer, arguments: list[str], message: str) -> None:
    ended = call(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert message in ended.err
    assert len(ended.err.splitlines()) == (1 if "--json" in arguments else 2)
    assert len(server.requests) == 0


def test_options_stand_before_a_command_and_after_it(call: Callable[..., Ended], server: VoicesServer) -> None:
    assert call("--json", "find", "clara").out == call("find", "clara", "--json").out
    assert call("--server-url", "http://127.0.0.1:1", "find", "clara", "--server-url", server.url).status == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--jsonl"],
        ["list", "--csv"],
        ["get", "clara"],
        ["doctor"],
        ["backup", "b", "--dry-run"],
        ["serve"],
        ["completion", "bash"],
        ["list", "--help"],
    ],
    ids=" ".join,
)
def test_a_closed_pipe_is_silent(server: VoicesServer, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([SCRIPT, *arguments], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=30)
    os.close(writer)
    assert (done.stderr, done.returncode) == (b"", 141)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["get", "nobody"], 3), (["lst"], 2), ([], 2), (["list", "--api-key-file", "absent", "--json"], 4)],
)
def test_the_exit_status_holds_where_nobody_reads_the_error(arguments: list[str], status: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert subprocess.run([SCRIPT, *arguments], stderr=writer, check=False, timeout=30).returncode == status
    os.close(writer)


def test_what_was_asked_is_done_where_nobody_reads_what_fails(server: VoicesServer, user: Path) -> None:
    (user / "notes.wav").write_text("notes")
    (user / "ada.wav").write_bytes(WAV)
    reader, writer = os.pipe()
    os.close(reader)
    command = [str(SCRIPT), "create", *["notes.wav"] * 5, "ada.wav"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writer, check=False, timeout=30)
    os.close(writer)
    assert (done.returncode, done.stdout[-5:]) == (1, b"\tada\n")


@needs_full_disk
def test_a_full_disk_ends_it_in_one_line() -> None:
    with FULL_DISK.open("wb") as full:
        ended = subprocess.run([SCRIPT, "list"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"Error: No space left on device\n")


def test_without_standard_output() -> None:
    closes = "import os, sys; os.close(1); os.execv(sys.argv[1], sys.argv[1:])"
    ended = subprocess.run([sys.executable, "-c", closes, SCRIPT, "list"], stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_control_c_ends_it_in_one_line(server: VoicesServer) -> None:
    server.fail(delay=30)
    process = subprocess.Popen([SCRIPT, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not len(server.requests):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "\nInterrupted.\n")
    assert process.returncode == 130


def test_debug_shows_requests_without_the_key(server: VoicesServer) -> None:
    ended = piped("find", "clara", "--debug")
    assert "GET /v2/audio/voices 200" in ended.err
    assert os.environ["MISTRAL_API_KEY"] not in ended.err
    assert ended.out == "local-clara\n"


def test_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in in_terminal("list").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in piped("get", "nobody").err
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in in_terminal("list").out + piped("get", "nobody").err


@pytest.mark.parametrize("name", ["click", "yaml"])
def test_without_the_extra(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path))}
    command = [sys.executable, "-m", "mistral_voices.cli", "restore" if name == "yaml" else "list", "."]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.stderr == f'mistral-voices needs {name}: pip install "mistral-voices[cli]"\n'
    assert ended.returncode == 1


def test_the_library_and_the_help_load_nothing_that_they_do_not_need() -> None:
    code = "import sys, mistral_voices; assert not {'click', 'mistral_voices.cli'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
    heavy = "{'httpx', 'json', 'yaml', 'wcwidth', 'subprocess', 'mistral_voices.client', 'mistral_voices_api'}"
    code = f"import sys; from mistral_voices.cli.app import run; run(['--help']); print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nset()\n")
