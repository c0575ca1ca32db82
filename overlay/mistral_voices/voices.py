"""The voices namespace, put together from its rooms."""

from ._records import Records
from ._samples import Samples


class Voices(Records, Samples):
    """Clone, list, edit and delete voices: `Mistral().audio.voices`."""


__all__ = ["Voices"]
