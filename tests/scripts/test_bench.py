"""The bench judges rightly: medians, limits, page, picture; its server responds; its budget can be exceeded."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from scripts.bench import budget, environments, growth, measure, report, server, tasks
from scripts.bench.rows import OURS, PEERS, ROWS, TITLES, UNITS, Row, judge

LIMITS = ("ours ≤ 0.5 httpx", "ours ≤ 1/12 mistralai-3", "ours ≤ 100 ms")
ROW = Row("import", "import", "ms CPU", "import", 3, (OURS, "httpx", "mistralai-3"), LIMITS)


def result(row: Row = ROW, metric: str = "cpu", **columns: list[float]) -> report.Result:
    runs = {name.replace("_", "-"): [{metric: value} for value in values] for name, values in columns.items()}
    return report.result(row, runs)


def test_a_row_takes_off_the_bare_interpreter_and_judges_its_limits() -> None:
    found = result(bare=[0.010, 0.011, 0.009], ours=[0.030, 0.090, 0.028], httpx=[0.07, 0.05, 0.06])
    assert found.medians == pytest.approx({OURS: 20.0, "httpx": 50.0})
    assert [(ratio, held) for ratio, _, held in found.verdicts()] == [
        ("0.36", "yes"),
        ("", "not measured"),
        ("20", "yes"),
    ]
    assert not report.broken([found])
    assert report.broken([result(ours=[0.2], httpx=[0.3], mistralai_3=[1.0])]) == [
        "import: 0.667 is not ≤ 0.5 of httpx by hand",
        "import: 0.2 is not ≤ 1/12 of mistralai 3.7.0",
        "import: 200 is not ≤ 100 ms",
    ]


def test_memory_is_not_less_the_bare_interpreter() -> None:
    row = Row("resident", "resident", "MB", "first", 1, (OURS,))
    assert result(row, "memory", bare=[2e7], ours=[2e7]).medians == pytest.approx({OURS: 20.0})


def test_limits() -> None:
    values = {OURS: [10.0, 30.0, 9.0], "httpx": [5.0, 15.0, 5.0]}
    held = ("ours ≤ 2 httpx", "ours ≥ 2 httpx", "ours ≤ 10 MB")
    assert [judge(limit, values)[1] for limit in held] == [True] * 3
    broken = ("ours ≤ 1.9 httpx", "ours ≥ 2.1 httpx", "ours ≤ 9 MB")
    assert [judge(limit, values)[1] for limit in broken] == [False] * 3
    assert judge("ours-httpx2 ≤ 2 httpx", values) == judge("ours ≤ 2 mistralai-3", values) == (None, None)


def test_the_page_has_a_line_for_each_limit() -> None:
    results = [result(ours=[0.02, 0.03, 0.01, 0.02, 0.9], httpx=[0.05])]
    page = report.rendered(
        "RESULTS.md.jinja", results, date="today", machine="PC", missing=["httpx2 by hand"], versions={}
    )
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("|")]
    assert [line[-3:] for line in lines[2:]] == [
        ["0.4", "≤ 0.5 of httpx by hand", "yes"],
        ["", "≤ 1/12 of mistralai 3.7.0", "not measured"],
        ["20", "≤ 100 ms", "yes"],
    ]
    assert lines[2][:4] == ["import, ms CPU", "20.0 ±5.00", "", "50.0"]
    assert "Every limit is held." in page
    assert "Not installed, so the column is empty: httpx2 by hand." in page


def test_the_picture_is_svg_with_a_bar_for_each_column_that_compares() -> None:
    alone = Row("alone", "alone", "MB", "alone", 1, (OURS,), ("ours ≤ 1 MB",))
    svg = report.rendered("results.svg.jinja", [result(ours=[0.02], httpx=[0.05]), result(alone, "memory", ours=[1.0])])
    bars = [float(bar.attrib["width"]) for bar in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert bars == [pytest.approx(bars[1] * 0.4, abs=0.1), 448]
    assert "2.50x" in svg
    assert "alone" not in svg


def test_the_table_hangs_together() -> None:
    assert sum(len(row.limits) for row in ROWS) == 31
    for row in ROWS:
        assert row.unit in UNITS
        assert row.task in {*tasks.TASKS, *measure.WHOLE, "size"}
        for limit in row.limits:
            assert {*limit.split()} & TITLES.keys() <= {*row.peers}
            assert limit.split()[0] in row.peers
    for peer in PEERS.values():
        compile(f"{peer['start']}\n{peer.get('idle', '')}\n{peer['first']}", peer["title"], "exec")
    assert growth.worst_step([10.0, 2.0, 1.0, 5.0]) == pytest.approx(5.0)


def test_the_server_responds_to_everything_that_is_measured(tmp_path: Path) -> None:
    def fetch(bench: measure.Bench, path: str, **options: Any) -> tuple[str, bytes]:
        with urlopen(Request(bench.plain + path, **options), timeout=10) as response:
            return response.headers["content-type"], response.read()

    with measure.serving() as bench:
        assert len(json.loads(fetch(bench, "/3/v1/audio/voices?limit=100")[1])["items"]) == 3
        page = json.loads(fetch(bench, "/5/v2/audio/voices?page_size=2&page_token=4")[1])
        assert ([each["name"] for each in page["data"]], page["next_page_token"]) == (["Voice 4"], None)
        assert json.loads(fetch(bench, "/1/v1/audio/voices", data=bench.file(0).read_bytes())[1])["name"] == "Voice 0"
        media_type, audio = fetch(bench, "/1/v1/audio/voices/v1/sample", headers={"Accept": "audio/wav"})
        assert (media_type, audio[: len(server.BLOCK)], len(audio)) == ("audio/wav", server.BLOCK, 999_999)
        text = fetch(bench, "/1/v1/audio/voices/text/sample", headers={"Accept": "audio/wav"})[1]
        assert base64.b64decode(json.loads(text)) == audio


def test_a_process_that_fails_says_why_and_costs_are_counted() -> None:
    with pytest.raises(environments.ProcessError, match="ZeroDivisionError"):
        environments.run(sys.executable, "-c", "1 / 0")
    numbers, said = measure.run(sys.executable, "-c", "print(sum(range(3_000_000)))")
    assert said == "4499998500000\n"
    assert 0.01 < numbers["cpu"] < numbers["wall"] + 0.5


def test_the_budget_holds_and_can_be_exceeded() -> None:
    known = json.loads(budget.FILE.read_text(encoding="utf-8"))
    assert set(known["calls"]) == set(asyncio.run(budget.calls()))
    assert list(budget.problems(known, known["modules"], known["calls"])) == []
    allowed = {"modules": ["json"], "calls": {"get, ours": 50}}
    assert list(budget.problems(allowed, ["json"], {"get, ours": 54})) == []
    modules, calls = budget.problems(allowed, ["json", "httpx"], {"get, ours": 56})
    assert "httpx" in modules
    assert "get, ours makes 56 calls, 55 are allowed" in calls
