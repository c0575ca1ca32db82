"""What tests share: a test body that runs sync and async on both libraries, and one that needs no I/O at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple, TypeVar

import httpx

from mistral_voices import Mistral
from mistral_voices._core.request import Send, Steps, Wait
from mistral_voices._core.response import Response, TransportError

T = TypeVar("T")

VOICE = {"id": "v1", "name": "Ada", "created_at": "2026-01-02T03:04:05Z", "user_id": "u1"}
PAGE = {"items": [VOICE], "total": 1, "page": 1, "page_size": 10, "total_pages": 1}
KEY = "key-0123456789abcdef"
LOST = TransportError(httpx.ReadError("gone"), "gone")
REFUSED = TransportError(httpx.ConnectError("refused"), "refused", was_sent=False)

# What every operation needs to be called.
CALLS: dict[str, dict[str, Any]] = {
    "list": {},
    "create": {"name": "Ada", "sample_audio": "UklGRg=="},
    "get": {"voice_id": "v1"},
    "update": {"voice_id": "v1", "name": "Eva"},
    "delete": {"voice_id": "v1"},
    "get_sample_audio": {"voice_id": "v1"},
}


class Reply(NamedTuple):
    """A response: a body that is not bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = MappingProxyType({})

    def encoded(self) -> tuple[bytes, dict[str, str]]:
        """Give the body in bytes, and the headers that belong to it."""
        if isinstance(self.body, bytes):
            return self.body, {**self.headers}
        return json.dumps(self.body).encode(), {"content-type": "application/json", **self.headers}

    def response(self, unreadable: str | None = None) -> Response:
        """Give what the flow of a call gets for it."""
        content, headers = self.encoded()
        given = httpx.Headers(headers)

        def raw() -> httpx.Response:
            return httpx.Response(self.status, content=content, headers=given)

        return Response(self.status, given, content, unreadable, raw)


class Fails(NamedTuple):
    """Which of the library's errors a connection raises."""

    error: str


class Replies:
    """A server that replies from a list, with the last entry again and again, and keeps every request."""

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
        content, headers = reply.encoded()
        if isinstance(reply.body, bytes):
            return self.library.Response(reply.status, stream=self.library.ByteStream(content), headers=headers)
        return self.library.Response(reply.status, content=content, headers=headers)


class ClientKind:
    """One of the four ways to call: a library, sync or async."""

    def __init__(self, library: ModuleType, is_async: bool) -> None:
        self.library = library
        self.is_async = is_async

    def replies(self, *replies: Any) -> Replies:
        return Replies(self.library, replies)

    def mistral(self, handler: Callable[[Any], Any], **options: Any) -> Mistral:
        """Make a Mistral whose client gets its responses from a handler."""
        return Mistral(**{"api_key": KEY, **self.own_client(handler), **options})

    def own_client(self, handler: Callable[[Any], Any], **settings: Any) -> dict[str, Any]:
        """Make a client as a user may have one, under the name of its argument."""
        transport = self.library.MockTransport(handler)
        if self.is_async:
            return {"async_client": self.library.AsyncClient(transport=transport, **settings)}
        return {"client": self.library.Client(transport=transport, **settings)}

    def call(self, mistral: Mistral, name: str, /, **arguments: Any) -> Any:
        """Call an operation, or its twin, and give what it returns."""
        voices = mistral.audio.voices
        if self.is_async:
            return asyncio.run(getattr(voices, f"{name}_async")(**arguments))
        return getattr(voices, name)(**arguments)


def run_steps(steps: Steps[T], outcomes: Iterable[Any], record: list[Send | Wait] | None = None) -> T:
    """Drive the flow of a call without I/O, and give its result; its steps are added to the record.

    Each Send gets the next outcome, and the last one again and again: a TransportError is thrown, a Reply or a body
    is sent as a Response; a function makes one of these from the Send.
    """
    ready = list(outcomes)
    outcome: Any = None
    try:
        while True:
            step = steps.throw(outcome) if isinstance(outcome, TransportError) else steps.send(outcome)
            if record is not None:
                record.append(step)
            outcome = None
            if isinstance(step, Send):
                outcome = ready.pop(0) if len(ready) > 1 else ready[0]
                outcome = outcome(step) if callable(outcome) else outcome
                if not isinstance(outcome, (Response, TransportError)):
                    outcome = (outcome if isinstance(outcome, Reply) else Reply(200, outcome)).response()
    except StopIteration as end:
        result: T = end.value
        return result
