"""Sample audio on its way back: decoded block by block, whichever form the server sends, into memory or a file."""

import json

from .base64_text import EMPTY, Base64Decoder
from .files import FileTarget
from .progress import Progress, check_progress, report_progress
from .sample_body import ENOUGH, judge_body, media_type


class MemoryTarget:
    """Keeps the audio in memory."""

    in_memory = True

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def restart(self, content_type: str) -> None:
        """Forget what came before."""
        self._blocks = []

    def write(self, audio: bytes) -> None:
        """Keep a piece."""
        self._blocks.append(audio)

    def audio(self) -> bytes:
        """Give the whole."""
        return b"".join(self._blocks)


class Download:
    """Takes the body of a good response, in either form, and puts the audio into its target."""

    def __init__(self, target: MemoryTarget | FileTarget, on_progress: Progress | None = None) -> None:
        check_progress(on_progress)
        self.in_memory: bool = target.in_memory
        self._target = target
        self._on_progress = on_progress
        self._content_type = self._encoding = ""
        self._held: list[bytes] = []
        self._is_judged = False
        self._decoder: Base64Decoder | None = None
        self._done = 0
        self._is_empty = True
        self._total: int | None = None

    def start(self, content_type: str | None, total: int | None, encoding: str = "") -> None:
        """Begin, or begin anew.

        Args:
            content_type: The Content-Type header; None when there is none.
            total: The bytes that the server announced; None when it did not.
            encoding: The content encoding that the body still has; "" for none.
        """
        self._content_type, self._encoding = media_type(content_type), encoding
        self._held, self._is_judged, self._decoder = [], False, None
        self._done, self._total, self._is_empty = 0, total, True
        self._target.restart(self._content_type)

    def write(self, block: bytes) -> None:
        """Take a block; ValueError when the first ones show that this is no sample, or when it cannot be decoded."""
        self._done += len(block)
        if self._is_judged:
            self._pass_on(block)
        else:
            self._held.append(block)
            if self._done >= ENOUGH:
                self._judge()

    def _judge(self) -> None:
        """Tell from what has come whether it is a sample, and in which form."""
        start = self.held()
        is_json, problem = judge_body(self._content_type, start, self._encoding)
        if problem is not None:
            raise ValueError(problem)
        self._decoder = Base64Decoder(json.detect_encoding(start)) if is_json else None
        self._held, self._is_judged = [], True
        self._pass_on(start)

    def _pass_on(self, block: bytes) -> None:
        audio = block if self._decoder is None else self._decoder.decode(block)
        self._is_empty = self._is_empty and not audio
        self._target.write(audio)

    def held(self) -> bytes:
        """Give what has come of a body that is not taken for a sample; nothing of one that is."""
        return b"".join(self._held)

    def report(self) -> None:
        """Report to on_progress how much of the response has come."""
        if self._on_progress is not None:
            report_progress(self._on_progress, self._done, self._total)

    def finish(self) -> None:
        """Check that the sample is whole; ValueError as in `write`."""
        if not self._is_judged:
            self._judge()
        if self._decoder is not None:
            self._decoder.finish()
        if self._is_empty:
            raise ValueError(EMPTY)
