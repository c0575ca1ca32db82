# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from typing import Any

from ...errors import SetAside
from ...models.list_voices_type import ListVoicesType
from ...models.voice_list_response import VoiceListResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 10,
    offset: int | Unset = 0,
    type_: ListVoicesType | Unset = "all",
) -> dict[str, Any]:
    """List voices, one page at a time: GET /v1/audio/voices."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["offset"] = offset

    json_type_: str | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = type_

    params["type"] = json_type_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/audio/voices",
        "params": params,
    }
    return _kwargs


def _parse_response(*, response: Response) -> VoiceListResponse:
    """Read a good response; InvalidValueError names the place of what does not fit."""
    _data = response.json()
    # What from_dict does, without its call.
    _aside = SetAside()
    _model = VoiceListResponse._from_dict(_data, _aside)
    if _aside:
        _aside.log()
    return _model
