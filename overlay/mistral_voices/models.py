"""What the API answers and takes, as the document describes it."""

from mistral_voices_api.models import (
    ErrorResponse,
    HTTPValidationError,
    ValidationError,
    ValidationErrorCtx,
    VoiceCreateRequest,
    VoiceListPage,
    VoiceListResponse,
    VoiceResponse,
    VoiceUpdateRequest,
)

__all__ = [
    "ErrorResponse",
    "HTTPValidationError",
    "ValidationError",
    "ValidationErrorCtx",
    "VoiceCreateRequest",
    "VoiceListPage",
    "VoiceListResponse",
    "VoiceResponse",
    "VoiceUpdateRequest",
]
