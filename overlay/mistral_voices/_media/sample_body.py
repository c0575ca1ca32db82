"""What the body of a good response is, by its first bytes and its type: audio, a JSON string, or no sample."""

import codecs
import json
import re
from typing import NamedTuple

from .formats import is_tag, recognize_bytes
from .sample_text import is_encoded_audio

JSON = "application/json"
# Of no longer start is anything said: three frames of MP3 fit into it.
ENOUGH = 8192
MARKUP = "HTML or XML"
OCTETS = ("", "application/octet-stream", "binary/octet-stream", "application/binary")
# Files of other kinds, by their first bytes, and what they are.
OTHERS = {
    b"\x1f\x8b\x08": "compressed by gzip",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ\0": "compressed by xz",
    b"PK\3\4": "a ZIP archive",
    b"%PDF-": "a PDF",
    b"\x89PNG\r\n": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}

# Compiled at first use, not at import: that is a millisecond of the first call of others.
_BLANK = rb"(?:\xef\xbb\xbf)?[ \t\r\n]*"
_MARKUP = rb"(?i)" + _BLANK + rb"<(?:!doctype|!--|\?xml|[a-z][a-z0-9:]*[ \t\r\n/>])"
# A string to its end, or as far as it has come.
_PLAIN = rb'[^"\\\0-\x08\x0b\x0c\x0e-\x1f\x7f]*'
_JSON_STRING = rb"(?s)" + _BLANK + rb'"' + _PLAIN + rb"(?:\\." + _PLAIN + rb')*(?:"[ \t\r\n]*|\\)?'
_JSON_OTHER = _BLANK + rb'(?:\{[ \t\r\n]*["}]|\[[ \t\r\n]*[]["{tfn0-9-]|(?:null|true|false|[-+.e0-9]+)\s*\Z)'
_CONTROL = rb"[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]"


def media_type(content_type: str | None) -> str:
    """Take the bare type from a Content-Type header, in lower case; "" when there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


class Judgement(NamedTuple):
    """Whether a sample comes as a JSON string, else as its bytes; and why a body is no sample, None when it is one."""

    is_json: bool
    problem: str | None = None


def judge_body(content_type: str, start: bytes, encoding: str = "") -> Judgement:
    """Judge the body of a response. It raises nothing: a traceback would hold the body.

    Args:
        content_type: The bare type; "" when the server gave none.
        start: The first bytes, ENOUGH of them or all.
        encoding: The content encoding that it still has; "" for none.
    """
    start = start[:ENOUGH]
    if is_tag(start) or recognize_bytes(start):
        return Judgement(is_json=False)
    text = _in_utf8(start)
    if re.fullmatch(_JSON_STRING, text):
        return Judgement(is_json=True)
    if encoding:
        return Judgement(is_json=False, problem=f"the content encoding is {encoding:.50}, which was not requested")
    if content_type == JSON or content_type.endswith(("/json", "+json")):
        return Judgement(is_json=True)
    problem = None
    if content_type not in OCTETS and not content_type.startswith("audio/"):
        problem = f"the content type is {content_type}, expected audio or JSON"
    elif is_encoded_audio(start):
        problem = "the body is base64 text without quotes, expected audio or a JSON string"
    elif found := other_text(text) or other_file(start):
        problem = f"the body is {found}, expected audio, whatever its content type says"
    return Judgement(is_json=False, problem=problem)


def _in_utf8(start: bytes) -> bytes:
    """Give the start of a text in UTF-8, if it is one in UTF-16 or UTF-32."""
    encoding = json.detect_encoding(start)
    if encoding.startswith("utf-8"):
        return start
    return codecs.getincrementaldecoder(encoding)("replace").decode(start).encode("utf-8", "replace")


def is_harmless(content_type: str, body: bytes) -> bool:
    """Say whether a body that is no good sample may be shown, for no sample is in it: HTML, XML, plain text."""
    start = body[:ENOUGH]
    text = other_text(start)
    return text == MARKUP or (
        text is None and content_type.startswith("text/") and not re.fullmatch(_JSON_STRING, start)
    )


def other_text(start: bytes) -> str | None:
    """Name the kind of text that a body is, if it is one that a sample never comes as."""
    if re.search(_CONTROL, start):
        return None
    if re.match(_MARKUP, start):
        return MARKUP
    return "JSON, but no string" if re.match(_JSON_OTHER, start) else None


def other_file(start: bytes) -> str | None:
    """Say what a file is by its first bytes, if it is one of another kind than audio."""
    return next((what for signature, what in OTHERS.items() if start.startswith(signature)), None)
