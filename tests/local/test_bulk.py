from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_voices.local import VoicesServer, _document, _quick
from mistral_voices.local._seed import make_voice
from mistral_voices.local._validation import find_problems

from .conftest import KEY, VOICES
from .test_operations import PRESETS

VOICE = {
    "id": "é",
    "name": "Ada",
    "slug": "ada",
    "gender": "female",
    "languages": ["en", "ü"],
    "age": 30,
    "tags": ["warm"],
    "description": "low",
    "trimmed_seconds": 0.5,
    "retention_notice": 7,
    "type": "preset",
    "kind": "pvc",
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=600),
    st.just("\ud800"),
    st.sampled_from(["custom", "ivc", "x" * 501]),
    st.lists(st.one_of(st.text(), st.integers(), st.none(), st.just("\ud800"))),
    st.dictionaries(st.text(), st.integers()),
)


def quick_check() -> _quick.Check:
    return _quick.make_check(_document.packaged_document()._content["components"]["schemas"]["VoiceResponse"])


def test_the_quick_check_knows_every_rule_of_a_voice() -> None:
    # Else seeding were right all the same, but twenty times as slow.
    for members in ({}, VOICE, dict.fromkeys(("slug", "gender", "age", "tags", "color", "description"))):
        assert quick_check()(make_voice(_document.packaged_document(), {"id": "a", "name": "Ada", **members}))


@given(st.dictionaries(st.sampled_from([*VOICE, "user_id", "created_at", "colour"]), ODD, min_size=1))
def test_the_quick_check_passes_nothing_wrong(members: dict[str, Any]) -> None:
    document = _document.packaged_document()
    voice: Any = make_voice(document, {**VOICE, **members})
    if quick_check()(voice):
        schema = document._content["components"]["schemas"]["VoiceResponse"]
        assert find_problems(document._validator(schema), voice, []) == []


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"id": "a"}])
def test_the_quick_check_takes_any_value(value: object) -> None:
    assert not quick_check()(value)


def test_a_rule_it_does_not_know_makes_it_say_no() -> None:
    assert _quick.make_check({"type": "string", "maxLength": 2})("ab")
    unknown: list[dict[str, Any]] = [{"type": "string", "pattern": "a"}, {"type": ["string", "null"]}, {"type": "text"}]
    unknown += [{"maxLength": 2}, {"$ref": "#/components/schemas/VoiceResponse"}, {}]
    for schema in unknown:
        assert not _quick.make_check(schema)("ab")
        assert not _quick.make_check(schema)(1)


def test_a_seed_of_thousands() -> None:
    seed = [{"id": f"id {number}", "name": "Ada", "sample_audio": "QUJD"} for number in range(2_500)]
    with VoicesServer(seed=iter(seed)) as server, server.client(headers=KEY) as client:
        page = client.get(VOICES, params={"limit": 5, "offset": 2_496}).json()
        assert page["total"] == 2_500 + PRESETS
        assert [voice["id"] for voice in page["items"][:4]] == [f"id {number}" for number in range(2_496, 2_500)]
        assert client.get(f"{VOICES}/id%202499/sample").content == b"ABC"
