"""What the page of a backup holds: samples, what is said of voices, its policy; and what `page` refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tracemalloc
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from .conftest import WAV, Ended, in_terminal
from .page_library import hostile_voices, make_backup

Call = Callable[..., Ended]
Attributes = list[tuple[str, str | None]]


class Page(HTMLParser):
    """What a browser finds in a page: elements, and the content of style and script."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.text = file.read_text("ascii")
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.contents: list[str] = []
        self.is_open = False
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.elements.append((tag, dict(attrs)))
        self.contents.append("")
        self.is_open = True

    def handle_endtag(self, tag: str) -> None:
        self.is_open = False

    def handle_data(self, data: str) -> None:
        if self.is_open:
            self.contents[-1] += data

    def all(self, wanted: str) -> list[tuple[dict[str, str | None], str]]:
        pairs = zip(self.elements, self.contents, strict=True)
        return [(attributes, content) for (tag, attributes), content in pairs if tag == wanted]

    @property
    def voices(self) -> list[dict[str, Any]]:
        (content,) = (content for attributes, content in self.all("script") if attributes.get("id") == "voices")
        voices: list[dict[str, Any]] = json.loads(content)["voices"]
        return voices

    @property
    def samples(self) -> dict[str, bytes]:
        return {
            str(attributes["id"]): base64.b64decode(content, validate=True)
            for attributes, content in self.all("script")
            if attributes.get("type") == "text/plain"
        }


def test_the_page_holds_all(user: Path, call: Call) -> None:
    known = {"name": "Chloé", "languages": ["fr"], "tags": ["warm"], "gender": "female", "age": 31, "color": "#c33"}
    preset = ({"name": "Clara", "type": "preset"}, None)
    make_backup(user / "voices", ({**known, "user_id": "u-1", "slug": None}, WAV), preset, ({}, WAV * 40))
    ended = call("page", "voices")
    page = Page(user / "voices.html")
    assert ended == (0, "voices.html\n", f"3 voices, 2 samples, {len(page.text) / 1e6:.1f} MB.\n")
    assert page.samples == {"sample-0": WAV, "sample-2": WAV * 40}
    given = {**known, "age": "31", "id": "id-0", "type": "custom", "content_type": "audio/wav"}
    assert page.voices[0] == given  # and not who made it
    assert page.voices[1]["content_type"] is None
    assert (user / "voices.html").stat().st_mode & 0o777 == 0o600
    assert [*user.glob(".*")] == []


def test_the_policy_lets_nothing_in_but_the_page_itself(user: Path, call: Call) -> None:
    call("page", str(make_backup(user / "voices", ({}, WAV))))
    page = Page(user / "voices.html")
    (policy,) = (each["content"] for each, _ in page.all("meta") if "http-equiv" in each)
    directives = dict(each.strip().split(" ", 1) for each in str(policy).split(";"))

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    (style,) = (content for _, content in page.all("style"))
    (code,) = (content for attributes, content in page.all("script") if not attributes)
    assert directives == {
        "default-src": "'none'",
        "style-src": hashed(style),
        "script-src": hashed(code),
        "media-src": "blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert not {"src", "href", "style"} & {name for _, attributes in page.elements for name in attributes}
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_no_voice_brings_markup(user: Path, call: Call) -> None:
    harmless = [({"languages": ["en"], "tags": ["a"]}, audio) for _, audio in hostile_voices(WAV)]
    call("page", str(make_backup(user / "harmless", *harmless)), "-o", "harmless.html")
    call("page", str(make_backup(user / "hostile", *hostile_voices(WAV))), "-o", "hostile.html")
    page = Page(user / "hostile.html")
    assert page.elements == Page(user / "harmless.html").elements
    shown = [{name: voice[name] for name in ("name", "tags", "description")} for voice in page.voices]
    assert shown == [
        {name: members[name] for name in ("name", "tags", "description")} for members, _ in hostile_voices(WAV)
    ]


@pytest.mark.parametrize(
    ("members", "given"),
    [
        ({"gender": ["a"], "age": {}, "description": None, "color": True}, {"color": "True"}),
        ({"tags": "warm", "languages": None}, {"tags": [], "languages": []}),
        ({"tags": ["a", None, {}, 5], "age": 30}, {"tags": ["a"], "age": "30"}),
    ],
)
def test_members_of_another_type_do_no_harm(
    user: Path, call: Call, members: dict[str, Any], given: dict[str, Any]
) -> None:
    call("page", str(make_backup(user / "voices", (members, None))))
    always: dict[str, Any] = {
        "id": "id-0",
        "name": "Voice 0",
        "type": "custom",
        "tags": [],
        "languages": [],
        "content_type": None,
    }
    assert Page(user / "voices.html").voices == [always | given]


def test_a_file_is_replaced_only_by_force(user: Path, call: Call) -> None:
    make_backup(user / "voices", ({}, WAV))
    (user / "a.html").write_text("mine")
    (user / "a.html").chmod(0o644)
    assert call("page", "voices", "-o", "a.html") == (
        1,
        "",
        "Error: a.html is there already\n--force replaces it.\n",
    )
    assert (user / "a.html").read_text() == "mine"
    assert call("page", "voices", "-o", "a.html", "--force").status == 0
    assert Page(user / "a.html").samples == {"sample-0": WAV}
    assert (user / "a.html").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["pipe", "device", "link"])
def test_what_is_no_regular_file_is_not_replaced(user: Path, call: Call, name: str) -> None:
    make_backup(user / "voices", ({}, WAV))
    os.mkfifo(user / "pipe")
    (user / "device").symlink_to(os.devnull)
    (user / "link").symlink_to("pipe")
    before = (user / name).lstat()
    assert call("page", "voices", "-o", name, "--force") == (
        1,
        "",
        f"Error: {name} is no regular file\n-o - sends the page to standard output.\n",
    )
    assert os.path.samestat((user / name).lstat(), before)


def test_a_link_stays_and_what_it_leads_to_is_written(user: Path, call: Call) -> None:
    make_backup(user / "voices", ({}, WAV))
    (user / "kept").mkdir()
    (user / "a.html").symlink_to("kept/real.html")
    assert call("page", "voices", "-o", "a.html").status == 0
    (user / "kept" / "real.html").write_text("")
    assert call("page", "voices", "-o", "a.html").status == 1
    assert call("page", "voices", "-o", "a.html", "--force").status == 0
    assert (user / "a.html").is_symlink()
    assert Page(user / "kept" / "real.html").samples == {"sample-0": WAV}
    assert [path.name for path in (user / "kept").iterdir()] == ["real.html"]


def test_standard_output(user: Path, call: Call) -> None:
    make_backup(user / "voices", ({}, WAV))
    ended = call("page", "voices", "-o", "-")
    assert (ended.status, ended.err) == (0, "1 voice, 1 sample.\n")
    assert call("page", "voices").status == 0
    assert ended.out == (user / "voices.html").read_text()
    assert in_terminal("page", "voices", "-o", "-").status == 2
    assert [path.name for path in user.iterdir() if path.is_file()] == ["voices.html"]


def test_a_large_page_is_made_on_request_and_a_piece_at_a_time(user: Path, call: Call) -> None:
    samples = [WAV[:44] + bytes([number]) * 10_200_000 for number in range(5)]
    make_backup(user / "voices", *(({}, sample) for sample in samples))
    ended = call("page", "voices")
    assert (ended.status, ended.err) == (
        1,
        "Error: The samples are 51.0 MB: a page of more than 50 MB opens slowly\n--large makes it all the same.\n",
    )
    assert not (user / "voices.html").exists()
    tracemalloc.start()
    try:
        assert call("page", "voices", "--large").status == 0
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    with (user / "voices.html").open("rb") as file:
        found = re.findall(rb'id="sample-(\d)">(.{60})', file.read())
    assert found == [(b"%d" % number, base64.b64encode(sample)[:60]) for number, sample in enumerate(samples)]


def test_a_damaged_sample_is_not_played_as_the_voice(user: Path, call: Call) -> None:
    make_backup(user / "voices", *(({"name": name}, WAV) for name in ("Ada", "Bea", "Cid")))
    ada, bea, _ = sorted((user / "voices" / "samples").iterdir())
    ada.unlink()
    bea.write_bytes(WAV[:-2] + b"\1\1")
    ended = call("page", "voices")
    assert (ended.status, ended.out) == (1, "voices.html\n")
    assert f"Without its sample: {Path('voices', 'samples', ada.name)} is missing\n" in ended.err
    assert f"Without its sample: {Path('voices', 'samples', bea.name)} holds other bytes than it did\n" in ended.err
    page = Page(user / "voices.html")
    assert page.samples == {"sample-2": WAV}
    assert [voice["content_type"] for voice in page.voices] == [None, None, "audio/wav"]


@pytest.mark.parametrize(("folder", "message"), [("nowhere", "There is no folder nowhere"), (".", "holds no backup")])
def test_what_is_no_backup_makes_no_page(user: Path, call: Call, folder: str, message: str) -> None:
    ended = call("page", folder)
    assert ended.status == 1
    assert message in ended.err
    assert [*user.iterdir()] == []


def test_the_backup_is_looked_at_before_the_output(user: Path, call: Call) -> None:
    (user / "voices.html").write_text("mine")
    (user / "damaged").mkdir()
    (user / "damaged" / "voices.yaml").write_text("voices: [")
    for folder, message in {"absent": "There is no folder", ".": "holds no backup", "damaged": "line 1"}.items():
        assert message in call("page", folder).err
    make_backup(user / "large", ({}, WAV + bytes(50_000_001)))
    assert "is there already" in call("page", "large").err
    assert (user / "voices.html").read_text() == "mine"


def test_json_says_what_was_made(user: Path, call: Call) -> None:
    make_backup(user / "voices", ({}, WAV), ({}, None))
    made = json.loads(call("page", "voices", "--json").out)
    size = (user / "voices.html").stat().st_size
    assert made == {"page": {"file": "voices.html", "size": size, "voices": 2, "samples": 1, "damaged": []}}


def test_a_page_of_no_voices(user: Path, call: Call) -> None:
    assert call("page", str(make_backup(user / "voices"))).status == 0
    assert Page(user / "voices.html").voices == []
