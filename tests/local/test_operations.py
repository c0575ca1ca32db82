from __future__ import annotations

import base64
import functools
import io
import json
import uuid
import wave
from datetime import datetime
from importlib import resources
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from mistral_voices.local import VoicesServer

from .conftest import KEY, VOICES, Door

PRESETS = 3


@functools.cache
def document() -> Any:
    return yaml.safe_load(resources.files("mistral_voices_api").joinpath("voices.yaml").read_text("utf-8"))


def fits(schema: str, value: Any) -> None:
    reference = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
    jsonschema.Draft202012Validator(reference).validate(value)


def create(client: httpx.Client, **members: Any) -> Any:
    answer = client.post(VOICES, json={"name": "Ada", "sample_audio": "UklGRg==", **members})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_life_of_a_voice(door: Door) -> None:
    voice = door.create("Ada", languages=["en"], color=None, accent="unknown member", trimmed_seconds=9)
    fits("VoiceResponse", voice)
    assert uuid.UUID(voice["id"]).version == 4
    assert datetime.fromisoformat(voice["created_at"]).tzinfo is not None
    made = {key: value for key, value in voice.items() if key not in ("id", "created_at", "user_id")}
    assert made == {
        "name": "Ada",
        "slug": None,
        "languages": ["en"],
        "gender": None,
        "age": None,
        "tags": None,
        "color": None,
        "description": None,
        "retention_notice": 30,
        "trimmed_seconds": 0.0,
        "type": "custom",
        "kind": "ivc",
    }
    place = f"{VOICES}/{voice['id']}"
    assert door.send("GET", place).json() == voice
    changed = door.send("PATCH", place, json={"name": "Eva"}).json()
    assert changed == voice | {"name": "Eva"}
    assert changed in door.send("GET", params={"limit": 100}).json()["items"]
    assert door.send("DELETE", place).json() == changed
    for method in ("GET", "DELETE"):
        answer = door.send(method, place)
        assert answer.status_code == 404
        fits("ErrorResponse", answer.json())
    assert door.send("GET", f"{place}/sample").status_code == 404
    assert door.send("PATCH", place, json={}).status_code == 404


def test_paging_over_25_voices(client: httpx.Client) -> None:
    made = [create(client, name=f"voice {number}")["id"] for number in range(25)]
    seen = []
    for offset, size in ((0, 10), (10, 10), (20, 5), (30, 0)):
        page = client.get(VOICES, params={"limit": 10, "offset": offset, "type": "custom"}).json()
        fits("VoiceListResponse", page)
        assert (page["total"], page["total_pages"], page["page"]) == (25, 3, offset // 10 + 1)
        assert (page["page_size"], len(page["items"])) == (10, size)
        seen += [voice["id"] for voice in page["items"]]
    assert seen == made


def test_a_page_does_not_shift_when_voices_are_added(client: httpx.Client) -> None:
    made = [create(client)["id"] for _ in range(4)]
    first = client.get(VOICES, params={"limit": 2, "type": "custom"}).json()["items"]
    create(client)
    second = client.get(VOICES, params={"limit": 2, "offset": 2, "type": "custom"}).json()["items"]
    assert [voice["id"] for voice in (*first, *second)] == made


def test_filter_and_defaults(client: httpx.Client) -> None:
    create(client)
    pages = {wanted: client.get(VOICES, params={"type": wanted}).json() for wanted in ("all", "custom", "preset")}
    assert {wanted: page["total"] for wanted, page in pages.items()} == {
        "all": PRESETS + 1,
        "custom": 1,
        "preset": PRESETS,
    }
    assert client.get(VOICES).json() == pages["all"]
    assert pages["all"]["page_size"] == 10
    assert client.get(VOICES, params={"offset": 10**30}).json()["items"] == []


def test_left_out_is_unchanged_and_null_is_cleared(client: httpx.Client) -> None:
    members = {
        "languages": ["en", "fr"],
        "gender": "female",
        "age": 40,
        "tags": ["warm"],
        "description": "low",
        "retention_notice": 7,
    }
    voice = create(client, **members)
    place = f"{VOICES}/{voice['id']}"
    assert client.patch(place, json={}).json() == voice
    changed = {"name": "Eva", "languages": [], "gender": "male", "age": 41, "tags": [], "retention_notice": 1}
    assert client.patch(place, json=changed).json() == voice | changed
    assert client.patch(place, json={"color": "red", "slug": "x", "id": "y"}).json() == voice | changed
    cleared = client.patch(place, json=dict.fromkeys(("name", *members))).json()
    empty = dict.fromkeys(members) | {"languages": [], "retention_notice": 30}
    assert cleared == voice | {"name": "Eva"} | empty
    assert client.get(place).json() == cleared


def test_slugs_are_unique(client: httpx.Client) -> None:
    assert create(client, slug="ada")["slug"] == "ada"
    answer = client.post(VOICES, json={"name": "Eva", "sample_audio": "", "slug": "ada"})
    assert answer.status_code == 409
    fits("ErrorResponse", answer.json())
    assert [create(client)["slug"] for _ in range(2)] == [None, None]


def test_presets_are_listed_heard_and_protected(client: httpx.Client) -> None:
    presets = client.get(VOICES, params={"type": "preset"}).json()["items"]
    assert len(presets) == PRESETS
    for preset in presets:
        fits("VoiceResponse", preset)
        assert preset["user_id"] is None
        assert preset["slug"]
        place = f"{VOICES}/{preset['id']}"
        sample = client.get(f"{place}/sample")
        assert sample.headers["content-type"] == "audio/wav"
        with wave.open(io.BytesIO(sample.content)) as recording:
            assert recording.getnframes() > 1_000
        for answer in (client.delete(place), client.patch(place, json={"name": "mine"})):
            assert answer.status_code == 403
            fits("ErrorResponse", answer.json())
        assert client.get(place).json() == preset


@pytest.mark.parametrize(
    "voice_id", ["a/b", "a?b#c", "%2e%2e", "..", ".", "é", "line\nbreak", "//", "a b", "a%", "f42bf0d7", "\u20ac\x00"]
)
def test_an_id_is_one_segment_whatever_it_contains(voice_id: str) -> None:
    with VoicesServer(seed=[{"id": voice_id, "name": "odd"}]) as server:
        target = VOICES.encode() + b"/" + b"".join(b"%%%02X" % byte for byte in voice_id.encode())
        for url in ("http://127.0.0.1", server.serve()):
            mounted = url == "http://127.0.0.1"
            with server.client(headers=KEY) if mounted else httpx.Client(headers=KEY, verify=False) as client:
                answer = client.send(client.build_request("GET", httpx.URL(url).copy_with(raw_path=target)))
                assert answer.json()["id"] == voice_id
        assert [request.target for request in server.requests] == [target.decode()] * 2
        with server.client(headers=KEY) as client:
            assert client.get(f"{VOICES}/").status_code == 404


AUDIO = {
    "audio/wav": b"RIFF\x04\x00\x00\x00WAVE",
    "audio/mpeg": b"ID3\x04\x00",
    "audio/flac": b"fLaC\x00",
    "audio/ogg": b"OggS\x00",
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A ",
    "audio/webm": b"\x1aE\xdf\xa3\x01",
}


@pytest.mark.parametrize(
    ("audio", "filename", "expected"),
    [
        *((audio, None, expected) for expected, audio in AUDIO.items()),
        (b"\xff\xfb\x90\x00", None, "audio/mpeg"),
        (b"\xff\xf1\x50\x80", None, "application/octet-stream"),
        (b"anything", "Voice.MP3", "audio/mpeg"),
        (b"anything", "take.2.webm", "audio/webm"),
        (AUDIO["audio/wav"], "wrong.mp3", "audio/wav"),
        (b"anything", "voice.txt", "application/octet-stream"),
        (b"anything", None, "application/octet-stream"),
        (b"", None, "application/octet-stream"),
    ],
)
def test_the_type_of_a_sample(client: httpx.Client, audio: bytes, filename: str | None, expected: str) -> None:
    voice = create(client, sample_audio=base64.b64encode(audio).decode(), sample_filename=filename)
    answer = client.get(f"{VOICES}/{voice['id']}/sample")
    assert (answer.headers["content-type"], answer.content) == (expected, audio)


def test_both_forms_of_a_sample(door: Door) -> None:
    audio = bytes(range(256)) * 1_000
    text = base64.encodebytes(audio).decode()  # broken into lines, which must come back as well
    voice = door.create(sample_audio=text)
    answer = door.send("GET", f"{VOICES}/{voice['id']}/sample")
    assert answer.content == audio
    assert answer.headers["content-length"] == str(len(audio))
    with VoicesServer(sample_form="json") as server:
        json_door = Door(server, door.library, door.is_async, door.is_mounted)
        voice = json_door.create(sample_audio=text)
        answer = json_door.send("GET", f"{VOICES}/{voice['id']}/sample")
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == text


@pytest.mark.parametrize("form", ["audio", "json"])
@pytest.mark.parametrize("text", ["<value>", "not base64", "dGV4dA", "é"])
def test_a_sample_that_is_not_base64_is_kept_as_text(form: Any, text: str) -> None:
    with VoicesServer(sample_form=form) as server, server.client(headers=KEY) as client:
        voice = create(client, sample_audio=text)
        answer = client.get(f"{VOICES}/{voice['id']}/sample")
        assert answer.headers["content-type"] == "application/json"
        assert json.loads(answer.content) == text
