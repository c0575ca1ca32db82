"""`search` and `iterate` as their users see them, sync and async, on both libraries."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mistral_voices import Mistral, errors
from tests.harness import KEY, ClientKind

from .test_pagination import voice

PAGES = [
    {"data": [voice(1), voice(2)], "next_page_token": "a"},
    {"data": [], "next_page_token": "b"},
    {"data": [voice(3)], "next_page_token": None},
]
FILTERS: dict[str, Any] = {"gender": ["female", "x y"], "language": ["en", "fr"], "query": "Ä&b", "kind": "ivc"}
QUERY = "&gender=female&gender=x+y&language=en&language=fr&query=%C3%84%26b&kind=ivc"


def gather(client_kind: ClientKind, mistral: Mistral, *, pages: bool = False, **arguments: Any) -> list[Any]:
    """Iterate to the end."""
    if not client_kind.is_async:
        found = mistral.audio.voices.iterate(**arguments)
        return list(found.pages() if pages else found)

    async def collect() -> list[Any]:
        found = mistral.audio.voices.iterate_async(**arguments)
        return [each async for each in (found.pages() if pages else found)]

    return asyncio.run(collect())


def test_iterate_takes_filters_options_and_a_most(client_kind: ClientKind) -> None:
    server = client_kind.replies(*PAGES)
    told: list[str] = []
    options: Any = {"http_headers": {"x-mine": "1"}, "on_response": lambda info: told.append(info.path)}
    found = gather(client_kind, client_kind.mistral(server), type_="custom", **FILTERS, **options)
    assert [each.id for each in found] == ["v1", "v2", "v3"]
    assert [request.url.raw_path.decode() for request in server.requests] == [
        f"/v2/audio/voices?page_size=100{token}&type=custom{QUERY}" for token in ("", "&page_token=a", "&page_token=b")
    ]
    assert [request.headers["x-mine"] for request in server.requests] == ["1"] * 3
    assert told == ["/v2/audio/voices"] * 3
    server = client_kind.replies(*PAGES)
    (page,) = gather(client_kind, client_kind.mistral(server), pages=True, page_size=7, max_items=1)
    assert [each.id for each in page.data] == ["v1"]
    assert server.requests[0].url.raw_path == b"/v2/audio/voices?page_size=7&type=all"


def test_iterating_is_lazy_and_begins_anew(client_kind: ClientKind) -> None:
    server = client_kind.replies(PAGES[0], *PAGES)
    voices = client_kind.mistral(server).audio.voices

    async def some() -> list[Any]:
        found = voices.iterate_async()
        assert server.requests == []
        first = await anext(aiter(found))
        assert len(server.requests) == 1
        return [first] + [each async for each in found]

    if client_kind.is_async:
        ids = [each.id for each in asyncio.run(some())]
    else:
        found = voices.iterate()
        assert server.requests == []
        ids = [next(iter(found)).id]
        assert len(server.requests) == 1
        ids += [each.id for each in found]
    assert ids == ["v1", "v1", "v2", "v3"]


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"page_size": 0}, ValueError, "page_size must be an integer of at least 1"),
    ({"page_size": None}, TypeError, "page_size must be an integer of at least 1, not None"),
    ({"max_items": -1}, ValueError, "max_items must be at least 0, not -1"),
    ({"max_items": True}, TypeError, "max_items must be an integer or None, not bool"),
    ({"max_items": "1"}, TypeError, "max_items must be an integer or None, not str"),
    ({"type_": "mine"}, ValueError, "type_ must be one of"),
    ({"kind": "abc"}, ValueError, "kind must be one of 'ivc', 'pvc'"),
    ({"timeout_ms": 0}, ValueError, "timeout_ms must be more than 0"),
    ({"limit": 5}, TypeError, "unexpected argument 'limit'"),
]


@pytest.mark.parametrize("name", ["iterate", "iterate_async"])
@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_bad_arguments_are_refused_at_once(name: str, arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        getattr(Mistral(KEY).audio.voices, name)(**arguments)


def test_pages_that_bring_no_new_voice_come_to_an_end(client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mistral_voices.voices.pagination.MOST_EMPTY_PAGES", 5)
    endless = ({"data": [voice(1)] * (number % 2), "next_page_token": str(number)} for number in range(100))
    server = client_kind.replies(*endless)
    with pytest.raises(errors.ResponseValidationError, match="6 pages in a row brought no new voice"):
        gather(client_kind, client_kind.mistral(server))
    assert len(server.requests) == 8
