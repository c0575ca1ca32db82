"""The folder of a backup: what it refuses to read, and what survives being cut off."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from mistral_voices.cli.backup import yaml_text
from mistral_voices.cli.backup.folder import Backup, Entry, Folder
from mistral_voices.cli.backup.journal import Journal

SAMPLE = {"file": "samples/a.wav", "sha256": "0", "size": 1, "content_type": "audio/wav"}
GOOD: dict[str, Any] = {
    "version": 1,
    "server": "s",
    "voices": [{"voice": {"id": "a", "name": "Ada"}, "sample": SAMPLE}],
}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "this is no backup"),
        ({**GOOD, "version": 2}, "version 2"),
        ({**GOOD, "server": None}, "this is no backup"),
        ({**GOOD, "voices": [{"name": "Ada"}]}, r"voices\[0\].voice has no id"),
        ({**GOOD, "voices": GOOD["voices"] * 2}, "stands there twice"),
        (
            {**GOOD, "voices": [{**GOOD["voices"][0], "sample": {"file": "samples/a.wav"}}]},
            "needs file, sha256 and size",
        ),
        *(
            ({**GOOD, "voices": [{**GOOD["voices"][0], "sample": {**SAMPLE, "file": file}}]}, "not in the folder")
            for file in ("/etc/passwd", "samples/../../x", "samples/..", "x.wav", "samples\\x", "samples/a/b")
        ),
        ("voices: [", "line 1"),
    ],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, document: Any, message: str) -> None:
    text = document if isinstance(document, str) else yaml.safe_dump(document)
    (tmp_path / "voices.yaml").write_text(text)
    with pytest.raises(ValueError, match=message):
        Folder(tmp_path).read()


@pytest.mark.parametrize(
    "name", ["Ada", "yes", "1.0", "a: b", "- x", "\u2028\x7f\x85\x1b[31m", "\ud800", "🎉", "\n\n", ""]
)
def test_any_text_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    folder, voice = Folder(tmp_path), {"id": "a", "name": name, "more": {"x": [1, 2.5, None, True, name]}}
    folder.write(Backup("s", [Entry(voice, None)]))
    found = folder.read()
    assert found is not None
    assert found.voices[0].voice == voice


@pytest.mark.parametrize("dumper", [yaml.SafeDumper, yaml_text.FAST_DUMPER])
@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029", "\r", "\n", "\r\n"])
def test_no_end_of_a_line_is_lost(dumper: Any, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "FAST_DUMPER", dumper)  # PyYAML may be without libyaml
    for half in ("", "\ud800"):  # which only Python's own dumper writes
        value = {f"a{end}b": [f"Wait{end} what{half}", f"{end}{end}x", f"x {end}"]}
        (tmp_path / "file").write_text(yaml_text.dump(value), "utf-8", newline="")
        assert yaml_text.read(tmp_path / "file") == value


@pytest.mark.parametrize("dumper", [yaml.SafeDumper, yaml_text.FAST_DUMPER])
def test_readable_text_is_not_escaped(dumper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "FAST_DUMPER", dumper)
    assert yaml_text.dump({"name": "Zoë 名前"}) == "name: Zoë 名前\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- tags: [warm]\n- tags:\n  - 2024-13-45\n", "line 3: .* '2024-13-45' is no timestamp; quote it"),
        ("voices:\n- age: 0x_\n- age: 1\n", "line 2: .* '0x_' is no int"),
        (f"a:\n  b: {'9' * 5000}\n", "line 2: .* is no int"),
        ("a: !!bool x", "line 1: .* 'x' is no bool"),
        ("a: !!timestamp x", "line 1: .* 'x' is no timestamp"),
        ("a: 1\nb: !!int ''", "line 2: .* '' is no int"),
        ("a: 1\nb: x\0\n", "line 2: .* special characters are not allowed: #x0000"),
        ("a: 1\na: 2\n", "line 2: .* 'a' stands there twice"),
        ("a: 1\n---\nb: 2\n", "line 2: .* another document"),
        ("a:\n  " + "[" * 3000, "line 2: .* nested too deeply"),
        ("[" * 200_000, "line 1: .* nested too deeply"),
        ("- " * 3000 + "a", "line 1: .* nested too deeply"),
        ("a:\n- ? " + "{a: " * 300 + "}" * 300, "line 2: .* nested too deeply"),
    ],
    ids=lambda text: str(text)[:30],
)
def test_what_is_no_yaml_is_one_line_that_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(ValueError, match=rf"\A.*file, {message}.*\Z"):
        yaml_text.read(tmp_path / "file")


def test_a_line_that_was_cut_off_was_never_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"a": 1}\n{"b": ')
    assert Journal(path).read() == [{"a": 1}]
    Journal(path).add({"c": 3})
    assert Journal(path).read() == [{"a": 1}, {"c": 3}]


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"a": 1}\n[]\nnonsense\n')
    with pytest.raises(ValueError, match="line 3"):
        Journal(path).read()


def test_a_full_disk_leaves_no_half_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal")
    journal.add({"a": 1})
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left"):
            journal.add({"b": 2})
    journal.add({"c": 3})
    assert journal.read() == [{"a": 1}, {"c": 3}]


def test_lines_of_many_threads_are_all_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, fsync, failures = Journal(tmp_path / "journal"), os.fsync, iter([False, True] * 3 + [False] * 100)

    def failing_fsync(file: int) -> None:
        fsync(file)
        if next(failures):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", failing_fsync)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(journal.add, {"n": number}) for number in range(40)]
    written = [number for number, future in enumerate(futures) if future.exception() is None]
    assert len(written) == 37
    assert sorted(line["n"] for line in journal.read()) == written


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda text: text, id="as it is written"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="saved on Windows"),
        pytest.param(lambda text: f"{text}more: 1\n", id="more below"),
        pytest.param(lambda text: yaml.safe_dump(yaml.safe_load(text), default_flow_style=True), id="in one line"),
        pytest.param(lambda text: json.dumps(yaml.safe_load(text), default=str), id="JSON"),
    ],
)
def test_a_file_that_people_edited_is_read_as_well(tmp_path: Path, form: Callable[[str], str]) -> None:
    folder = Folder(tmp_path)
    folder.write(Backup("s", [Entry({"id": each, "name": "- a\nvoices:\n- b"}, None, "late") for each in "abc"]))
    wanted = folder.read()
    file = tmp_path / "voices.yaml"
    file.write_text(form(file.read_text()), newline="")
    assert folder.read() == wanted
    assert wanted is not None
    assert [entry.id for entry in wanted.voices] == ["a", "b", "c"]
