"""The application in process, behind the MockTransport of an HTTP library: no socket, same outcomes."""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from time import sleep
from types import ModuleType
from typing import Any

from anyio import sleep as sleep_async

from mistral_voices.local._application import Application
from mistral_voices.local._exchange import Outcome, Request

# Nothing is looked up or connected to: whatever address a client asks for, it is the application that answers.
BASE_URL = "http://127.0.0.1"
_BLOCK = 65_536


def make_client(application: Application, library: ModuleType | None, options: dict[str, Any]) -> Any:
    """Make a Client of the library (None: httpx) whose requests the application answers."""
    library = library or importlib.import_module("httpx")

    def answer(request: Any) -> Any:
        outcome, wait = _serve(application, library, request)
        sleep(wait)
        return _respond(library, request, outcome, _blocks)

    return library.Client(transport=library.MockTransport(answer), **{"base_url": BASE_URL, **options})


def make_async_client(application: Application, library: ModuleType | None, options: dict[str, Any]) -> Any:
    """Make an AsyncClient of the library (None: httpx) whose requests the application answers."""
    library = library or importlib.import_module("httpx")

    async def answer(request: Any) -> Any:
        outcome, wait = _serve(application, library, request)
        await sleep_async(wait)
        return _respond(library, request, outcome, _blocks_async)

    return library.AsyncClient(transport=library.MockTransport(answer), **{"base_url": BASE_URL, **options})


def _serve(application: Application, library: ModuleType, request: Any) -> tuple[Outcome | None, float]:
    """Serve a request; gives no outcome where the patience of the client ends before it, and how long to wait."""
    if application.closed:
        raise library.ConnectError("the local server is closed", request=request)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}
    outcome = application.handle(
        Request(request.method, request.url.raw_path.decode("ascii"), headers, request.content)
    )
    patience = request.extensions.get("timeout", {}).get("read")
    if patience is not None and outcome.delay > patience:
        return None, patience
    return outcome, outcome.delay


def _respond(
    library: ModuleType,
    request: Any,
    outcome: Outcome | None,
    blocks: Callable[[ModuleType, Any, Outcome], Iterator[bytes] | AsyncIterator[bytes]],
) -> Any:
    if outcome is None:
        raise library.ReadTimeout("The read operation timed out", request=request)
    answer = outcome.answer
    if answer is None:
        raise library.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    headers = {"content-length": str(len(answer.body)), **answer.headers}
    # A stream, as from a socket: what a client may do with bytes at hand, it may not rely on.
    return library.Response(answer.status, headers=headers, content=blocks(library, request, outcome))


def _blocks(library: ModuleType, request: Any, outcome: Outcome) -> Iterator[bytes]:
    body = outcome.answer.body if outcome.answer and request.method != "HEAD" else b""
    sent = body if outcome.cut is None else body[: outcome.cut]
    for start in range(0, len(sent), _BLOCK):
        yield sent[start : start + _BLOCK]
    if len(sent) < len(body):
        message = "peer closed connection without sending complete message body "
        message += f"(received {len(sent)} bytes, expected {len(body)})"
        raise library.RemoteProtocolError(message, request=request)


async def _blocks_async(library: ModuleType, request: Any, outcome: Outcome) -> AsyncIterator[bytes]:
    for block in _blocks(library, request, outcome):
        yield block
