"""Samples: telling what audio they are, and making up one for a voice that has none."""

import base64
import io
import math
import wave
import zlib
from pathlib import PurePath

from mistral_voices._media.base64_text import check_base64
from mistral_voices._media.formats import CONTENT_TYPES, recognize_bytes

_RATE = 8_000  # samples a second, enough for a tone


def decode(text: str) -> bytes | None:
    """Read base64 text, which may be broken into lines; None when it is empty or not base64."""
    try:
        check_base64(text)
    except ValueError:
        return None
    return base64.b64decode(text)


def find_content_type(audio: bytes, filename: str | None) -> str:
    """Tell the type of a sample from its first bytes, else from the extension of its file name."""
    extension = recognize_bytes(audio) or PurePath(filename or "").suffix.lower()
    return CONTENT_TYPES.get(extension, "application/octet-stream")


def make_tone(voice_id: str) -> str:
    """Make half a second of WAV as base64 text, always the same for one voice."""
    pitch = 200 + zlib.crc32(voice_id.encode()) % 400
    steps = (round(8_000 * math.sin(2 * math.pi * pitch * step / _RATE)) for step in range(_RATE // 2))
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(_RATE)
        recording.writeframes(b"".join(step.to_bytes(2, "little", signed=True) for step in steps))
    return base64.b64encode(file.getvalue()).decode()
