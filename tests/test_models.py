"""What responses are read as: null and odd values in optional members; and how models are named, written and shown."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import logging
import pickle
import typing
from html.parser import HTMLParser
from typing import Any

import pytest

from mistral_voices import errors, models

from .harness import PAGE, VOICE, ClientKind

LEAST = {**VOICE, "created_at": "2026-01-02T03:04:05+00:00"}
# What an absent member reads as, where that is not None.
ABSENT: dict[str, Any] = {"languages": [], "retention_notice": 30}
# An optional member of a voice, a value that does not fit, and what the log says of it.
ODD: list[tuple[str, Any, str]] = [
    ("age", "30", "age: is a string, expected an integer or null"),
    ("age", 30.5, "age: is a number, expected an integer or null"),
    ("age", True, "age: is a boolean, expected an integer or null"),
    ("age", {"from": 20}, "age: is an object, expected an integer or null"),
    ("languages", ["en", None], "languages[1]: is null, expected a string"),
    ("languages", [["en"]], "languages[0]: is a list, expected a string"),
    ("languages", "en", "languages: is a string, expected a list"),
    ("languages", {}, "languages: is an object, expected a list"),
    ("tags", ["a", 1, None], "tags[1]: is an integer, expected a string"),
    ("tags", "a,b", "tags: is a string, expected a list or null"),
    ("retention_notice", "7", "retention_notice: is a string, expected an integer"),
    ("trimmed_seconds", "0.5", "trimmed_seconds: is a string, expected a number or null"),
    ("slug", 7, "slug: is an integer, expected a string or null"),
    ("type", ["custom"], "type: is a list, expected a string"),
    ("kind", False, "kind: is a boolean, expected a string"),
]
OPTIONAL = [*dict.fromkeys(name for name, _, _ in ODD), "gender", "color", "description"]
KEPT = "it reads as absent, and additional_properties has what was sent"


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give the warnings so far, and forget them."""
    assert {(record.name, record.levelno) for record in caplog.records} <= {("mistral_voices", logging.WARNING)}
    messages = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return messages


@pytest.mark.parametrize(("name", "value", "reason"), ODD)
def test_an_odd_value_reads_as_absent_and_is_kept(
    name: str, value: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    voice = models.VoiceResponse.from_dict({**LEAST, "mood": 1, name: value})
    assert getattr(voice, name) == ABSENT.get(name)
    assert voice.additional_properties == {"mood": 1, name: value}
    assert logged(caplog) == [f"VoiceResponse.{reason}; {KEPT}"]
    absent = models.VoiceResponse.from_dict(LEAST).to_dict()
    assert voice.to_dict() == {**absent, "mood": 1, name: value}
    assert pickle.loads(pickle.dumps(voice)) == copy.deepcopy(voice) == voice


@pytest.mark.parametrize("name", OPTIONAL)
def test_null_reads_as_absent(name: str, caplog: pytest.LogCaptureFixture) -> None:
    voice = models.VoiceResponse.from_dict({**LEAST, name: None})
    assert voice == models.VoiceResponse.from_dict(LEAST)
    assert (voice.additional_properties, getattr(voice, name), logged(caplog)) == ({}, ABSENT.get(name), [])


def test_what_is_set_since_wins_over_what_was_sent() -> None:
    voice = models.VoiceResponse.from_dict({**LEAST, "age": "30", "languages": "en", "type": 1})
    voice.age, voice.type_ = 31, "custom"
    assert {name: voice.to_dict()[name] for name in ("age", "languages", "type")} == {
        "age": 31,
        "languages": "en",
        "type": "custom",
    }


def test_a_page_of_odd_voices_gives_one_line_for_each_member(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    odd = [{**VOICE, "id": f"v{number}", "age": "30", "languages": ["en", number or None]} for number in range(99)]
    server = client_kind.replies({**PAGE, "items": [VOICE, *odd]})
    mistral = client_kind.mistral(server)
    for _ in range(2):
        page = client_kind.call(mistral, "list")
        assert [voice.age for voice in page.items] == [None] * 100
        assert [voice.additional_properties.get("age") for voice in page.items] == [None, *["30"] * 99]
        assert logged(caplog) == [
            f"VoiceResponse.languages[1]: is null, expected a string, 99 times; {KEPT}",
            f"VoiceResponse.age: is a string, expected an integer or null, 99 times; {KEPT}",
        ]
    client_kind.call(client_kind.mistral(client_kind.replies(PAGE)), "list")
    assert logged(caplog) == []


def test_what_is_required_stays_strict(client_kind: ClientKind, caplog: pytest.LogCaptureFixture) -> None:
    for items, place in (([VOICE, {**VOICE, "age": "30"}, {"id": "v3"}], "items[2].name"), (["v1"], "items[0]")):
        with pytest.raises(errors.ResponseValidationError) as caught:
            client_kind.call(client_kind.mistral(client_kind.replies({**PAGE, "items": items})), "list")
        assert str(caught.value.cause).startswith(f"{place}: is ")
    assert [message for message in logged(caplog) if "absent" in message] == []


def test_optional_models_and_lists_of_them(caplog: pytest.LogCaptureFixture) -> None:
    entry: dict[str, Any] = {"loc": [], "msg": "no", "type": "t"}
    body = {"detail": [{**entry, "ctx": "text"}, {**entry, "ctx": {"ge": 1}}]}
    found = models.HTTPValidationError.from_dict(body).detail
    assert [(each.ctx, each.additional_properties) for each in found] == [
        (None, {"ctx": "text"}),
        (models.ValidationErrorCtx.from_dict({"ge": 1}), {}),
    ]
    assert logged(caplog) == [f"ValidationError.ctx: is a string, expected an object; {KEPT}"]
    bad = models.HTTPValidationError.from_dict({"detail": [entry, {"loc": []}]})
    assert (bad.detail, bad.to_dict()) == ([], {"detail": [entry, {"loc": []}]})
    assert logged(caplog) == [f"HTTPValidationError.detail[1].msg: is missing, expected a string; {KEPT}"]


MODELS: list[type[Any]] = [getattr(models, name) for name in models.__all__]


@pytest.mark.parametrize("model", MODELS)
def test_annotations_can_be_evaluated(model: type[Any]) -> None:
    hints = typing.get_type_hints(model)
    assert {*hints} == {*inspect.signature(model).parameters} | ({*hints} & {"additional_properties"})
    for method in ("__init__", "to_dict", *(["from_dict"] if hasattr(model, "from_dict") else [])):
        assert typing.get_type_hints(getattr(model, method))["return"] is not None or method == "__init__"


def test_names_that_python_has_for_itself() -> None:
    voice = models.VoiceResponse.from_dict({**VOICE, "type": "preset"})
    assert voice.type == voice.type_ == "preset"
    voice.type = "new"
    assert (voice.type_, voice.to_dict()["type"]) == ("new", "new")
    assert ("type_='new'" in repr(voice), " type=" in repr(voice)) == (True, False)
    invalid = models.ValidationError(loc=[], msg="no", type_="t", input_=3)
    assert (invalid.type, invalid.input) == ("t", 3)
    error = models.ErrorResponse(object_="error", message="no")
    assert (error.object, error.type) == ("error", None)
    renamed = [field.name for model in MODELS if dataclasses.is_dataclass(model) for field in dataclasses.fields(model)]
    assert {name for name in renamed if name.endswith("_")} == {"type_", "input_", "object_"}


MARKUP = "<b onclick='x'>&amp; \"</td>"
FULL = {**LEAST, "name": f"Zoë {MARKUP}", "languages": ["en", "<i>"], "type": "custom", "mood": {"<u>": [MARKUP]}}


@pytest.mark.parametrize("name", ["Zoë 😀", 'a "quoted"\nname', "half of a pair \ud83d"])
def test_json_is_what_the_api_sends(name: str) -> None:
    sent = {**FULL, "name": name, "age": "30"}
    voice = models.VoiceResponse.from_dict(sent)
    for text in (voice.to_json(), voice.to_json(indent=2)):
        assert json.loads(text.encode()) == {**models.VoiceResponse.from_dict(LEAST).to_dict(), **sent}
        assert models.VoiceResponse.from_dict(json.loads(text)) == voice
    assert ("\n" in voice.to_json(), "\n  " in voice.to_json(indent=2)) == (False, True)
    assert ("Zoë 😀" in voice.to_json()) == (name == "Zoë 😀")
    page = models.VoiceListResponse.from_dict({**PAGE, "items": [sent], "more": 1})
    assert json.loads(page.to_json()) == {**PAGE, "items": [voice.to_dict()], "more": 1}
    request = models.VoiceCreateRequest(name=name, sample_audio="UklGRg==", tags=None)
    assert json.loads(request.to_json()) == {"name": name, "sample_audio": "UklGRg==", "tags": None}


def pages(*voices: dict[str, Any]) -> list[Any]:
    """Give both kinds of page with the same voices."""
    by_offset = models.VoiceListResponse.from_dict({**PAGE, "items": list(voices), "total": len(voices)})
    return [by_offset, models.VoiceListPage.from_dict({"data": list(voices), "next_page_token": MARKUP})]


def test_repr_is_without_what_is_absent_and_cut() -> None:
    short = "id='v1', name='Ada', created_at=2026-01-02T03:04:05+00:00, user_id='u1', languages=[], retention_notice=30"
    assert repr(models.VoiceResponse.from_dict(LEAST)) == f"VoiceResponse({short})"
    odd = models.VoiceResponse.from_dict({**LEAST, "age": "30", "tags": [], "name": "a\nb\u202e"})
    assert str(odd).startswith("VoiceResponse(id='v1', name='a\\nb\\u202e', ")
    assert str(odd).endswith(", languages=[], tags=[], retention_notice=30, additional_properties={'age': '30'})")
    assert repr(models.VoiceResponse.__new__(models.VoiceResponse)) == "VoiceResponse()"  # one that is half made
    for number, more in ((1, []), (20, []), (21, ["  ... and 1 more"]), (2000, ["  ... and 1,980 more"])):
        for page in pages(*[LEAST] * number):
            first, *lines, last = repr(page).splitlines()
            assert first in ("VoiceListResponse(items=[", "VoiceListPage(data=[")
            assert lines == [f"  VoiceResponse({short}),"] * min(number, 20) + more
            assert last[:3] == "], "
    assert repr(pages()[0]) == "VoiceListResponse(items=[], total=0, page=1, page_size=10, total_pages=1)"


class Parsed(HTMLParser):
    """The tags and the text of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Any]] = []
        self.cells: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, attrs))
        if tag in ("caption", "th", "td", "p"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.cells[-1] += data


PLAIN = {("table", (("class", "tex2jax_ignore mathjax_ignore"),)), *[(tag, ()) for tag in ["thead", "tbody", "tr"]]}
PLAIN |= {(tag, ()) for tag in ("caption", "th", "td", "p")}


def test_html_of_a_voice_and_of_a_page() -> None:
    voice = models.VoiceResponse.from_dict({**FULL, MARKUP: 1, "a\ud83d": "$x$", "long": "&" * 101})
    found = Parsed(voice._repr_html_())
    names = ["id", "name", "created_at", "user_id", "languages", "retention_notice", "type", "mood"]
    texts = ["v1", FULL["name"], "2026-01-02 03:04:05+00:00", "u1", "en, <i>", "30", "custom", str(FULL["mood"])]
    rest = [MARKUP, "1", "a\\ud83d", "$x$", "long", "&" * 100 + "..."]
    assert found.cells == ["VoiceResponse", *[each for row in zip(names, texts, strict=True) for each in row], *rest]
    for page in pages(FULL, {**LEAST, "color": "red", MARKUP: MARKUP}):
        shown = Parsed(page._repr_html_())
        head = ["id", "name", "created_at", "user_id", "languages", "retention_notice", "type", "mood", "color", MARKUP]
        assert shown.cells[1:11] == head
        second = ["v1", "Ada", "2026-01-02 03:04:05+00:00", "u1", "", "30", "", "", "red", MARKUP]
        assert shown.cells[11:] == [*texts, "", "", *second]
        assert shown.cells[0].startswith(f"{type(page).__name__}, ")
        assert {(tag, tuple(attrs)) for tag, attrs in [*shown.tags, *found.tags]} <= PLAIN


def test_html_is_cut() -> None:
    for number, notes in ((20, []), (21, ["... and 1 more"]), (2000, ["... and 1,980 more"])):
        for page in pages(*[LEAST] * number):
            shown = Parsed(page._repr_html_())
            assert [tag for tag, _ in shown.tags].count("tr") == 1 + min(number, 20)
            assert shown.cells[-len(notes) :] == notes or not notes
    many = {**LEAST, **{f"x{number}": number for number in range(30)}}
    assert Parsed(models.VoiceResponse.from_dict(many)._repr_html_()).cells[-3:] == [
        "x14",
        "14",
        "... and 15 more members",
    ]
    assert Parsed(pages(many)[0]._repr_html_()).cells[-2:] == ["14", "... and 15 more columns"]
    assert Parsed(pages()[0]._repr_html_()).cells[:3] == ["VoiceListResponse", "total", "0"]
