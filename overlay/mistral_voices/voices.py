"""The voices namespace, put together from its rooms."""

from ._listing import Listing
from ._records import Records
from ._runner import Runner
from ._samples import Samples


class Voices(Records, Listing, Samples):
    """Clone, list, edit and delete voices: `Mistral().audio.voices`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner


__all__ = ["Voices"]
