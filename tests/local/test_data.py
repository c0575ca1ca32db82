"""What a server is made with: its arguments, its data file, and the voices that it begins with."""

from __future__ import annotations

import base64
import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mistral_voices.local import VoicesServer

from .conftest import KEY, SEARCH, VOICES, check_error, create, custom, fits, ids


class BytesPath:
    def __fspath__(self) -> bytes:
        return b"x"


@pytest.mark.parametrize(
    ("argument", "wrong", "message"),
    [
        *(("seed", wrong, "seed must be .*, not {}") for wrong in (5, None, b"x", BytesPath())),
        *(("data", wrong, "data must be .*, not {}") for wrong in (5, BytesPath())),
        ("api_key", b"x", "api_key must be text or None, not {}"),
        ("sample_form", 5, "sample_form must be"),
        ("seed", "a\0b", "the seed file .* cannot be read"),
        *(("data", wrong, "the data file .* cannot be opened") for wrong in ("a\0b", "\ud800", "x" * 300)),
    ],
)
def test_arguments_of_the_server(argument: str, wrong: Any, message: str) -> None:
    kind = TypeError if "{}" in message else ValueError
    with pytest.raises(kind, match=message.format(type(wrong).__name__)):
        VoicesServer(**{argument: wrong})


def test_arguments_of_serve(server: VoicesServer) -> None:
    for wrong in ("x", True):
        with pytest.raises(TypeError, match=f"port must be a number, not {type(wrong).__name__}"):
            server.serve(wrong)  # type: ignore[arg-type]
    for port in (-1, 65_536):
        with pytest.raises(ValueError, match=f"port must be within 0-65535, not {port}"):
            server.serve(port)
    with pytest.raises(TypeError, match="host must be text, not int"):
        server.serve(0, 5)  # type: ignore[arg-type]
    for host, message in (("", "the host '' is not an IP address"), ("10.0.0.1", "10.0.0.1 is not a loopback address")):
        with pytest.raises(ValueError, match=message):
            server.serve(0, host)
    assert server.serve()
    with pytest.raises(RuntimeError, match="called before"):
        server.serve()


def test_a_data_file_keeps_everything(tmp_path: Path) -> None:
    file, keyed = tmp_path / "voices.sqlite", {**KEY, "Idempotency-Key": "one"}
    with VoicesServer(data=file) as server, server.client(headers=keyed) as client:
        voice = create(client, slug="ada", sample_audio="QUJD")
        before = client.get(VOICES).json()
        first = client.get(SEARCH, params={"page_size": 2}).json()
    seed = [{"id": voice["id"], "name": "not this"}, {"id": "new", "name": "New"}]
    with VoicesServer(data=str(file), seed=seed) as server, server.client(headers=keyed) as client:
        assert create(client, slug="ada", sample_audio="QUJD") == voice
        after = client.get(VOICES).json()
        assert after["items"][:-1] == before["items"]
        assert after["items"][-1]["id"] == "new"
        assert client.get(f"{VOICES}/{voice['id']}/sample").content == b"ABC"
        rest = client.get(SEARCH, params={"page_token": first["next_page_token"]}).json()
        assert first["data"] + rest["data"] == after["items"]
    assert [path.name for path in tmp_path.iterdir()] == ["voices.sqlite"]


def change(file: Path, statements: str) -> Path:
    """Change a data file, made if absent, as another program would."""
    if not file.exists():
        VoicesServer(data=file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(statements)
    return file


ALL_TABLES = "DROP TABLE samples; DROP TABLE voices; DROP TABLE creations; DROP TABLE identity"


def test_data_files_that_cannot_be_used(tmp_path: Path) -> None:
    text, foreign, damaged = (tmp_path / name for name in ("notes.txt", "foreign.sqlite", "damaged.sqlite"))
    text.write_text("These are my notes, and nobody may touch them. " * 30)
    foreign.touch()
    content = change(damaged, "").read_bytes()
    damaged.write_bytes(content[:4096] + random.Random(7).randbytes(len(content) - 4096))
    for path, message in {
        text: "not a database",
        change(foreign, "CREATE TABLE mine (value)"): "another program",
        change(tmp_path / "newer.sqlite", "PRAGMA user_version = 9"): "another version",
        change(tmp_path / "older.sqlite", "PRAGMA user_version = 1"): "layout 1, not 2.; begin with a new file",
        change(tmp_path / "1.sqlite", "DROP TABLE voices"): "cannot be used: no such table: voices",
        change(tmp_path / "2.sqlite", ALL_TABLES): "cannot be used: no such table: identity",
        change(tmp_path / "3.sqlite", "DELETE FROM identity"): "cannot be used: its identity is missing",
        change(tmp_path / "4.sqlite", "ALTER TABLE voices DROP COLUMN kind"): "cannot be used: .*kind",
        damaged: "cannot be used: database disk image is malformed",
        tmp_path: "is a folder",
        tmp_path / "absent" / "voices.sqlite": "folder does not exist",
    }.items():
        before = path.read_bytes() if path.is_file() else None
        for _ in range(2):
            with pytest.raises(ValueError, match=f"{path} .*{message}"):
                VoicesServer(data=path, seed=[{"id": "ada", "name": "Ada"}])
        assert before is None or path.read_bytes() == before


@pytest.mark.parametrize("stored", ["{", "", '{"age": NaN}', "[" * 100_000])
def test_a_damaged_voice_is_a_response(tmp_path: Path, stored: str) -> None:
    file = change(tmp_path / "voices.sqlite", f"UPDATE voices SET voice = '{stored}'")
    with VoicesServer(data=file) as server, server.client(headers=KEY) as client:
        for path in (VOICES, f"{VOICES}/local-clara", SEARCH):
            check_error(client.get(path), 500, "storage_failed")


def test_a_full_disk_is_a_response() -> None:
    with VoicesServer() as server, server.client(headers=KEY) as client:
        server._application._store._connection.execute("PRAGMA max_page_count = 20")
        check_error(client.post(VOICES, json={"name": "Ada", "sample_audio": "A" * 100_000}), 507, "storage_failed")
        assert custom(client) == []
        create(client)


def test_a_full_disk_refuses_deletes_and_updates(tmp_path: Path) -> None:
    """A write-ahead log needs room for what is removed, too."""
    with VoicesServer(data=tmp_path / "voices.sqlite") as server, server.client(headers=KEY) as client:
        made = create(client)
        with full_disk():
            check_error(client.patch(f"{VOICES}/{made['id']}", json={"name": "Eva"}), 507, "storage_failed")
            check_error(client.delete(f"{VOICES}/{made['id']}"), 507, "storage_failed")
            assert client.get(f"{VOICES}/{made['id']}").json() == made
        assert client.delete(f"{VOICES}/{made['id']}").json() == made


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow: beyond its bound the system refuses to write, as on a full disk."""
    resource: Any = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_seeds() -> None:
    audio = base64.b64encode(b"fLaC").decode()
    when = datetime(2024, 5, 1, tzinfo=UTC)
    seed: list[dict[str, Any]] = [
        {"id": "mine", "name": "Mine", "sample_audio": audio, "created_at": when},
        {"id": "theirs", "name": "Theirs", "type": "preset", "slug": "clara", "kind": "pvc", "age": 20},
        {"id": "local-henri", "name": "Another Henri"},
    ]
    more = [{"id": f"id {number}", "name": "Ada", "sample_audio": "QUJD"} for number in range(2_500)]
    with VoicesServer(seed=iter(seed + more)) as server, server.client(headers=KEY) as client:
        voices = {voice["id"]: voice for voice in client.get(SEARCH, params={"page_size": 9_999}).json()["data"]}
        assert [*voices] == [*ids(seed + more), "local-clara", "local-noor"]
        for name in ("mine", "theirs", "local-clara"):
            fits("VoiceResponse", voices[name])
        mine = voices["mine"]
        assert (mine["type"], mine["kind"], mine["retention_notice"]) == ("custom", "ivc", 30)
        assert mine["created_at"] == "2024-05-01T00:00:00+00:00"
        assert mine["user_id"]
        sample = client.get(f"{VOICES}/mine/sample")
        assert (sample.headers["content-type"], sample.content) == ("audio/flac", b"fLaC")
        assert (voices["theirs"]["user_id"], voices["theirs"]["slug"]) == (None, "clara")
        assert voices["local-clara"]["slug"] is None
        assert voices["local-henri"]["name"] == "Another Henri"
        assert client.get(f"{VOICES}/local-henri/sample").headers["content-type"] == "audio/wav"
        assert client.get(f"{VOICES}/id%202499/sample").content == b"ABC"
        check_error(client.delete(f"{VOICES}/theirs"), 403, "preset_voice")
        assert client.delete(f"{VOICES}/mine").status_code == 200


def test_without_an_id_the_name_decides(tmp_path: Path) -> None:
    seed = [{"name": "Ada"}, {"name": "Zo\u00eb"}]
    for _ in range(2):  # at a second start they are known
        with VoicesServer(tmp_path / "voices.sqlite", seed) as server, server.client(headers=KEY) as client:
            items = client.get(VOICES, params={"type": "custom"}).json()["items"]
            assert sorted(voice["name"] for voice in items) == ["Ada", "Zo\u00eb"]
            assert len({voice["id"] for voice in items}) == 2


ADA: dict[str, Any] = {"id": "a", "name": "Ada"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("voice", "seed entry 2: is not a mapping"),
        *((ADA | {"id": wrong}, "seed entry 2: id: must be text, and not empty") for wrong in ("", 7, None)),
        ({"id": "a"}, r"seed entry 2 \('a'\): name: is missing"),
        (ADA | {"colour": "red"}, "seed entry 2: colour: is no member"),
        (ADA | {"tags": [1]}, r"seed entry 2 \('a'\): tags.0: "),
        (ADA | {"gender": "\ud800"}, r"seed entry 2 \('a'\): gender: "),
        (ADA | {"created_at": "today"}, r"seed entry 2 \('a'\): created_at: is not a date with time"),
        (ADA | {"trimmed_seconds": float("nan")}, r"seed entry 2 \('a'\): trimmed_seconds: "),
        *((ADA | {"sample_audio": wrong}, r"\('a'\): sample_audio: must be text") for wrong in ("\ud800", b"RIFF")),
        (ADA | {"sample_audio": "ada.wav"}, r"\('a'\): sample_audio: must be base64 text"),
        ({"name": "\ud800"}, "seed entry 2 .*: name: "),
        ({"tags": []}, "seed entry 2 .*: name: is missing"),
        ({"id": "one", "name": "Ada"}, r"seed entry 2 \('one'\): id: an earlier entry"),
        (ADA | {"slug": "first"}, r"seed entry 2 \('a'\): slug: another voice"),
    ],
)
def test_a_bad_seed(entry: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VoicesServer(seed=[{"id": "one", "name": "One", "slug": "first"}, entry])


def test_a_seed_file_that_cannot_be_read(tmp_path: Path) -> None:
    for name, content, message in (
        ("seed.json", "[" * 100_000, "cannot be read"),
        ("seed.json", '[{"id": "a", "name": "A", "trimmed_seconds": Infinity}]', "cannot be read"),
        ("seed.yaml", "[" * 10_000, "cannot be read"),
        ("seed.yaml", "a: [", "cannot be read"),
        ("seed.yaml", "a: 1", "holds no list of voices"),
    ):
        (tmp_path / name).write_text(content)
        with pytest.raises(ValueError, match=f"{name} {message}"):
            VoicesServer(seed=tmp_path / name)
