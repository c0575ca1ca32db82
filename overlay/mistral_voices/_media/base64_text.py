"""Decoding a sample that comes as a JSON string of base64 text, block by block."""

import base64
import binascii
import json
import re

NOT_BASE64 = "the sample is not base64 text"


class Base64Decoder:
    """Decodes a JSON string of base64 text that comes in pieces."""

    def __init__(self) -> None:
        self._has_begun = False
        self._has_ended = False
        self._rest = b""  # an escape that is not whole yet
        self._text = b""  # less than four characters

    def decode(self, block: bytes) -> bytes:
        """Take a piece and give the bytes that are whole; ValueError when it is not base64 in a JSON string."""
        text = self._text + self._inside(block).translate(None, b"\r\n")
        whole = len(text) if self._has_ended else len(text) // 4 * 4
        padding = text.find(b"=")
        if padding >= 0 and not self._has_ended:
            # Padding ends base64 text: keep it until the quote shows that it is the end.
            whole = padding // 4 * 4
            if len(text) > whole + 4:
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
