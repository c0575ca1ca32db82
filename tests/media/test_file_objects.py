"""File objects of every shape: whatever their methods give or raise, a sample comes of it or one of few errors."""

from __future__ import annotations

import io
import zlib
from typing import Any

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
