"""The bench judges rightly: medians, limits, page, picture; its server responds; its budget can be exceeded."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
import xml.etree.ElementTree as ET
from typing import Any
from urllib.request import Request, urlopen

import pytest

from scripts.bench import budget, environments, growth, measure, server, table, tasks
from scripts.bench.table import OURS, ROWS, TITLES, UNITS, Row, judge

LIMITS = ("ours ≤ 0.5 httpx", "ours ≤ 1/12 httpx2", "ours ≤ 100 ms")
ALONE = Row("alone", "alone", "MB", "alone", 1, (OURS,), ("ours ≤ 1 MB",))
ROW = Row("import", "import", "ms CPU", "import", 3, (OURS, "httpx", "httpx2"), LIMITS)


def result(row: Row = ROW, metric: str = "cpu", **columns: list[float]) -> table.Result:
    return table.result(row, {name: [{metric: value} for value in values] for name, values in columns.items()})


def test_a_row_takes_off_the_bare_interpreter_but_of_memory() -> None:
    found = result(bare=[0.010, 0.011, 0.009], ours=[0.030, 0.090, 0.028], httpx=[0.07, 0.05, 0.06])
    assert found.medians == pytest.approx({OURS: 20.0, "httpx": 50.0})
    assert result(ALONE, "memory", bare=[2e7], ours=[2e7]).medians == pytest.approx({OURS: 20.0})


def test_limits() -> None:
    values = {OURS: [10.0, 30.0, 9.0], "httpx": [5.0, 15.0, 5.0]}
    for limit in ("ours ≤ 2 httpx", "ours ≥ 2 httpx", "ours ≤ 10 MB"):
        assert judge(limit, values)[1] is True
    for limit in ("ours ≤ 1.9 httpx", "ours ≥ 2.1 httpx", "ours ≤ 9 MB"):
        assert judge(limit, values)[1] is False
    assert judge("ours-httpx2 ≤ 2 httpx", values) == judge("ours ≤ 2 mistralai-3", values) == (None, None)
    assert table.broken([result(ours=[0.2], httpx=[0.3], httpx2=[1.0])]) == [
        "import: 0.667 is not ≤ 0.5 of httpx by hand",
        "import: 0.2 is not ≤ 1/12 of httpx2 by hand",
        "import: 200 is not ≤ 100 ms",
    ]


def test_the_page_has_a_line_for_each_limit_and_the_picture_a_bar_for_each_column() -> None:
    facts = {"date": "today", "machine": "PC", "missing": ["httpx2 by hand"], "versions": {OURS: ["attrs==1"]}}
    page = table.rendered("RESULTS.md.jinja", [result(ours=[0.02, 0.03, 0.01, 0.02, 0.9], httpx=[0.05])], **facts)
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("|")]
    assert lines[2][:5] == ["import, ms CPU", "20.0 ±5.00", "", "", "50.0"]
    assert [line[-1] for line in lines[2:]] == ["yes", "not measured", "yes"]
    for text in ("\nEvery limit is held.\n", "column is empty: httpx2 by hand.", "\n- ours: attrs==1\n"):
        assert text in page
    svg = table.rendered("results.svg.jinja", [result(ours=[0.02], httpx=[0.05]), result(ALONE, "memory", ours=[1.0])])
    bars = [float(bar.attrib["width"]) for bar in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert bars == [pytest.approx(bars[1] * 0.4, abs=0.1), 448]
    assert "2.50x" in svg
    assert "alone" not in svg


def test_the_table_hangs_together() -> None:
    assert sum(len(row.limits) for row in ROWS) == 33
    for row in ROWS:
        assert row.unit in UNITS
        assert row.task in {*tasks.TASKS, *measure.WHOLE, "size"}
        assert all({*limit.split()} & TITLES.keys() <= {*row.peers} for limit in row.limits)
    assert growth.worst_step([10.0, 2.0, 1.0, 5.0]) == pytest.approx(5.0)


def fetch(url: str, **options: Any) -> Any:
    with urlopen(Request(url, **options), timeout=10) as response:
        return response.read()


def test_the_server_responds_to_everything_that_is_measured() -> None:
    with measure.serving() as bench:
        assert len(json.loads(fetch(f"{bench.url(3)}/v1/audio/voices?limit=100"))["items"]) == 3
        page = json.loads(fetch(f"{bench.url(5)}/v2/audio/voices?page_size=2&page_token=4"))
        assert ([each["name"] for each in page["data"]], page["next_page_token"]) == (["Voice 4"], None)
        assert json.loads(fetch(f"{bench.url(1)}/v1/audio/voices", data=bytes(1_000_000)))["name"] == "Voice 0"
        accept = {"headers": {"Accept": "audio/wav"}}
        audio = fetch(f"{bench.url(1)}/v1/audio/voices/v1/sample", **accept)
        assert (audio[: len(server.BLOCK)], len(audio)) == (server.BLOCK, 999_999)
        assert base64.b64decode(json.loads(fetch(f"{bench.url(1)}/v1/audio/voices/text/sample", **accept))) == audio


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(environments.ProcessError, match="ZeroDivisionError"):
        measure.run(sys.executable, "-c", "1 / 0")
    assert measure.run(sys.executable, "-c", "print(sum(range(3_000_000)))")[0]["cpu"] > 0.01


def test_the_budget_holds_and_can_be_exceeded() -> None:
    known = json.loads(budget.FILE.read_text(encoding="utf-8"))
    assert set(known["calls"]) == set(asyncio.run(budget.calls()))
    allowed = {"modules": ["json"], "calls": {"get, ours": 50}}
    assert list(budget.problems(allowed, ["json"], {"get, ours": 54})) == []
    found = "".join(budget.problems(allowed, ["json", "httpx"], {"get, ours": 56}))
    assert re.search("load before: httpx.*get, ours makes 56 calls, 55 are allowed", found, re.DOTALL)
