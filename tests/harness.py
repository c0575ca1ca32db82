"""One body for every behaviour: it runs sync and async, on httpx and on httpx2."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

from mistral_voices import Mistral

VOICE = {"id": "v1", "name": "Ada", "created_at": "2026-01-02T03:04:05Z", "user_id": "u1"}
PAGE = {"items": [VOICE], "total": 1, "page": 1, "page_size": 10, "total_pages": 1}
KEY = "key-0123456789abcdef"

# What every operation needs to be called, and a good answer to it.
CALLS: dict[str, dict[str, Any]] = {
    "list": {},
    "create": {"name": "Ada", "sample_audio": "UklGRg=="},
    "get": {"voice_id": "v1"},
    "update": {"voice_id": "v1", "name": "Eva"},
    "delete": {"voice_id": "v1"},
    "get_sample_audio": {"voice_id": "v1"},
}
GOOD: dict[str, Any] = {
    name: PAGE if name == "list" else "UklGRg==" if name == "get_sample_audio" else VOICE for name in CALLS
}


class Reply(NamedTuple):
    """What a scripted server answers."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = MappingProxyType({})


class Fails(NamedTuple):
    """Which of the library's errors a scripted connection raises."""

    error: str


class Replies:
    """A server that answers from a list, the last entry again and again, and remembers every request."""

    def __init__(self, library: ModuleType, replies: Iterable[Any]) -> None:
        self.library = library
        self.replies = list(replies)
        self.requests: list[Any] = []

    def __call__(self, request: Any) -> Any:
        request.read()
        self.requests.append(request)
        reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
        if isinstance(reply, Fails):
            raise getattr(self.library, reply.error)(reply.error, request=request)
        if not isinstance(reply, Reply):
            reply = Reply(200, reply)
        if isinstance(reply.body, bytes):
            stream = self.library.ByteStream(reply.body)
            return self.library.Response(reply.status, stream=stream, headers=reply.headers)
        headers = {"content-type": "application/json", **reply.headers}
        return self.library.Response(reply.status, content=json.dumps(reply.body).encode(), headers=headers)


class ClientKind:
    """One of the four ways to call: a library, sync or async."""

    def __init__(self, library: ModuleType, is_async: bool) -> None:
        self.library = library
        self.is_async = is_async

    def replies(self, *replies: Any) -> Replies:
        return Replies(self.library, replies)

    def mistral(self, handler: Callable[[Any], Any], **options: Any) -> Mistral:
        """Make a Mistral whose own clients answer from a handler."""
        transport = self.library.MockTransport(handler)
        options = {"api_key": KEY, **options}
        if self.is_async:
            return Mistral(async_client=self.library.AsyncClient(transport=transport), **options)
        return Mistral(client=self.library.Client(transport=transport), **options)

    def call(self, mistral: Mistral, name: str, /, **arguments: Any) -> Any:
        """Call an operation, or its twin, and give what it returns."""
        voices = mistral.audio.voices
        if self.is_async:
            return asyncio.run(getattr(voices, f"{name}_async")(**arguments))
        return getattr(voices, name)(**arguments)
