"""Samples: telling what audio they are, and making up one for a voice that has none."""

import base64
import binascii
import io
import math
import wave
import zlib
from pathlib import PurePath

_EXTENSIONS = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".webm": "audio/webm",
}
_RATE = 8_000  # samples a second, enough for a tone


def decode(text: str) -> bytes | None:
    """Read base64 text, which may be broken into lines; None when it is not base64."""
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return None


def find_content_type(audio: bytes, filename: str | None) -> str:
    """Tell the type of a sample from its first bytes, else from the extension of its file name."""
    signatures = {
        "audio/wav": audio[:4] == b"RIFF" and audio[8:12] == b"WAVE",
        "audio/flac": audio[:4] == b"fLaC",
        "audio/ogg": audio[:4] == b"OggS",
        "audio/mp4": audio[4:8] == b"ftyp",
        "audio/webm": audio[:4] == b"\x1aE\xdf\xa3",
        "audio/mpeg": audio[:3] == b"ID3" or _starts_mpeg_frame(audio),
    }
    for found, fits in signatures.items():
        if fits:
            return found
    return _EXTENSIONS.get(PurePath(filename or "").suffix.lower(), "application/octet-stream")


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


def _starts_mpeg_frame(audio: bytes) -> bool:
    # Eleven set bits begin a frame; AAC begins with them too, but has no layer bits.
    return len(audio) > 1 and audio[0] == 0xFF and audio[1] & 0xE0 == 0xE0 and audio[1] & 0x06 != 0
