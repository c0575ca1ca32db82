# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from typing import Literal

VoiceResponseType = Literal["custom", "preset"]

VOICE_RESPONSE_TYPE_VALUES: set[VoiceResponseType] = {
    "custom",
    "preset",
}


def check_voice_response_type(value: str) -> VoiceResponseType:
    if value in VOICE_RESPONSE_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {VOICE_RESPONSE_TYPE_VALUES!r}")
