"""Sample audio as text: base64, checked and put right before it is sent."""

import base64
import codecs
import os
import re
import string
from logging import Logger

from .formats import is_tag, recognize_bytes

# No path is longer; longer text needs not be looked up in the file system.
LONGEST_PATH = 4096
# Longer text that lacks its padding is still base64: nobody types so much.
LONGEST_TYPED = 1024
# So much of a text tells what it holds.
START = 8192

LETTERS = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}+/".encode()
_BLANKS = b" \t\r\n\v\f"
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")

# What a missing value becomes where a program makes text of it; some of them could be base64.
NO_VALUES = ("none", "null", "nil", "nan", "undefined", "true", "false")
REMEDY = "pass a file as pathlib.Path, the bytes of the audio, or base64.b64encode(audio).decode()"
MIXED = "mixes the standard and the URL-safe alphabet of base64"
FORM = "has blanks where base64 text has +, as a form makes them: encode + as %2B"
# What people pass instead of base64 text, by how it begins, and the remedy; of the slashes of a URL, pathlib takes one.
_MISTAKES = [
    (r"data:", "is a data URI: pass only what stands after the comma"),
    (r"file:", "is the URL of a file: pass its path as pathlib.Path"),
    (r"[a-z][a-z0-9+.-]+:[/\\]", "is a URL: download what it leads to and pass the bytes"),
    (
        r"(bytearray\()?b['\"]",
        "is the repr of bytes: pass the bytes themselves, or their .decode() instead of str()",
    ),
    (r"['\"`\u2018\u201c\u201e\u00ab]", "is text in quotes: pass what stands between them"),
    (r"-----BEGIN ", "has the lines of PEM around it, as certutil adds them: pass what stands between them"),
    (r"[{\[]", "is JSON: pass only the base64 text that is in it"),
    (r"<", "is a placeholder, markup or the repr of an object: pass the object itself"),
]
_PATH = r"(?i)(~|\.{1,2}[/\\]|[a-z]:|\\\\).*|[^\r\n]*\.[a-z]\w{1,4}"


def check_sample_text(given: str, logger: Logger) -> str:
    """Check text that was given as sample_audio, and give what is sent: base64 of the standard alphabet, padded.

    Raises:
        ValueError: It is not base64; the message says what it looks like instead.
    """
    text = given.strip().removeprefix("\ufeff").strip()
    if not text:
        raise ValueError("sample_audio is empty: pass base64 text, bytes, a path or a binary file")
    if len(text) <= LONGEST_PATH:
        _check_path(text)
        if text.lower() in NO_VALUES:
            raise ValueError(f"sample_audio is {text!r}, which a missing value becomes as text: {REMEDY}")
    sent, repairs = _put_right(text)
    start = sent[:START].encode()
    if is_encoded_audio(_decode_start(start)):
        raise ValueError("sample_audio was encoded twice: pass base64.b64encode(audio).decode()")
    if _is_hexadecimal(start):
        raise ValueError("sample_audio is hexadecimal: pass bytes.fromhex(text)")
    if repairs:
        logger.warning("sample_audio: %s before sending", ", ".join(repairs))
    return sent


def _check_path(text: str) -> None:
    """Refuse text that is the path of a file, or could be one in a folder that is there."""
    if os.path.exists(text):
        raise ValueError(
            f"sample_audio is the name of a file, but text is taken for base64: pass pathlib.Path({text!r}) "
            "to send the file"
        )
    folder = os.path.dirname(text)
    if folder.strip("/") and os.path.isdir(folder):
        raise ValueError(f"sample_audio {_describe_path(text)}")


def _decode_start(text: bytes) -> bytes:
    """Decode what is whole of the start of a base64 text; nothing where it is none."""
    try:
        return base64.b64decode(text[: len(text) // 4 * 4], validate=True)
    except ValueError:
        return b""


def is_encoded_audio(start: bytes) -> bool:
    """Say whether these are the first bytes of base64 text whose content is audio."""
    return _is_audio(_decode_start(start.removeprefix(codecs.BOM_UTF8).translate(_FROM_URL_SAFE, _BLANKS)))


def _is_audio(start: bytes) -> bool:
    return recognize_bytes(start) is not None or is_tag(start)  # the audio may stand behind what is here of the tag


def _is_hexadecimal(start: bytes) -> bool:
    try:
        return _is_audio(bytes.fromhex(start.decode()))
    except ValueError:
        return False


def _put_right(text: str) -> tuple[str, list[str]]:
    """Give the text without blanks, in the standard alphabet and with its padding, and what was done to it."""
    # Non-ASCII blanks, such as those of web pages, are none to bytes.
    data = (text if text.isascii() else "".join(text.replace("\ufeff", "").split())).encode("ascii", "replace")
    # Deleting all letters is the fastest way to see every character that is none: 1 ns a letter.
    others = data.translate(None, LETTERS)
    repairs = []
    is_from_form = b" " in others and _is_from_form(data)
    without_blanks = others.translate(None, _BLANKS)
    if len(without_blanks) < len(others) or len(data) < len(text):
        data, others = data.translate(None, _BLANKS), without_blanks
        repairs.append("blanks and line breaks were taken out")
    if b"-" in others or b"_" in others:
        # Of binary data that was read as text, the odd characters tell more.
        if (b"+" in data or b"/" in data) and not others.translate(None, b"-_="):
            raise ValueError(f"sample_audio {_describe(text, MIXED)}")
        data, others = data.translate(_FROM_URL_SAFE), others.translate(None, b"-_")
        repairs.append("the URL-safe alphabet was replaced by the standard one")
    if is_from_form and not others.strip(b"="):
        raise ValueError(f"sample_audio {FORM}")
    if problem := _odd_characters(text, data, others):
        raise ValueError(f"sample_audio {_describe(text, problem)}")
    if lacking := -len(data) % 4:
        if not _lacks_padding_only(data, others):
            raise ValueError(f"sample_audio {_describe(text, 'is cut short or lacks its padding')}")
        data += b"=" * lacking
        repairs.append("the missing padding was added")
    return (data.decode() if repairs else text), repairs


def _odd_characters(text: str, data: bytes, others: bytes) -> str | None:
    """Say what is wrong with the characters that are no letters of the alphabet; only padding at the end may be."""
    if others.strip(b"="):
        odd = re.search(r"[^A-Za-z0-9+/=_\s-]", text)
        return f"is not base64 text, which has no {odd[0] if odd else '-'!r}"
    if not data.endswith(others):
        return "has padding in the middle, as pieces have that were encoded one by one"
    if len(others) > min(-(len(data) - len(others)) % 4, 2):  # base32 has three and more
        return f"has more padding than base64 text of its length, {others[:4].decode()!r}"
    return None


def _lacks_padding_only(data: bytes, padding: bytes) -> bool:
    """Say whether an encoder left the padding away; where bits of a further byte are there, the text was cut."""
    letters = data.removesuffix(padding)
    spare = {2: 0b1111, 3: 0b11}.get(len(letters) % 4)
    if spare is None or LETTERS.index(letters[-1]) & spare:
        return False
    return len(data) > LONGEST_TYPED or _is_audio(_decode_start(letters))


def _is_from_form(data: bytes) -> bool:
    """Say whether a form has made a blank of each +: without the blanks it would be other audio."""
    if re.search(rb"[-_+\r\n]", data):
        return False
    letters = len(data.translate(None, _BLANKS))
    return len(data) % 4 == 0 and (letters % 4 > 0 or letters > LONGEST_TYPED)


def _describe(text: str, problem: str) -> str:
    """Say what text looks like that is not base64, and the remedy; base64 text itself is never repeated."""
    for start, mistake in _MISTAKES:
        if re.match(start, text, re.IGNORECASE):
            return mistake
    if len(text) <= LONGEST_TYPED and re.fullmatch(_PATH, text):
        return _describe_path(text)
    if "/" in text and len(text) <= LONGEST_TYPED and not _is_audio(_decode_start(text.encode("ascii", "replace"))):
        problem += "; or it is the path of a file that is not there"
    return f"{problem}: {REMEDY}"


def describe_url(text: str) -> str | None:
    """Say what a path is in truth and the remedy, if it is a URL."""
    return next((mistake for start, mistake in _MISTAKES[:3] if re.match(start, text, re.IGNORECASE)), None)


def _describe_path(text: str) -> str:
    expanded = ".expanduser()" if text.startswith("~") else ""
    return (
        "looks like the path of a file that is not there, and text is taken for base64: pass "
        f"pathlib.Path({text!r}){expanded}"
    )
