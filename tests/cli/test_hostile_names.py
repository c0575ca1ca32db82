"""What a voice is called reaches a terminal as text that does nothing, whichever command says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mistral_voices.cli import output
from tests.cli.accounts import Account, Cli, cli, user, voice, wav

__all__ = ["cli", "user"]
NAME = "ev\x1b[31mil\x07\u202e\x9b\r\n=1"
COMMANDS = [
    ("list", 0),
    ("list --json", 0),
    ("get id-1", 0),
    ("get id-1 --json", 0),
    (f"get {NAME}?", 3),
    (f"get {NAME}? --json", 3),
    ("update id-1 --age 30", 0),
    ("delete id-1 --dry-run", 0),
    ("sample id-1", 0),
    ("sample id-1", 1),
    ("backup b", 0),
    ("apply v.yaml --check", 6),
    ("apply v.yaml --yes", 1),
    ("restore b --dry-run", 0),
    ("delete id-1 --yes", 0),
    ("restore b --dry-run", 0),
    ("backup b", 0),
    ("restore b --yes", 0),
    ("create notes.wav", 1),
    ("get teapot", 1),
    (f"restore {NAME}", 1),
    (f"page {NAME}", 1),
    (f"create {NAME}.wav", 2),
    (f"list --api-key-file {NAME}", 4),
]


def test_no_command_sends_what_a_terminal_obeys(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    account = Account(voice(1, NAME, tags=[NAME], description=NAME), voice(2, "Ada"))
    monkeypatch.setenv("MISTRAL_SERVER_URL", account.url)
    Path("notes.wav").write_text("notes")
    voices = [{"name": NAME, "description": f"{NAME}!"}, {"name": f"{NAME}2", "sample": "notes.wav"}]
    Path("v.yaml").write_text(json.dumps(voices))
    account.server.fail(418, body={"message": NAME}, path="/v1/audio/voices/teapot", every=1)
    for command, status in COMMANDS:
        words = [NAME.join(word.split("\0")) for word in command.replace(NAME, "\0").split(" ")]
        ended = cli(*words, status=status)
        for text in (ended.out, ended.err):
            lines = text.replace("\t", "").split("\n")
            assert lines == [output.visible(line) for line in lines], command
    assert account.library()[-1][3] == wav(1)
    account.server.close()
