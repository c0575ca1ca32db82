# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ...errors import unexpected
from ...types import Response


def _get_kwargs(
    voice_id: str,
) -> dict[str, Any]:
    """Fetch the sample of a voice: GET /v1/audio/voices/{voice_id}/sample."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/audio/voices/{voice_id}/sample".format(
            voice_id=quote(voice_id, safe=""),
        ),
    }
    return _kwargs


def _parse_response(*, response: Response) -> str:
    """Read a good response; InvalidValueError names the place of what does not fit."""
    _data = response.json()
    if type(_data) is not str:
        raise unexpected(_data, "a string")
    return _data
