"""The same work done by each peer, through its public interface, as its users would. Runs in the peer's environment."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

KEY = "key"
ID = "v1"
Handler = Callable[[Any], Any]

Peer = dict[str, Callable[..., Any]]
"""What a peer can do: get, get_async, list, create from a file, save to a file; only ours can iterate."""


def _text_of(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def mistral(url: str, library: str, handler: Handler | None, module: str) -> Peer:
    """Set up mistral_voices, which is given httpx2's clients to use that library, or the vendor's client."""
    http, clients, is_ours = importlib.import_module(library), {}, module == "mistral_voices"
    if handler:
        clients = {"client": http.Client(transport=http.MockTransport(handler))}
    elif is_ours and library == "httpx2":
        clients = {"client": http.Client(), "async_client": http.AsyncClient()}
    voices: Any = importlib.import_module(module).Mistral(api_key=KEY, server_url=url, **clients).audio.voices

    def save(path: Path) -> None:
        if is_ours:
            for voice_id in (ID, "text"):  # the server sends the one as audio and the other as JSON text
                voices.save_sample_audio(voice_id=voice_id, path=path, overwrite=True)
            return
        sample = voices.get_sample_audio(voice_id=ID)  # base64 text of 2.3.2, a response of its HTTP library of 3.7.0
        path.write_bytes(base64.b64decode(sample) if isinstance(sample, str) else sample.read())

    return {
        "get": lambda voice_id=ID: voices.get(voice_id=voice_id),
        "get_async": lambda: voices.get_async(voice_id=ID),
        "list": lambda: voices.list(limit=100),
        "create": lambda path: voices.create(name="Ada", sample_audio=path if is_ours else _text_of(path)),
        "save": save,
        "iterate": lambda: sum(1 for _ in voices.iterate(page_size=100)),
    }


def by_hand(url: str, library: str, handler: Handler | None) -> Peer:
    """Set up httpx or httpx2 without anything: no checks, no retries, no models."""
    http, voices = importlib.import_module(library), f"{url}/v1/audio/voices"
    headers = {"Authorization": f"Bearer {KEY}"}
    client = http.Client(headers=headers, transport=http.MockTransport(handler) if handler else None)
    async_client = http.AsyncClient(headers=headers)

    async def get_async() -> Any:
        return (await async_client.get(f"{voices}/{ID}")).json()

    def save(path: Path) -> None:
        with client.stream("GET", f"{voices}/{ID}/sample") as response, path.open("wb") as file:
            for block in response.iter_bytes():
                file.write(block)

    return {
        "get": lambda voice_id=ID: client.get(f"{voices}/{voice_id}").json(),
        "get_async": get_async,
        "list": lambda: client.get(voices, params={"limit": 100, "offset": 0, "type": "all"}).json(),
        "create": lambda path: client.post(voices, json={"name": "Ada", "sample_audio": _text_of(path)}).json(),
        "save": save,
    }


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
    return {
        "get": lambda: get.sync(ID, client=client),
        "get_async": lambda: get.asyncio(ID, client=client),
        "list": lambda: list_.sync(client=client, limit=100),
        "create": lambda path: create.sync(client=client, body=body(name="Ada", sample_audio=_text_of(path))),
        "save": lambda path: path.write_bytes(base64.b64decode(sample.sync(ID, client=client))),  # the JSON form alone
    }


def peer(name: str, url: str, handler: Handler | None = None) -> Peer:
    """Set up a peer to talk to an address, or to a function in its place."""
    library = "httpx2" if name in ("ours-httpx2", "httpx2", "mistralai-3") else "httpx"
    if name.startswith(("ours", "mistralai")):
        return mistral(url, library, handler, "mistral_voices" if name.startswith("ours") else "mistralai.client")
    return (generator if name == "generator" else by_hand)(url, library, handler)
