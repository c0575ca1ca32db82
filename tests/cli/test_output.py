"""Tables, JSON and what of a name reaches a terminal."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable

import pytest
from wcwidth import wcswidth

from mistral_voices.cli import output
from mistral_voices.local import VoicesServer

from .conftest import SCRIPT, Ended, in_terminal, plain

HOSTILE = "ev\x1b[31mil\x07\u202e\x9b\n\ud800"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada", "Ada"),
        ("名前 é ñ", "名前 é ñ"),
        ("اسم", "اسم"),
        ("👩‍💻", "👩‍💻"),
        ("a\u00a0b", "a\u00a0b"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\tb\r\n", r"a\tb\r\n"),
        ("\x7f\x9b", r"\x7f\x9b"),
        ("\u202edrow", r"\u202edrow"),
        ("\u2028", r"\u2028"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert output.visible(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("Ada", 3, "Ada"),
        ("Adam", 3, "Ad…"),
        ("名前です", 5, "名前…"),
        ("名前です", 4, "名…"),
        ("👩‍💻👩‍💻👩‍💻", 5, "👩‍💻👩‍💻…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("Ada", 1, "…"),
    ],
)
def test_texts_are_cut_by_columns(text: str, width: int, short: str) -> None:
    assert output.cut(text, width) == short


def test_json_holds_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_json({"name": HOSTILE + "\x7f名"})
    text = capsys.readouterr().out
    assert json.loads(text) == {"name": HOSTILE + "\x7f名"}
    assert "名" in text
    assert output.visible(text.replace("\n", "")) == text.replace("\n", "")


@pytest.mark.parametrize("columns", [70, 80, 130])
def test_a_table_fits_its_terminal(server: VoicesServer, columns: int) -> None:
    names = ["Ada", "名前" * 20, "اسم 12", "e\u0301" * 50, "👩‍💻" * 9, HOSTILE[:-1]]
    with server.client(headers={"Authorization": "Bearer k"}) as client:
        for name in names:
            sent = {"name": name, "sample_audio": "UklGRg==", "languages": ["en"], "tags": ["calm", "شعر"]}
            client.post("/v1/audio/voices", json=sent).raise_for_status()
    lines = plain(in_terminal("list", columns=columns).out).splitlines()
    assert len(lines) == 1 + 3 + len(names)
    assert max(wcswidth(line) for line in lines) <= columns
    places = {wcswidth(line[: line.rindex("20")]) for line in lines[1:]}
    assert len(places) == 1  # the column with the date begins at one place in all lines


@pytest.mark.parametrize(("columns", "header"), [(20, "NAME   ID"), (36, "NAME   ID           CREATED AT")])
def test_in_a_narrow_terminal_ids_are_whole_and_dates_give_way(columns: int, header: str) -> None:
    lines = plain(in_terminal("list", columns=columns).out).splitlines()
    assert lines[0] == header
    assert [line.split()[1] for line in lines[1:]] == ["local-clara", "local-henri", "local-noor"]
    assert max(map(len, lines)) <= columns


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_in_every_encoding(server: VoicesServer, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    name = "Zo\u00eb \u540d \U0001f389 \U000e0041"
    with server.client(headers={"Authorization": "Bearer k"}) as client:
        client.post("/v1/audio/voices", json={"name": name, "sample_audio": "UklGRg=="}).raise_for_status()
    done = subprocess.run([SCRIPT, "list", "--type", "custom", "--json"], capture_output=True, check=True)
    assert [voice["name"] for voice in json.loads(done.stdout.decode(encoding))["voices"]] == [name]


def test_a_name_that_runs_left_keeps_the_cells_after_it_in_place(server: VoicesServer) -> None:
    with server.client(headers={"Authorization": "Bearer k"}) as client:
        client.post("/v1/audio/voices", json={"name": "نور", "sample_audio": "UklGRg=="}).raise_for_status()
    assert re.search("^نور\u200e +[0-9a-f]{8}-", plain(in_terminal("list").out), re.MULTILINE)


def test_in_a_pipe_a_table_is_whole(call: Callable[..., Ended], server: VoicesServer) -> None:
    with server.client(headers={"Authorization": "Bearer k"}) as client:
        client.post("/v1/audio/voices", json={"name": "a\tb" + "c" * 200, "sample_audio": "UklGRg=="})
    rows = [line.split("\t") for line in call("list", "--type", "custom").out.splitlines()]
    assert len(rows) == 1
    assert rows[0][0] == r"a\tb" + "c" * 200
