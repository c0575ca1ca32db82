"""Decoding a sample that comes as a JSON string of base64 text, block by block."""

import base64
import binascii
import codecs
import json
import re

from .sample_text import LETTERS

EMPTY = "the sample is empty"
NOT_BASE64 = "the sample is not base64 text"


def check_base64(text: str) -> None:
    """Check the whole text of a sample; ValueError when it is empty or not base64 (line breaks may be in it)."""
    data = text.encode("ascii", "replace")
    padding = data.translate(None, LETTERS)  # the fastest way to see every character that is no letter
    if b"\n" in padding or b"\r" in padding:
        data, padding = data.translate(None, b"\r\n"), padding.translate(None, b"\r\n")
    if not data:
        raise ValueError(EMPTY)
    if len(data) % 4 or padding not in (b"", b"=", b"==") or not data.endswith(padding):
        raise ValueError(NOT_BASE64)


class Base64Decoder:
    """Decodes a JSON string of base64 text that comes in pieces; `encoding` is that of the whole, such as UTF-16."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._decode_text = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace").decode
        self._has_begun = False
        self._has_ended = False
        self._rest = b""  # an escape that is not whole yet
        self._text = b""  # less than four characters

    def decode(self, block: bytes) -> bytes:
        """Take a piece and give the bytes that are whole; ValueError when it is not base64 in a JSON string."""
        if self._decode_text is not None:
            block = self._decode_text(block).encode("ascii", "replace")
        text = self._text + self._inside(block).translate(None, b"\r\n")
        whole = len(text) if self._has_ended else len(text) // 4 * 4
        padding = text.find(b"=")
        if padding >= 0 and not self._has_ended:
            # Padding ends base64 text: keep it until the quote shows that it is the end.
            whole = padding // 4 * 4
            if len(text) > whole + 4:
                raise ValueError(NOT_BASE64)
        if self._has_ended and (whole % 4 or text.endswith(b"===")):  # more padding than Python minds
            raise ValueError(NOT_BASE64)
        self._text = text[whole:]
        try:
            return base64.b64decode(text[:whole], validate=True)
        except binascii.Error:
            raise ValueError(NOT_BASE64) from None

    def _inside(self, block: bytes) -> bytes:
        """Give what of a piece stands between the quotes, without escapes."""
        if not self._has_begun:
            block = block.lstrip(b" \t\r\n")
            if block[:1] not in (b'"', b""):
                raise ValueError("the sample is not a JSON string")
            self._has_begun, block = bool(block), block[1:]
        text = b""
        if not self._has_ended:
            text, quote, block = (self._rest + block).partition(b'"')
            self._has_ended, self._rest = bool(quote), b""
            if b"\\" in text:
                text = self._unescaped(text)
        if block.strip(b" \t\r\n"):
            raise ValueError("something follows the JSON string of the sample")
        return text

    def _unescaped(self, text: bytes) -> bytes:
        """Take the escapes out; one that is not whole yet waits for the next piece."""
        if not self._has_ended and (cut := re.search(rb"\\(u[0-9a-fA-F]{0,3})?\Z", text)):
            text, self._rest = text[: cut.start()], text[cut.start() :]
        try:
            plain: str = json.loads(b'"%b"' % text, strict=False)
            return plain.encode("ascii")
        except ValueError:
            raise ValueError(NOT_BASE64) from None

    def finish(self) -> None:
        """Check that the string was whole."""
        if not self._has_ended:
            raise ValueError("the JSON string of the sample is cut short")
