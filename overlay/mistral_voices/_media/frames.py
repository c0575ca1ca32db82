"""Audio that is nothing but frames (MP3, AAC, AC-3): recognised where frame follows frame."""

from collections.abc import Callable
from typing import NamedTuple

HEADER = 8
# Samples without a header may look like one frame, or two; so many in a row that fit are no chance.
ENOUGH = 3
# What programs write behind the last frame.
TRAILERS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"3DI")
# Those of MPEG-1 by layer, and those of MPEG-2 and 2.5, in kbit/s.
BITRATES = {
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
LOWER_BITRATES = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
RATES = (44100, 48000, 32000)
AC3_RATES = (48000, 44100, 32000)
AC3_BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)


class Frame(NamedTuple):
    """What the header of a frame says: the extension of its format, its length, and what each next one repeats."""

    extension: str
    length: int
    repeated: bytes


def find_frames(read_at: Callable[[int, int], bytes], offset: int) -> str | None:
    """Give the extension of the format whose frames stand here, one behind the other; None when there are none."""
    if (frame := read_frame(read_at(offset, HEADER))) is None:
        return None
    for count in range(1, ENOUGH):
        whole = read_at(offset, frame.length + HEADER)
        if len(whole) < frame.length:  # the last one is cut short
            return frame.extension if count > 1 else None
        # Waves of samples repeat themselves, and so come back where the next frame must be; but sooner as well.
        if whole.find(whole[:4], 1, frame.length) > 0:
            return None
        following = whole[frame.length :]
        if not following or following.startswith(TRAILERS):  # of AAC and AC-3 there is no file of one frame
            return frame.extension if count > 1 or frame.extension == ".mp3" else None
        following_frame = read_frame(following)
        if following_frame is None or following_frame.repeated != frame.repeated:
            return None
        offset += frame.length
        frame = following_frame
    return frame.extension


def read_frame(header: bytes) -> Frame | None:
    """Read the header of a frame; None when it is none."""
    if len(header) < HEADER:
        return None
    if header[0] == 0xFF and header[1] & 0xE0 == 0xE0:
        return _aac(header) if header[1] & 0xF6 == 0xF0 else _mpeg(header)
    return _ac3(header) if header[:2] == b"\x0b\x77" else None


def _mpeg(header: bytes) -> Frame | None:
    """Read a frame of MP3 or MP2. Layer 1 is not used any more, and free format does not say how long a frame is."""
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)  # 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer not in (2, 3) or not 0 < bitrate < 15 or rate == 3:
        return None
    samples = 72 if version != 3 and layer == 3 else 144
    hertz = RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    kilobits = (BITRATES[layer] if version == 3 else LOWER_BITRATES)[bitrate - 1]
    length = samples * 1000 * kilobits // hertz + padding
    return Frame(f".mp{layer}", length, bytes((header[1] & 0xFE, header[2] & 0x0C)))


def _aac(header: bytes) -> Frame | None:
    """Read a frame of AAC in ADTS."""
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    if header[2] >> 2 & 15 > 12 or length < HEADER:
        return None
    return Frame(".aac", length, bytes((header[1] & 0xFE, header[2] & 0xFD, header[3] & 0xC0)))


def _ac3(header: bytes) -> Frame | None:
    """Read a frame of AC-3 or E-AC-3, whose version says where the length stands."""
    version, rate = header[5] >> 3, header[4] >> 6
    if 10 < version <= 16:
        length = 2 * ((header[2] & 7) << 8 | header[3]) + 2
    elif version <= 10 and rate < 3 and header[4] & 63 < 38:
        bitrate = AC3_BITRATES[(header[4] & 63) >> 1]
        length = 2 * (96000 * bitrate // AC3_RATES[rate] + (rate == 1 and header[4] & 1))
    else:
        return None
    return Frame(".ac3", length, bytes((version, rate))) if length > HEADER else None
