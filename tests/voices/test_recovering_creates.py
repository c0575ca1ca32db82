"""Creates that recover, through the client: with others under way, many at once, and when the client is closed."""

from __future__ import annotations

import asyncio
import copy
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mistral_voices import Mistral, errors, models
from mistral_voices.local import VoicesServer
from tests.harness import KEY, ClientKind, Fails, Reply

from .test_recovery import made, page


def test_create_recovers_and_its_error_looks(client_kind: ClientKind, waits: list[float]) -> None:
    arguments = {"name": "Ada", "sample_audio": "UklGRg=="}
    server = client_kind.replies(Fails("ReadTimeout"), page(made()))
    mistral = client_kind.mistral(server)
    assert client_kind.call(mistral, "create", **arguments, recover=True).id == "m1"
    assert [request.method for request in server.requests] == ["POST", "GET"]
    server = client_kind.replies(Fails("ReadTimeout"), page(made(1), made(2)))
    with pytest.raises(errors.NoResponseError) as caught:
        client_kind.call(client_kind.mistral(server), "create", **arguments)
    error = caught.value
    found = asyncio.run(error.candidates_async()) if client_kind.is_async else error.candidates()
    assert [voice.id for voice in found] == ["m1", "m2"]
    for other in (copy.copy(error), copy.deepcopy(error)):
        with pytest.raises(RuntimeError, match="not for a copy"):
            asyncio.run(other.candidates_async()) if client_kind.is_async else other.candidates()


def test_a_lost_create_leaves_the_voice_of_one_like_it_that_is_under_way(client_kind: ClientKind) -> None:
    arguments = {"name": "Ada", "sample_audio": "UklGRg==", "recover": True}
    lost: list[BaseException | None] = []

    def server(request: Any) -> Any:
        if request.method == "GET":
            return client_kind.replies(page(made()))(request)
        if not lost:
            lost.append(None)
            with ThreadPoolExecutor() as pool:  # the other is sent while this one waits
                lost[0] = pool.submit(client_kind.call, mistral, "create", **arguments).exception()
            return client_kind.replies(Reply(200, made()))(request)
        return client_kind.replies(Fails("ReadTimeout"))(request)

    mistral = client_kind.mistral(server)
    assert client_kind.call(mistral, "create", **arguments).id == "m1"
    [error] = lost
    assert isinstance(error, errors.NoResponseError)
    assert error.outcome_unknown


def test_a_hundred_creates_fifty_at_a_time() -> None:
    names = [f"Voice {number}" for number in range(100)]
    with VoicesServer() as server:
        server.serve()
        server.fail(drop="after", every=3, method="POST")

        async def main() -> list[models.VoiceResponse]:
            most = asyncio.Semaphore(50)
            async with Mistral(KEY, server_url=server.url) as mistral:

                async def create(name: str) -> models.VoiceResponse:
                    async with most:
                        given: Any = {"name": name, "sample_audio": "UklGRg=="}
                        return await mistral.audio.voices.create_async(**given, recover=True)

                return await asyncio.gather(*map(create, names))

        made = asyncio.run(main())
        with Mistral(KEY, server_url=server.url) as mistral:
            found = {each.id: each.name for each in mistral.audio.voices.iterate(type_="custom")}
    assert found == {each.id: name for each, name in zip(made, names, strict=True)}


def test_the_first_error_comes_out_where_the_client_is_closed_before_it_looks(client_kind: ClientKind) -> None:
    def handler(_: Any) -> Any:
        mistral.close()
        raise client_kind.library.ReadError("gone")

    mistral = client_kind.mistral(handler)
    with pytest.raises(errors.NoResponseError, match="gone") as caught:
        client_kind.call(mistral, "create", name="Ada", sample_audio="UklGRg==", recover=True)
    assert caught.value.outcome_unknown
    assert "closed" in caught.value.__notes__[0]
