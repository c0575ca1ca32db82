from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from mistral_voices.local import VoicesServer, _store

from .conftest import KEY, VOICES, Door
from .test_operations import create, fits

BODY = {"name": "Ada", "sample_audio": "UklGRg=="}


def with_key(key: str) -> dict[str, str]:
    return {**KEY, "Idempotency-Key": key}


def custom(client: httpx.Client) -> Any:
    return client.get(VOICES, params={"type": "custom"}).json()["items"]


def test_a_key_makes_one_voice(door: Door) -> None:
    first, second = (door.send("POST", json=BODY, headers=with_key("one")) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    other = door.send("POST", json=BODY, headers=with_key("two")).json()
    without = [door.send("POST", json=BODY, headers=headers).json() for headers in (KEY, KEY, with_key(""))]
    made = [voice["id"] for voice in (first.json(), other, *without)]
    assert [voice["id"] for voice in door.send("GET", params={"type": "custom"}).json()["items"]] == made
    assert len(set(made)) == 5


def test_a_key_with_another_body_is_refused(client: httpx.Client) -> None:
    client.post(VOICES, json=BODY, headers=with_key("one"))
    answer = client.post(VOICES, json=BODY | {"name": "Eva"}, headers=with_key("one"))
    assert answer.status_code == 409
    fits("ErrorResponse", answer.json())
    assert answer.json()["code"] == "idempotency_key_reused"
    assert len(custom(client)) == 1


def test_the_first_answer_comes_again_whatever_became_of_the_voice(client: httpx.Client) -> None:
    body = BODY | {"slug": "ada"}
    first = client.post(VOICES, json=body, headers=with_key("one"))
    place = f"{VOICES}/{first.json()['id']}"
    for _ in range(2):
        client.patch(place, json={"name": "Eva"})
        assert client.post(VOICES, json=body, headers=with_key("one")).content == first.content
        client.delete(place)
    assert custom(client) == []


def test_a_refused_create_uses_up_no_key(client: httpx.Client) -> None:
    voice = create(client, slug="ada")
    for body, status in ((BODY | {"age": "old"}, 422), (BODY | {"slug": "ada"}, 409)):
        assert client.post(VOICES, json=body, headers=with_key("one")).status_code == status
    client.delete(f"{VOICES}/{voice['id']}")
    assert client.post(VOICES, json=BODY | {"slug": "ada"}, headers=with_key("one")).status_code == 200


def test_a_lost_answer_comes_again(door: Door) -> None:
    door.server.fail(drop="after")
    with pytest.raises(door.library.RemoteProtocolError):
        door.send("POST", json=BODY, headers=with_key("one"))
    voice = door.send("POST", json=BODY, headers=with_key("one")).json()
    assert door.send("GET", params={"type": "custom"}).json()["items"] == [voice]


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    answers = []
    for _ in range(2):
        with VoicesServer(data=tmp_path / "voices.sqlite") as server, server.client(headers=KEY) as client:
            answers.append(client.post(VOICES, json=BODY, headers=with_key("one")).content)
            assert len(custom(client)) == 1
    assert answers[0] == answers[1]


def test_only_the_last_keys_are_kept(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_store, "MOST_KEYS", 3)
    made = {key: client.post(VOICES, json=BODY, headers=with_key(key)).json()["id"] for key in "abcd"}
    for key in "bcd":
        assert client.post(VOICES, json=BODY, headers=with_key(key)).json()["id"] == made[key]
    assert client.post(VOICES, json=BODY, headers=with_key("a")).json()["id"] != made["a"]


def test_one_key_at_the_same_time_makes_one_voice(server: VoicesServer) -> None:
    url = server.serve()
    barrier = threading.Barrier(8)
    made: list[str] = []

    def work() -> None:
        with httpx.Client(base_url=url, verify=False) as client:
            barrier.wait()
            made.append(client.post(VOICES, json=BODY, headers=with_key("one")).json()["id"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    with server.client(headers=KEY) as client:
        assert [voice["id"] for voice in custom(client)] == made[:1]
