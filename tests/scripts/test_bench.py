"""The bench judges rightly: medians, limits, table, picture; and its budget can be exceeded."""

from __future__ import annotations

import ast
import asyncio
import base64
import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from scripts.bench import budget, growth, picture, report, server, tasks
from scripts.bench.__main__ import LESS_BARE
from scripts.bench.measure import Bench
from scripts.bench.peers import FIRSTS, IMPORTS
from scripts.bench.rows import ALL, HTTPX, MISTRALAI3, OURS, OURS2, ROWS, Limit, Row

LIMITS = (Limit(OURS, HTTPX, 0.5), Limit(OURS, MISTRALAI3, 1 / 12, text="1/12"), Limit(OURS, None, 100))
ROW = Row("import", "import", "ms CPU", "import", "cpu", 3, (OURS, HTTPX, MISTRALAI3), LIMITS)


def runs(**columns: list[float]) -> dict[str, list[dict[str, float]]]:
    return {name: [{"cpu": value} for value in values] for name, values in columns.items()}


def test_a_row_takes_off_the_bare_interpreter_and_shows_medians() -> None:
    found = report.result(ROW, runs(bare=[0.010, 0.011, 0.009], ours=[0.030, 0.090, 0.028], httpx=[0.07, 0.05, 0.06]))
    assert found.medians == pytest.approx({OURS: 20.0, HTTPX: 50.0})
    ratios = [(verdict.ratio, verdict.held) for verdict in found.verdicts()]
    assert ratios == [(pytest.approx(0.36), True), (None, None), (pytest.approx(20), True)]
    assert not report.broken([found])


def test_a_limit_that_is_not_held_is_named() -> None:
    found = report.result(ROW, runs(ours=[0.2], httpx=[0.3], **{MISTRALAI3: [1.0]}))
    assert report.broken([found]) == [
        "import: 0.667 is not ≤ 0.5 of httpx by hand",
        "import: 0.2 is not ≤ 1/12 of mistralai 3.7.0",
        "import: 200 is not ≤ 100",
    ]


@pytest.mark.parametrize(
    ("limit", "held"),
    [
        (Limit(OURS, HTTPX, 2.0), True),
        (Limit(OURS, HTTPX, 1.9), False),
        (Limit(OURS, HTTPX, 2.0, at_least=True), True),
        (Limit(OURS, HTTPX, 2.1, at_least=True), False),
        (Limit(OURS, None, 10.0), True),
        (Limit(OURS, None, 9.0), False),
        (Limit(OURS2, HTTPX, 2.0), None),
        (Limit(OURS, MISTRALAI3, 2.0), None),
    ],
)
def test_limits(limit: Limit, held: bool | None) -> None:
    assert limit.judge({OURS: [10.0, 30.0, 9.0], HTTPX: [5.0, 15.0, 5.0]})[1] is held


def test_memory_is_not_less_the_bare_interpreter() -> None:
    row = Row("resident", "resident", "MB", "first", "resident", 1, (OURS,))
    measured = {name: [{"resident": 2e7}] for name in ("bare", OURS)}
    assert report.result(row, measured).medians == pytest.approx({OURS: 20.0})


def test_spread_is_half_of_what_lies_between_the_quarters() -> None:
    assert report.spread([1, 2, 3, 4, 5, 6, 100]) == 2
    assert report.spread([7]) == 0
    assert report.cell([1.0, 2.0, 3.0]) == "2.00 ±1.00"
    assert report.cell([]) == ""


def test_the_table_has_a_line_for_each_limit() -> None:
    table = report.lines([report.result(ROW, runs(ours=[0.02], httpx=[0.05]))])
    assert [line[-3:] for line in table] == [
        ("0.4", "≤ 0.5 of httpx by hand", "yes"),
        ("", "≤ 1/12 of mistralai 3.7.0", "not measured"),
        ("20", "≤ 100", "yes"),
    ]
    assert all(line.count("|") == len(report.HEADINGS) + 1 for line in report.markdown(table).splitlines())
    assert report.screen(table).startswith("work ")


def test_the_picture_is_svg_with_a_bar_for_each_column() -> None:
    svg = picture.picture([report.result(ROW, runs(ours=[0.02], httpx=[0.05])), report.result(ROW, {})])
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    bars = [float(bar.attrib["width"]) for bar in root.iter(f"{space}rect")][1:]
    assert bars == [pytest.approx(bars[1] * 0.4, abs=0.1), picture.LONGEST]
    assert "2.50x" in svg
    assert "38,000x" not in picture.picture([report.result(ROW, runs(ours=[0.00001], httpx=[0.38]))])


def test_the_picture_leaves_out_what_compares_nothing() -> None:
    assert "import" not in picture.picture([report.result(ROW, runs(ours=[0.02]))])


def test_the_rows_hang_together() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.unit in report.UNITS
        assert row.task in {*tasks.TASKS, *LESS_BARE, "size"}
        assert {limit.of for limit in row.limits} | {limit.against or OURS for limit in row.limits} <= set(row.peers)
        assert row.runs >= 7 or row.task == "size"
    assert set(FIRSTS) == set(ALL)
    assert set(IMPORTS) == set(ALL) - {OURS2}
    for code in (*IMPORTS.values(), *FIRSTS.values()):
        ast.parse(code)


def test_growth_is_seen_behind_a_cost_that_is_shared() -> None:
    assert growth.worst_step([10.0, 2.0, 1.0, 1.2]) == pytest.approx(1.2)
    assert growth.worst_step([10.0, 2.0, 1.0, 5.0]) == pytest.approx(5.0)


def test_small_and_large_files_have_their_size(tmp_path: Path) -> None:
    bench = Bench(1, 2, tmp_path)
    assert bench.url(7) == "http://127.0.0.1:1/7"
    assert bench.file(0).stat().st_size == 3000
    assert bench.file(2).stat().st_size == 2_000_000


class Pipe(asyncio.Transport):
    """Keeps what the server writes."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""

    def write(self, data: Any) -> None:
        self.sent += data


def served(*parts: bytes) -> tuple[bytes, bytes]:
    connection, pipe = server.Connection(), Pipe()
    connection.connection_made(pipe)
    for part in parts:
        connection.data_received(part)
    head, _, body = pipe.sent.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    return head, body


def test_the_server_answers_everything_that_is_measured() -> None:
    _, body = served(b"GET /3/v1/audio/voices?limit=100 HTTP/1.1\r\n", b"\r\n")
    assert len(json.loads(body)["items"]) == 3
    _, body = served(b"GET /5/v2/audio/voices?page_size=2&page_token=4 HTTP/1.1\r\n\r\n")
    page = json.loads(body)
    assert [each["name"] for each in page["data"]] == ["Voice 4"]
    assert page["next_page_token"] is None
    _, body = served(b"POST /1/v1/audio/voices HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc", b"def")
    assert json.loads(body)["name"] == "Voice 0"
    head, audio = served(b"GET /1/v1/audio/voices/v1/sample HTTP/1.1\r\nAccept: audio/wav\r\n\r\n")
    assert b"audio/wav" in head
    _, text = served(b"GET /1/v1/audio/voices/text/sample HTTP/1.1\r\nAccept: audio/wav\r\n\r\n")
    assert base64.b64decode(json.loads(text)) == audio


def test_the_budget_holds_now() -> None:
    known = json.loads(budget.FILE.read_text(encoding="utf-8"))
    assert set(known["calls"]) == set(budget.calls())
    assert list(budget.problems(known, known["modules"], known["calls"])) == []


def test_the_budget_can_be_exceeded() -> None:
    allowed = {"modules": ["json"], "calls": {"get, ours": 50}}
    few = list(budget.problems(allowed, ["json"], {"get, ours": 54}))
    many = list(budget.problems(allowed, ["json", "httpx"], {"get, ours": 56}))
    assert few == []
    assert len(many) == 2
    assert "httpx" in many[0]
    assert "get, ours makes 56 calls, 55 are allowed" in many[1]
    assert all("--write" in each for each in many)


def test_counting_sees_our_calls_and_all_calls() -> None:
    namespace: dict[str, Any] = {"__name__": "mistral_voices.example"}
    exec("def ours():\n    return len('abc')", namespace)
    with budget.Counting() as counts:
        namespace["ours"]()
        os.getpid()
    assert counts == {"ours": 1, "all": 3}
