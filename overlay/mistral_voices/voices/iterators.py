"""What `iterate` gives: every voice, fetched page by page as it is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial

from .. import models
from .._core.options import CallOptions
from .._transport.send import Transport
from .pagination import Filters, Paginator


class Iteration:
    """What an iteration goes over; each begins with a paginator of its own."""

    def __init__(
        self, transport: Transport, filters: Filters, page_size: int, max_items: int | None, options: CallOptions
    ) -> None:
        self._transport = transport
        merged = transport.merged(options)  # a wrong option is refused here, not by the first page
        self._paginator = partial(Paginator, filters, page_size, merged, max_items)


class VoiceIterator(Iteration):
    """Every voice, fetched page by page as it is needed; iterating again begins anew."""

    def __iter__(self) -> Iterator[models.VoiceResponse]:
        for page in self.pages():
            yield from page.data

    def pages(self) -> Iterator[models.VoiceListPage]:
        """Give the pages themselves, in memory one at a time; the last may be shortened to `max_items`."""
        paginator = self._paginator()
        while (page := self._transport.drive(paginator.next_page())) is not None:
            yield page


class AsyncVoiceIterator(Iteration):
    """Every voice, fetched page by page as it is needed, by `async for`; iterating again begins anew."""

    async def __aiter__(self) -> AsyncIterator[models.VoiceResponse]:
        async for page in self.pages():
            for voice in page.data:
                yield voice

    async def pages(self) -> AsyncIterator[models.VoiceListPage]:
        """Give the pages themselves, in memory one at a time; the last may be shortened to `max_items`."""
        paginator = self._paginator()
        while (page := await self._transport.drive_async(paginator.next_page())) is not None:
            yield page
