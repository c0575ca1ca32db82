"""Whether a file that is to be sent as a recording is plainly something else: people name whole folders."""

from __future__ import annotations

import codecs
from pathlib import Path

START = 8192
# Of these a name tells nothing, or it may be audio after all.
OPEN_TYPES = ("application/octet-stream", "application/ogg", "application/x-pn-realaudio")


def refuse_other_files(path: Path) -> None:
    """Refuse a file that is text, or whose name says that it is no audio; other things are the library's to judge.

    Raises:
        ValueError: It is no recording; the message says why, and the remedy.
        OSError: It cannot be read.
    """
    if not path.is_file():  # what a pipe holds can be read only once
        return
    with path.open("rb") as file:
        start = file.read(START)
    if _is_text(start):
        raise ValueError("it is text, not audio: name a recording; if this should be one, its download may have failed")
    kind = _type_of_name(path)
    if kind.startswith(("text/", "image/", "application/")) and kind not in OPEN_TYPES:
        raise ValueError(
            f"its name is that of {kind}, not of audio: name a recording, with the extension of its format"
        )


def _is_text(start: bytes) -> bool:
    """Say whether the first bytes of a file are text in UTF-8, or in UTF-16 as PowerShell writes it."""
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        # Of a longer file the last character may be cut off.
        text = codecs.getincrementaldecoder(encoding)().decode(start, final=len(start) < START)
    except UnicodeDecodeError:
        return False
    return bool(text) and all(character.isprintable() or character in "\t\n\r\f\ufeff" for character in text)


def _type_of_name(path: Path) -> str:
    from mimetypes import MimeTypes  # 2 ms, which only a create needs

    return MimeTypes().types_map[True].get(path.suffix.lower(), "")
