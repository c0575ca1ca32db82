"""Samples as text: what is sent as it is, what is put right before, and what each mistake is called."""

from __future__ import annotations

import base64
import enum
import json
import logging
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_voices._core.logs import LOGGER
from mistral_voices._media.sample_text import check_sample_text

HELLO = Path(__file__).parent.parent / "data" / "hello.wav"
# Its base64 text holds + and /, and ends in one =.
WAV = HELLO.read_bytes()[:3999] + b"\xfb\xef\xbe\xff\xff" * 7
TEXT = base64.b64encode(WAV).decode()
URL_SAFE = base64.urlsafe_b64encode(WAV).decode()
SHORT = TEXT[:102]  # its last letter has no spare bits, its start is known
UNKNOWN = base64.b64encode(b"what is this?" * 80).decode()


class Sample(enum.StrEnum):
    SHORT = "UklGRg=="


AS_IT_IS = ["UklGRg==", "UklG", "QUJDQR==", "text", "deadbeef", "voices/ada/1", "//uQ", TEXT, UNKNOWN, "AAAA" * 2000]


@pytest.mark.parametrize("text", AS_IT_IS)
def test_whole_base64_is_sent_as_it_is(text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert check_sample_text(text, LOGGER) == check_sample_text(f"\ufeff {text}\r\n", LOGGER) == text
    assert caplog.records == []


RIGHT: dict[str, tuple[str, str, str]] = {
    "lines": (base64.encodebytes(WAV).decode(), TEXT, "blanks and line breaks were taken out"),
    "windows-lines": (TEXT[:76] + "\r\n" + TEXT[76:], TEXT, "blanks"),
    "indented": (textwrap.indent(base64.encodebytes(WAV).decode(), "    "), TEXT, "blanks"),
    "tabs": ("UklG\tRg==", "UklGRg==", "blanks"),
    "groups": ("UklG Rg==", "UklGRg==", "blanks"),
    "no-break-blanks": (f"{TEXT[:40]}\u00a0{TEXT[40:80]}\u2028{TEXT[80:]}", TEXT, "blanks"),
    "byte-order-mark-inside": (f"{TEXT[:40]}\ufeff{TEXT[40:]}", TEXT, "blanks"),
    "url-safe": (URL_SAFE, TEXT, "the URL-safe alphabet was replaced by the standard one"),
    "url-safe-without-padding": (URL_SAFE.rstrip("="), TEXT, "alphabet .*, the missing padding was added"),
    "long-without-padding": (UNKNOWN[:1025] + "A", UNKNOWN[:1025] + "A==", "the missing padding was added"),
    "audio-without-padding": (SHORT, f"{SHORT}==", "the missing padding was added"),
    "one-of-two": (f"{SHORT}=", f"{SHORT}==", "the missing padding was added"),
    "tag-without-padding": (base64.b64encode(b"ID3\3\0\0\0\x7f\0\0" + bytes(9)).decode()[:-2], "SUQz", "padding"),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_plainly_meant_is_put_right_and_logged(case: str, caplog: pytest.LogCaptureFixture) -> None:
    given, sent, logged = RIGHT[case]
    assert check_sample_text(given, LOGGER).startswith(sent)
    assert len(check_sample_text(given, LOGGER)) % 4 == 0
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
    assert re.fullmatch(f"sample_audio: .*{logged}.* before sending", caplog.messages[0])


def test_other_kinds_of_text_become_plain() -> None:
    assert type(check_sample_text(Sample.SHORT, LOGGER)) is str


PATHS = ["ada.wav", "no such/take 1.MP3\n", "C:\\ada.m4a", "C:ada", "..\\ada", "./ada", "../ada/lovelace", "~/ada"]
PATHS += ["\\\\server\\ada", "/no/such/é.flac", "~ada/x.wav"]
REMEDY = r"pass a file as pathlib\.Path, the bytes of the audio, or base64\.b64encode\(audio\)\.decode\(\)"
NO_VALUES = ("None", "null", "true", "False", "undefined", "NaN", "nil")
# What is not base64, and what it is called.
WRONG: dict[str, str] = {
    **dict.fromkeys(PATHS, r"looks like the path of a file that is not there.*: pass pathlib\.Path\('"),
    "": "is empty",
    " \r\n\ufeff": "is empty",
    **{word: f"is '{word}', which a missing value becomes as text: {REMEDY}" for word in NO_VALUES},
    "https://example.org/ada.wav": "is a URL: download",
    "s3://bucket/ada": "is a URL: download",
    "FILE:///home/ada.wav": r"is the URL of a file: pass its path as pathlib\.Path",
    f"Data:audio/wav;base64,{TEXT}": "is a data URI: pass only what stands after the comma",
    str(WAV): r"is the repr of bytes: pass the bytes themselves, or their \.decode\(\) instead of str",
    str(base64.b64encode(WAV)): "is the repr of bytes",
    str(bytearray(WAV[:9])): "is the repr of bytes",
    json.dumps(TEXT): "is text in quotes",
    f"\u201c{TEXT}\u201d": "is text in quotes",
    json.dumps({"audio": TEXT}): "is JSON: pass only the base64 text",
    '{"audio": 1}': "is JSON",
    "<value>": "is a placeholder, markup or the repr of an object",
    WAV.hex(): r"is hexadecimal: pass bytes\.fromhex\(text\)",
    WAV.hex(" ").upper(): "is hexadecimal",
    base64.b64encode(TEXT.encode()).decode(): "was encoded twice",
    base64.b64encode(base64.encodebytes(WAV)).decode(): "was encoded twice",
    TEXT.replace("+", " "): r"has blanks where base64 text has \+, as a form makes them: encode \+ as %2B",
    "UklGRkQ AQBX": r"has blanks where base64 text has \+",
    "AAA " * 4 + "A" * 1040: r"has blanks where base64 text has \+",
    TEXT.replace("+", "%2B"): f"is not base64 text, which has no '%': {REMEDY}",
    "not base64!": "is not base64 text, which has no '!'",
    "blob:https://example.org/ada": "is not base64 text, which has no ':'; or it is the path of a file",
    "Zoë": "is not base64 text, which has no 'ë'",
    "a\0b": r"is not base64 text, which has no '\\x00'",
    f"{SHORT}\ud800": r"is not base64 text, which has no '\\ud800'",
    "ab/_": "mixes the standard",
    "ab+/-_ab": "mixes the standard and the URL-safe alphabet of base64",
    WAV.decode("latin-1"): "is not base64 text, which has no '",
    base64.b85encode(WAV).decode(): "is not base64 text, which has no '",
    base64.b32encode(WAV[:1003]).decode(): "has more padding than base64 text of its length, '==='",
    f"-----BEGIN CERTIFICATE-----\n{TEXT}\n-----END CERTIFICATE-----\n": "has the lines of PEM",
    f"{SHORT[:100]}QQ=={TEXT}": "has padding in the middle",
    f"{SHORT}===": "has more padding than base64 text of its length, '==='",
    f"{SHORT[:100]}=": "has more padding",
    "====": "has more padding",
    TEXT[:2001]: f"is cut short or lacks its padding: {REMEDY}",
    UNKNOWN[:1026]: "is cut short",  # bits of the next byte are there
    UNKNOWN[:1027]: "is cut short",
    "A" * 1025 + "E": "is cut short",
    f"{SHORT[:100]}/": f"is cut short or lacks its padding: {REMEDY}",
    UNKNOWN[:1021] + "A": "is cut short",  # 1,022 letters, and nothing known
    "dGV4dA": f"is cut short or lacks its padding: {REMEDY}",
    "voices/ada": "is cut short or lacks its padding; or it is the path of a file that is not there",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: ascii(text[:20]))
def test_what_is_not_base64_is_called_by_its_name(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match=f"^sample_audio {WRONG[text]}") as caught:
        check_sample_text(text, LOGGER)
    assert type(caught.value) is ValueError
    assert len(str(caught.value)) < 250
    assert TEXT[:8] not in str(caught.value)  # a message shows no sample
    assert caplog.records == []


LETTERS = st.text("AQgw09+/-_= \n\r\t", max_size=40)


@settings(deadline=None, database=None, derandomize=True)
@given(st.text() | LETTERS | st.builds(str.__add__, st.sampled_from([SHORT, TEXT[-1100:], URL_SAFE[:1099]]), LETTERS))
def test_whatever_is_sent_is_whole_base64(text: str) -> None:
    try:
        sent = check_sample_text(text, LOGGER)
    except ValueError:
        return
    assert sent
    base64.b64decode(sent, validate=True)


FILES: dict[str, Callable[[Path], str]] = {
    "name": lambda folder: str(folder / "ada"),
    "line": lambda folder: f"{folder / 'ada'}\n",
    "folder": str,
    "missing-beside-it": lambda folder: str(folder / "eva1"),
    "missing-without-separator-at-the-start": lambda _: "folder/eva1",
}


@pytest.mark.parametrize("case", FILES)
def test_what_could_name_a_file_in_a_folder_that_is_there(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "ada").write_bytes(WAV)
    text = FILES[case](folder)
    with pytest.raises(ValueError, match=r"^sample_audio (is the name|looks like the path) of .*pass pathlib\.Path\("):
        check_sample_text(text, LOGGER)
