"""Formats: real files of each, names and extensions as docs/formats.md says, and what only looks like audio."""

from __future__ import annotations

import math
import random
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_voices._media.filenames import sample_filename, saved_extension
from mistral_voices._media.formats import FORMATS, SIGNATURES, is_tag, recognize, recognize_bytes
from mistral_voices._media.frames import read_frame

ROOT = Path(__file__).parent.parent.parent
AUDIO = ROOT / "tests" / "data" / "audio"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "formats.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| Format", "| Name"))
]
# By file: the extension of its format ("" when it has none), and which other extensions it may have.
FILES = {
    file: (re.sub("`sample|`|no name", "", sent), re.findall(r"`(\S+)`", also), saved.strip("`"))
    for _, sent, also, saved, files in (row for row in ROWS if len(row) == 5)
    for file in re.findall(r"`(\S+)`", files)
}
SIGNED = {extension for _, extension in SIGNATURES}
RECOGNISED = [file for file, (extension, *_) in FILES.items() if extension]


def test_the_page_has_every_recording_and_every_format() -> None:
    assert {path.name for path in AUDIO.iterdir()} == {*FILES, "make.sh"}
    assert len(FILES) > 40
    assert {(extension, *also) for extension, also, _ in FILES.values() if extension} == {
        (extension, *also) for extension, (_, also) in FORMATS.items()
    }


@pytest.mark.parametrize("file", FILES)
def test_recordings_are_recognised_and_named(file: str) -> None:
    extension, also, saved = FILES[file]
    audio = (AUDIO / file).read_bytes()
    found = recognize_bytes(audio)
    assert (found or "") == extension
    if found is None:
        assert [sample_filename(name, found).filename for name in (None, file, "v1.2")] == [None, file, "v1.2"]
        assert saved_extension("", found) == ".bin"
        assert saved_extension("audio/mpeg", found) == ".mp3"
        return
    wrong = "take.mp3" if found == ".wav" else "take.wav"
    names = {None: f"sample{found}", file: file, wrong: f"take{found}", "v1.2": f"v1.2{found}"}
    assert {name: sample_filename(name, found).filename for name in names} == names
    assert {name for name in names if sample_filename(name, found).warning} == {wrong, "v1.2"}
    assert file.endswith((extension, *also))
    assert saved_extension("audio/x-new", found) == saved_extension("audio/opus", found) == saved


@pytest.mark.parametrize(("name", "holds", "sent", "log"), [row for row in ROWS if len(row) == 4])
def test_names(name: str, holds: str, sent: str, log: str) -> None:
    given_name, found, expected = (
        None if cell in ("none", "unknown") else cell.strip("`") for cell in (name, holds, sent)
    )
    filename, warning = sample_filename(given_name, found)
    assert filename == expected
    assert bool(warning) == (log == "WARNING")
    if warning:
        assert "sample_filename" in warning
        assert (given_name or "without a name") in warning


def test_an_empty_name_is_none() -> None:
    assert sample_filename("", ".wav") == sample_filename(None, ".wav")
    assert sample_filename("", None) == sample_filename(None, None)


@pytest.mark.parametrize("file", RECOGNISED)
def test_few_bytes_are_read(file: str) -> None:
    audio, reads = (AUDIO / file).read_bytes(), list[tuple[int, int]]()

    def read_at(offset: int, count: int) -> bytes:
        reads.append((offset, count))
        return audio[offset : offset + count]

    recognize(read_at)
    assert reads[0] == (0, 64)
    assert len(reads) < 8
    assert sum(count for _, count in reads) < 4096


@pytest.mark.parametrize("file", RECOGNISED)
def test_a_recording_that_is_cut_short_is_still_recognised(file: str) -> None:
    audio = (AUDIO / file).read_bytes()
    behind_tags = audio.rfind(b"3DI") + 20 if file == "two-tags.mp3" else 0
    assert recognize_bytes(audio[: max(behind_tags, len(audio) * 9 // 10)]) == FILES[file][0]
    assert {recognize_bytes(audio[:cut]) for cut in range(len(audio))} == {None, FILES[file][0]}


# These have frames, boxes or elements instead of one signature.
@pytest.mark.parametrize(
    "file", [file for file in RECOGNISED if FILES[file][0] in SIGNED and not file.startswith("id3")]
)
def test_each_byte_of_a_signature_counts(file: str) -> None:
    audio = (AUDIO / file).read_bytes()
    matched = next(found for each, _ in SIGNATURES if (found := re.match(each, audio, re.DOTALL)))
    free = set(range(4, 8)) if b"...." in matched.re.pattern else set[int]()
    free |= {*range(16, 24)} if file == "sony.w64" else set()
    for position in {*range(matched.end())} - free:
        changed = audio[:position] + bytes([audio[position] ^ 0x40]) + audio[position + 1 :]
        assert recognize_bytes(changed) is None
    for position in free:
        assert recognize_bytes(audio[:position] + b"\xff" + audio[position + 1 :]) == FILES[file][0]


@given(st.data())
def test_damaged_files_raise_nothing(data: st.DataObject) -> None:
    audio = bytearray((AUDIO / data.draw(st.sampled_from(RECOGNISED))).read_bytes())
    for position, byte in data.draw(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), max_size=8)):
        audio[min(position, len(audio) - 1)] = byte
    assert recognize_bytes(bytes(audio[: data.draw(st.integers(0, len(audio)))])) in {None, *FORMATS}


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing(audio: bytes) -> None:
    assert recognize_bytes(audio) in {None, *FORMATS}


def tag(size: int, flags: int = 0) -> bytes:
    header = bytes([4, 0, flags, *(size >> shift & 0x7F for shift in (21, 14, 7, 0))])
    return b"ID3" + header + bytes(size) + (b"3DI" + header if flags & 0x10 else b"")


@pytest.mark.parametrize(
    "file", ["bare.mp3", "bare.aac", "plain.flac", "film.ac3", "plain.wav", "iphone.m4a", "chrome.webm"]
)
def test_what_follows_the_tags_decides(file: str) -> None:
    audio = (AUDIO / file).read_bytes()
    for tags in (tag(0), tag(300), tag(1 << 20), tag(200_000, 0x10), tag(40) * 16, tag(5, 0x10) + tag(70_000)):
        assert is_tag(tags)
        assert recognize_bytes(tags + audio) == FILES[file][0]
        assert recognize_bytes(tag(1) * 17 + audio) is None
        assert recognize_bytes(tags) is recognize_bytes(tags + b"\0" * 4096) is recognize_bytes(tags + tags[:9]) is None
    assert (
        recognize_bytes(b"ID3 is a tag" + audio) is recognize_bytes(tag(9)[:6] + b"\x80" + tag(9)[7:] + audio) is None
    )


def test_frames_must_follow_one_another() -> None:
    mp3 = (AUDIO / "bare.mp3").read_bytes()
    ends = [match.start() for match in re.finditer(re.escape(mp3[:2]), mp3)]
    one, two, three = (mp3[:end] for end in ends[1:4])
    good = [
        one,
        two,
        three,
        one + b"TAG" + bytes(125),
        one + b"APETAGEX" + bytes(24),
        two + one[:-1],
        three + b"junk" * 9,
    ]
    bad = [one[:-1], one[:4], one + b"junk" * 9, two + b"junk" * 9, one + one[:7], one + b"\0" + one, b"\0" + mp3]
    other_rate = one + bytes([one[0], one[1], one[2] ^ 0x04]) + one[3:100]
    layer_1 = bytes([0xFF, 0xFF]) + mp3[2:]
    assert [recognize_bytes(audio) for audio in good] == [".mp3"] * len(good)
    assert [recognize_bytes(audio) for audio in (*bad, other_rate, layer_1)] == [None] * (len(bad) + 2)


HEADERS = {  # whole ones, and what makes each of them none
    "fffb90c400000000": [(1, 0xEB), (1, 0xFF), (1, 0xF9), (2, 0x00), (2, 0xF0), (2, 0x9C), (0, 0xFE), (1, 0x1B)],
    "fff15080017ffc21": [(2, 0x74), (2, 0x7C), (4, 0), (0, 0xFE)],
    "0b7715d94018430f": [(4, 0xC0), (4, 0x66), (5, 0x88), (1, 0x78)],
    "0b77003f0480430f": [(5, 0x8F), (3, 2)],
}


@pytest.mark.parametrize("header", HEADERS)
def test_headers_of_frames(header: str) -> None:
    good = bytes.fromhex(header)
    assert read_frame(good)
    assert read_frame(good[:7]) is None
    for position, byte in HEADERS[header]:
        assert read_frame(good[:position] + bytes([byte]) + good[position + 1 :]) is None


def test_samples_without_a_header_are_nothing() -> None:
    chance = random.Random(1)
    starts = [bytes([0xFF, second]) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xFD, 0xF1, 0xF9)] + [b"\x0bw", b""]
    for start in starts:
        for _ in range(200):
            assert recognize_bytes(start + chance.randbytes(4096)) is None
    # A wave whose period fits into a frame: the header's bytes come again where the next frame must be.
    wave = [0xFBFF - 0x10000, 0x0094, *(round(20_000 * math.sin(step)) for step in range(6))]
    samples = struct.pack("<8h", *wave) * 400
    assert samples[:3] == samples[384:387] == samples[768:771] == b"\xff\xfb\x94"
    assert recognize_bytes(samples) is None


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def test_boxes_of_mp4() -> None:
    movie, long = box(b"moov", box(b"mvhd", bytes(100))), struct.pack(">I4sQ", 1, b"mdat", 40) + bytes(24)
    good = [movie, box(b"wide") + box(b"mdat", bytes(500)) + movie, box(b"free", bytes(9)) + long + movie]
    good += [
        box(b"ftyp", brand + bytes(8)) for brand in (b"M4A ", b"isom", b"mp42", b"3gp4", b"qt  ", b"dash", b"new!")
    ]
    bad = [box(b"ftyp", brand + bytes(8)) for brand in (b"heic", b"mif1", b"avif")]
    bad += [
        box(b"ftyp"),
        box(b"mdat", bytes(500)),
        box(b"free") * 9 + movie,
        box(b"moov", bytes(20)),
        bytes(4) + b"wide",
    ]
    assert [recognize_bytes(audio) for audio in good] == [".m4a"] * len(good)
    assert [recognize_bytes(audio) for audio in bad] == [None] * len(bad)


def test_elements_of_matroska() -> None:
    webm = (AUDIO / "chrome.webm").read_bytes()
    assert recognize_bytes(webm.replace(b"webm", b"mp4!", 1)) is None
    assert recognize_bytes(webm.replace(b"\x42\x82\x84webm", b"\x42\x82\x10\0\0\x04webm", 1)) == ".webm"
