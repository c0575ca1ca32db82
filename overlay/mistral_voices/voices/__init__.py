"""The voices namespace: all operations on voices, put together."""

from .._transport.send import Transport
from .crud import Crud
from .listing import Listing
from .samples import Samples


class Voices(Crud, Listing, Samples):
    """Clone, list, edit and delete voices: `Mistral().audio.voices`."""

    def __init__(self, transport: Transport, created_ids: dict[str, None] | None = None) -> None:
        self._transport = transport
        self._created_ids = {} if created_ids is None else created_ids


__all__ = ["Voices"]
