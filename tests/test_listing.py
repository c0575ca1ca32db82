"""Search, iterate and find: every voice once, whatever the pages look like."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mistral_voices import Mistral, errors, models
from mistral_voices._core import logs as _notices

from .harness import KEY, VOICE, ClientKind, Reply


def voice(number: int, **members: Any) -> dict[str, Any]:
    return {**VOICE, "id": f"v{number}", "name": f"Voice {number}", **members}


def gather(client_kind: ClientKind, mistral: Mistral, *, pages: bool = False, **arguments: Any) -> list[Any]:
    """Iterate to the end, sync or async."""
    if not client_kind.is_async:
        found = mistral.audio.voices.iterate(**arguments)
        return list(found.pages() if pages else found)

    async def collect() -> list[Any]:
        found = mistral.audio.voices.iterate_async(**arguments)
        return [each async for each in (found.pages() if pages else found)]

    return asyncio.run(collect())


class ByCursor:
    """A server that answers the search with pages as they are told, linked by cursors."""

    def __init__(self, client_kind: ClientKind, pages: list[tuple[list[dict[str, Any]], str | None]]) -> None:
        self.library = client_kind.library
        self.pages = {str(number): page for number, page in enumerate(pages)}
        self.requests: list[Any] = []

    def __call__(self, request: Any) -> Any:
        self.requests.append(request)
        data, token = self.pages[request.url.params.get("page_token", "0")]
        return self.library.Response(200, json={"data": data, "next_page_token": token})


def test_search(client_kind: ClientKind) -> None:
    server = ByCursor(client_kind, [([voice(1)], "1"), ([], None)])
    mistral = client_kind.mistral(server)
    page = client_kind.call(mistral, "search")
    assert isinstance(page, models.VoiceListPage)
    assert ([each.id for each in page.data], page.next_page_token) == (["v1"], "1")
    filters = {"gender": ["female", "x y"], "language": ["en", "fr"], "query": "Ä&b", "kind": "ivc", "type_": "custom"}
    assert client_kind.call(mistral, "search", page_size=3, page_token="1", **filters).next_page_token is None
    assert [request.url.raw_path.decode() for request in server.requests] == [
        "/v2/audio/voices?page_size=10&type=all",
        "/v2/audio/voices?page_size=3&page_token=1&type=custom&gender=female&gender=x+y&language=en&language=fr"
        "&query=%C3%84%26b&kind=ivc",
    ]


def test_every_voice_of_awkward_pages(client_kind: ClientKind) -> None:
    """1,037 voices in pages of 10, of which some are short and some empty."""
    sizes: Iterator[int] = iter([10, 3, 0, 0, 10, 1] + [10] * 200)
    pages: list[tuple[list[dict[str, Any]], str | None]] = []
    number = 0
    while number < 1037:
        size = min(next(sizes), 1037 - number)
        pages.append(([voice(each) for each in range(number, number + size)], str(len(pages) + 1)))
        number += size
    pages.append(([], None))
    server = ByCursor(client_kind, pages)
    mistral = client_kind.mistral(server)
    assert [each.id for each in gather(client_kind, mistral, page_size=10)] == [f"v{each}" for each in range(1037)]
    assert len(server.requests) == len(pages)
    found = gather(client_kind, mistral, page_size=10, pages=True)
    assert [(len(page.data), page.next_page_token) for page in found] == [(len(data), token) for data, token in pages]


@pytest.mark.parametrize("tokens", [["1", "1"], ["1", "2", "1"], ["0"], ["1", "2", "3", "2"]])
def test_a_repeated_cursor_is_an_error(client_kind: ClientKind, tokens: list[str]) -> None:
    server = ByCursor(client_kind, [([voice(number)], token) for number, token in enumerate(tokens)])
    with pytest.raises(errors.ResponseValidationError, match="next_page_token: is a cursor that came before"):
        gather(client_kind, client_kind.mistral(server))
    assert len(server.requests) <= len(tokens) + 1


@pytest.mark.parametrize("token", [None, ""])
def test_the_end_is_where_the_cursors_end(client_kind: ClientKind, token: str | None) -> None:
    server = ByCursor(client_kind, [([voice(1)], token)])
    assert len(gather(client_kind, client_kind.mistral(server))) == 1


def test_filters_and_size_are_on_every_page(client_kind: ClientKind) -> None:
    server = ByCursor(client_kind, [([], "1"), ([], "2"), ([], None)])
    filters: dict[str, Any] = {"gender": ["female"], "language": ["en"], "query": "a", "kind": "pvc"}
    filters["type_"] = "preset"
    gather(client_kind, client_kind.mistral(server), page_size=7, http_headers={"x-mine": "1"}, **filters)
    wanted = {"page_size": "7", "type": "preset", "gender": "female", "language": "en", "query": "a", "kind": "pvc"}
    for number, request in enumerate(server.requests):
        expected = wanted | ({"page_token": str(number)} if number else {})
        assert dict(request.url.params.multi_items()) == expected
        assert request.headers["x-mine"] == "1"


@pytest.mark.parametrize(("most", "requests"), [(0, 0), (1, 1), (4, 1), (5, 2), (8, 2), (None, 3), (99, 3)])
def test_max_items(client_kind: ClientKind, most: int | None, requests: int) -> None:
    pages = [
        ([voice(each) for each in range(start, start + 4)], token) for start, token in ((0, "1"), (4, "2"), (8, None))
    ]
    server = ByCursor(client_kind, pages)
    found = gather(client_kind, client_kind.mistral(server), max_items=most)
    assert [each.id for each in found] == [f"v{each}" for each in range(12)][:most]
    assert len(server.requests) == requests


def test_iterating_is_lazy_and_begins_anew(client_kind: ClientKind) -> None:
    server = ByCursor(client_kind, [([voice(1), voice(2)], "1"), ([voice(3)], None)])
    voices = client_kind.mistral(server).audio.voices

    async def some() -> None:
        found = voices.iterate_async()
        assert server.requests == []
        async for each in found:
            assert each.id == "v1"
            break
        assert len(server.requests) == 1
        assert [each.id async for each in found] == ["v1", "v2", "v3"]

    if client_kind.is_async:
        asyncio.run(some())
        return
    found = voices.iterate()
    assert server.requests == []
    assert next(iter(found)).id == "v1"
    assert len(server.requests) == 1
    assert [each.id for each in found] == ["v1", "v2", "v3"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"page_size": 0}, ValueError, "page_size must be an integer of at least 1"),
        ({"page_size": None}, TypeError, "page_size must be an integer of at least 1"),
        ({"max_items": -1}, ValueError, "max_items must be at least 0, not -1"),
        ({"max_items": True}, TypeError, "max_items must be an integer or None, not bool"),
        ({"gender": "female"}, TypeError, "gender must be a list"),
        ({"kind": "abc"}, ValueError, "kind must be one of 'ivc', 'pvc'"),
        ({"timeout_ms": 0}, ValueError, "timeout_ms must be more than 0"),
        ({"limit": 5}, TypeError, "unexpected argument 'limit'"),
    ],
)
def test_bad_arguments(
    client_kind: ClientKind, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    voices = client_kind.mistral(client_kind.replies({})).audio.voices
    with pytest.raises(error, match=message):
        (voices.iterate_async if client_kind.is_async else voices.iterate)(**arguments)


class ByOffset:
    """A server without the search; between its answers its voices may change."""

    def __init__(self, client_kind: ClientKind, voices: list[dict[str, Any]], missing: int = 404) -> None:
        self.library = client_kind.library
        self.voices = voices
        self.missing = missing
        self.offsets: list[int] = []
        self.queries: list[str] = []
        self.changes: Callable[[int], None] = lambda _: None

    def __call__(self, request: Any) -> Any:
        if request.url.path.startswith("/v2"):
            return self.library.Response(self.missing, json={"message": "no such path"})
        limit, offset = (int(request.url.params[name]) for name in ("limit", "offset"))
        self.changes(len(self.offsets))
        self.offsets.append(offset)
        self.queries.append(request.url.query.decode())
        page = {"total": len(self.voices), "page": 1, "page_size": limit, "total_pages": 1}
        return self.library.Response(200, json={**page, "items": self.voices[offset : offset + limit]})


@pytest.mark.parametrize("missing", [404, 405])
@pytest.mark.parametrize("page_size", [1, 9, 10, 100, 5000])
def test_every_voice_by_offset(client_kind: ClientKind, missing: int, page_size: int) -> None:
    count = 1037 if page_size > 9 else 40
    server = ByOffset(client_kind, [voice(each) for each in range(count)], missing)
    found = gather(client_kind, client_kind.mistral(server), page_size=page_size)
    assert [each.id for each in found] == [f"v{each}" for each in range(count)]
    assert len(server.offsets) <= count / min(page_size, 99) + 3


@pytest.mark.parametrize("count", [0, 1, 10, 11, 12, 20, 21, 22])
def test_by_offset_at_the_borders(client_kind: ClientKind, count: int) -> None:
    server = ByOffset(client_kind, [voice(each) for each in range(count)])
    assert len(gather(client_kind, client_kind.mistral(server), page_size=10)) == count


@pytest.mark.parametrize("removed", [1, 5, 10, 14, 25, 30])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_by_offset_nothing_is_left_out_when_voices_are_removed(client_kind: ClientKind, removed: int, at: int) -> None:
    server = ByOffset(client_kind, [voice(each) for each in range(40)])

    def remove(request: int) -> None:
        if request == at:
            del server.voices[:removed]

    server.changes = remove
    found = [each.id for each in gather(client_kind, client_kind.mistral(server), page_size=10)]
    assert len(set(found)) == len(found)
    assert set(found) >= {each["id"] for each in server.voices}


@pytest.mark.parametrize("place", ["first", "last"])
def test_by_offset_nothing_is_given_twice_when_voices_are_added(client_kind: ClientKind, place: str) -> None:
    there = [voice(each) for each in range(40)]
    server = ByOffset(client_kind, list(there))

    def add(request: int) -> None:
        if 0 < request < 4:
            server.voices.insert(0 if place == "first" else len(server.voices), voice(100 + request))

    server.changes = add
    found = [each.id for each in gather(client_kind, client_kind.mistral(server), page_size=10)]
    assert len(set(found)) == len(found)
    assert set(found) >= {each["id"] for each in there}
    assert place == "first" or set(found) == {each["id"] for each in server.voices}


def test_by_offset_a_short_page_is_not_the_end(client_kind: ClientKind) -> None:
    library = client_kind.library

    def two_at_most(request: Any) -> Any:
        if request.url.path.startswith("/v2"):
            return library.Response(404)
        offset = int(request.url.params["offset"])
        items = [voice(each) for each in range(9)][offset : offset + 2]
        return library.Response(200, json={"items": items, "total": 9, "page": 1, "page_size": 2, "total_pages": 5})

    assert len(gather(client_kind, client_kind.mistral(two_at_most))) == 9


def test_by_offset_a_server_that_ignores_the_offset_is_an_error(client_kind: ClientKind) -> None:
    page = {"items": [voice(each) for each in range(3)], "total": 3, "page": 1, "page_size": 3, "total_pages": 1}
    server = client_kind.replies(Reply(404), page)
    with pytest.raises(errors.ResponseValidationError, match="items: holds voices beyond the total of 3"):
        gather(client_kind, client_kind.mistral(server))


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"gender": ["female", "robot"]}, [0, 3]),
    ({"language": ["fr"]}, [1, 2]),
    ({"query": "ANNA"}, [0, 1]),
    ({"kind": "pvc"}, [2]),
    ({"gender": ["female"], "language": ["fr"]}, []),
    ({"gender": None, "language": None, "query": None, "kind": None}, [0, 1, 2, 3]),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_by_offset_the_filters_are_applied(
    client_kind: ClientKind, filters: dict[str, Any], expected: list[int]
) -> None:
    voices = [
        voice(0, name="Anna", gender="female", languages=["en"]),
        voice(1, name="Hannah", gender="male", languages=["en", "fr"]),
        voice(2, name="Bo", languages=["fr"], kind="pvc"),
        voice(3, name="R", gender="robot"),
    ]
    server = ByOffset(client_kind, voices)
    found = gather(client_kind, client_kind.mistral(server), page_size=1, type_="custom", **filters)
    assert [each.id for each in found] == [f"v{each}" for each in expected]
    assert all(query.endswith("type=custom") for query in server.queries)


def test_a_404_on_a_later_page_is_an_error(client_kind: ClientKind) -> None:
    server = client_kind.replies({"data": [voice(1)], "next_page_token": "a"}, Reply(404))
    with pytest.raises(errors.NotFoundError):
        gather(client_kind, client_kind.mistral(server))


CATALOGUE = [
    voice(1, name="Ada", slug="ada-en"),
    voice(2, name="Eva", slug=None),
    voice(3, name="EVA", slug=None),
    voice(4, name="ada-en"),
    voice(5, name="v1"),
    voice(6, name="Straße", slug=".."),
]


class Catalogue(ByCursor):
    def __init__(self, client_kind: ClientKind, missing: Reply) -> None:
        super().__init__(client_kind, [(CATALOGUE[:3], "1"), (CATALOGUE[3:], None)])
        self.missing = missing

    def __call__(self, request: Any) -> Any:
        if request.url.path == "/v2/audio/voices":
            return super().__call__(request)
        self.requests.append(request)
        for each in CATALOGUE:
            if request.url.path == f"/v1/audio/voices/{each['id']}":
                return self.library.Response(200, json=each)
        return self.library.Response(self.missing.status, json=self.missing.body)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("v1", "v1"), ("ada-en", "v1"), ("ADA", "v1"), ("v5", "v5"), ("STRASSE", "v6"), ("..", "v6"), ("ADA-EN", "v4")],
)
@pytest.mark.parametrize("missing", [Reply(404, {"message": "gone"}), Reply(422, {"detail": []})])
def test_find(client_kind: ClientKind, wanted: str, found: str, missing: Reply) -> None:
    mistral = client_kind.mistral(Catalogue(client_kind, missing))
    assert client_kind.call(mistral, "find", name_or_id=wanted).id == found
    if not client_kind.is_async:
        assert mistral.audio.voices.find(wanted).id == found


NOT_FOUND = [
    ("Adda", errors.NotFoundError, "There is no voice with the id, slug or name 'Adda'; close matches: 'Ada'"),
    ("qqqqqq", errors.NotFoundError, "There is no voice with the id, slug or name 'qqqqqq'; nor any like it"),
    ("eva", ValueError, "name_or_id: 2 voices have the name 'eva'; take one by its id: v2, v3"),
    ("", ValueError, "name_or_id is empty"),
    (" ", ValueError, "name_or_id is empty"),
    (7, TypeError, "name_or_id must be text, not int"),
]


@pytest.mark.parametrize(("wanted", "error", "message"), NOT_FOUND)
def test_nothing_found(client_kind: ClientKind, wanted: Any, error: type[Exception], message: str) -> None:
    mistral = client_kind.mistral(Catalogue(client_kind, Reply(404, {"message": "gone"})))
    with pytest.raises(error, match=message) as caught:
        client_kind.call(mistral, "find", name_or_id=wanted)
    if isinstance(caught.value, errors.NotFoundError):
        assert (caught.value.status_code, str(caught.value)) == (404, caught.value.message)


def test_other_errors_of_find_pass_through(client_kind: ClientKind) -> None:
    with pytest.raises(errors.AuthenticationError):
        client_kind.call(client_kind.mistral(client_kind.replies(Reply(401))), "find", name_or_id="Ada")


ENDS = [
    ({"sunset": "Wed, 31 Mar 2027 00:00:00 GMT"}, "is deprecated and ends on Wed, 31 Mar 2027 00:00:00 GMT"),
    ({"deprecation": "@1788739200"}, r"is deprecated \(Deprecation: @1788739200\)"),
    ({"deprecation": "true", "sunset": "soon"}, r"is deprecated \(Deprecation: true\) and ends on soon"),
]


@pytest.mark.parametrize(("headers", "message"), ENDS)
def test_the_end_of_an_operation_is_told_once_at_the_line_of_the_user(
    client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], message: str
) -> None:
    monkeypatch.setattr(_notices, "_warned", set())
    server = client_kind.replies(Reply(200, VOICE, headers))
    mistral = client_kind.mistral(server)
    with pytest.warns(DeprecationWarning, match=rf"GET /v1/audio/voices/{{voice_id}} {message}") as caught:
        client_kind.call(mistral, "get", voice_id="v1")
    # The harness calls by getattr, so that is the user's line here.
    assert caught[0].filename.endswith("harness.py") or "asyncio" in caught[0].filename
    with warnings.catch_warnings(record=True) as again:
        warnings.simplefilter("always")
        client_kind.call(mistral, "get", voice_id="v2")
    assert again == []
    with pytest.warns(DeprecationWarning, match="DELETE /v1/audio/voices/{voice_id}"):
        client_kind.call(mistral, "delete", voice_id="v1")


def test_a_page_of_the_real_server() -> None:
    from mistral_voices.local import VoicesServer

    seed = [{"id": f"s{each}", "name": f"Seed {each}"} for each in range(30)]
    with VoicesServer(seed=seed) as server, server.client() as client, Mistral(KEY, client=client) as mistral:
        found = [each.id for each in mistral.audio.voices.iterate(page_size=7, type_="custom")]
        assert found == [f"s{each}" for each in range(30)]
        assert mistral.audio.voices.find("seed 7").id == "s7"
