# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ...models.voice_response import VoiceResponse
from ...types import Response


def _get_kwargs(
    voice_id: str,
) -> dict[str, Any]:
    """Delete a voice of the account: DELETE /v1/audio/voices/{voice_id}."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/audio/voices/{voice_id}".format(
            voice_id=quote(voice_id, safe=""),
        ),
    }
    return _kwargs


def _parse_response(*, response: Response) -> VoiceResponse:
    """Read the response with status 200; InvalidValueError names the place of what does not fit."""
    _data = response.json()
    return VoiceResponse.from_dict(_data)
