"""The requests of all operations: arguments checked, the request built, and how its response is parsed.

The generated module of an operation loads with its first call: to load all of them would make that call 6 ms longer.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from logging import Logger
from typing import Any, TypeVar
from urllib.parse import urlencode

from .. import models
from .._checks import check_flag
from .._core.loading import LOADING
from .._core.request import Request
from .._core.response import Response
from .._media.base64_text import EMPTY, check_base64
from .._media.download import Download
from .._media.progress import Progress, check_progress
from .._media.sample_body import JSON, judge_body, media_type
from .._media.sample_files import Sample
from .._media.upload import Upload
from ..utils import UNSET
from .arguments import check, check_voice_id

T = TypeVar("T")

# Cloning takes its time.
CREATE_SECONDS = 300.0
# The HTTP libraries take an address of 65,536 characters, of which the server's own may have 2,048.
LONGEST_PATH = 65_536 - 2_048
ACCEPT_SAMPLE = f"audio/wav, audio/*;q=0.9, application/octet-stream;q=0.8, {JSON};q=0.7"


def list_voices(**given: Any) -> Request[models.VoiceListResponse]:
    """GET /v1/audio/voices."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import list_voices as operation

    return _request(operation._get_kwargs(**check("list_voices", given)), operation._parse_response)


def search_voices(**given: Any) -> Request[models.VoiceListPage]:
    """GET /v2/audio/voices."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import search_voices as operation

    return _request(operation._get_kwargs(**check("search_voices", given)), operation._parse_response)


def create_voice(
    sample: str | Sample, on_progress: Progress | None, logger: Logger, **given: Any
) -> Request[models.VoiceResponse]:
    """POST /v1/audio/voices; a sample that is not text is encoded as it is sent."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import create_voice as operation

    check_progress(on_progress)
    text = sample if isinstance(sample, str) else "="  # the upload puts the audio in its place
    if not isinstance(sample, str) and given["sample_filename"] is UNSET:
        filename = sample.filename(logger)
        given["sample_filename"] = UNSET if filename is None else filename
    checked = check("create_voice", {**given, "sample_audio": text})
    kwargs = operation._get_kwargs(body=models.VoiceCreateRequest(**checked))
    content = None if isinstance(sample, str) else Upload(kwargs.pop("json"), "sample_audio", sample, on_progress)
    # The same for every attempt: a server that heeds it makes one voice however often the request arrives.
    headers = {"idempotency-key": os.urandom(16).hex()}
    if content is not None:
        headers["content-length"] = str(content.length)
    return _request(
        kwargs,
        operation._parse_response,
        headers,
        content=content,
        seconds=CREATE_SECONDS,
        creates=True,
        secret=checked["sample_audio"] if content is None else "",
        metadata={name: value for name, value in checked.items() if name in models.VoiceResponse.__annotations__},
    )


def get_voice(voice_id: str) -> Request[models.VoiceResponse]:
    """GET /v1/audio/voices/{voice_id}."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import get_voice as operation

    return _request(operation._get_kwargs(check_voice_id("get_voice", voice_id)), operation._parse_response)


def update_voice(voice_id: str, **given: Any) -> Request[models.VoiceResponse]:
    """PATCH /v1/audio/voices/{voice_id}."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import update_voice as operation

    checked_id = check_voice_id("update_voice", voice_id)
    body = models.VoiceUpdateRequest(**check("update_voice", given))
    return _request(operation._get_kwargs(checked_id, body=body), operation._parse_response)


def delete_voice(voice_id: str, missing_ok: bool) -> Request[models.VoiceResponse]:
    """DELETE /v1/audio/voices/{voice_id}; missing_ok makes None of a 404."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import delete_voice as operation

    check_flag("missing_ok", missing_ok)
    kwargs = operation._get_kwargs(check_voice_id("delete_voice", voice_id))
    return _request(kwargs, operation._parse_response, deletes=True, missing_ok=missing_ok)


def get_voice_sample(voice_id: str) -> Request[str]:
    """GET /v1/audio/voices/{voice_id}/sample, as base64 text whichever form the server sends."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import get_voice_sample as operation

    def parse(*, response: Response) -> str:
        content_type = media_type(response.headers.get("content-type"))
        is_json, problem = judge_body(content_type, response.content, response.encoding)
        if problem is not None:
            raise ValueError(problem)
        if not response.content:
            raise ValueError(EMPTY)
        if not is_json:
            return base64.b64encode(response.content).decode("ascii")
        text = operation._parse_response(response=response)
        check_base64(text)
        return text

    return _sample_request(operation, voice_id, parse)


def download_voice_sample(voice_id: str, download: Download) -> Request[None]:
    """GET /v1/audio/voices/{voice_id}/sample, whose audio goes into a download."""
    with LOADING:
        from mistral_voices_api.api.audio_voices import get_voice_sample as operation

    return _sample_request(operation, voice_id, lambda response: None, download)


def _sample_request(
    operation: Any, voice_id: str, parse: Callable[..., T], download: Download | None = None
) -> Request[T]:
    kwargs = operation._get_kwargs(check_voice_id("get_voice_sample", voice_id))
    # Identity: so the announced length is that of the sample.
    headers = {"accept": ACCEPT_SAMPLE, "accept-encoding": "identity"}
    return _request(kwargs, parse, headers, download=download, is_sample=True)


def _request(
    kwargs: dict[str, Any], parse: Callable[..., T], headers: Mapping[str, str] | None = None, **more: Any
) -> Request[T]:
    """Turn what the generated package builds into a request."""
    path: str = kwargs["url"]
    if "params" in kwargs:
        path += "?" + urlencode(kwargs["params"], doseq=True)
    if len(path) > LONGEST_PATH:
        raise ValueError(_too_long(path, kwargs["params"]))
    if "json" in kwargs:
        more["content"] = json.dumps(kwargs["json"], ensure_ascii=False, separators=(",", ":")).encode()
    sent = {name.lower(): value for name, value in kwargs.get("headers", {}).items()}
    return Request(kwargs["method"].upper(), path, parse, sent if headers is None else {**sent, **headers}, **more)


def _too_long(path: str, params: Mapping[str, Any]) -> str:
    """Name the argument that makes an address too long."""
    longest = max(params, key=lambda name: len(urlencode({name: params[name]}, doseq=True)))
    return f"{longest} is too long: the path has {len(path):,} characters, and at most {LONGEST_PATH:,} can be sent"
