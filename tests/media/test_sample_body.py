"""What a body is: audio, a JSON string or no sample, by its first bytes and its type."""

from __future__ import annotations

import bz2
import gzip
import lzma
import math

import pytest

from mistral_voices._media.filenames import saved_extension
from mistral_voices._media.sample_body import ENOUGH, judge_body, media_type

from .samples import JSON_FORMS, WAV
from .test_formats import AUDIO, RECOGNISED

BYTES, TEXT = (False, None), (True, None)
# Samples without a header; some could be text but for what follows.
UNKNOWN = [
    bytes(range(256)),
    b"\x80\x81\x7f" * 9,
    b"audio",
    b'"' + bytes(9),
    b"<html>" + bytes(9),
    b"\xff\xfb",
    b"[1" + bytes(9),
    b"",
]
NO_AUDIO_TYPES = ["video/webm", "video/mp4", "application/ogg", "text/plain", "text/html", "x", "audiobook/x"]
AUDIO_TYPES = ["audio/wav", "audio/x-new", "application/octet-stream", "binary/octet-stream", ""]
JSON_TYPES = ["application/json", "text/json", "application/problem+json"]
STRINGS = [form(WAV) for form in JSON_FORMS.values()] + [
    b'\xef\xbb\xbf "UklG"',
    b'""',
    b'"not base64!"',
    b'"cut sho',
    b'"cut \\',
]
HTML = [
    *(
        b"<!DOCTYPE html><p>No",
        b"\r\n <html lang='en'>",
        b"<HTML>",
        b"<?xml version='1.0'?><Error/>",
        b"<Error><Code>5",
    ),
    *(
        b"\xef\xbb\xbf<html>",
        "<p>d\u00e9j\u00e0".encode("latin1"),
        b"<!-- -->",
        b"<h1>502</h1>",
        b"<html>" + b"x" * ENOUGH + bytes(9),
    ),
]
JSON = [
    b'{"detail": "No"}',
    b"{}",
    b' [\n{"a": 1}]',
    b"[]",
    b"null",
    b"true\n",
    b"-1.5e3",
    b'{"a": "' + b"x" * ENOUGH,
    b"[1, 2]",
]


@pytest.mark.parametrize("content_type", [*AUDIO_TYPES, *NO_AUDIO_TYPES, *JSON_TYPES])
def test_what_is_audio_or_a_json_string_is_a_sample_whatever_its_type(content_type: str) -> None:
    for file in RECOGNISED:
        assert judge_body(content_type, (AUDIO / file).read_bytes()) == BYTES
    assert judge_body(content_type, b"ID3\4\0\0\0\x7f\x7f\x7f" + bytes(ENOUGH)) == BYTES  # artwork comes first
    assert all(judge_body(content_type, string) == TEXT for string in STRINGS)


@pytest.mark.parametrize("content_type", AUDIO_TYPES)
def test_what_is_called_audio_or_octets_is_a_sample_unless_it_is_text_of_another_kind(content_type: str) -> None:
    assert all(judge_body(content_type, audio) == BYTES for audio in UNKNOWN)
    for body, problem in [*((body, "HTML or XML") for body in HTML), *((body, "JSON, but no string") for body in JSON)]:
        found = judge_body(content_type, body)
        assert found == (False, f"the body is {problem}, expected audio, whatever its content type says")


OTHERS = [
    (gzip.compress(WAV), "compressed by gzip"),
    (bz2.compress(WAV), "compressed by bzip2"),
    (lzma.compress(WAV), "compressed by xz"),
    (b"PK\3\4\x14\0", "a ZIP archive"),
    (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
]


@pytest.mark.parametrize("content_type", AUDIO_TYPES)
def test_files_of_other_kinds_are_none(content_type: str) -> None:
    for body, what in OTHERS:
        assert f"the body is {what}, expected audio" in (judge_body(content_type, body).problem or "")
    silence = b"U" * ENOUGH  # in A-law
    wave = bytes(128 + round(70 * math.sin(step / 9)) for step in range(ENOUGH))  # unsigned samples of 8 bits
    assert judge_body(content_type, silence) == judge_body(content_type, wave) == BYTES


def test_the_encoding_counts_where_nothing_is_recognised() -> None:
    assert judge_body("audio/wav", UNKNOWN[0], "") == BYTES
    for encoding in ("br", "deflate", "gzip, br"):
        assert judge_body("audio/wav", WAV, encoding) == BYTES
        assert judge_body("application/json", STRINGS[0], encoding) == TEXT
        for content_type in ("audio/wav", "application/json"):
            problem = judge_body(content_type, UNKNOWN[0], encoding).problem
            assert problem == f"the content encoding is {encoding}, which was not requested"


@pytest.mark.parametrize("content_type", NO_AUDIO_TYPES)
def test_what_is_called_something_else_is_none(content_type: str) -> None:
    for body in (*UNKNOWN, *HTML, *JSON):
        assert judge_body(content_type, body) == (False, f"the content type is {content_type}, expected audio or JSON")


def test_what_is_called_json_is_decoded_as_such() -> None:
    assert all(
        judge_body(content_type, body) == TEXT for content_type in JSON_TYPES for body in (*UNKNOWN, *HTML, *JSON)
    )


TYPES: dict[str, list[str | None]] = {  # by the extension of a file whose first bytes are unknown
    ".wav": ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    ".mp3": ["Audio/MPEG; rate=8000", "audio/mp3"],
    ".flac": ["audio/flac", " audio/x-flac ;x"],
    ".ogg": ["audio/ogg", "application/ogg", "audio/opus"],
    ".m4a": ["audio/mp4", "audio/x-m4a", "video/mp4", "audio/3gpp"],
    ".aac": ["audio/aac"],
    ".webm": ["audio/webm; codecs=opus", "video/webm"],
    ".wma": ["audio/x-ms-wma"],
    ".amr": ["audio/AMR"],
    ".bin": ["audio/x-new", "audio/L16; rate=8000", "application/octet-stream", "", None],
}


@pytest.mark.parametrize("extension", TYPES)
def test_content_types_and_their_extensions(extension: str) -> None:
    for header in TYPES[extension]:
        assert saved_extension(media_type(header), None) == extension
        assert saved_extension(media_type(header), ".caf") == ".caf"
