"""Decoding a sample that comes as a JSON string of base64 text, block by block."""

import base64
import binascii
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
        if self._has_ended:
            text, after = b"", block
        else:
            text, quote, after = self._unescaped(self._rest + block).partition(b'"')
            self._has_ended = bool(quote)
        if after.strip(b" \t\r\n"):
            raise ValueError("something follows the JSON string of the sample")
        return text

    def _unescaped(self, block: bytes) -> bytes:
        self._rest = b""
        if b"\\" not in block:
            return block
        if cut := re.search(rb"\\(u[0-9a-fA-F]{0,3})?\Z", block):
            self._rest, block = block[cut.start() :], block[: cut.start()]

        def replace(found: re.Match[bytes]) -> bytes:
            code = found[1]
            if code[:1] == b"u" and int(code[1:], 16) < 128 and int(code[1:], 16) != ord('"'):
                return bytes([int(code[1:], 16)])
            return {b"/": b"/", b"n": b"\n", b"r": b"\r"}.get(code, b"?")  # "?" is not base64, and so refused

        return re.sub(rb"\\(u[0-9a-fA-F]{4}|.)", replace, block, flags=re.DOTALL)

    def finish(self) -> None:
        """Check that the string was whole."""
        if not self._has_ended:
            raise ValueError("the JSON string of the sample is cut short")
