"""What scripts/matrix.py runs in each environment: all operations, with every client that is there."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from mistral_voices import Mistral, errors

URL = sys.argv[1]
WAV = b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0" + bytes(200_000)


async def call(mistral: Mistral, is_async: bool, operation: str, **arguments: Any) -> Any:
    """Call an operation, or its twin."""
    if is_async:
        return await getattr(mistral.audio.voices, f"{operation}_async")(**arguments)
    return getattr(mistral.audio.voices, operation)(**arguments)


async def work(mistral: Mistral, is_async: bool) -> None:
    """Do every operation, meet an error of each kind, and clean up."""
    do, voices = partial(call, mistral, is_async), mistral.audio.voices
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "ada.wav"
        sample.write_bytes(WAV)
        made = await do("create", name="Ada", sample_audio=sample, tags=["a", "ü"])
        assert (await do("get", voice_id=made.id)).tags == ["a", "ü"]
        assert (await do("update", voice_id=made.id, name="Eva")).name == "Eva"
        saved = await do("save_sample_audio", voice_id=made.id, path=Path(folder) / "saved")
        assert saved.read_bytes() == await do("read_sample_audio", voice_id=made.id) == WAV
    assert (await do("find", name_or_id="Eva")).id == made.id
    if is_async:
        names = [voice.name async for voice in voices.iterate_async(page_size=2)]
    else:
        names = [voice.name for voice in voices.iterate(page_size=2)]
    assert names.count("Eva") == 1
    assert (await do("delete", voice_id=made.id)).id == made.id
    await refused(errors.NotFoundError, lambda: do("get", voice_id=made.id))
    away = mistral.with_options(server_url="http://127.0.0.1:9", retries=None)
    await refused(errors.NoResponseError, lambda: call(away, is_async, "get", voice_id="v"))


async def refused(kind: type[Exception], call: Callable[[], Any]) -> None:
    """See that a call ends in an error."""
    try:
        await call()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


async def with_clients(libraries: list[Any]) -> None:
    """Work with our own clients, and with those of a user, sync and async."""
    async with Mistral("key", server_url=URL) as mistral:
        await work(mistral, is_async=False)
        await work(mistral, is_async=True)
    for library in libraries:
        with library.Client() as client:
            await work(Mistral("key", server_url=URL, client=client), is_async=False)
        async with library.AsyncClient() as async_client:
            await work(Mistral("key", server_url=URL, async_client=async_client), is_async=True)


async def under_trio() -> None:
    """Work with a client of the user's own; without one a sentence says what to do."""
    try:
        await Mistral("key", server_url=URL).audio.voices.get_async(voice_id="v")
    except RuntimeError as error:
        assert "under trio, pass your own client as async_client" in str(error), error  # noqa: PT017
    else:
        raise AssertionError("no RuntimeError under trio")
    async with httpx.AsyncClient() as client:
        await work(Mistral("key", server_url=URL, async_client=client), is_async=True)


def main() -> None:
    """Run all that this environment has, and print its versions."""
    libraries: list[Any] = [httpx]
    if find_spec("httpx2"):
        libraries.append(__import__("httpx2"))
    asyncio.run(with_clients(libraries))
    if find_spec("trio"):
        __import__("trio").run(under_trio)
    versions = {"python": "{}.{}.{}".format(*sys.version_info)}
    for name in ("httpx", "httpx2", "attrs", "anyio", "trio"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    print(json.dumps(versions))


if __name__ == "__main__":
    main()
