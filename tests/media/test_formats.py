"""Formats by first bytes, content type and extension."""

from __future__ import annotations

import pytest

from mistral_voices._media.formats import extension

TYPES: dict[str, list[str | None]] = {  # by the extension of a file whose first bytes are those of Ogg
    ".wav": ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    ".mp3": ["Audio/MPEG; rate=8000", "audio/mp3"],
    ".flac": ["audio/flac", " audio/x-flac ;x"],
    ".ogg": ["audio/ogg", "audio/opus", "audio/x-new", "application/octet-stream", "", None],
    ".m4a": ["audio/mp4", "audio/x-m4a"],
    ".aac": ["audio/aac"],
    ".webm": ["audio/webm"],
}


@pytest.mark.parametrize(
    ("expected", "header"), [(key, header) for key, headers in TYPES.items() for header in headers]
)
def test_audio_types_and_their_extensions(expected: str, header: str | None) -> None:
    content_type = media_type(header)
    assert not is_json_sample(content_type)
    assert extension(content_type, b"OggS") == expected
    assert is_json_sample(media_type("Application/JSON; charset=utf-8"))
    assert extension("application/json", b"what is this?") == ""


@pytest.mark.parametrize("header", ["text/html", "text/plain", "audiobook/x", "video/webm", "application/xml", "x"])
def test_other_types_are_refused(header: str) -> None:
    with pytest.raises(ValueError, match=f"^the content type is {header}, expected audio or JSON$"):
        is_json_sample(media_type(header + "; charset=utf-8"))
