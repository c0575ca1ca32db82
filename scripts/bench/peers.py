"""The same work done by each peer, through its public interface, as its users would. Runs in the peer's environment."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

KEY = "key"
ID = "v1"
VOICES = "/v1/audio/voices"
Handler = Callable[[Any], Any]

# What a program does before anything else; it is the whole process of the row `import`.
_VENDOR_IMPORT = "from mistralai.client import Mistral; Mistral(api_key='x').audio.voices"
_GENERATOR_IMPORT = (
    "from plain_voices_api import AuthenticatedClient; from plain_voices_api.api.audio_voices import get_voice; "
)
IMPORTS = {
    "ours": "from mistral_voices import Mistral; Mistral(api_key='x').audio.voices",
    "httpx": "import httpx",
    "httpx2": "import httpx2",
    "mistralai-2": _VENDOR_IMPORT,
    "mistralai-3": _VENDOR_IMPORT,
    "generator": _GENERATOR_IMPORT + "AuthenticatedClient(base_url='http://localhost', token='x')",
}
# The same and its first request, to URL; the whole process of the row `first`.
_MISTRAL = "Mistral(api_key='x', server_url=URL{}).audio.voices.get(voice_id='v1')"
_OURS = "from mistral_voices import Mistral; " + _MISTRAL
_VENDOR = "from mistralai.client import Mistral; " + _MISTRAL.format("")
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
    "generator": _GENERATOR_IMPORT + "get_voice.sync('v1', client=AuthenticatedClient(base_url=URL, token='x'))",
}


class ByHand:
    """httpx or httpx2 without anything: no checks, no retries, no models."""

    def __init__(self, url: str, library: str = "httpx", handler: Handler | None = None) -> None:
        http = importlib.import_module(library)
        headers = {"Authorization": f"Bearer {KEY}"}
        self._client = http.Client(headers=headers, transport=http.MockTransport(handler) if handler else None)
        self._async_client = http.AsyncClient(headers=headers)
        self._url = url + VOICES

    def get(self, voice_id: str = ID) -> Any:
        """Fetch one voice."""
        return self._client.get(f"{self._url}/{voice_id}").json()

    async def get_async(self) -> Any:
        """Fetch one voice in an event loop."""
        return (await self._async_client.get(f"{self._url}/{ID}")).json()

    def list(self) -> Any:
        """Fetch a page of voices."""
        return self._client.get(self._url, params={"limit": 100, "offset": 0, "type": "all"}).json()

    def create(self, path: Path) -> Any:
        """Make a voice from a file."""
        text = base64.b64encode(path.read_bytes()).decode()
        return self._client.post(self._url, json={"name": "Ada", "sample_audio": text}).json()

    def save(self, path: Path) -> None:
        """Save a sample to a file, as one who knows the library does it."""
        with self._client.stream("GET", f"{self._url}/{ID}/sample") as response, path.open("wb") as file:
            for block in response.iter_bytes():
                file.write(block)


class Mistralai:
    """The vendor's client, either generation."""

    def __init__(self, url: str, library: str = "httpx", handler: Handler | None = None) -> None:
        http = importlib.import_module(library)
        given = {"client": http.Client(transport=http.MockTransport(handler))} if handler else {}
        self._use("mistralai.client", url, given)

    def _use(self, module: str, url: str, clients: dict[str, Any]) -> None:
        mistral: Any = importlib.import_module(module).Mistral
        self._voices = mistral(api_key=KEY, server_url=url, **clients).audio.voices

    def get(self, voice_id: str = ID) -> Any:
        """Fetch one voice."""
        return self._voices.get(voice_id=voice_id)

    async def get_async(self) -> Any:
        """Fetch one voice in an event loop."""
        return await self._voices.get_async(voice_id=ID)

    def list(self) -> Any:
        """Fetch a page of voices."""
        return self._voices.list(limit=100)

    def create(self, path: Path) -> Any:
        """Make a voice from a file, which must be base64 text here."""
        return self._voices.create(name="Ada", sample_audio=base64.b64encode(path.read_bytes()).decode())

    def save(self, path: Path) -> None:
        """Save a sample to a file: 2.3.2 gives base64 text, 3.7.0 a response of its HTTP library."""
        sample = self._voices.get_sample_audio(voice_id=ID)
        path.write_bytes(base64.b64decode(sample) if isinstance(sample, str) else sample.read())


class Ours(Mistralai):
    """mistral_voices, whose methods are named alike; on httpx2 when it is given that library's clients."""

    def __init__(self, url: str, library: str = "", handler: Handler | None = None) -> None:
        clients: dict[str, Any] = {}
        if library or handler:
            http = importlib.import_module(library or "httpx")
            transport = http.MockTransport(handler) if handler else None
            clients = {"client": http.Client(transport=transport), "async_client": http.AsyncClient()}
        self._use("mistral_voices", url, clients)

    def iterate(self, page_size: int) -> int:
        """Iterate over all voices and count them."""
        return sum(1 for _ in self._voices.iterate(page_size=page_size))

    def create(self, path: Path) -> Any:
        """Make a voice from a file."""
        return self._voices.create(name="Ada", sample_audio=path)

    def save(self, path: Path) -> None:
        """Save a sample to a file: once as the server sends audio, once as it sends JSON text."""
        self._voices.save_sample_audio(voice_id=ID, path=path, overwrite=True)
        self._voices.save_sample_audio(voice_id="text", path=path, overwrite=True)


class Generator:
    """What openapi-python-client makes of our document without our templates."""

    def __init__(self, url: str, handler: Handler | None = None) -> None:
        http = importlib.import_module("httpx")
        package: Any = importlib.import_module("plain_voices_api")
        api = "plain_voices_api.api.audio_voices"
        names = ("get_voice", "list_voices", "create_voice", "get_voice_sample")
        self._get, self._list, self._create, self._sample = (importlib.import_module(f"{api}.{each}") for each in names)
        self._body = importlib.import_module("plain_voices_api.models").VoiceCreateRequest
        # The defaults that ours has, so that both wait as long.
        self._client = package.AuthenticatedClient(
            base_url=url, token=KEY, timeout=http.Timeout(60.0, connect=5.0), headers={"Accept": "application/json"}
        )
        if handler:
            self._client.set_httpx_client(http.Client(base_url=url, transport=http.MockTransport(handler)))

    def get(self) -> Any:
        """Fetch one voice."""
        return self._get.sync(ID, client=self._client)

    async def get_async(self) -> Any:
        """Fetch one voice in an event loop."""
        return await self._get.asyncio(ID, client=self._client)

    def list(self) -> Any:
        """Fetch a page of voices."""
        return self._list.sync(client=self._client, limit=100)

    def create(self, path: Path) -> Any:
        """Make a voice from a file, which must be base64 text here."""
        text = base64.b64encode(path.read_bytes()).decode()
        return self._create.sync(client=self._client, body=self._body(name="Ada", sample_audio=text))

    def save(self, path: Path) -> None:
        """Save a sample to a file; it reads the JSON form alone."""
        path.write_bytes(base64.b64decode(self._sample.sync(ID, client=self._client)))


def peer(name: str, url: str, handler: Handler | None = None) -> Any:
    """Set up a peer to talk to an address, or to a function in its place."""
    if name.startswith("ours"):
        return Ours(url, "httpx2" if name == "ours-httpx2" else "", handler)
    if name == "generator":
        return Generator(url, handler)
    if name.startswith("mistralai"):
        return Mistralai(url, "httpx2" if name == "mistralai-3" else "httpx", handler)
    return ByHand(url, name, handler)
