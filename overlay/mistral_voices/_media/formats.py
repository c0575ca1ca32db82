"""Audio formats, as the first bytes, a content type or an extension say."""

EXTENSIONS = {
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/wave": ".wav",
    "audio/vnd.wave": ".wav",
    "audio/mpeg": ".mp3",
    "audio/mp3": ".mp3",
    "audio/flac": ".flac",
    "audio/x-flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/opus": ".opus",
    "audio/mp4": ".m4a",
    "audio/x-m4a": ".m4a",
    "audio/aac": ".aac",
    "audio/webm": ".webm",
}
JSON = "application/json"
# No format needs more bytes to be recognised.
SIGNATURE = 12


def media_type(content_type: str | None) -> str:
    """Take the bare type from a Content-Type header, in lower case; "" when there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def is_json_sample(content_type: str) -> bool:
    """Say whether a sample comes as JSON text, else as its bytes; ValueError when it is neither."""
    if content_type == JSON:
        return True
    if content_type not in ("", "application/octet-stream") and not content_type.startswith("audio/"):
        raise ValueError(f"the content type is {content_type}, expected audio or JSON")
    return False


def sniff(start: bytes) -> str | None:
    """Give the content type that the first bytes show; None when they are of no known format."""
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return "audio/wav"
    if start[:4] == b"fLaC":
        return "audio/flac"
    if start[:4] == b"OggS":
        return "audio/ogg"
    if start[4:8] == b"ftyp":
        return "audio/mp4"
    if start[:4] == b"\x1aE\xdf\xa3":
        return "audio/webm"
    # Eleven set bits begin an MPEG frame; AAC begins with them too, but has no layer bits.
    is_frame = len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0 and start[1] & 0x06 != 0
    return "audio/mpeg" if start[:3] == b"ID3" or is_frame else None


def extension(content_type: str, start: bytes) -> str:
    """Give the extension for a content type, else for the first bytes; "" when neither is known."""
    return EXTENSIONS.get(content_type) or EXTENSIONS.get(sniff(start) or "", "")
