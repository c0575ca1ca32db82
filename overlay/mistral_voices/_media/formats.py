"""Audio formats: recognised by their first bytes, and what content types and extensions belong to each."""

import re
from collections.abc import Callable
from typing import TypeAlias

from .frames import find_frames

# Gives up to so many bytes (the second number) that stand at an offset (the first).
ReadAt: TypeAlias = Callable[[int, int], bytes]

# By the extension of a format: its content types, the usual one first, and what else its files may be called.
_TABLE = {
    ".wav": ("audio/wav audio/x-wav audio/wave audio/vnd.wave audio/x-pn-wav", ".wave .bwf .rf64"),
    ".w64": ("audio/x-w64", ""),
    ".mp3": ("audio/mpeg audio/mp3 audio/x-mp3 audio/mpeg3 audio/x-mpeg", ".mpga .mpeg"),
    ".mp2": ("audio/x-mp2", ".mpa .mpga .mpeg .mp3"),
    ".m4a": (
        "audio/mp4 audio/x-m4a audio/m4a audio/3gpp audio/3gpp2 video/mp4 video/3gpp video/quicktime",
        ".mp4 .m4b .m4p .m4r .m4v .f4a .3gp .3gpp .3g2 .3ga .mov .qt",
    ),
    ".aac": ("audio/aac audio/x-aac audio/aacp audio/vnd.dlna.adts", ".adts"),
    ".ogg": ("audio/ogg application/ogg audio/opus audio/vorbis audio/x-speex video/ogg", ".oga .opus .ogx .spx .ogv"),
    ".flac": ("audio/flac audio/x-flac", ""),
    ".webm": ("audio/webm video/webm", ".weba .mka .mkv"),
    ".mka": ("audio/x-matroska audio/matroska video/x-matroska video/matroska", ".mkv"),
    ".wma": ("audio/x-ms-wma video/x-ms-asf application/vnd.ms-asf video/x-ms-wmv", ".asf .wmv"),
    ".aiff": ("audio/aiff audio/x-aiff", ".aif .aifc"),
    ".caf": ("audio/x-caf audio/caf", ""),
    ".amr": ("audio/amr audio/amr-wb audio/amr-nb", ".awb"),
    ".au": ("audio/basic audio/x-au audio/au", ".snd"),
    ".ac3": ("audio/ac3 audio/eac3 audio/x-ac3", ".eac3 .ec3"),
    ".wv": ("audio/x-wavpack", ""),
    ".tta": ("audio/x-tta", ""),
    ".voc": ("audio/x-voc", ""),
    ".sph": ("audio/x-nist", ".nist"),
}
FORMATS = {extension: (types.split(), others.split()) for extension, (types, others) in _TABLE.items()}
EXTENSIONS = {content_type: extension for extension, (types, _) in FORMATS.items() for content_type in types}
# Every suffix of a format that is recognised, with its usual content type.
CONTENT_TYPES = {
    suffix: types[0] for extension, (types, others) in reversed(FORMATS.items()) for suffix in (*others, extension)
}
# Samples without a header: nothing recognises them, and their extension does not tell rate and encoding.
HEADERLESS = frozenset((".pcm", ".raw", ".s16", ".s16le", ".sln", ".ul", ".ulaw", ".al", ".alaw", ".gsm"))

# Most formats need no more to be recognised.
START = 64
# EBML says within its first element what the rest is.
EBML_HEADER = 1024
ID3_HEADER = 10
# So many tags or boxes may stand before the audio: more has no file that a program wrote.
MOST_TAGS = 16
MOST_BOXES = 8

# Compiled at first use, not at import: that is half a millisecond of each first call.
SIGNATURES = (
    (rb"(?:RIFF|RIFX|RF64|BW64)....WAVE", ".wav"),
    (rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0.{8}wave\xf3\xac\xd3\x11", ".w64"),
    (rb"FORM....AIF[FC]", ".aiff"),
    (rb"fLaC", ".flac"),
    (rb"OggS", ".ogg"),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c", ".wma"),
    (rb"caff\0[\1\2]", ".caf"),
    (rb"#!AMR(?:-WB)?(?:_MC1\.0)?\n", ".amr"),
    (rb"\.snd\0\0", ".au"),
    (rb"wvpk", ".wv"),
    (rb"TTA[12]", ".tta"),
    (rb"Creative Voice File\x1a", ".voc"),
    (rb"NIST_1A\n", ".sph"),
)
PICTURES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"crx ")


def recognize(read_at: ReadAt) -> str | None:
    """Give the extension of the format that audio is of, such as ".wav"; None when it is of no known one.

    Args:
        read_at: Gives up to so many bytes (its second argument) from an offset (its first): fewer only at the end.
    """
    offset = 0
    start = read_at(0, START)
    for _ in range(MOST_TAGS):
        if not (length := _tag_length(start)):
            break
        offset += length
        start = read_at(offset, START)
    for signature, extension in SIGNATURES:
        if re.match(signature, start, re.DOTALL):
            return extension
    if start[:4] == b"\x1aE\xdf\xa3":
        document_type = re.search(rb"\x42\x82.{1,8}?(webm|matroska)", read_at(offset, EBML_HEADER), re.DOTALL)
        return document_type and {b"webm": ".webm", b"matroska": ".mka"}[document_type[1]]
    if _is_mp4(read_at, offset):
        return ".m4a"
    return find_frames(read_at, offset)


def recognize_bytes(audio: bytes) -> str | None:
    """Give the extension of the format that audio in memory is of; None when it is of no known one."""
    return recognize(lambda offset, count: audio[offset : offset + count])


def is_tag(start: bytes) -> bool:
    """Say whether these are the first bytes of an ID3v2 tag, behind which audio follows."""
    return _tag_length(start) > 0


def _tag_length(start: bytes) -> int:
    """Give the length of the ID3v2 tag that begins here, 0 when there is none."""
    if not re.match(rb"ID3[\x02-\x04][^\xff].[\0-\x7f]{4}", start, re.DOTALL):
        return 0
    length = 0
    for byte in start[6:10]:
        length = length << 7 | byte
    has_footer = start[5] & 0x10
    return length + ID3_HEADER * (2 if has_footer else 1)


def _is_mp4(read_at: ReadAt, offset: int) -> bool:
    """Say whether boxes of MP4 or QuickTime stand here, of which the old ones do not begin with their type."""
    for _ in range(MOST_BOXES):
        head = read_at(offset, 16)
        size, kind = int.from_bytes(head[:4]), head[4:8]
        if kind == b"ftyp":
            return size >= 12 and head[8:12] not in PICTURES
        if kind == b"moov":
            return head[12:16] in (b"mvhd", b"cmov")
        if kind not in (b"mdat", b"wide", b"free", b"skip", b"pnot"):
            return False
        if size == 1:  # a size of 64 bits follows
            size = int.from_bytes(head[8:16])
        offset += size
    return False
