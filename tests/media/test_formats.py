"""Formats by first bytes, content type and extension."""

from __future__ import annotations

import pytest

from mistral_voices._media.formats import extension, is_json_sample, media_type, sniff

STARTS: dict[bytes, str | None] = {
    b"RIFF\0\0\0\0WAVE": "audio/wav",
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
    b"\0\0\0\0ftyp": "audio/mp4",
    b"\x1aE\xdf\xa3": "audio/webm",
    b"ID3": "audio/mpeg",
}
FRAMES = [b"\xff\xfb\x90\0", b"\xff\xfd", b"\xff\xe2"]  # layers 3 and 2; MPEG 2.5
NO_FRAMES = [b"\xff\xf1\x50\x80", b"\xff\xdb", b"\xff\x7b", b"\xfe\xfb", b"\x01\xfb", b"\xff", b"", b"what is this?"]


@pytest.mark.parametrize("start", STARTS)
def test_signatures_of_which_each_byte_counts(start: bytes) -> None:
    assert sniff(start) == sniff(start + b"\xff") == STARTS[start]
    for position in [position for position, byte in enumerate(start) if byte]:
        for byte in (start[position] - 1, start[position] + 1):
            assert sniff(start[:position] + bytes([byte]) + start[position + 1 :]) is None


def test_frames_of_eleven_set_bits_and_a_layer() -> None:
    assert [*map(sniff, FRAMES)] == ["audio/mpeg"] * len(FRAMES)
    assert [*map(sniff, NO_FRAMES)] == [None] * len(NO_FRAMES)


TYPES: dict[str, list[str | None]] = {  # by the extension of a file whose first bytes are those of Ogg
    ".wav": ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    ".mp3": ["Audio/MPEG; rate=8000", "audio/mp3"],
    ".flac": ["audio/flac", " audio/x-flac ;x"],
    ".ogg": ["audio/ogg", "audio/x-new", "application/octet-stream", "", None],
    ".opus": ["audio/opus"],
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
