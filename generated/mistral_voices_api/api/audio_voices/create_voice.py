# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from typing import Any

from ...errors import SetAside
from ...models.voice_create_request import VoiceCreateRequest
from ...models.voice_response import VoiceResponse
from ...types import Response


def _get_kwargs(
    *,
    body: VoiceCreateRequest,
) -> dict[str, Any]:
    """Create a voice from a sample: POST /v1/audio/voices."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/audio/voices",
    }
    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"
    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, response: Response) -> VoiceResponse:
    """Read a good response; InvalidValueError names the place of what does not fit."""
    _data = response.json()
    # What from_dict does, without its call.
    _aside = SetAside()
    _model = VoiceResponse._from_dict(_data, _aside)
    if _aside:
        _aside.log()
    return _model
