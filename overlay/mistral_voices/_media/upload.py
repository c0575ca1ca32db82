"""Sample audio on its way to the service: text, bytes, a path or a file, as the body of a create."""

import base64
import json
import os
from collections.abc import Generator
from typing import Any, BinaryIO, TypeAlias

from . import sample_files
from .progress import Progress, report_progress
from .sample_files import BytesSample, FileSample, PathSample, Sample
from .sample_text import check_sample_text

SampleAudio: TypeAlias = str | bytes | os.PathLike[str] | BinaryIO


def prepare_sample(sample_audio: SampleAudio) -> str | Sample:
    """Check what a user gave as sample_audio; text stays text. It may touch a file."""
    if isinstance(sample_audio, str):
        return check_sample_text(sample_audio)
    if isinstance(sample_audio, bytes):
        return BytesSample(sample_audio)
    if isinstance(sample_audio, os.PathLike):
        return PathSample(sample_audio)
    if hasattr(sample_audio, "read"):
        return FileSample(sample_audio)
    kind = type(sample_audio).__name__
    raise TypeError(f"sample_audio must be base64 text, bytes, a path or a binary file, not {kind}")


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
