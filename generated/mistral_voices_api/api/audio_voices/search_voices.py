# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from typing import Any

from ...errors import SetAside
from ...models.search_voices_kind import SearchVoicesKind
from ...models.search_voices_type import SearchVoicesType
from ...models.voice_list_page import VoiceListPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    page_size: int | Unset = 10,
    page_token: str | Unset = UNSET,
    type_: SearchVoicesType | Unset = "all",
    gender: list[str] | Unset = UNSET,
    language: list[str] | Unset = UNSET,
    query: str | Unset = UNSET,
    kind: SearchVoicesKind | Unset = UNSET,
) -> dict[str, Any]:
    """Search voices, one page at a time: GET /v2/audio/voices."""

    params: dict[str, Any] = {}

    params["page_size"] = page_size

    params["page_token"] = page_token

    json_type_: str | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = type_

    params["type"] = json_type_

    json_gender: list[str] | Unset = UNSET
    if not isinstance(gender, Unset):
        json_gender = gender

    params["gender"] = json_gender

    json_language: list[str] | Unset = UNSET
    if not isinstance(language, Unset):
        json_language = language

    params["language"] = json_language

    params["query"] = query

    json_kind: str | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = kind

    params["kind"] = json_kind

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v2/audio/voices",
        "params": params,
    }
    return _kwargs


def _parse_response(*, response: Response) -> VoiceListPage:
    """Read a good response; InvalidValueError names the place of what does not fit."""
    _data = response.json()
    # What from_dict does, without its call.
    _aside = SetAside()
    _model = VoiceListPage._from_dict(_data, _aside)
    if _aside:
        _aside.log()
    return _model
