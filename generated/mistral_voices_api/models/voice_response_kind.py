# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from typing import Literal

VoiceResponseKind = Literal["ivc", "pvc"]

VOICE_RESPONSE_KIND_VALUES: set[VoiceResponseKind] = {
    "ivc",
    "pvc",
}


def check_voice_response_kind(value: str) -> VoiceResponseKind:
    if value in VOICE_RESPONSE_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {VOICE_RESPONSE_KIND_VALUES!r}")
