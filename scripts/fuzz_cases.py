"""One hostile case pushed through the client or a pure function, and the judgement of all that comes of it."""

from __future__ import annotations

import asyncio
import gzip
import logging
import os
import pickle
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from mistral_voices import Mistral, errors
from mistral_voices._core.retry import retry_after
from mistral_voices._core.server_url import check_server_url
from mistral_voices._media.base64_text import Base64Decoder
from mistral_voices._media.download import Download, MemoryTarget
from mistral_voices._media.filenames import sample_filename, saved_extension
from mistral_voices._media.formats import recognize_bytes
from mistral_voices._media.sample_text import check_sample_text
from mistral_voices.voices.resolve import fold
from scripts.fuzz_inputs import KEY, VOICE, Compressed, OddFile, Repeated

LIBRARIES = {"httpx": httpx, "httpx2": httpx2}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "list": {},
    "search": {},
    "iterate": {},
    "find": {"name_or_id": "Ada"},
    "create": {"name": "Ada", "sample_audio": b"RIFF$\0\0\0WAVEfmt "},
    "get": {"voice_id": "v1"},
    "update": {"voice_id": "v1", "name": "Eva"},
    "delete": {"voice_id": "v1"},
    "get_sample_audio": {"voice_id": "v1"},
    "read_sample_audio": {"voice_id": "v1"},
    "save_sample_audio": {"voice_id": "v1"},
}


class Lines(logging.Handler):
    """Formats every line of the log, and keeps whether one showed the key."""

    has_key = False

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a line."""
        self.has_key = self.has_key or KEY in record.getMessage()


class Replier:
    """A server in process that replies from a list, with the last entry again and again."""

    def __init__(self, library: ModuleType, replies: list[Any]) -> None:
        self.library, self.replies, self.count = library, replies, 0

    def client(self, is_async: bool) -> dict[str, Any]:
        """Make a client as a user may have one, under the name of its argument."""
        if is_async:
            transport = self.library.MockTransport(self._handle_async)
            return {"async_client": self.library.AsyncClient(transport=transport, trust_env=False)}
        transport = self.library.MockTransport(self._handle)
        return {"client": self.library.Client(transport=transport, trust_env=False)}

    def _handle(self, request: Any) -> Any:
        request.read()
        return self._reply()

    async def _handle_async(self, request: Any) -> Any:
        await request.aread()
        return self._reply()

    def _reply(self) -> Any:
        self.count += 1
        status, headers, body = self.replies[min(self.count, len(self.replies)) - 1]
        return self.library.Response(status, headers=headers, stream=self.library.ByteStream(_expand(body)))


def call(library: str, is_async: bool, operation: str, replies: list[Any], arguments: dict[str, Any]) -> None:
    """Make one call whose requests get these replies, the last again and again, and judge all that comes of it.

    Args:
        library: "httpx" or "httpx2".
        is_async: Whether the operation's twin is called.
        operation: Its name.
        replies: Status, headers and body of each.
        arguments: What is given in place of the usual arguments.
    """
    replier, lines = Replier(LIBRARIES[library], replies), Lines()
    logger = logging.Logger("fuzz", logging.DEBUG)
    logger.addHandler(lines)
    mistral = Mistral(KEY, **replier.client(is_async), retry_config=2, debug_logger=logger)
    given = {**ARGUMENTS[operation], **arguments}
    with tempfile.TemporaryDirectory() if operation == "save_sample_audio" else nullcontext() as folder:
        if folder is not None:
            given["path"] = Path(folder) / "sample"
        try:
            _result(mistral, is_async, operation, given)
        except errors.MistralError as error:
            _judge(error, KEY in repr(arguments))
        except (TypeError, ValueError):
            if replier.count:
                raise
        except OSError:
            if folder is None and not isinstance(given.get("sample_audio"), OddFile):
                raise
        left = [] if folder is None else [name for name in os.listdir(folder) if not name.startswith("sample")]
        assert not left, f"{left} is left"
    assert not lines.has_key or KEY in repr(arguments), "the log shows the key"
    replier.replies = [(200, [], VOICE)]
    if not any(name == b"set-cookie" for _, headers, _ in replies for name, _ in headers):
        _result(mistral, is_async, "get", ARGUMENTS["get"])  # the client works on
    mistral.close()
    try:
        _result(mistral, is_async, "get", ARGUMENTS["get"])
    except RuntimeError:
        return
    raise AssertionError("a closed client makes calls")


def pure(function: str, *arguments: Any) -> None:
    """Give hostile arguments to a pure function: a value, a TypeError or a ValueError may come of it."""
    with suppress(TypeError, ValueError):
        PURE[function](*arguments)


def _result(mistral: Mistral, is_async: bool, operation: str, given: dict[str, Any]) -> Any:
    method = getattr(mistral.audio.voices, f"{operation}_async" if is_async else operation)
    if operation == "iterate":
        return _RUNNER.run(_first(method(**given))) if is_async else list(islice(method(**given), 50))
    return _RUNNER.run(method(**given)) if is_async else method(**given)


async def _first(voices: Any) -> None:
    try:
        for _ in range(50):
            await anext(voices)
    except StopAsyncIteration:
        pass


def _judge(error: errors.MistralError, is_given: bool) -> None:
    """See that an error can be shown, logged and sent to another process, without the key."""
    text = "".join(traceback.format_exception(error)) + repr(error) + error.body + repr(error.headers)
    text += str(pickle.loads(pickle.dumps(error)).__dict__)  # noqa: S301 - our own
    assert is_given or KEY not in text, "the error shows the key"


@lru_cache(maxsize=16)
def _expand(body: Any) -> bytes:
    if isinstance(body, Repeated):
        return body.start + body.unit * body.times + body.end
    if isinstance(body, Compressed):
        content = gzip.compress(_expand(body.body), 1, mtime=0)
        return content[: len(content) - body.cut] + body.more
    return bytes(body)


def _decode(blocks: list[bytes]) -> None:
    decoder = Base64Decoder()
    for block in blocks:
        decoder.decode(block)
    decoder.finish()


def _download(blocks: list[bytes], content_type: str) -> None:
    download = Download(MemoryTarget())
    download.start(content_type, None)
    for block in blocks:
        download.write(block)
    download.finish()


PURE: dict[str, Callable[..., Any]] = {
    "retry_after": lambda value: retry_after(httpx.Headers([(b"retry-after", value)]), 1.8e9),
    "retry_after_ms": lambda value: retry_after(httpx.Headers([(b"retry-after-ms", value)]), 1.8e9),
    "check_server_url": lambda text: check_server_url(text, "server_url"),
    "check_sample_text": lambda text: check_sample_text(text, logging.getLogger("mistral_voices")),
    "sample_filename": lambda text: sample_filename(text, None),
    "saved_extension": lambda text: saved_extension(text, None),
    "fold": fold,
    "recognize_bytes": recognize_bytes,
    "base64": _decode,
    "download": _download,
}


_RUNNER = asyncio.Runner()
