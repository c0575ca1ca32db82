"""A user's file that both type checkers accept; scripts/types.py runs them on it against the installed wheel."""

import array
import asyncio
import datetime
import gzip
import io
import logging
import mmap
import tempfile
from pathlib import Path
from typing import Any, assert_type

import httpx
import httpx2

from mistral_voices import Mistral, errors, models, utils
from mistral_voices.errors import NotFoundError
from mistral_voices.models import VoiceResponse
from mistral_voices.utils import BackoffStrategy, RetryConfig


def key() -> str:
    return "k"


retries = RetryConfig("backoff", BackoffStrategy(500, 60000, 1.5, 3600000), True)
plain = Mistral()
full = Mistral(
    api_key=key,
    server="eu",
    server_url="https://example.org",
    client=httpx.Client(),
    async_client=httpx.AsyncClient(),
    retry_config=retries,
    timeout_ms=1000,
    debug_logger=logging.getLogger("x"),
)


def note(info: utils.ResponseInfo) -> None:
    assert_type(info.headers.get("x"), str | None)
    assert_type(info.request_id, str | None)
    assert_type(info.attempt, int)
    assert_type(info.seconds, float)


noted = Mistral(retry_config=2, http_headers={"x-team": "a"}, on_response=note)
infos: list[utils.ResponseInfo] = []
assert_type(
    noted.with_options(retries=2, server_url=None, timeout_ms=5, http_headers=None, on_response=infos.append), Mistral
)
newer = Mistral("key", client=httpx2.Client(), async_client=httpx2.AsyncClient(), retry_config=None)

with Mistral(api_key="k") as mistral:
    page = mistral.audio.voices.list(limit=10, offset=0, type_="custom")  # deprecated
    assert_type(page, models.VoiceListResponse)
    assert_type(page.items, list[VoiceResponse])
    voice = mistral.audio.voices.create(
        name="Ada", sample_audio="UklGRg==", languages=["en"], tags=None, retries=retries, timeout_ms=5
    )
    assert_type(voice.created_at, datetime.datetime)
    assert_type(voice.to_json(indent=2), str)
    assert_type(page.to_dict()["items"], Any)
    mistral.audio.voices.get(voice_id="v", retries=2, on_response=note)
    mistral.audio.voices.iterate(retries=None, on_response=lambda info: info.status_code)
    assert_type(voice.age, int | None)
    assert_type(voice.languages, list[str])
    assert_type(voice.tags, list[str] | None)
    assert_type(mistral.audio.voices.get(voice_id=voice.id, http_headers={"a": "b"}), VoiceResponse)
    assert_type(mistral.audio.voices.update(voice_id="v", name=None, retries=None), VoiceResponse)
    assert_type(mistral.audio.voices.delete(voice_id="v", server_url="https://example.org"), VoiceResponse)
    assert_type(mistral.audio.voices.delete(voice_id="v", missing_ok=False), VoiceResponse)
    assert_type(mistral.audio.voices.delete(voice_id="v", missing_ok=True), VoiceResponse | None)
    assert_type(mistral.audio.voices.get_sample_audio(voice_id="v"), str)
    assert_type(mistral.audio.voices.read_sample_audio(voice_id="v"), bytes)
    assert_type(mistral.audio.voices.save_sample_audio(voice_id="v", path="x", overwrite=True), Path)
    with open("x", "rb") as file:
        mistral.audio.voices.create(name="Ada", sample_audio=file, recover=True)
        mistral.audio.voices.create(name="Ada", sample_audio=("ada.wav", file, "audio/wav"))
        mistral.audio.voices.create(name="Ada", sample_audio=gzip.GzipFile(fileobj=file))
        mistral.audio.voices.create(name="Ada", sample_audio=mmap.mmap(file.fileno(), 0))
    with tempfile.SpooledTemporaryFile() as spooled:
        mistral.audio.voices.create(name="Ada", sample_audio=spooled)
    mistral.audio.voices.create(name="Ada", sample_audio=Path("x"), on_progress=lambda done, total: None)
    mistral.audio.voices.create(name="Ada", sample_audio=b"x")
    mistral.audio.voices.create(name="Ada", sample_audio=bytearray(b"x"))
    mistral.audio.voices.create(name="Ada", sample_audio=memoryview(b"x"))
    mistral.audio.voices.create(name="Ada", sample_audio=array.array("B", b"x"))
    mistral.audio.voices.create(name="Ada", sample_audio=io.BytesIO(b"x"))
    mistral.audio.voices.create(name="Ada", sample_audio=("ada.wav", Path("x")))
    mistral.audio.voices.create(name="Ada", sample_audio=(None, b"x"))
    assert_type(mistral.audio.voices.search(gender=["female"], kind="ivc"), models.VoiceListPage)
    assert_type(mistral.audio.voices.find("Ada"), VoiceResponse)
    for each in mistral.audio.voices.iterate(type_="custom", max_items=5):
        assert_type(each, VoiceResponse)
    for pages in mistral.audio.voices.iterate().pages():
        assert_type(pages, models.VoiceListPage)
    try:
        mistral.audio.voices.get(voice_id="v")
    except NotFoundError as error:
        assert_type(error.status_code, int | None)
        assert_type(error.already_deleted, bool)
        assert_type(error.candidates(), list[VoiceResponse])
        assert_type(error.headers.get("x"), str | None)
        if error.raw_response is not None:
            assert_type(error.raw_response.text, str)
    except errors.HTTPValidationError as error:
        if error.data is not None:
            assert_type(error.data.detail[0].loc, list[str | int])
    except errors.RateLimitError as error:
        assert_type(error.retry_after, float | None)
    except errors.AmbiguousVoiceError as error:
        assert_type(error.voices, list[VoiceResponse])
    of_type: str | None = voice.type
    voice.type = "custom"


async def main() -> None:
    async with Mistral(api_key="k") as mistral:
        assert_type(await mistral.audio.voices.list_async(), models.VoiceListResponse)  # deprecated
        assert_type(await mistral.audio.voices.get_sample_audio_async(voice_id="v"), str)
        async for each in mistral.audio.voices.iterate_async(language=["en"]):
            assert_type(each, VoiceResponse)
        await mistral.aclose()


asyncio.run(main())
assert_type(utils.RetryConfig, type[utils.RetryConfig])
