"""Sample audio on its way to the service: text, bytes, a path or a file, as the body of a create."""

import base64
import json
import ntpath
import os
from collections.abc import Generator
from logging import Logger
from types import CoroutineType
from typing import Any, Protocol, TypeAlias

from . import sample_files
from .file_objects import BinaryFile, hint
from .progress import Progress, report_progress
from .sample_files import BytesSample, FileSample, PathSample, Sample
from .sample_text import check_sample_text

EXPECTED = "base64 text, bytes, a path or a binary file"
SAMPLES = (
    "sample_audio holds samples, not an audio file: write them as WAV into an io.BytesIO, by soundfile.write, "
    "scipy.io.wavfile.write or the module wave, and pass its getvalue()"
)


class Buffer(Protocol):
    """What holds bytes: bytes, bytearray, memoryview, array.array."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


Audio: TypeAlias = Buffer | os.PathLike[str] | BinaryFile
# With a tuple comes the name of the audio, as with `files` of the HTTP library; the content type is not sent.
SampleAudio: TypeAlias = str | Audio | tuple[str | None, Audio] | tuple[str | None, Audio, str | None]


def prepare_sample(sample_audio: SampleAudio, logger: Logger) -> str | Sample:
    """Check what a user gave as sample_audio; text stays text. It may touch a file.

    What was put right, and a name that tells no format, goes to the logger at WARNING.

    Raises:
        TypeError, ValueError: It is no audio; the message names the remedy.
        OSError: A file cannot be read.
    """
    if isinstance(sample_audio, str):
        return check_sample_text(sample_audio, logger)
    if type(sample_audio) is tuple:
        return _prepare_pair(sample_audio)
    return _prepare_audio(sample_audio, None)


def _prepare_pair(given: tuple[Any, ...]) -> Sample:
    if any(_is_samples(each) or hasattr(each, "__index__") for each in given):
        raise TypeError(SAMPLES)
    if not 2 <= len(given) <= 4 or not isinstance(given[0], str | None):
        raise TypeError('sample_audio must be a pair such as ("ada.wav", file), if it is a tuple')
    name, audio = given[0] and ntpath.basename(given[0]), given[1]
    if isinstance(audio, str):
        raise TypeError(
            "sample_audio is a tuple with text: pass the base64 text alone, and its name as sample_filename"
        )
    return _prepare_audio(audio, name)


def _prepare_audio(audio: Any, name: str | None) -> Sample:
    if isinstance(audio, os.PathLike):
        return PathSample(audio, name)
    if isinstance(audio, bytes):
        return BytesSample(audio, name)
    if _is_samples(audio):
        raise TypeError(SAMPLES)
    if hasattr(audio, "read"):
        return FileSample(audio, name)
    try:
        # A copy: what a program does with its buffer meanwhile does not matter, and it can be resized.
        content = memoryview(audio).tobytes()
    except TypeError:
        kind = type(audio).__name__
        if isinstance(audio, CoroutineType):
            audio.close()  # Python warns of one that nobody awaits
        raise TypeError(f"sample_audio must be {EXPECTED}, not {kind}{hint(audio)}") from None
    except (ValueError, BufferError) as error:
        raise ValueError(f"sample_audio is a buffer that cannot be read: {error}") from None
    return BytesSample(content, name)


def _is_samples(audio: object) -> bool:
    """Say whether something holds the samples of a sound as numbers, as arrays, tensors and rows of datasets do."""
    if isinstance(audio, dict):
        return "array" in audio
    if isinstance(audio, list):
        return hasattr(next(iter(audio), None), "__float__")
    return hasattr(audio, "get_all_samples") or (hasattr(audio, "dtype") and hasattr(audio, "shape"))


class Upload:
    """The JSON body of a create, with the sample encoded into it block by block, anew for each attempt."""

    __slots__ = ("_head", "_on_progress", "_sample", "_tail", "in_memory", "length")

    def __init__(self, body: dict[str, Any], member: str, sample: Sample, on_progress: Progress | None) -> None:
        # Text within the body cannot look like the empty member: its quotes are escaped.
        empty = f'"{member}":""'
        before, after = json.dumps({**body, member: ""}, ensure_ascii=False, separators=(",", ":")).split(empty)
        self._head = f'{before}"{member}":"'.encode()
        self._tail = f'"{after}'.encode()
        self._sample = sample
        self._on_progress = on_progress
        self.in_memory: bool = sample.in_memory
        self.length: int = len(self._head) + (sample.size + 2) // 3 * 4 + len(self._tail)

    def blocks(self) -> Generator[bytes]:
        """Give the body in blocks; after each comes a call of `report`."""
        yield self._head
        for block in self._sample.blocks():
            yield base64.b64encode(block)
        yield self._tail

    def report(self, block: int) -> None:
        """Report that the block of this number has left; the first is number 0."""
        if self._on_progress is not None and block <= -(-self._sample.size // sample_files.BLOCK):
            done = min(block * sample_files.BLOCK, self._sample.size)
            report_progress(self._on_progress, done, self._sample.size)
