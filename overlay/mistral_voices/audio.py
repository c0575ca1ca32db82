"""The audio namespace."""

from typing import TYPE_CHECKING

from .voices import Voices


class Audio:
    """What the service does with sound: `Mistral().audio`.

    Attributes:
        voices: Clone, list, edit and delete voices.
    """

    if not TYPE_CHECKING:
        voices = Voices  # of the class it is the type, which unittest.mock.create_autospec looks at

    def __init__(self, voices: Voices) -> None:
        self.voices = voices


__all__ = ["Audio"]
