"""Do the same work with whichever client is installed, sync or async, and print its outcomes as JSON.

Runs in the environment of each client: `python program.py CLIENT URL sync`. It needs nothing but the client.
"""

import asyncio
import base64
import importlib
import inspect
import json
import sys
import wave
from io import BytesIO
from typing import Any


def recording() -> str:
    """Make a tenth of a second of WAV as base64 text."""
    file = BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setparams((1, 2, 8000, 0, "NONE", ""))
        audio.writeframes(b"\1\0" * 800)
    return base64.b64encode(file.getvalue()).decode()


def plain(result: Any) -> Any:
    """Turn a result into what JSON has, whichever client it is of."""
    result = getattr(result, "result", result)  # a page of mistralai 3 wraps the page
    if hasattr(result, "model_dump"):
        return result.model_dump(mode="json", by_alias=True)
    if hasattr(result, "to_dict"):
        return json.loads(json.dumps(result.to_dict(), default=str))
    return result


class Worker:
    """Makes the calls of one client."""

    def __init__(self, package: str, url: str, is_async: bool) -> None:
        self.client = importlib.import_module(package).Mistral(api_key="key", server_url=url)
        self.is_async = is_async

    async def call(self, name: str, /, **arguments: Any) -> Any:
        """Make a call and give what came of it: a result, or the class and the status of the error."""
        voices = self.client.audio.voices
        if not hasattr(voices, name):
            return "there is no such method"
        try:
            result = getattr(voices, f"{name}_async" if self.is_async else name)(**arguments)
            result = await result if inspect.isawaitable(result) else result
            if hasattr(result, "aread"):
                audio = await result.aread() if self.is_async else result.read()
                return base64.b64encode(audio).decode()
            return plain(result)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an outcome
            return {"error": type(error).__name__, "status": getattr(error, "status_code", None)}

    async def work(self) -> dict[str, Any]:
        """Go through the life of a voice, and through what can be wrong."""
        made = await self.call(
            "create", name="Ada", sample_audio=recording(), languages=["en"], tags=["warm"], sample_filename="a.wav"
        )
        voice_id = made["id"]
        one = {"voice_id": voice_id}
        found = {
            "create": made,
            "list": await self.call("list"),
            "list the second of two": await self.call("list", limit=2, offset=1, type_="preset"),
            "list too many": await self.call("list", limit=1_000_000),
            "search": await self.call("search", page_size=2, query="a"),
            "search by language": await self.call("search", language=["en"], type_="custom"),
            "get": await self.call("get", **one),
            "update": await self.call("update", **one, name="Eva", gender=None, tags=["calm"]),
            "update nothing": await self.call("update", **one),
            "get_sample_audio": await self.call("get_sample_audio", **one),
            "delete": await self.call("delete", **one),
            "get what is deleted": await self.call("get", **one),
            "delete a preset": await self.call("delete", voice_id="local-clara"),
        }
        text = json.dumps(found).replace(voice_id, "<id>").replace("+00:00", "Z")
        named: dict[str, Any] = json.loads(text.replace(made["created_at"].replace("+00:00", "Z"), "<time>"))
        return named


if __name__ == "__main__":
    package, url, mode = sys.argv[1:]
    print(json.dumps(asyncio.run(Worker(package, url, mode == "async").work())))
