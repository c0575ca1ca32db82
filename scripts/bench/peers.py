"""The same work done by each peer, through its public interface, as its users would. Runs in the peer's environment."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

KEY = "key"
ID = "v1"
Handler = Callable[[Any], Any]

# What a program does before anything else; it is the whole process of the row `import`.
_VENDOR_IMPORT = "from mistralai.client import Mistral; Mistral(api_key='x').audio.voices"
_GENERATOR = (
    "from plain_voices_api import AuthenticatedClient; from plain_voices_api.api.audio_voices import get_voice; "
)
IMPORTS = {
    "ours": "from mistral_voices import Mistral; Mistral(api_key='x').audio.voices",
    "httpx": "import httpx",
    "httpx2": "import httpx2",
    "mistralai-2": _VENDOR_IMPORT,
    "mistralai-3": _VENDOR_IMPORT,
    "generator": _GENERATOR + "AuthenticatedClient(base_url='http://localhost', token='x')",
}
# The same and its first request, to URL; the whole process of the row `first`.
_GET = "import Mistral; Mistral(api_key='x', server_url=URL{}).audio.voices.get(voice_id='v1')"
_OURS, _VENDOR = "from mistral_voices " + _GET, "from mistralai.client " + _GET.format("")
_BY_HAND = (
    "import {0}; {0}.Client(headers={{'Authorization': 'Bearer x'}}).get(URL + '/v1/audio/voices/v1')"
    ".raise_for_status().json()"
)
FIRSTS = {
    "ours": _OURS.format(""),
    "ours-httpx2": "import httpx2; " + _OURS.format(", client=httpx2.Client()"),
    "httpx": _BY_HAND.format("httpx"),
    "httpx2": _BY_HAND.format("httpx2"),
    "mistralai-2": _VENDOR,
    "mistralai-3": _VENDOR,
    "generator": _GENERATOR + "get_voice.sync('v1', client=AuthenticatedClient(base_url=URL, token='x'))",
}


@dataclass
class Peer:
    """What a peer can do.

    Attributes:
        get: Fetches one voice, by its id if one is given.
        get_async: The same in an event loop.
        list: Fetches a page of voices.
        create: Makes a voice from a file, which most must turn into base64 text first.
        save: Saves a sample to a file.
        iterate: Iterates over all voices and counts them.
    """

    get: Callable[..., Any]
    get_async: Callable[[], Any]
    list: Callable[[], Any]
    create: Callable[[Path], Any]
    save: Callable[[Path], Any]
    iterate: Callable[[], int] | None = None


def _text_of(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def ours(url: str, library: str, handler: Handler | None) -> Peer:
    """Set up mistral_voices; on httpx2 it is given that library's clients."""
    http, clients = importlib.import_module(library), {}
    if library == "httpx2" or handler:
        transport = http.MockTransport(handler) if handler else None
        clients = {"client": http.Client(transport=transport), "async_client": http.AsyncClient()}
    mistral: Any = importlib.import_module("mistral_voices").Mistral
    voices = mistral(api_key=KEY, server_url=url, **clients).audio.voices

    def save(path: Path) -> None:
        for voice_id in (ID, "text"):  # the server sends the one as audio and the other as JSON text
            voices.save_sample_audio(voice_id=voice_id, path=path, overwrite=True)

    return Peer(
        get=lambda voice_id=ID: voices.get(voice_id=voice_id),
        get_async=lambda: voices.get_async(voice_id=ID),
        list=lambda: voices.list(limit=100),
        create=lambda path: voices.create(name="Ada", sample_audio=path),
        save=save,
        iterate=lambda: sum(1 for _ in voices.iterate(page_size=100)),
    )


def by_hand(url: str, library: str, handler: Handler | None) -> Peer:
    """Set up httpx or httpx2 without anything: no checks, no retries, no models."""
    http, headers, voices = (
        importlib.import_module(library),
        {"Authorization": f"Bearer {KEY}"},
        url + "/v1/audio/voices",
    )
    client = http.Client(headers=headers, transport=http.MockTransport(handler) if handler else None)
    async_client = http.AsyncClient(headers=headers)

    async def get_async() -> Any:
        return (await async_client.get(f"{voices}/{ID}")).json()

    def save(path: Path) -> None:
        with client.stream("GET", f"{voices}/{ID}/sample") as response, path.open("wb") as file:
            for block in response.iter_bytes():
                file.write(block)

    return Peer(
        get=lambda voice_id=ID: client.get(f"{voices}/{voice_id}").json(),
        get_async=get_async,
        list=lambda: client.get(voices, params={"limit": 100, "offset": 0, "type": "all"}).json(),
        create=lambda path: client.post(voices, json={"name": "Ada", "sample_audio": _text_of(path)}).json(),
        save=save,
    )


def mistralai(url: str, library: str, handler: Handler | None) -> Peer:
    """Set up the vendor's client, either generation."""
    http: Any = importlib.import_module(library)
    given = {"client": http.Client(transport=http.MockTransport(handler))} if handler else {}
    mistral: Any = importlib.import_module("mistralai.client").Mistral
    voices = mistral(api_key=KEY, server_url=url, **given).audio.voices

    def save(path: Path) -> None:
        sample = voices.get_sample_audio(voice_id=ID)  # base64 text of 2.3.2, a response of its HTTP library of 3.7.0
        path.write_bytes(base64.b64decode(sample) if isinstance(sample, str) else sample.read())

    return Peer(
        get=lambda: voices.get(voice_id=ID),
        get_async=lambda: voices.get_async(voice_id=ID),
        list=lambda: voices.list(limit=100),
        create=lambda path: voices.create(name="Ada", sample_audio=_text_of(path)),
        save=save,
    )


def generator(url: str, library: str, handler: Handler | None) -> Peer:
    """Set up what openapi-python-client makes of our document without our templates."""
    http, package = importlib.import_module(library), importlib.import_module("plain_voices_api")
    api = partial(importlib.import_module, package="plain_voices_api.api.audio_voices")
    get, list_, create, sample = map(api, (".get_voice", ".list_voices", ".create_voice", ".get_voice_sample"))
    body: Any = importlib.import_module("plain_voices_api.models").VoiceCreateRequest
    timeout = http.Timeout(60.0, connect=5.0)  # what ours has, so that both wait as long
    client = package.AuthenticatedClient(url, KEY, timeout=timeout, headers={"Accept": "application/json"})
    if handler:
        client.set_httpx_client(http.Client(base_url=url, transport=http.MockTransport(handler)))
    return Peer(
        get=lambda: get.sync(ID, client=client),
        get_async=lambda: get.asyncio(ID, client=client),
        list=lambda: list_.sync(client=client, limit=100),
        create=lambda path: create.sync(client=client, body=body(name="Ada", sample_audio=_text_of(path))),
        save=lambda path: path.write_bytes(base64.b64decode(sample.sync(ID, client=client))),  # the JSON form alone
    )


def peer(name: str, url: str, handler: Handler | None = None) -> Peer:
    """Set up a peer to talk to an address, or to a function in its place."""
    makers = {"ours": ours, "mistralai": mistralai, "generator": generator}
    library = "httpx2" if name.endswith("httpx2") or name == "mistralai-3" else "httpx"
    return makers.get(name.partition("-")[0], by_hand)(url, library, handler)
