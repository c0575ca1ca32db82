"""Decoding a JSON string of base64 text, cut anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from mistral_voices._media.base64_text import Base64Decoder, check_base64

from .samples import JSON_FORMS, WAV


def decode(blocks: Iterable[bytes], encoding: str = "utf-8") -> bytes:
    decoder = Base64Decoder(encoding)
    audio = b"".join([decoder.decode(block) for block in blocks])
    decoder.finish()
    return audio


@pytest.mark.parametrize("form", JSON_FORMS)
@pytest.mark.parametrize("audio", [b"", b"!", b"\xfb\xff\xbf!", WAV[:71], bytes(range(256))])
def test_blocks_may_be_cut_anywhere(audio: bytes, form: str) -> None:
    body = JSON_FORMS[form](audio)
    encoding = json.detect_encoding(body)
    for cut in range(len(body)):
        assert decode([body[:cut], body[cut:]], encoding) == audio
    for size in range(1, 20):
        assert decode((body[start : start + size] for start in range(0, len(body), size)), encoding) == audio


def test_what_is_whole_is_given_at_once_and_padding_at_the_end() -> None:
    decoder = Base64Decoder()
    blocks = [b' "U', b"klGR", b"klG", b"RklGRg=", b"=", b'"', b" \n", b""]
    assert [decoder.decode(block) for block in blocks] == [b"", b"RIF", b"FIF", b"FIF", b"", b"F", b"", b""]
    decoder.finish()


WRONG: dict[str, list[bytes]] = {
    "not base64": [
        *(b'"What is this?"', b'"Ukl-"', b'"UklG UklG"', '"Ukl\u00e9"'.encode(), rb'"UklG\tUklG"', rb'"UklG\"UklG"'),
        *(
            b'"UklGRg"',
            b'"UklGRg="',
            b'"UklGR"',
            b'"UklGRg===="',
            b'"UklG=="',
            b'"UklG===="',
            b'"="',
        ),  # padding that lacks or is too much
        *(b'"UklGRg==UklG"', b'"UklGR=UklGRg"', b'"UklGRg=U"', b'"UklGRg==UklG'),  # or in the middle
        *(rb'"Ukl\u0147"', rb'"Ukl\u1047"', rb'"Ukl\uD83D"', rb'"Ukl\U0047"'),  # not the G of its end
    ],
    "base64|cut short": [rb'"UklG\u0022"', rb'"UklG\u0022', rb'"UklG\\"'],  # an escaped quote is no end
    ".": [rb'"Ukl\u00g7"'],
    "cut short": [b'"UklGRg==', b'"UklG', b'"UklG\\', b'"UklG\\u00', b'"', b" ", b""],
    "something follows": [b'"UklGRg==" "', b'"UklGRg==",', b'"UklGRg==" \n['],
    "not a JSON string": [b"null", b' {"audio": "UklGRg=="}', WAV],
}


@pytest.mark.parametrize(
    ("reason", "body"), [(key, body) for key, bodies in WRONG.items() for body in bodies], ids=lambda it: repr(it[:24])
)
def test_what_is_not_base64_in_a_json_string_is_refused(reason: str, body: bytes) -> None:
    for blocks in ([body], [body[at : at + 1] for at in range(len(body))]):
        with pytest.raises(ValueError, match=reason):
            decode(blocks)


def test_a_whole_text_is_checked() -> None:
    for form in ("plain", "lines", "escaped-lines"):
        check_base64(json.loads(JSON_FORMS[form](WAV)))
    for text in ("", "\r\n", "UklG\u0130", "Ukl=UklG", "UklGRg", "UklGR===", "Uk==\nUk==", "Ukl-", "Ukl\0UklG"):
        with pytest.raises(ValueError, match=r"the sample is (not base64 text|empty)"):
            check_base64(text)
