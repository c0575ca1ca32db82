"""The application in process, behind the MockTransport of an HTTP library: no socket, same outcomes."""

from collections.abc import AsyncIterator, Iterator
from time import sleep
from types import ModuleType
from typing import Any

import httpx
from anyio import sleep as sleep_async

from mistral_voices.local._application import Application
from mistral_voices.local._exchange import Outcome, ServerRequest

# Nothing is looked up or connected to: whatever address a request is for, it is the application that responds.
BASE_URL = "http://127.0.0.1"
_BLOCK = 65_536


def make_client(application: Application, library: ModuleType | None, is_async: bool, options: dict[str, Any]) -> Any:
    """Make a Client or AsyncClient of the library (None: httpx) whose requests the application serves."""
    library = library or httpx

    def respond(request: Any) -> Any:
        outcome, wait = _serve(application, library, request)
        sleep(wait)
        return _respond(library, request, outcome, is_async)

    async def respond_async(request: Any) -> Any:
        outcome, wait = _serve(application, library, request)
        await sleep_async(wait)
        return _respond(library, request, outcome, is_async)

    make, handler = (library.AsyncClient, respond_async) if is_async else (library.Client, respond)
    return make(transport=library.MockTransport(handler), **{"base_url": BASE_URL, **options})


def _serve(application: Application, library: ModuleType, request: Any) -> tuple[Outcome | None, float]:
    """Serve a request; gives no outcome where the patience of the client ends before it, and how long to wait."""
    if application.closed:
        raise library.ConnectError("the local server is closed", request=request)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}
    target = request.url.raw_path.decode("ascii")
    outcome = application.handle(ServerRequest(request.method, target, headers, request.content))
    patience = request.extensions.get("timeout", {}).get("read")
    if patience is not None and outcome.delay > patience:
        return None, patience
    return outcome, outcome.delay


def _respond(library: ModuleType, request: Any, outcome: Outcome | None, is_async: bool) -> Any:
    if outcome is None:
        raise library.ReadTimeout("The read operation timed out", request=request)
    response = outcome.response
    if response is None:
        raise library.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    headers = {"content-length": str(len(response.body)), **response.headers}
    # A stream, as from a socket: what a client may do with bytes at hand, it may not rely on.
    body = b"" if request.method == "HEAD" else response.body
    blocks = _blocks(library, request, body, outcome.cut)
    return library.Response(response.status, headers=headers, content=_make_async(blocks) if is_async else blocks)


def _blocks(library: ModuleType, request: Any, body: bytes, cut: int | None) -> Iterator[bytes]:
    sent = body[:cut]
    for start in range(0, len(sent), _BLOCK):
        yield sent[start : start + _BLOCK]
    if len(sent) < len(body):
        message = "peer closed connection without sending complete message body "
        message += f"(received {len(sent)} bytes, expected {len(body)})"
        raise library.RemoteProtocolError(message, request=request)


async def _make_async(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block
