"""Writing files that are there whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mistral_voices.cli.files import write_whole


def test_nothing_but_a_file_is_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    before = {path.name: path.lstat() for path in tmp_path.iterdir()}
    for name in before:
        with pytest.raises(OSError, match=re.escape(str(tmp_path / name))):
            write_whole(tmp_path / name, ["new"])
    assert {path.name: path.lstat() for path in tmp_path.iterdir()} == before


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept/file")
    for text in ("first", "second"):
        write_whole(tmp_path / "link", [text])
        assert (tmp_path / "kept" / "file").read_text() == text
    assert (tmp_path / "link").is_symlink()
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["file"]


def test_a_link_that_others_put_where_a_file_is_prepared_is_not_followed(tmp_path: Path) -> None:
    (precious := tmp_path / "precious").write_text("precious")
    (tmp_path / ".page.html.part").symlink_to(precious)
    with pytest.raises(OSError, match=r"page\.html"):
        write_whole(tmp_path / "page.html", ["new"])
    write_whole(tmp_path / "page.html", ["new"])
    assert (precious.read_text(), (tmp_path / "page.html").read_text()) == ("precious", "new")
