"""A create that comes again with the same idempotency key makes one voice."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from mistral_voices.local import VoicesServer, _store

from .conftest import KEY, SENT, VOICES, check_error, create, custom, ids, in_threads


def create_with(client: httpx.Client, key: str, **members: object) -> httpx.Response:
    return client.post(VOICES, json=SENT | members, headers={"Idempotency-Key": key})


def test_a_key_makes_one_voice(client: httpx.Client) -> None:
    first, second = create_with(client, "one"), create_with(client, "one")
    assert first.status_code == 200
    assert first.content == second.content
    others = [create_with(client, "two").json(), create(client), create(client)]
    others += [create_with(client, "").json() for _ in range(2)]
    made = [first.json()["id"], *ids(others)]
    assert ids(custom(client)) == made
    assert len(set(made)) == 6


def test_a_key_with_another_body_is_refused(client: httpx.Client) -> None:
    create_with(client, "one")
    check_error(create_with(client, "one", name="Eva"), 409, "idempotency_key_reused")
    assert len(custom(client)) == 1


def test_the_first_response_comes_again_whatever_became_of_the_voice(client: httpx.Client) -> None:
    first = create_with(client, "one", slug="ada")
    place = f"{VOICES}/{first.json()['id']}"
    for _ in range(2):
        client.patch(place, json={"name": "Eva"})
        assert create_with(client, "one", slug="ada").content == first.content
        client.delete(place)
    assert custom(client) == []


def test_a_refused_create_uses_up_no_key(client: httpx.Client) -> None:
    voice = create(client, slug="ada")
    assert create_with(client, "one", age="old").status_code == 422
    assert create_with(client, "one", slug="ada").status_code == 409
    client.delete(f"{VOICES}/{voice['id']}")
    assert create_with(client, "one", slug="ada").status_code == 200


def test_a_lost_response_comes_again(server: VoicesServer, client: httpx.Client) -> None:
    server.fail(drop="after")
    with pytest.raises(httpx.RemoteProtocolError):
        create_with(client, "one")
    assert custom(client) == [create_with(client, "one").json()]


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    responses = []
    for _ in range(2):
        with VoicesServer(data=tmp_path / "voices.sqlite") as server, server.client(headers=KEY) as client:
            responses.append(create_with(client, "one").content)
            assert len(custom(client)) == 1
    assert responses[0] == responses[1]


def test_only_the_last_keys_are_kept(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_store, "MOST_KEYS", 3)
    made = {key: create_with(client, key).json()["id"] for key in "abcd"}
    for key in "bcd":
        assert create_with(client, key).json()["id"] == made[key]
    assert create_with(client, "a").json()["id"] != made["a"]


def test_one_key_at_the_same_time_makes_one_voice(server: VoicesServer) -> None:
    url, barrier = server.serve(), threading.Barrier(8)

    def work() -> str:
        with httpx.Client(base_url=url, headers=KEY, verify=False) as client:
            barrier.wait()
            return str(create_with(client, "one").json()["id"])

    made = in_threads(*[work] * 8)
    with server.client(headers=KEY) as client:
        assert ids(custom(client)) * 8 == made
