"""Every voice once, whatever the pages look like: by cursor and by offset, without I/O."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mistral_voices import Mistral, errors
from mistral_voices._core.key import Key
from mistral_voices._core.options import Options
from mistral_voices._core.request import Send
from mistral_voices._core.response import Response
from mistral_voices.local import VoicesServer
from mistral_voices.voices.pagination import Filters, Paginator, includes
from mistral_voices.voices.resolve import resolve
from tests.harness import KEY, VOICE, Reply, run_steps

OPTIONS = Options("https://api.example", Key(KEY))
ALL = Filters()
Server = Callable[[Send], Reply]


def voice(number: int, **members: Any) -> dict[str, Any]:
    return {**VOICE, "id": f"v{number}", "name": f"Voice {number}", **members}


def pages(server: Server, filters: Filters = ALL, page_size: int = 10, **more: Any) -> list[Any]:
    """Take every page that a server gives; after the last there is none."""
    paginator, found = Paginator(filters, page_size, OPTIONS, **more), []
    while (page := run_steps(paginator.next_page(), [server])) is not None:
        found.append(page)
    assert run_steps(paginator.next_page(), [server]) is None
    return found


def ids(server: Server, *arguments: Any, **more: Any) -> list[str]:
    return [each.id for page in pages(server, *arguments, **more) for each in page.data]


class ByCursor:
    """A server that replies to the search with the pages given, linked by cursors."""

    def __init__(self, *pages: tuple[list[dict[str, Any]], str | None]) -> None:
        self.pages = {str(number): page for number, page in enumerate(pages)}
        self.queries: list[dict[str, list[str]]] = []

    def __call__(self, send: Send) -> Reply:
        self.queries.append(parse_qs(urlsplit(send.url).query))
        data, token = self.pages[self.queries[-1].get("page_token", ["0"])[0]]
        return Reply(200, {"data": data, "next_page_token": token})


def test_every_voice_of_awkward_pages() -> None:
    """1,024 voices in pages of 10, of which some are short and some empty."""
    voices = iter(map(voice, range(1024)))
    sizes = [10, 3, 0, 0, 10, 1, *[10] * 100]
    given = [([*islice(voices, size)], str(number)) for number, size in enumerate(sizes, 1)]
    server = ByCursor(*given, ([], ""))
    found = pages(server)
    assert [each.id for page in found for each in page.data] == [f"v{each}" for each in range(1024)]
    assert [(len(page.data), page.next_page_token) for page in found[:-1]] == [(len(data), to) for data, to in given]
    assert len(server.queries) == len(given) + 1


@pytest.mark.parametrize("tokens", [["1", "1"], ["1", "2", "1"], ["1", "2", "3", "2"]])
def test_a_repeated_cursor_is_an_error(tokens: list[str]) -> None:
    server = ByCursor(*[([voice(number)], token) for number, token in enumerate(tokens)])
    with pytest.raises(errors.ResponseValidationError, match="next_page_token: is a cursor that came before") as caught:
        pages(server)
    assert "next_page_token: is a cursor" in str(caught.value.cause)
    assert len(server.queries) == len(tokens)


class Endless:
    """A server that never repeats a cursor, and gives the same voices again after some pages."""

    def __init__(self, *pages: list[dict[str, Any]], has_search: bool = True, ends: int = 10**9) -> None:
        self.pages, self.has_search, self.ends = pages, has_search, ends
        self.count = 0

    def __call__(self, send: Send) -> Reply:
        if send.path.startswith("/v2") and not self.has_search:
            return Reply(404)
        self.count += 1
        given = self.pages[(self.count - 1) % len(self.pages)]
        if self.has_search:
            return Reply(200, {"data": given, "next_page_token": str(self.count) if self.count < self.ends else None})
        return Reply(200, {"items": given, "total": 10**18, "page": 1, "page_size": 10, "total_pages": 10**17})


@pytest.mark.parametrize(
    ("server", "count"),
    [
        (Endless([]), 1001),
        (Endless([voice(1)]), 1002),
        (Endless([voice(1)], [], [voice(2)]), 1004),
        (Endless([voice(1)], has_search=False), 1002),
        (Endless([voice(1)], [voice(2)], has_search=False), 1003),
    ],
)
@pytest.mark.parametrize("all_of", [pages, lambda server: run_steps(resolve("Nobody", OPTIONS), [server])])
def test_pages_that_bring_nothing_come_to_an_end(server: Endless, count: int, all_of: Any) -> None:
    def reply(send: Send) -> Reply:
        return Reply(404) if send.path.startswith("/v1/audio/voices/") else server(send)

    server.count = 0
    with pytest.raises(errors.ResponseValidationError, match="1,001 pages in a row brought no new voice"):
        all_of(reply)
    assert server.count == count


def test_a_thousand_pages_may_bring_nothing() -> None:
    assert pages(Endless([], ends=1000))[-1].next_page_token is None


def test_filters_and_size_are_on_every_page_and_every_response_is_shown() -> None:
    server, shown = ByCursor(([], "1"), ([], "2"), ([], None)), list[Response]()
    pages(server, Filters("preset", ["female"], ["en"], "a", "pvc"), 7, on_page=shown.append)
    wanted = {"page_size": "7", "type": "preset", "gender": "female", "language": "en", "query": "a", "kind": "pvc"}
    tokens: list[dict[str, str]] = [{}, {"page_token": "1"}, {"page_token": "2"}]
    assert server.queries == [{name: [text] for name, text in (wanted | token).items()} for token in tokens]
    assert [response.json()["next_page_token"] for response in shown] == ["1", "2", None]


@pytest.mark.parametrize(("most", "requests"), [(0, 0), (1, 1), (4, 1), (5, 2), (8, 2), (None, 3), (12, 3), (99, 3)])
def test_max_items(most: int | None, requests: int) -> None:
    server = ByCursor(*[([voice(4 * page + each) for each in range(4)], (["1", "2", None])[page]) for page in range(3)])
    assert ids(server, max_items=most) == [f"v{each}" for each in range(12)][:most]
    assert len(server.queries) == requests


@pytest.mark.parametrize(("status", "first"), [(400, True), (403, True), (422, True), (404, False)])
def test_other_errors_are_raised(status: int, first: bool) -> None:
    server = ByCursor(([voice(1)], "1"))
    paths: list[str] = []

    def reply(send: Send) -> Reply:
        paths.append(send.path)
        return Reply(status) if first or server.queries else server(send)

    with pytest.raises(errors.MistralError) as caught:
        pages(reply)
    assert (caught.value.status_code, {*paths}) == (status, {"/v2/audio/voices"})


@pytest.mark.parametrize("token", [5, ["a"], {"a": 1}, False])
def test_a_cursor_that_is_no_text_is_an_error_and_not_the_end(token: Any) -> None:
    with pytest.raises(errors.ResponseValidationError, match="next_page_token: is no text"):
        pages(ByCursor(([voice(1)], token)))


class ByOffset:
    """A server without the search; before its n-th page its voices may change."""

    def __init__(self, *voices: dict[str, Any], missing: int = 404, most: int = 100) -> None:
        self.voices = list(voices)
        self.missing, self.most = missing, most
        self.searches = 0
        self.queries: list[dict[str, list[str]]] = []
        self.changes: Callable[[int], None] = lambda number: None

    def __call__(self, send: Send) -> Reply:
        if send.path.startswith("/v2"):
            self.searches += 1
            return Reply(self.missing)
        query = parse_qs(urlsplit(send.url).query)
        self.changes(len(self.queries))
        self.queries.append(query)
        limit, offset = (int(query[name][0]) for name in ("limit", "offset"))
        items = self.voices[offset : offset + min(limit, self.most)]
        page = {"total": len(self.voices), "page": 1, "page_size": limit, "total_pages": 1}
        return Reply(200, {**page, "items": items})


@pytest.mark.parametrize("missing", [404, 405])
@pytest.mark.parametrize(("page_size", "limit"), [(1, 2), (9, 10), (10, 11), (99, 100), (100, 100), (5000, 100)])
def test_every_voice_by_offset(missing: int, page_size: int, limit: int) -> None:
    server = ByOffset(*map(voice, range(237)), missing=missing)
    assert ids(server, page_size=page_size) == [f"v{each}" for each in range(237)]
    assert {query["limit"][0] for query in server.queries} == {str(limit)}
    assert len(server.queries) <= 237 / (limit - 1) + 3
    assert server.searches == 1


@pytest.mark.parametrize("count", [0, 1, 10, 11, 12, 20, 21, 22])
@pytest.mark.parametrize("most", [100, 2])
def test_by_offset_a_short_page_is_not_the_end(count: int, most: int) -> None:
    assert ids(ByOffset(*map(voice, range(count)), most=most)) == [f"v{each}" for each in range(count)]


@pytest.mark.parametrize("removed", [1, 5, 10, 14, 25, 30])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_by_offset_nothing_is_left_out_when_voices_are_removed(removed: int, at: int) -> None:
    server = ByOffset(*map(voice, range(40)))
    server.changes = lambda number: server.voices.__delitem__(slice(removed if number == at else 0))
    found = ids(server)
    assert len(set(found)) == len(found)
    assert set(found) >= {each["id"] for each in server.voices}


@pytest.mark.parametrize("place", [0, 1000], ids=["first", "last"])
def test_by_offset_nothing_is_given_twice_when_voices_are_added(place: int) -> None:
    server = ByOffset(*map(voice, range(40)))
    server.changes = lambda number: server.voices.insert(place, voice(100 + number)) if 0 < number < 4 else None
    found = ids(server)
    assert len(set(found)) == len(found)
    assert set(found) >= {f"v{each}" for each in range(40)}
    assert place == 0 or set(found) == {each["id"] for each in server.voices}


def test_by_offset_a_server_that_ignores_the_offset_is_an_error() -> None:
    page = {"items": [voice(each) for each in range(3)], "total": 3, "page": 1, "page_size": 3, "total_pages": 1}
    with pytest.raises(errors.ResponseValidationError, match="items: holds voices beyond the total of 3"):
        pages(lambda send: Reply(404) if send.path.startswith("/v2") else Reply(200, page))


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"gender": ["female", "robot"]}, [0, 3]),
    ({"language": ["fr"]}, [1, 2]),
    ({"language": ["xx", "EN"]}, [0, 1]),
    ({"query": "ANNA"}, [0, 1]),
    ({"kind": "pvc"}, [2]),
    ({"gender": ["female"], "language": ["fr"]}, []),
    ({"gender": None, "language": None, "query": None, "kind": None}, [0, 1, 2, 3]),
    ({"gender": [], "language": (), "query": ""}, [0, 1, 2, 3]),
]


# A language that is wanted, those that it includes, and those that it does not.
LANGUAGES = [
    ("en", "en EN en-GB en_us EN-us en-Latn-GB", "eng e fr-en en.UTF-8 ''"),
    ("EN", "en en_US", "e"),
    ("en-GB", "en-GB en_gb EN-GB en-gb-oxendict", "en en-US en-GBX"),
    ("zh_hans", "zh-Hans zh-Hans-CN", "zh zh-Hant"),
    ("", "", "en"),
]


@pytest.mark.parametrize(("wanted", "included", "others"), LANGUAGES)
def test_languages(wanted: str, included: str, others: str) -> None:
    assert [spoken for spoken in included.split() if not includes(wanted, spoken)] == []
    assert [spoken for spoken in others.split() if includes(wanted, spoken)] == []


@pytest.mark.parametrize("without_v2", [False, True])
def test_the_local_server_finds_the_same_languages_with_and_without_search(without_v2: bool) -> None:
    spoken = sorted({language for _, *some in LANGUAGES for each in some for language in each.split()} | {"É"})
    seed = [{"id": f"v {language}", "name": language, "languages": ["xx", language]} for language in spoken]
    with (
        VoicesServer(seed=seed, without_v2=without_v2) as server,
        server.client() as client,
        Mistral(KEY, client=client) as mistral,
    ):
        for wanted in (*(wanted for wanted, *_ in LANGUAGES), "É"):
            found = mistral.audio.voices.iterate(language=[wanted], type_="custom")
            assert [each.name for each in found] == [each for each in spoken if includes(wanted, each)]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_by_offset_the_filters_are_applied(filters: dict[str, Any], expected: list[int]) -> None:
    server = ByOffset(
        voice(0, name="Anna", gender="female", languages=["en_us"]),
        voice(1, name="Hannah", gender="male", languages=["en-GB", "fr"]),
        voice(2, name="Bo", languages=["fr"], kind="pvc"),
        voice(3, name="R", gender="robot"),
    )
    assert ids(server, Filters("custom", **filters), 1) == [f"v{each}" for each in expected]
    assert {query["type"][0] for query in server.queries} == {"custom"}


@pytest.mark.parametrize("cursor", ["x" * 70_000, "\u00e9" * 12_000, "\ud800"])
def test_a_cursor_that_cannot_be_sent_is_an_error_of_the_response(cursor: str) -> None:
    with pytest.raises(errors.ResponseValidationError, match=r"next_page_token: is a cursor that cannot be sent \("):
        pages(ByCursor(([voice(1)], cursor)))
