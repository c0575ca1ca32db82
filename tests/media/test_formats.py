"""Formats by first bytes, content type and extension."""

from __future__ import annotations

import pytest

from mistral_voices._media.formats import extension, is_json_sample, media_type, sniff

STARTS: dict[str | None, list[bytes]] = {
    "audio/wav": [b"RIFF\0\0\0\0WAVE"],
    "audio/flac": [b"fLaC"],
    "audio/ogg": [b"OggS"],
    "audio/mp4": [b"\0\0\0\x20ftypM4A "],
    "audio/webm": [b"\x1aE\xdf\xa3"],
    "audio/mpeg": [b"ID3\x04", b"\xff\xfb\x90\0", b"\xff\xfd", b"\xff\xe2"],  # a tag; layers 3, 2, and 3 of MPEG 2.5
    None: [
        *(b"RIFF\0\0\0\0AVI ", b"RIFX\0\0\0\0WAVE", b"RIFF\0\0\0WAVE\0", b"flaC", b"Oggs", b"\0\0\0\x20fty\0", b"ftyp"),
        *(b"\x1aE\xdf\xa4", b"ID2\x04", b"what is this?", b"\xff", b""),
        *(b"\xff\xf1\x50\x80", b"\xff\xdb", b"\xff\x7b", b"\xfe\xfb", b"\x01\xfb"),  # AAC; ten set bits, not eleven
    ],
}


@pytest.mark.parametrize(("expected", "start"), [(key, start) for key, starts in STARTS.items() for start in starts])
def test_first_bytes(expected: str | None, start: bytes) -> None:
    assert sniff(start) == expected


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


@pytest.mark.parametrize(("start", "expected"), [(b"fLaC", ".flac"), (b"ID3", ".mp3"), (b"what?", ""), (b"", "")])
def test_an_extension_by_first_bytes(start: bytes, expected: str) -> None:
    assert extension("", start) == expected


@pytest.mark.parametrize("header", ["application/json", "Application/JSON; charset=utf-8"])
def test_json(header: str) -> None:
    assert is_json_sample(media_type(header))


@pytest.mark.parametrize("header", ["text/html", "text/plain", "audiobook/x", "video/webm", "application/xml", "x"])
def test_other_types_are_refused(header: str) -> None:
    with pytest.raises(ValueError, match=f"^the content type is {header}, expected audio or JSON$"):
        is_json_sample(media_type(header + "; charset=utf-8"))
