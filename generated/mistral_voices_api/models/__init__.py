# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""The models; each loads when it is first used."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .error_response import ErrorResponse
    from .http_validation_error import HTTPValidationError
    from .list_voices_type import ListVoicesType
    from .search_voices_kind import SearchVoicesKind
    from .search_voices_type import SearchVoicesType
    from .validation_error import ValidationError
    from .validation_error_ctx import ValidationErrorCtx
    from .voice_create_request import VoiceCreateRequest
    from .voice_list_page import VoiceListPage
    from .voice_list_response import VoiceListResponse
    from .voice_response import VoiceResponse
    from .voice_response_kind import VoiceResponseKind
    from .voice_response_type import VoiceResponseType
    from .voice_update_request import VoiceUpdateRequest

_MODULES = {
    "ErrorResponse": "error_response",
    "HTTPValidationError": "http_validation_error",
    "ListVoicesType": "list_voices_type",
    "SearchVoicesKind": "search_voices_kind",
    "SearchVoicesType": "search_voices_type",
    "ValidationError": "validation_error",
    "ValidationErrorCtx": "validation_error_ctx",
    "VoiceCreateRequest": "voice_create_request",
    "VoiceListPage": "voice_list_page",
    "VoiceListResponse": "voice_list_response",
    "VoiceResponse": "voice_response",
    "VoiceResponseKind": "voice_response_kind",
    "VoiceResponseType": "voice_response_type",
    "VoiceUpdateRequest": "voice_update_request",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


__all__ = (
    "ErrorResponse",
    "HTTPValidationError",
    "ListVoicesType",
    "SearchVoicesKind",
    "SearchVoicesType",
    "ValidationError",
    "ValidationErrorCtx",
    "VoiceCreateRequest",
    "VoiceListPage",
    "VoiceListResponse",
    "VoiceResponse",
    "VoiceResponseKind",
    "VoiceResponseType",
    "VoiceUpdateRequest",
)
