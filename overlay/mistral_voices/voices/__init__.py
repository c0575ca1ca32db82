"""The voices namespace: all operations on voices, put together."""

from .._transport.send import Transport
from .crud import Crud
from .listing import Listing
from .recovery import Created
from .samples import Samples


class Voices(Crud, Listing, Samples):
    """Clone, list, edit and delete voices: `Mistral().audio.voices`."""

    def __init__(self, transport: Transport, created: Created | None = None) -> None:
        self._transport = transport
        self._created: Created = ({}, set()) if created is None else created


__all__ = ["Voices"]
