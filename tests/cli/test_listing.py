"""Listing and finding: filters, fields and forms."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import pytest

from mistral_voices.cli.listing import FIELDS, cell
from mistral_voices.cli.selection import Moment
from mistral_voices.local import VoicesServer

from .conftest import Ended

# By which Excel knows UTF-8.
MARK = "\ufeff"
CREATED = ("2026-03-01T00:00:00Z", "2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z")
VOICES = [
    {"id": "v1", "name": "Ada", "languages": ["en"], "gender": "female", "tags": ["Calm"], "created_at": CREATED[0]},
    {"id": "v2", "name": "Bob, Jr.", "languages": ["fr", "en"], "gender": "male", "created_at": CREATED[1]},
    {"id": "v3", "name": "ada two", "languages": ["de"], "tags": ["loud"], "created_at": CREATED[2]},
]


@pytest.fixture
def served() -> dict[str, Any]:
    return {"seed": VOICES}


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ("--type custom", "v1 v2 v3"),
        ("--type preset --gender female --gender neutral", "local-clara local-noor"),
        ("--language de --language fr --type custom", "v2 v3"),
        ("--language de,fr --type custom", "v2 v3"),
        ("--query ada", "v1 v3"),
        ("--tag calm --tag LOUD", "v1 v3"),
        ("--newer-than 2026-03-01 --older-than 2026-06-01", "v1 v2"),
        ("--older-than 2026-06-01T02:00:00+02:00 --type custom", "v1 v2"),
        ("--newer-than 2026-06-01 --limit 1", "v3"),
        ("--tag loud --limit 1", "v3"),
        ("--older-than 9999w", ""),
        ("--newer-than 1s", ""),
    ],
)
def test_filters(call: Callable[..., Ended], filters: str, ids: str) -> None:
    ended = call("list", *filters.split(), "--fields", "id")
    assert (ended.status, sorted(ended.out.split())) == (0, ids.split())


def test_pages_are_fetched_as_they_are_needed(call: Callable[..., Ended], server: VoicesServer) -> None:
    server.shape_pages([1], repeat=True)
    assert len(call("list").out.splitlines()) == 6
    assert len(server.requests) == 6
    server.requests.clear()
    assert len(call("list", "--limit", "2").out.splitlines()) == 2
    assert len(server.requests) == 2


def test_forms(call: Callable[..., Ended]) -> None:
    voices = json.loads(call("list", "--json").out)["voices"]
    assert [json.loads(line) for line in call("list", "--jsonl").out.splitlines()] == voices
    rows = list(csv.DictReader(io.StringIO(call("list", "--csv").out.removeprefix(MARK))))
    assert [row["name"] for row in rows] == [voice["name"] for voice in voices]
    assert list(rows[0]) == [*FIELDS]
    assert call("list", "--query", "Bob", "--csv", "--fields", "languages,name").out == (
        f'{MARK}languages,name\n"fr, en","Bob, Jr."\n'
    )
    assert json.loads(call("list", "--query", "Bob", "--json", "--fields", "id").out) == {"voices": [{"id": "v2"}]}
    assert call("list", "--query", "Bob", "--fields", "name, id").out == "Bob, Jr.\tv2\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("Ada", "Ada"),
        (30, "30"),
        (0.5, "0.5"),
        (True, "true"),
        ([], ""),
        (["en", "fr"], "en, fr"),
        (["calm, warm", "new"], '["calm, warm", "new"]'),
        (["en", None], '["en", null]'),
        ([{"code": "fr"}], '[{"code": "fr"}]'),
        ({"city": "K\u00f6ln", "at": [1]}, '{"city": "K\u00f6ln", "at": [1]}'),
    ],
)
def test_cells(value: Any, text: str) -> None:
    assert cell("member", value) == text


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-minus", "@SUM(A1)", "\t=1"])
def test_a_name_is_no_formula_for_a_spreadsheet(call: Callable[..., Ended], name: str) -> None:
    call("update", "v1", f"--name={name}")
    written = call("list", "--query", name, "--csv", "--fields", "name,age").out
    assert [*csv.reader(io.StringIO(written))][1] == [f"'{name}", ""]


@pytest.mark.parametrize("text", ["v2", "bob, jr.", "BOB, JR."])
def test_a_voice_by_id_or_name(call: Callable[..., Ended], text: str) -> None:
    assert call("find", text).out == "v2\n"
    assert "\nname              Bob, Jr.\n" in call("get", text).out


def test_no_such_voice(call: Callable[..., Ended]) -> None:
    ended = call("find", "Bob")
    assert (ended.status, ended.out) == (3, "")
    assert "close matches: 'Bob, Jr.'" in ended.err
    error = json.loads(call("find", "Bob", "--json").err)["error"]
    assert (error["type"], error["status"]) == ("NotFoundError", 404)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90d", timedelta(days=90)),
        ("12h", timedelta(hours=12)),
        ("2 w", timedelta(weeks=2)),
        ("1y", timedelta(days=365)),
    ],
)
def test_ages(text: str, age: timedelta) -> None:
    moment = Moment().convert(text, None, None)
    assert abs(datetime.now(UTC) - age - moment) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "d", "-1d", "1x", "3m", "tomorrow", "2026-13-01", "99999999999999w"])
def test_no_ages(text: str) -> None:
    with pytest.raises(click.BadParameter, match="neither an age"):
        Moment().convert(text, None, None)
