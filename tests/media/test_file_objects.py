"""File objects of every shape: whatever their methods give or raise, a sample comes of it or one of few errors."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_voices._core.logs import LOGGER
from mistral_voices._media.upload import prepare_sample

from .samples import WAV

RAISED = [OSError("gone"), ValueError("no"), EOFError("cut"), zlib.error("bad"), RuntimeError("locked"), KeyError("x")]
NUMBER = st.sampled_from([0, 1, 7, len(WAV) - 1, len(WAV), len(WAV) + 1, 10**9, -1])
RESULTS = {
    "read": st.sampled_from(["text", None, b"", b"x", WAV, bytearray(b"x"), 7, *RAISED]),
    "seek": st.none() | NUMBER | st.sampled_from(RAISED),
    "tell": st.none() | NUMBER | st.sampled_from(["7", 1.5, True, *RAISED]),
    "fileno": st.none() | NUMBER | st.sampled_from(RAISED),
}
ATTRIBUTES = {
    name: st.sampled_from([None, 7, "", "ada", "<x>", b"ada", True]) for name in ("name", "filename", "closed")
}


class Odd:
    """A file whose calls, from one of them on, give what they should not; methods and attributes may be missing."""

    def __init__(self, plan: dict[str, tuple[int, Any]], attributes: dict[str, Any]) -> None:
        self._file = io.BytesIO(WAV)
        self._plan = plan
        self.calls = dict.fromkeys(RESULTS, 0)
        vars(self).update(attributes)

    def __getattr__(self, name: str) -> Any:
        first, result = self._plan.get(name, (99, None))
        if name not in RESULTS or first < 0:
            raise AttributeError(name)

        def call(*arguments: int) -> Any:
            self.calls[name] += 1
            if self.calls[name] <= first:
                return getattr(self._file, name)(*arguments)
            if isinstance(result, Exception):
                raise result
            return result

        return call


@settings(deadline=None, database=None, derandomize=True, max_examples=200)
@given(
    st.fixed_dictionaries({}, optional={name: st.tuples(st.integers(-1, 6), each) for name, each in RESULTS.items()}),
    st.fixed_dictionaries({}, optional=ATTRIBUTES),
)
def test_whatever_a_file_does_nothing_else_is_raised(plan: dict[str, Any], attributes: dict[str, Any]) -> None:
    try:
        file: Any = Odd(plan, attributes)
        sample = prepare_sample(file, LOGGER)
        assert not isinstance(sample, str)
        sample.filename(LOGGER)
    except (TypeError, ValueError, OSError):
        return
    try:
        assert sum(map(len, sample.blocks())) == sample.size
    except OSError:
        return


class Segment:
    """Like those of pydub."""

    def export(self, out: Any, format: str) -> Any: ...


class OpenFile:
    """Like those of fsspec."""

    path = "ada.wav"

    def open(self) -> Any: ...


class AudioDecoder:
    """Like those of torchcodec, which datasets gives."""

    def get_all_samples(self) -> Any: ...


def email_part() -> Any:
    message = EmailMessage()
    message.add_attachment(WAV, maintype="audio", subtype="wav", filename="ada.wav")
    return next(message.iter_attachments())


async def later() -> bytes:
    return WAV


def process() -> Any:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as ended:
        return ended


LOOP = asyncio.new_event_loop()
ROW = {"path": "ada.wav", "array": [0.5], "sampling_rate": 8000}
WRITE_THEM = r"holds samples, not an audio file: write them as WAV .*pass its getvalue\(\)"
# What people pass in place of the audio, and what is said of it.
REMEDIES: dict[str, tuple[Callable[[], Any], str]] = {
    "pydub": (Segment, r'what its `\.export\(io\.BytesIO\(\), format="wav"\)` returns'),
    "fsspec": (OpenFile, r"not OpenFile: pass the file that its `\.open\(\)` gives"),
    "email": (email_part, r"pass its `\.get_payload\(decode=True\)`"),
    "process": (process, r"not Popen: pass its `\.communicate\(\)\[0\]`"),
    "ended-process": (lambda: subprocess.CompletedProcess([], 0, WAV), r"pass its `\.stdout`"),
    "row-of-a-dataset": (lambda: ROW, WRITE_THEM),
    "row-with-bytes": (lambda: {"path": "ada.wav", "bytes": WAV}, r'dict: pass its `\["bytes"\]`'),
    "row-with-a-path": (lambda: {"path": "a.wav", "bytes": None}, r'Path of its `\["path"\]`'),
    "decoder-of-a-dataset": (AudioDecoder, WRITE_THEM),
    "object-of-a-bucket": (lambda: {"Body": io.BytesIO(WAV)}, r'pass its `\["Body"\]\.read\(\)`'),
    "numbers": (lambda: [0.1, 0.2], WRITE_THEM),
    "not-awaited": (later, "not coroutine: pass what it gives when it is awaited"),
    "future": (lambda: asyncio.Future(loop=LOOP), "not Future: pass what it gives when it is awaited"),
    "not-called": (lambda: io.BytesIO(WAV).getvalue, "pass what it gives when it is called"),
    "iterator": (lambda: iter([WAV]), r'pass b""\.join\(\) of it'),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", REMEDIES)
def test_where_the_audio_is_can_be_seen(case: str) -> None:
    make, remedy = REMEDIES[case]
    passed = make()
    with pytest.raises(TypeError, match=f"^sample_audio .*{remedy}$"):
        prepare_sample(passed, LOGGER)
    assert not isinstance(passed, asyncio.Future) or not passed.cancelled()  # others may wait for it
