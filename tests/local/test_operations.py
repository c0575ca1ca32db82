"""What each operation does, beyond the search: test_search.py."""

from __future__ import annotations

import base64
import io
import threading
import uuid
import wave
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from mistral_voices.local import VoicesServer, _store

from .conftest import KEY, PRESETS, SENT, VOICES, check_error, create, custom, document, fits, ids, in_threads

AUDIO = Path(__file__).parent.parent / "data" / "audio"


def test_the_life_of_a_voice(client: httpx.Client) -> None:
    voice = create(client, languages=["en"], color=None, accent="unknown member", trimmed_seconds=9)
    fits("VoiceResponse", voice)
    assert uuid.UUID(voice["id"]).version == 4
    assert datetime.fromisoformat(voice["created_at"]).tzinfo is not None
    known = {"name": "Ada", "languages": ["en"], "retention_notice": 30, "trimmed_seconds": 0.0}
    known |= {"type": "custom", "kind": "ivc", **{name: voice[name] for name in ("id", "created_at", "user_id")}}
    assert voice == dict.fromkeys(document()["components"]["schemas"]["VoiceResponse"]["properties"]) | known
    place = f"{VOICES}/{voice['id']}"
    assert client.get(place).json() == voice
    changed = client.patch(place, json={"name": "Eva"}).json()
    assert changed == voice | {"name": "Eva"}
    assert changed in client.get(VOICES, params={"limit": 100}).json()["items"]
    assert client.delete(place).json() == changed
    for gone in (client.get(place), client.delete(place), client.get(f"{place}/sample"), client.patch(place, json={})):
        check_error(gone, 404, "voice_not_found")


def test_pages_by_offset(client: httpx.Client) -> None:
    made = [create(client, name=f"voice {number}")["id"] for number in range(25)]
    seen = []
    for offset, size in ((0, 10), (10, 10), (20, 5), (10**30, 0)):
        page = client.get(VOICES, params={"offset": offset, "type": "custom"}).json()
        fits("VoiceListResponse", page)
        assert (page["total"], page["total_pages"], page["page"]) == (25, 3, offset // 10 + 1)
        assert (page["page_size"], len(page["items"])) == (10, size)
        seen += ids(page["items"])
    assert seen == made
    create(client)  # shifts no page
    assert ids(client.get(VOICES, params={"limit": 2, "offset": 2, "type": "custom"}).json()["items"]) == made[2:4]
    assert client.get(VOICES).json() == client.get(VOICES, params={"type": "all"}).json()
    assert client.get(VOICES).json()["total"] == PRESETS + 26


def test_left_out_is_unchanged_and_null_is_cleared(client: httpx.Client) -> None:
    members = {"languages": ["en", "fr"], "gender": "female", "age": 40, "tags": ["warm"], "description": "low"}
    members |= {"retention_notice": 7}
    voice = create(client, **members)
    place = f"{VOICES}/{voice['id']}"
    assert client.patch(place, json={}).json() == voice
    changed = {"name": "Eva", "languages": [], "gender": "male", "age": 41, "tags": [], "retention_notice": 1}
    assert client.patch(place, json=changed).json() == voice | changed
    assert client.patch(place, json={"color": "red", "slug": "x", "id": "y"}).json() == voice | changed
    cleared = client.patch(place, json=dict.fromkeys(("name", *members))).json()
    assert cleared == voice | {"name": "Eva"} | dict.fromkeys(members) | {"languages": [], "retention_notice": 30}
    assert client.get(place).json() == cleared


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
        check_error(client.delete(place), 403, "preset_voice")
        check_error(client.patch(place, json={"name": "mine"}), 403, "preset_voice")
        assert client.get(place).json() == preset


def test_an_id_is_one_segment_whatever_it_contains() -> None:
    odd = ["a/b", "a?b#c", "%2e%2e", "..", ".", "é", "line\nbreak", "//", "a b", "a%", "\u20ac\x00"]
    with (
        VoicesServer(seed=[{"id": voice_id, "name": "odd"} for voice_id in odd]) as server,
        server.client(headers=KEY) as mounted,
        httpx.Client(base_url=server.serve(), headers=KEY, verify=False) as over_http,
    ):
        for client in (mounted, over_http):
            for voice_id in odd:
                target = VOICES.encode() + b"/" + b"".join(b"%%%02X" % byte for byte in voice_id.encode())
                response = client.send(client.build_request("GET", client.base_url.copy_with(raw_path=target)))
                assert response.json()["id"] == voice_id
                assert server.requests[-1].target == target.decode()
        assert mounted.get(f"{VOICES}/").status_code == 404


def test_the_type_of_a_sample(client: httpx.Client) -> None:
    names = {"Voice.MP3": "audio/mpeg", "a.oga": "audio/ogg", "a.opus": "audio/ogg", "a.m4a": "audio/mp4"}
    names |= {f"take.2.{end}": f"audio/{end}" for end in ("wav", "flac", "ogg", "mp4", "aac", "webm")}
    cases = [(b"what is it?", name, expected) for name, expected in names.items()]
    cases += [(b"fLaC\x00", "wrong.mp3", "audio/flac"), (b"?", "a.txt", "application/octet-stream")]
    recordings = {
        "id3.aac": "audio/aac",
        "iphone.m4a": "audio/mp4",
        "bare.mp3": "audio/mpeg",
        "plain.aiff": "audio/aiff",
    }
    cases += [((AUDIO / file).read_bytes(), "wrong.wav", expected) for file, expected in recordings.items()]
    for audio, filename, expected in (*cases, (b"?", None, "application/octet-stream")):
        voice = create(client, sample_audio=base64.b64encode(audio).decode(), sample_filename=filename)
        response = client.get(f"{VOICES}/{voice['id']}/sample")
        assert (response.headers["content-type"], response.content) == (expected, audio)


def test_what_is_not_base64_is_refused(client: httpx.Client) -> None:
    error = {"loc": ["body", "sample_audio"], "type": "base64_decode", "ctx": {"error": "Only base64 data is allowed"}}
    error["msg"] = "Base64 decoding error: 'Only base64 data is allowed'"
    for text in ("\n", "<value>", "not base64", "ada.wav", "dGV4dA", "dGV4dA===", "QUJD==", "QU JD", "_-_-", "é"):
        response = client.post(VOICES, json=SENT | {"sample_audio": text})
        assert (response.status_code, response.json()) == (422, {"detail": [error]})
    assert client.get(VOICES, params={"type": "custom"}).json()["total"] == 0
    broken = create(client, sample_audio="QUJD\r\nQUJD\n")["id"]
    assert client.get(f"{VOICES}/{broken}/sample").content == b"ABCABC"


def create_with(client: httpx.Client, key: str, **members: object) -> httpx.Response:
    return client.post(VOICES, json=SENT | members, headers={"Idempotency-Key": key})


def test_a_key_makes_one_voice(server: VoicesServer, client: httpx.Client) -> None:
    server.fail(drop="after")
    with pytest.raises(httpx.RemoteProtocolError):
        create_with(client, "one", slug="ada")
    first = create_with(client, "one", slug="ada")
    others = [create_with(client, "two").json(), create(client), create(client)]
    others += [create_with(client, "").json() for _ in range(2)]
    made = [first.json()["id"], *ids(others)]
    check_error(create_with(client, "one", name="Eva"), 409, "idempotency_key_reused")
    for change in ("PATCH", "DELETE"):  # the first response comes again whatever became of the voice
        assert create_with(client, "one", slug="ada").content == first.content
        assert ids(custom(client)) == made
        client.request(change, f"{VOICES}/{made[0]}", json={"name": "Eva"}).raise_for_status()
    assert create_with(client, "one", slug="ada").content == first.content
    assert ids(custom(client)) == made[1:]
    assert len(set(made)) == 6


def test_a_refused_create_uses_up_no_key(client: httpx.Client) -> None:
    voice = create(client, slug="ada")
    assert create_with(client, "one", age="old").status_code == 422
    check_error(create_with(client, "one", slug="ada"), 409, "slug_taken")
    client.delete(f"{VOICES}/{voice['id']}")
    assert create_with(client, "one", slug="ada").json()["slug"] == "ada"


def test_only_the_last_keys_are_kept(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_store, "MOST_KEYS", 3)
    made = {key: create_with(client, key).json()["id"] for key in "abcd"}
    for key in "bcd":
        assert create_with(client, key).json()["id"] == made[key]
    assert create_with(client, "a").json()["id"] != made["a"]


def test_one_key_at_the_same_time_makes_one_voice(server: VoicesServer) -> None:
    barrier = threading.Barrier(8)

    def work() -> str:
        with httpx.Client(base_url=server.url, headers=KEY, verify=False) as client:
            barrier.wait()
            return str(create_with(client, "one").json()["id"])

    server.serve()
    assert len({*in_threads(*[work] * 8)}) == 1
