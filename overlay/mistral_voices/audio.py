"""The audio namespace."""

from .voices import Voices


class Audio:
    """What the service does with sound: `Mistral().audio`.

    Attributes:
        voices: Clone, list, edit and delete voices.
    """

    def __init__(self, voices: Voices) -> None:
        self.voices = voices


__all__ = ["Audio"]
