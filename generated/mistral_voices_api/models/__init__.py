# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""Contains all the data models used in inputs/outputs"""

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
