"""The search: filters, cursors and pages, awkward ones too."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx

from mistral_voices.local import VoicesServer

from .conftest import KEY, PRESETS, SEARCH, VOICES, check_error, create, fits, ids, in_threads
from .test_requests import check_problem

SEED: list[dict[str, Any]] = [
    {"id": "ada", "name": "Ada", "gender": "female", "languages": ["en", "fr"]},
    {"id": "bob", "name": "BOB the ada fan", "gender": "male", "languages": ["en"], "kind": "pvc"},
    {"id": "eva", "name": "Straße", "gender": "odd", "languages": ['x"en', "en\nfr"], "type": "preset"},
    {"id": "ivo", "name": "İvo 100%_", "languages": []},
]


def search(client: httpx.Client, **params: Any) -> tuple[list[str], str | None]:
    """Give the ids on a page, and the cursor of the next."""
    page = client.get(SEARCH, params=params).raise_for_status().json()
    fits("VoiceListPage", page)
    return ids(page["data"]), page["next_page_token"]


def search_all(client: httpx.Client, **params: Any) -> tuple[list[int], list[str]]:
    """Give the sizes of all pages and the ids on them; no page may have the cursor of another."""
    sizes: list[int] = []
    found: list[str] = []
    tokens: list[str | None] = []
    while None not in tokens:
        page, token = search(client, **params)
        sizes.append(len(page))
        found += page
        assert token not in tokens
        tokens.append(token)
        params["page_token"] = token
    return sizes, found


def test_filters() -> None:
    with VoicesServer(seed=SEED) as server, server.client(headers=KEY) as client:
        for query, found in (
            ("", "ada bob eva ivo local-clara local-henri local-noor"),
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
            ("query=ADA", "ada bob"),
            ("query=", "ada bob eva ivo local-clara local-henri local-noor"),
            ("query=STRASSE", "eva"),
            ("query=%25_", "ivo"),
            ("query=%C4%B0VO", "ivo"),
            ("query=ada&gender=male&language=en&kind=pvc&type=custom", "bob"),
        ):
            page = client.get(f"{SEARCH}?{query}").json()
            assert (ids(page["data"]), page["next_page_token"]) == (found.split(), None), query


def test_many_values(client: httpx.Client) -> None:
    many = [f"{number:x}" for number in range(4_000)]
    for params, found in (
        ({"gender": [*many, "male"]}, ["local-henri"]),
        ({"language": [*many, "ar"]}, ["local-noor"]),
        ({"gender": [*many[:1_800], "male"], "language": [*many[:1_800], "fr"]}, ["local-henri"]),
        ({"gender": many, "query": "a"}, []),
    ):
        assert search(client, **params) == (found, None)


def test_filters_follow_an_update(client: httpx.Client) -> None:
    voice = create(client, name="Ada", gender="female", languages=["en"])
    client.patch(f"{VOICES}/{voice['id']}", json={"name": "Eva", "gender": None, "languages": ["fr"]})
    for params in ({"query": "ada"}, {"gender": "female"}, {"language": "en"}):
        assert search(client, type="custom", **params) == ([], None)
    assert search(client, query="eva", language="fr") == ([voice["id"]], None)


def test_cursors_survive_what_comes_and_goes(client: httpx.Client) -> None:
    made = [create(client)["id"] for _ in range(9)]
    seen, token = search(client, page_size=2, type="custom")
    while token:
        # The voice that the cursor stands on goes, one that was seen changes, and another comes.
        client.delete(f"{VOICES}/{seen[-1]}").raise_for_status()
        client.patch(f"{VOICES}/{seen[-2]}", json={"name": "changed"}).raise_for_status()
        if len(made) < 12:
            made.append(create(client)["id"])
        found, token = search(client, page_size=2, type="custom", page_token=token)
        seen += found
    assert seen == made


def forge(token: str, after: object) -> str:
    """Change the position in a cursor."""
    content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    content[2] = after
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_cursors_that_are_refused(client: httpx.Client) -> None:
    token = search(client, page_size=1)[1] or ""
    with VoicesServer() as other, other.client(headers=KEY) as theirs:
        foreign = search(theirs, page_size=1)[1]
    numbers, deep = (base64.urlsafe_b64encode(text).decode() for text in (b"[1, 2, 3]", b"[" * 9_999))
    bad = ["", "x", "é", "A" * 5, token[:-4], token + "!", numbers, deep]
    bad += [forge(token, after) for after in ("1", None, True, -(10**30))]
    cases = [({"page_token": text}, "is not a cursor") for text in bad]
    cases += [({"page_token": foreign or ""}, "is a cursor of another server")]
    for name, value in (("type", "custom"), ("gender", "male"), ("language", "en"), ("query", "a"), ("kind", "ivc")):
        cases.append(({"page_token": token, name: value}, "is the cursor of a search with other filters"))
    for params, message in cases:
        response = client.get(SEARCH, params=params)
        check_problem(response, ["query", "page_token"], "value_error")
        assert response.json()["detail"][0]["msg"] == f"Value error, {message}"
    assert search(client, page_token=forge(token, 10**30), page_size=10**30) == ([], None)
    token = search(client, page_size=1, gender=["male", "female", "male"])[1] or ""
    assert search(client, page_size=10**30, gender=["female", "male"], page_token=token) == (["local-henri"], None)


def test_shaped_pages(server: VoicesServer, client: httpx.Client) -> None:
    made = [create(client)["id"] for _ in range(16)]
    server.shape_pages([3, 0, 0, 10])
    assert client.get(SEARCH, params={"page_size": 0}).status_code == 422  # which uses up no size
    assert search_all(client, page_size=5, type="custom") == ([3, 0, 0, 5, 5, 3], made)
    server.shape_pages((each for each in (3, 0)), repeat=True)
    assert search_all(client, page_size=5, type="custom") == ([3, 0] * 5 + [1], made)
    server.shape_pages([])
    assert search_all(client, page_size=8, type="custom") == ([8, 8], made)  # there is no empty last page
    assert search_all(client, type="custom") == ([10, 6], made)


def test_a_server_without_v2() -> None:
    with VoicesServer(without_v2=True) as server, server.client(headers=KEY) as client:
        check_error(client.get(SEARCH), 404, "path_not_found")
        check_error(client.get(SEARCH, headers={"Authorization": ""}), 401)
        assert client.get(VOICES).json()["total"] == PRESETS


def test_voices_are_searched_while_others_come_and_change(client: httpx.Client) -> None:
    made = [create(client)["id"] for _ in range(200)]

    def read() -> list[str]:
        return search_all(client, page_size=7, type="custom")[1]

    def write() -> None:
        for _ in range(20):
            client.patch(f"{VOICES}/{create(client)['id']}", json={"age": 3}).raise_for_status()
            client.get(VOICES).raise_for_status()

    for found in in_threads(read, write, read, write, write)[:4:2]:
        assert found[:200] == made
        assert len(set(found)) == len(found)
    ages = [voice["age"] for voice in client.get(SEARCH, params={"page_size": 1_000}).json()["data"]]
    assert ages.count(3) == 60
