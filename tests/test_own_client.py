"""A client of the user's own is used as it is: what it does to requests and answers, it does to ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mistral_voices import Mistral

from .harness import KEY, VOICE, ClientKind, Replies


def made(client_kind: ClientKind, handler: Callable[[Any], Any], **settings: Any) -> tuple[Any, Mistral]:
    """Make a client of the user's own, and a Mistral that uses it."""
    kind, option = ("AsyncClient", "async_client") if client_kind.is_async else ("Client", "client")
    client = getattr(client_kind.library, kind)(transport=client_kind.library.MockTransport(handler), **settings)
    return client, Mistral(KEY, **{option: client})


def test_a_hook_may_read_the_content_of_a_request(client_kind: ClientKind) -> None:
    seen: list[bytes] = []

    async def look_async(request: Any) -> None:
        seen.append(request.content)

    def look(request: Any) -> None:
        seen.append(request.content)

    hooks = {"request": [look_async if client_kind.is_async else look]}
    _, mistral = made(client_kind, client_kind.replies(VOICE), event_hooks=hooks)
    client_kind.call(mistral, "get", voice_id="v1")
    client_kind.call(mistral, "update", voice_id="v1", name="Eva")
    assert seen == [b"", b'{"name":"Eva"}']


def test_a_method_put_in_place_makes_every_request(client_kind: ClientKind) -> None:
    server = client_kind.replies(VOICE)
    client, mistral = made(client_kind, server)
    build = client.build_request

    def signed(*arguments: Any, **options: Any) -> Any:
        request = build(*arguments, **options)
        request.headers["x-signed"] = f"{request.method} {request.url.path}"
        return request

    client.build_request = signed
    client_kind.call(mistral, "get", voice_id="v1")
    client_kind.call(mistral, "delete", voice_id="v2")
    signatures = [request.headers["x-signed"] for request in server.requests]
    assert signatures == ["GET /v1/audio/voices/v1", "DELETE /v1/audio/voices/v2"]


def test_settings_changed_between_calls_count(client_kind: ClientKind) -> None:
    server = client_kind.replies(VOICE)
    client, mistral = made(client_kind, server, headers={"x-team": "one"})
    client_kind.call(mistral, "get", voice_id="v1")
    client.headers["x-team"] = "two"
    client.timeout = 7
    client_kind.call(mistral, "get", voice_id="v1")
    assert [request.headers["x-team"] for request in server.requests] == ["one", "two"]
    assert server.requests[1].extensions["timeout"]["read"] == 7


def test_host_is_that_of_each_address(client_kind: ClientKind) -> None:
    server = client_kind.replies(VOICE)
    _, mistral = made(client_kind, server)
    addresses = ("https://a.example:443", "http://a.example:443", "http://b.example", "https://a.example")
    for address in addresses:
        client_kind.call(mistral, "get", voice_id="v1", server_url=address)
    hosts = [request.headers["host"] for request in server.requests]
    assert hosts == ["a.example", "a.example:443", "b.example", "a.example"]


def test_a_class_of_answers_may_change_the_body(client_kind: ClientKind) -> None:
    library, body = client_kind.library, json.dumps(VOICE).encode()

    class Changed(library.Response):  # type: ignore[misc, name-defined]
        def iter_bytes(self, chunk_size: int | None = None) -> Any:
            return (block.replace(b"Ada", b"Eva") for block in super().iter_bytes(chunk_size))

        async def aiter_bytes(self, chunk_size: int | None = None) -> Any:
            async for block in super().aiter_bytes(chunk_size):
                yield block.replace(b"Ada", b"Eva")

    _, mistral = made(client_kind, lambda _: Changed(200, stream=library.ByteStream(body)))
    assert client_kind.call(mistral, "get", voice_id="v1").name == "Eva"
    plain = Replies(library, [VOICE])
    assert client_kind.call(made(client_kind, plain)[1], "get", voice_id="v1").name == "Ada"
