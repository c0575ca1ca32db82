"""Sample audio on its way back: decoded block by block, whichever form the server sends, into memory or a file."""

from .base64_text import Base64Decoder
from .files import FileTarget
from .formats import is_json_sample, media_type
from .progress import Progress, check_progress, report_progress


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
        self._decoder: Base64Decoder | None = None
        self._done = 0
        self._total: int | None = None

    def start(self, content_type: str | None, total: int | None) -> None:
        """Begin, or begin anew; ValueError when the response is neither JSON nor audio.

        Args:
            content_type: The Content-Type header; None when there is none.
            total: The bytes that the server announced; None when it did not.
        """
        bare_type = media_type(content_type)
        self._decoder = Base64Decoder() if is_json_sample(bare_type) else None
        self._done, self._total = 0, total
        self._target.restart(bare_type)

    def write(self, block: bytes) -> None:
        """Take a block; ValueError when it cannot be decoded."""
        self._target.write(block if self._decoder is None else self._decoder.decode(block))
        self._done += len(block)

    def report(self) -> None:
        """Report to on_progress how much of the response has come."""
        if self._on_progress is not None:
            report_progress(self._on_progress, self._done, self._total)

    def finish(self) -> None:
        """Check that the sample is whole."""
        if self._decoder is not None:
            self._decoder.finish()
