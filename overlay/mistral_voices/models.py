"""What the API takes and gives; each model loads when it is first used."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
else:

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import mistral_voices_api.models

        value = globals()[name] = getattr(mistral_voices_api.models, name)
        return value

    def __dir__():
        return sorted({*globals(), *__all__})


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
