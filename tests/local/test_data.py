from __future__ import annotations

import base64
import json
import random
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mistral_voices.local import VoicesServer

from .conftest import KEY, VOICES
from .test_operations import PRESETS, create, fits


def test_a_data_file_keeps_everything(tmp_path: Path) -> None:
    file = tmp_path / "voices.sqlite"
    with VoicesServer(data=file) as server, server.client(headers=KEY) as client:
        voice = create(client, slug="ada", sample_audio="QUJD")
        before = client.get(VOICES).json()
    seed = [{"id": voice["id"], "name": "not this"}, {"id": "new", "name": "New"}]
    with VoicesServer(data=str(file), seed=seed) as server, server.client(headers=KEY) as client:
        after = client.get(VOICES).json()
        assert after["items"][:-1] == before["items"]
        assert after["items"][-1]["id"] == "new"
        assert client.get(f"{VOICES}/{voice['id']}/sample").content == b"ABC"
    assert [path.name for path in tmp_path.iterdir()] == ["voices.sqlite"]


def test_data_files_that_cannot_be_used(tmp_path: Path) -> None:
    names = ("notes.txt", "foreign.sqlite", "newer.sqlite", "older.sqlite")
    text, foreign, newer, older = (tmp_path / name for name in names)
    text.write_text("These are my notes, and nobody may touch them. " * 30)
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE mine (value)")
    connection.close()
    for path, layout in ((newer, 9), (older, 1)):
        VoicesServer(data=path).close()
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {layout}")
        connection.close()
    cases = {
        text: "not a database",
        foreign: "another program",
        newer: "another version",
        older: "layout 1, not 2.; begin with a new file",
        tmp_path: "is a folder",
        tmp_path / "absent" / "voices.sqlite": "folder does not exist",
    }
    for path, message in cases.items():
        content = path.read_bytes() if path.is_file() else None
        with pytest.raises(ValueError, match=message) as caught:
            VoicesServer(data=path)
        assert str(path) in str(caught.value)
        assert content is None or path.read_bytes() == content


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Give a data file with random bytes after its first page."""
    file = tmp_path / "damaged.sqlite"
    VoicesServer(data=file).close()
    content = file.read_bytes()
    file.write_bytes(content[:4096] + random.Random(7).randbytes(len(content) - 4096))
    return file


def test_a_damaged_data_file(damaged: Path) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match=r"damaged\.sqlite cannot be used: database disk image is malformed"):
            VoicesServer(data=damaged)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("DROP TABLE voices", "no such table: voices"),
        ("DROP TABLE identity", "no such table: identity"),
        ("DELETE FROM identity", "its identity is missing"),
        ("DROP TABLE samples; DROP TABLE voices; DROP TABLE creations; DROP TABLE identity", "no such table: identity"),
        ("ALTER TABLE voices DROP COLUMN kind", "kind"),
    ],
)
def test_a_data_file_without_all_tables(tmp_path: Path, change: str, message: str) -> None:
    file = tmp_path / "voices.sqlite"
    VoicesServer(data=file).close()
    connection = sqlite3.connect(file)
    connection.executescript(change)
    connection.close()
    with pytest.raises(ValueError, match=rf"the data file .*voices\.sqlite cannot be used: .*{message}"):
        VoicesServer(data=file, seed=[{"id": "ada", "name": "Ada"}])


@pytest.mark.parametrize("stored", ["{", "", '{"age": NaN}', "[" * 100_000])
def test_a_damaged_voice_is_an_answer(stored: str) -> None:
    with VoicesServer() as server, server.client(headers=KEY) as client:
        server._application._store._connection.execute("UPDATE voices SET voice = ?", (stored,))
        for path in (VOICES, f"{VOICES}/local-clara", "/v2/audio/voices"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (500, "storage_failed")


def test_a_full_disk_is_an_answer() -> None:
    with VoicesServer() as server, server.client(headers=KEY) as client:
        server._application._store._connection.execute("PRAGMA max_page_count = 20")
        answer = client.post(VOICES, json={"name": "Ada", "sample_audio": "A" * 100_000})
        assert answer.status_code == 500
        fits("ErrorResponse", answer.json())
        assert client.get(VOICES, params={"type": "custom"}).json()["total"] == 0
        create(client)


def test_many_threads_at_once(tmp_path: Path) -> None:
    with VoicesServer(data=tmp_path / "voices.sqlite") as server:

        def work() -> None:
            with server.client(headers=KEY) as client:
                for _ in range(20):
                    place = f"{VOICES}/{create(client)['id']}"
                    client.patch(place, json={"age": 3}).raise_for_status()
                    client.get(VOICES).raise_for_status()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with server.client(headers=KEY) as client:
            page = client.get(VOICES, params={"type": "custom", "limit": 100}).json()
            assert page["total"] == 160
            assert {voice["age"] for voice in page["items"]} == {3}


def test_seeds(tmp_path: Path) -> None:
    audio = base64.b64encode(b"fLaC").decode()
    when = datetime(2024, 5, 1, tzinfo=UTC)
    seed: list[dict[str, Any]] = [
        {"id": "f42bf0d7-8a10-4b98-bbfa-589a232209d2", "name": "Mine", "sample_audio": audio, "created_at": when},
        {"id": "theirs", "name": "Theirs", "type": "preset", "slug": "clara", "kind": "pvc", "age": 20},
        {"id": "local-henri", "name": "Another Henri"},
    ]
    with VoicesServer(seed=iter(seed)) as server, server.client(headers=KEY) as client:
        voices = {voice["id"]: voice for voice in client.get(VOICES).json()["items"]}
        for voice in voices.values():
            fits("VoiceResponse", voice)
        mine = voices[seed[0]["id"]]
        assert (mine["type"], mine["kind"], mine["retention_notice"]) == ("custom", "ivc", 30)
        assert mine["created_at"] == "2024-05-01T00:00:00+00:00"
        assert mine["user_id"]
        sample = client.get(f"{VOICES}/{mine['id']}/sample")
        assert (sample.headers["content-type"], sample.content) == ("audio/flac", b"fLaC")
        assert (voices["theirs"]["user_id"], voices["theirs"]["slug"]) == (None, "clara")
        assert voices["local-clara"]["slug"] is None
        assert voices["local-henri"]["name"] == "Another Henri"
        assert client.get(f"{VOICES}/local-henri/sample").headers["content-type"] == "audio/wav"
        assert client.delete(f"{VOICES}/theirs").status_code == 403
        assert client.delete(f"{VOICES}/{mine['id']}").status_code == 200


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("voice", "seed entry 2: is not a mapping"),
        ({"name": "Ada"}, "seed entry 2: id: "),
        ({"id": "", "name": "Ada"}, "seed entry 2: id: "),
        ({"id": 7, "name": "Ada"}, "seed entry 2: id: "),
        ({"id": "a"}, r"seed entry 2 \('a'\): name: is missing"),
        ({"id": "a", "name": "Ada", "age": "old"}, r"seed entry 2 \('a'\): age: "),
        ({"id": "a", "name": "Ada", "tags": [1]}, r"seed entry 2 \('a'\): tags.0: "),
        ({"id": "a", "name": "Ada", "colour": "red"}, "seed entry 2: colour: "),
        ({"id": "a", "name": "Ada", "created_at": "today"}, r"seed entry 2 \('a'\): created_at: "),
        ({"id": "a", "name": "Ada", "trimmed_seconds": float("nan")}, r"seed entry 2 \('a'\): trimmed_seconds: "),
        ({"id": "a", "name": "Ada", "sample_audio": "\ud800"}, r"seed entry 2 \('a'\): sample_audio: "),
        ({"id": "a", "name": "Ada", "sample_audio": b"RIFF"}, r"seed entry 2 \('a'\): sample_audio: "),
        ({"id": "one", "name": "Ada"}, r"seed entry 2 \('one'\): id: an earlier entry"),
        ({"id": "a", "name": "Ada", "slug": "first"}, r"seed entry 2 \('a'\): slug: another voice"),
    ],
)
def test_a_bad_seed(entry: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VoicesServer(seed=[{"id": "one", "name": "One", "slug": "first"}, entry])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("seed.json", "[" * 100_000),
        ("seed.json", json.dumps([{"id": "a", "name": "A", "trimmed_seconds": float("inf")}])),
        ("seed.yaml", "[" * 10_000),
    ],
)
def test_a_seed_file_that_cannot_be_read(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(ValueError, match=rf"{name} cannot be read"):
        VoicesServer(seed=file)


def test_a_seed_of_thousands() -> None:
    seed = [{"id": f"id {number}", "name": "Ada", "sample_audio": "QUJD"} for number in range(2_500)]
    with VoicesServer(seed=iter(seed)) as server, server.client(headers=KEY) as client:
        page = client.get(VOICES, params={"limit": 5, "offset": 2_496}).json()
        assert page["total"] == 2_500 + PRESETS
        assert [voice["id"] for voice in page["items"][:4]] == [f"id {number}" for number in range(2_496, 2_500)]
        assert client.get(f"{VOICES}/id%202499/sample").content == b"ABC"
