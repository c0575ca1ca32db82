"""Never twice, never lost: creates whose answer is lost, deletes of what is gone."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from mistral_voices import Mistral, errors, utils
from mistral_voices.local import VoicesServer

from .harness import KEY, VOICE, ClientKind, Fails, Reply

SENT = {"name": "Ada", "sample_audio": "UklGRg=="}
NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)  # the server's clock, which is far from ours
GOOD_DATE = {"date": format_datetime(NOW, usegmt=True)}


def made(number: int = 1, seconds: float = 0, **members: Any) -> dict[str, Any]:
    created = (NOW + timedelta(seconds=seconds)).isoformat()
    return {**VOICE, "id": f"m{number}", "name": "Ada", "created_at": created, "type": "custom", **members}


def page(*voices: dict[str, Any], headers: dict[str, str] | None = None) -> Reply:
    body = {"data": list(voices), "next_page_token": None}
    return Reply(200, body, GOOD_DATE if headers is None else headers)


LOST = [Fails("ReadTimeout"), Reply(504), Reply(200, b"<html>", {"content-type": "text/html"})]


@pytest.mark.parametrize("lost", LOST)
def test_recover_returns_the_voice_and_sends_only_once(client_kind: ClientKind, lost: Any) -> None:
    server = client_kind.replies(lost, page(made()))
    voice = client_kind.call(client_kind.mistral(server), "create", **SENT, recover=True)
    assert voice.id == "m1"
    assert [request.method for request in server.requests] == ["POST", "GET"]
    assert dict(server.requests[1].url.params) == {"page_size": "100", "type": "custom", "query": "Ada"}


# What was sent besides, what the server shows, and whether that can be the voice.
MATCHES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({}, {"name": "ada"}, False),
    ({}, {"name": "Ada Lovelace"}, False),
    ({}, {"retention_notice": 31}, False),
    ({"retention_notice": None}, {"retention_notice": 31}, True),
    ({}, {"gender": "female", "tags": ["x"], "slug": "s", "trimmed_seconds": 1.5}, True),
    ({"tags": ["a"]}, {"tags": ["a"]}, True),
    ({"tags": ["a"]}, {"tags": ["b"]}, False),
    ({"tags": ["a"]}, {}, False),
    ({"tags": []}, {"tags": None}, True),
    ({"tags": None}, {"tags": []}, True),
    ({"languages": ["en"]}, {"languages": ["en"]}, True),
    ({"languages": ["en"]}, {"languages": ["en", "fr"]}, False),
    ({"age": 0}, {"age": None}, False),
    ({"description": "d"}, {"description": "d"}, True),
    ({"sample_filename": "a.wav"}, {}, True),
    ({}, {"created_at": (NOW - timedelta(seconds=1.5)).isoformat()}, True),
    ({}, {"created_at": (NOW - timedelta(seconds=20)).isoformat()}, False),
    ({}, {"created_at": (NOW + timedelta(seconds=9)).isoformat()}, True),
    ({}, {"type": "preset"}, True),
]


@pytest.mark.parametrize(("sent", "shown", "is_it"), MATCHES)
def test_candidates(client_kind: ClientKind, sent: dict[str, Any], shown: dict[str, Any], is_it: bool) -> None:
    server = client_kind.replies(Fails("ReadError"), page(made(7, **shown)))
    with pytest.raises(errors.NoResponseError) as caught:
        client_kind.call(client_kind.mistral(server), "create", **SENT, **sent)
    error = caught.value
    found = asyncio.run(error.candidates_async()) if client_kind.is_async else error.candidates()
    assert [voice.id for voice in found] == (["m7"] if is_it else [])


def test_recover_looks_three_times_and_never_sends_again(client_kind: ClientKind, waits: list[float]) -> None:
    server = client_kind.replies(Fails("ReadError"), page())
    with pytest.raises(errors.NoResponseError) as caught:
        client_kind.call(client_kind.mistral(server), "create", **SENT, recover=True)
    assert [request.method for request in server.requests] == ["POST", "GET", "GET", "GET"]
    assert caught.value.outcome_unknown
    assert (0.5 <= waits[0] <= 0.625, 1 <= waits[1] <= 1.25, len(waits)) == (True, True, 2)


def test_recover_finds_a_voice_that_appears_late(client_kind: ClientKind, waits: list[float]) -> None:
    server = client_kind.replies(Reply(504), page(), page(), page(made()))
    assert client_kind.call(client_kind.mistral(server), "create", **SENT, recover=True).id == "m1"


def test_recover_keeps_within_the_bound_of_time(client_kind: ClientKind, waits: list[float]) -> None:
    config = utils.RetryConfig("backoff", utils.BackoffStrategy(5000, 5000, 1, 4000), retry_connection_errors=True)
    server = client_kind.replies(Fails("ReadError"), page())
    with pytest.raises(errors.NoResponseError):
        client_kind.call(client_kind.mistral(server, retry_config=config), "create", **SENT, recover=True)
    assert (len(server.requests), waits) == (2, [])


AMBIGUOUS: list[tuple[Reply, str]] = [
    (page(made(1), made(2)), "2 voices may be the one: m1, m2"),
    (page(made(1), headers={}), "Looking for the voice failed too: The answer has no Date header"),
    (page(made(1), headers={"date": "tomorrow"}), "Looking for the voice failed too: The answer has no Date header"),
    (Reply(401, {"message": "Key expired"}), "Looking for the voice failed too: Key expired"),
]


@pytest.mark.parametrize(("answer", "note"), AMBIGUOUS)
def test_recover_raises_when_it_cannot_tell(
    client_kind: ClientKind, waits: list[float], answer: Reply, note: str
) -> None:
    server = client_kind.replies(Fails("ReadError"), answer)
    with pytest.raises(errors.NoResponseError) as caught:
        client_kind.call(client_kind.mistral(server), "create", **SENT, recover=True)
    assert len(server.requests) == 2
    assert note in caught.value.__notes__[0]


def test_an_id_that_this_client_made_is_no_candidate(client_kind: ClientKind) -> None:
    server = client_kind.replies(Reply(200, made(1)), Fails("ReadError"), page(made(1), made(2)))
    mistral = client_kind.mistral(server)
    client_kind.call(mistral, "create", **SENT)
    assert client_kind.call(mistral, "create", **SENT, recover=True).id == "m2"


@pytest.mark.parametrize("lost", [Reply(422, {"detail": []}), Fails("ConnectError"), Reply(429)])
def test_nothing_is_looked_for_when_nothing_happened(client_kind: ClientKind, waits: list[float], lost: Any) -> None:
    server = client_kind.replies(lost)
    with pytest.raises(errors.MistralError) as caught:
        client_kind.call(client_kind.mistral(server), "create", **SENT, recover=True)
    assert {request.method for request in server.requests} == {"POST"}
    with pytest.raises(RuntimeError, match="candidates"):
        caught.value.candidates()


def test_candidates_are_looked_for_by_offset_where_there_is_no_search(client_kind: ClientKind) -> None:
    listed = {"items": [made(1), made(2, -60)], "total": 2, "page": 1, "page_size": 100, "total_pages": 1}
    empty = {**listed, "items": []}
    server = client_kind.replies(
        Fails("ReadError"), Reply(404), *[Reply(200, each, GOOD_DATE) for each in (listed, empty)]
    )
    assert client_kind.call(client_kind.mistral(server), "create", **SENT, recover=True).id == "m1"


def test_a_copy_of_the_error_cannot_look(client_kind: ClientKind) -> None:
    with pytest.raises(errors.NoResponseError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(Fails("ReadError"))), "create", **SENT)
    with pytest.raises(RuntimeError, match="not for a copy"):
        copy.copy(caught.value).candidates()
    with pytest.raises(RuntimeError, match="not for a copy"):
        asyncio.run(copy.deepcopy(caught.value).candidates_async())


def test_every_attempt_of_a_create_has_the_same_key(client_kind: ClientKind, waits: list[float]) -> None:
    server = client_kind.replies(Reply(429), Reply(429), made())
    mistral = client_kind.mistral(server)
    client_kind.call(mistral, "create", **SENT)
    client_kind.call(mistral, "create", **SENT)
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(set(keys[:3])) == 1
    assert keys[3] != keys[0]


def test_delete_of_what_is_gone(client_kind: ClientKind, waits: list[float]) -> None:
    gone = Reply(404, {"message": "No such voice"})
    assert (
        client_kind.call(client_kind.mistral(client_kind.replies(gone)), "delete", voice_id="v1", missing_ok=True)
        is None
    )
    assert (
        client_kind.call(client_kind.mistral(client_kind.replies(VOICE)), "delete", voice_id="v1", missing_ok=True).id
        == "v1"
    )
    with pytest.raises(errors.NotFoundError):
        client_kind.call(client_kind.mistral(client_kind.replies(gone)), "delete", voice_id="v1")
    with pytest.raises(errors.PermissionDeniedError):
        client_kind.call(client_kind.mistral(client_kind.replies(Reply(403))), "delete", voice_id="v1", missing_ok=True)


@pytest.fixture
def unreliable() -> Iterator[VoicesServer]:
    """A server that drops every third create, after it has done the work."""
    with VoicesServer() as server:
        server.serve()
        server.fail(drop="after", every=3, method="POST")
        yield server


NUMBER = 1000


def assert_all_once(server: VoicesServer, ids: list[str]) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        found = list(mistral.audio.voices.iterate(type_="custom"))
    assert sorted(voice.name for voice in found) == sorted(f"Voice {number}" for number in range(NUMBER))
    assert sorted(voice.id for voice in found) == sorted(ids)


def test_a_thousand_creates(unreliable: VoicesServer) -> None:
    with Mistral(KEY, server_url=unreliable.url) as mistral:
        ids = [
            mistral.audio.voices.create(name=f"Voice {number}", sample_audio="UklGRg==", recover=True).id
            for number in range(NUMBER)
        ]
    assert_all_once(unreliable, ids)


def test_a_thousand_creates_fifty_at_a_time(unreliable: VoicesServer) -> None:
    async def main() -> list[str]:
        most = asyncio.Semaphore(50)

        async def create(number: int) -> str:
            async with most:
                made = mistral.audio.voices.create_async(name=f"Voice {number}", sample_audio="UklGRg==", recover=True)
                return (await made).id

        async with Mistral(KEY, server_url=unreliable.url) as mistral:
            return await asyncio.gather(*map(create, range(NUMBER)))

    assert_all_once(unreliable, asyncio.run(main()))
