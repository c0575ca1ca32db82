from __future__ import annotations

import base64
import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from mistral_voices.local import VoicesServer

from .conftest import KEY, VOICES, Door
from .test_operations import create, fits

SEARCH = "/v2/audio/voices"
SEED: list[dict[str, Any]] = [
    {"id": "ada", "name": "Ada", "gender": "female", "languages": ["en", "fr"]},
    {"id": "bob", "name": "BOB the ada fan", "gender": "male", "languages": ["en"], "kind": "pvc"},
    {"id": "eva", "name": "Straße", "gender": "odd", "languages": ['x"en', "en\nfr"], "type": "preset"},
    {"id": "ivo", "name": "İvo 100%_", "languages": []},
]


def search(client: httpx.Client, **params: Any) -> Any:
    answer = client.get(SEARCH, params=params)
    assert answer.status_code == 200, answer.text
    fits("VoiceListPage", answer.json())
    return answer.json()


def test_many_values(client: httpx.Client) -> None:
    many = [f"{number:x}" for number in range(4_000)]
    assert ids(search(client, gender=[*many, "male"])) == ["local-henri"]
    assert ids(search(client, language=[*many, "ar"])) == ["local-noor"]
    assert ids(search(client, gender=[*many[:1_800], "male"], language=[*many[:1_800], "fr"])) == ["local-henri"]
    assert ids(search(client, gender=many, query="a")) == []


def ids(page: Any) -> list[str]:
    return [voice["id"] for voice in page["data"]]


def walk(client: httpx.Client, **params: Any) -> tuple[list[int], list[str]]:
    """Give the sizes of all pages and the ids on them; no page may have the cursor of another."""
    sizes: list[int] = []
    found: list[str] = []
    tokens: list[str | None] = []
    while None not in tokens:
        page = search(client, **params)
        sizes.append(len(page["data"]))
        found += ids(page)
        assert page["next_page_token"] not in tokens
        tokens.append(page["next_page_token"])
        params["page_token"] = page["next_page_token"]
    return sizes, found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ada bob eva ivo local-clara local-henri local-noor"),
        ("type=all", "ada bob eva ivo local-clara local-henri local-noor"),
        ("type=custom", "ada bob ivo"),
        ("type=preset", "eva local-clara local-henri local-noor"),
        ("type=preset&type=custom", "ada bob ivo"),
        ("kind=pvc", "bob"),
        ("gender=male", "bob local-henri"),
        ("gender=male&gender=odd&gender=odd", "bob eva local-henri"),
        ("gender=", ""),
        ("gender=MALE", ""),
        ("language=en", "ada bob local-clara local-henri local-noor"),
        ("language=fr&language=ar", "ada local-henri local-noor"),
        ("language=en%0Afr", "eva"),
        ("language=en,fr", ""),
        ("query=ADA", "ada bob"),
        ("query=", "ada bob eva ivo local-clara local-henri local-noor"),
        ("query=STRASSE", "eva"),
        ("query=%25_", "ivo"),
        ("query=%C4%B0VO", "ivo"),
        ("query=ada&gender=male&language=en&kind=pvc&type=custom", "bob"),
        ("unknown=x&gender=odd", "eva"),
    ],
)
def test_filters(query: str, found: str) -> None:
    with VoicesServer(seed=SEED) as server, server.client(headers=KEY) as client:
        answer = client.get(f"{SEARCH}?{query}")
        assert (ids(answer.json()), answer.json()["next_page_token"]) == (found.split(), None)


def test_filters_follow_an_update(client: httpx.Client) -> None:
    voice = create(client, name="Ada", gender="female", languages=["en"])
    client.patch(f"{VOICES}/{voice['id']}", json={"name": "Eva", "gender": None, "languages": ["fr"]})
    for params in ({"query": "ada"}, {"gender": "female"}, {"language": "en"}):
        assert voice["id"] not in ids(search(client, type="custom", **params))
    assert ids(search(client, query="eva", language="fr")) == [voice["id"]]


def test_every_way_in(door: Door) -> None:
    made = [door.create(f"voice {number}")["id"] for number in range(5)]
    first = door.send("GET", SEARCH, params={"page_size": 3, "type": "custom"}).json()
    params = {"page_size": 3, "type": "custom", "page_token": first["next_page_token"]}
    second = door.send("GET", SEARCH, params=params).json()
    assert ids(first) + ids(second) == made
    assert second["next_page_token"] is None


@pytest.mark.parametrize(("count", "sizes"), [(0, [0]), (9, [9]), (10, [10]), (11, [10, 1]), (20, [10, 10])])
def test_no_empty_last_page(count: int, sizes: list[int]) -> None:
    seed = [{"id": f"id {number}", "name": "Ada"} for number in range(count)]
    with VoicesServer(seed=seed) as server, server.client(headers=KEY) as client:
        assert walk(client, type="custom") == (sizes, [voice["id"] for voice in seed])


def test_pages_may_be_as_large_as_one_likes(client: httpx.Client) -> None:
    assert len(search(client, page_size=10**30)["data"]) == 3


def test_cursors_survive_what_comes_and_goes(client: httpx.Client) -> None:
    made = [create(client)["id"] for _ in range(9)]
    seen, params = [], {"page_size": 2, "type": "custom"}
    while True:
        page = search(client, **params)
        seen += ids(page)
        if page["next_page_token"] is None:
            break
        params["page_token"] = page["next_page_token"]
        # The voice that the cursor stands on goes, one that was seen changes, and another comes.
        client.delete(f"{VOICES}/{ids(page)[-1]}").raise_for_status()
        client.patch(f"{VOICES}/{ids(page)[0]}", json={"name": "changed"}).raise_for_status()
        if len(made) < 12:
            made.append(create(client)["id"])
    assert seen == made


def test_cursors_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "voices.sqlite"
    with VoicesServer(data=file) as server, server.client(headers=KEY) as client:
        first = search(client, page_size=2)
    with VoicesServer(data=file) as server, server.client(headers=KEY) as client:
        assert ids(first) + ids(search(client, page_token=first["next_page_token"])) == [
            "local-clara",
            "local-henri",
            "local-noor",
        ]


def forge(token: str, **changes: Any) -> str:
    """Change what a cursor says, by its place."""
    content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for place, value in changes.items():
        content[int(place.strip("_"))] = value
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_cursors_that_are_refused(client: httpx.Client) -> None:
    token = search(client, page_size=1)["next_page_token"]
    with VoicesServer() as other, other.client(headers=KEY) as theirs:
        foreign = search(theirs, page_size=1)["next_page_token"]
    numbers = base64.urlsafe_b64encode(b"[1, 2, 3]").decode()
    bad = ["", "x", "é", "A" * 5, token[:-4], token + "!", numbers, base64.urlsafe_b64encode(b"[" * 9_999).decode()]
    cases = [({"page_token": text}, "is not a cursor") for text in bad]
    cases += [({"page_token": forge(token, _2=value)}, "is not a cursor") for value in ("1", None, True, -(10**30))]
    cases += [({"page_token": foreign}, "is a cursor of another server")]
    filters: list[dict[str, Any]] = [{"type": "custom"}, {"gender": "male"}, {"language": ["en"]}, {"query": "a"}]
    filters += [{"kind": "ivc"}]
    cases += [({"page_token": token, **each}, "is the cursor of a search with other filters") for each in filters]
    for params, message in cases:
        answer = client.get(SEARCH, params=params)
        assert answer.status_code == 422, params
        fits("HTTPValidationError", answer.json())
        [problem] = answer.json()["detail"]
        assert (problem["loc"], problem["msg"]) == (["query", "page_token"], f"Value error, {message}")
    assert ids(search(client, page_token=forge(token, _2=10**30))) == []


def test_filters_may_be_given_in_another_order(client: httpx.Client) -> None:
    token = search(client, page_size=1, gender=["male", "female", "male"])["next_page_token"]
    assert ids(search(client, page_size=5, gender=["female", "male"], page_token=token)) == ["local-henri"]


@pytest.mark.parametrize(
    ("params", "loc", "kind"),
    [
        ({"page_size": "ten"}, ["query", "page_size"], "int_parsing"),
        ({"page_size": 0}, ["query", "page_size"], "greater_than_equal"),
        ({"type": "mine"}, ["query", "type"], "enum"),
        ({"kind": "none"}, ["query", "kind"], "enum"),
    ],
)
def test_what_the_document_does_not_allow(
    client: httpx.Client, params: dict[str, Any], loc: list[str], kind: str
) -> None:
    answer = client.get(SEARCH, params=params)
    assert answer.status_code == 422
    [problem] = answer.json()["detail"]
    assert (problem["loc"], problem["type"]) == (loc, kind)


def test_shaped_pages(server: VoicesServer, client: httpx.Client) -> None:
    made = [create(client)["id"] for _ in range(16)]
    server.shape_pages([3, 0, 0, 10])
    assert client.get(SEARCH, params={"page_size": 0}).status_code == 422  # which uses up no size
    assert walk(client, page_size=5, type="custom") == ([3, 0, 0, 5, 5, 3], made)
    server.shape_pages((each for each in (3, 0)), repeat=True)
    assert walk(client, page_size=5, type="custom") == ([3, 0] * 5 + [1], made)
    server.shape_pages([])
    assert walk(client, page_size=8, type="custom") == ([8, 8], made)


def test_shaping_pages_from_another_process(door: Door) -> None:
    assert door.send("POST", "/_local/pages", headers={}, json={"sizes": [1, 0], "repeat": False}).json() == {}
    assert [len(door.send("GET", SEARCH).json()["data"]) for _ in range(3)] == [1, 0, 3]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "sizes: Field required"),
        ([], "no object"),
        ({"sizes": [1, -1]}, "sizes.1"),
        ({"sizes": [], "repeat": 1}, "repeat"),
        ({"sizes": [], "times": 1}, "shape_pages has no argument times"),
    ],
)
def test_a_shape_that_makes_no_sense(client: httpx.Client, sent: Any, message: str) -> None:
    answer = client.post("/_local/pages", json=sent)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_a_size_that_makes_no_sense(server: VoicesServer) -> None:
    with pytest.raises(ValueError, match=r"sizes.1: Input should be a valid integer"):
        server.shape_pages([1, "2"])  # type: ignore[list-item]


def test_a_server_without_v2(door: Door) -> None:
    with VoicesServer(without_v2=True) as server:
        old_door = Door(server, door.library, door.is_async, door.is_mounted)
        for method in ("GET", "POST"):
            answer = old_door.send(method, SEARCH)
            assert answer.status_code == 404
            fits("ErrorResponse", answer.json())
        assert old_door.send("GET", SEARCH, headers={}).status_code == 401
        assert old_door.send("GET").json()["total"] == 3


def test_many_voices_are_searched_while_others_come(tmp_path: Path) -> None:
    seed = [{"id": f"id {number}", "name": "Ada"} for number in range(300)]
    with VoicesServer(data=tmp_path / "voices.sqlite", seed=seed) as server:
        seen: list[list[str]] = []

        def read() -> None:
            with server.client(headers=KEY) as client:
                seen.append(walk(client, page_size=7, type="custom")[1])

        def write() -> None:
            with server.client(headers=KEY) as client:
                for _ in range(20):
                    create(client)

        threads = [threading.Thread(target=work) for work in (read, write, read, write)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for found in seen:
            assert found[:300] == [voice["id"] for voice in seed]
            assert len(set(found)) == len(found)
