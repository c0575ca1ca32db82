"""List, search, iterate and find: every voice, whichever way the server lists them."""

from __future__ import annotations

from typing import Literal, TypeAlias, Unpack

from .. import models
from .._api import operations
from .._core.options import CallOptions
from .._deprecation import deprecated
from .._transport.send import Transport
from ..utils import UNSET, Unset
from .crud import Strings
from .iterators import AsyncVoiceIterator, VoiceIterator
from .pagination import Filters, check_iteration
from .resolve import check_name_or_id, resolve

VoiceType: TypeAlias = Literal["all", "custom", "preset"]
VoiceKind: TypeAlias = Literal["ivc", "pvc"]

PAGE_SIZE = 100


class Listing:
    """Finding voices."""

    _transport: Transport

    @deprecated("The API ends listing by offset on 2027-03-31: use search or iterate.", category=None)
    def list(
        self,
        *,
        limit: int | None = 10,
        offset: int | None = 0,
        type_: VoiceType | None = "all",
        **options: Unpack[CallOptions],
    ) -> models.VoiceListResponse:
        """List voices, one page at a time, without their samples. Deprecated: it ends on 2027-03-31.

        `search` takes its place, and `iterate` gives all voices of either. When the server announces the end in the
        headers of its response, a DeprecationWarning says so, once.

        Args:
            limit: The most voices on the page, 1 to 100; None means the default.
            offset: How many voices to pass over, at least 0; None means the default.
            type_: "custom" for the voices of the account, "preset" for those that come with the service, "all" for
                both; None means the default.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The page: `items`, and `total`, `page`, `page_size`, `total_pages`.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response cannot be read.
            errors.NoResponseError: No response came.

        Endpoint: GET /v1/audio/voices
        """
        return self._transport.call(operations.list_voices(limit=limit, offset=offset, type_=type_), options)

    @deprecated("The API ends listing by offset on 2027-03-31: use search or iterate.", category=None)
    async def list_async(
        self,
        *,
        limit: int | None = 10,
        offset: int | None = 0,
        type_: VoiceType | None = "all",
        **options: Unpack[CallOptions],
    ) -> models.VoiceListResponse:
        """List voices, one page at a time, without their samples. Deprecated: it ends on 2027-03-31.

        It is the async form of `list`: await it. `list` describes the arguments, the result and the errors.
        """
        request = operations.list_voices(limit=limit, offset=offset, type_=type_)
        return await self._transport.call_async(request, options)

    def search(
        self,
        *,
        page_size: int | None = 10,
        page_token: str | Unset | None = UNSET,
        type_: VoiceType | None = "all",
        gender: Strings | Unset | None = UNSET,
        language: Strings | Unset | None = UNSET,
        query: str | Unset | None = UNSET,
        kind: VoiceKind | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> models.VoiceListPage:
        """Search voices, one page at a time; `iterate` fetches the pages for you.

        Args:
            page_size: The most voices on the page, at least 1; None means the default. A page may be shorter, even
                empty, and not be the last.
            page_token: The cursor of the page: `next_page_token` of the page before; left out or None for the first.
            type_: "custom" for the voices of the account, "preset" for those that come with the service, "all" for
                both; None means the default.
            gender: Only voices with one of these genders; None or an empty list means any.
            language: Only voices that speak one of these languages, such as "en"; None or an empty list means any.
                Whether "en" finds a voice that speaks "en-GB" is up to the service, which does not say; the local
                server finds it.
            query: Only voices whose name contains this text, in whatever case; None means any.
            kind: Only voices that were cloned in this way, instantly ("ivc") or professionally ("pvc"); None means any.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The page: `data`, and `next_page_token`, which is None on the last page.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX; NotFoundError when it has no search yet.
            errors.ResponseValidationError: The response cannot be read.
            errors.NoResponseError: No response came.

        Endpoint: GET /v2/audio/voices
        """
        filters = Filters(type_=type_, gender=gender, language=language, query=query, kind=kind)
        request = operations.search_voices(page_size=page_size, page_token=page_token, **filters._asdict())
        return self._transport.call(request, options)

    async def search_async(
        self,
        *,
        page_size: int | None = 10,
        page_token: str | Unset | None = UNSET,
        type_: VoiceType | None = "all",
        gender: Strings | Unset | None = UNSET,
        language: Strings | Unset | None = UNSET,
        query: str | Unset | None = UNSET,
        kind: VoiceKind | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> models.VoiceListPage:
        """Search voices, one page at a time; `iterate` fetches the pages for you.

        It is the async form of `search`: await it. `search` describes the arguments, the result and the errors.
        """
        filters = Filters(type_=type_, gender=gender, language=language, query=query, kind=kind)
        request = operations.search_voices(page_size=page_size, page_token=page_token, **filters._asdict())
        return await self._transport.call_async(request, options)

    def iterate(
        self,
        *,
        page_size: int = PAGE_SIZE,
        max_items: int | None = None,
        type_: VoiceType | None = "all",
        gender: Strings | Unset | None = UNSET,
        language: Strings | Unset | None = UNSET,
        query: str | Unset | None = UNSET,
        kind: VoiceKind | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> VoiceIterator:
        """Go through all voices, lazily: `for voice in voices.iterate(): ...`.

        The end is where the cursors end: a short or empty page with a cursor is not. One page is in memory at a time,
        and of the pages before it a fingerprint of each cursor.

        Where a server has no search (404 or 405 on the first page), the pages come from `list` by offset, and the
        filters that `list` lacks are applied here. There the language "en" includes "en-GB", "en_us" and "EN", while
        "en-GB" does not include "en". Each page overlaps the one before by one voice, so that it shows when voices were
        removed meanwhile; then the iteration goes back, and no voice that was there throughout is left out or given
        twice. A voice that is added meanwhile may be missed if the server lists it at a place that was passed already.
        The ids that were given are remembered.

        Args:
            page_size: The most voices to fetch at once, at least 1 (`list` takes at most 100).
            max_items: The most voices to give in all; None means all.
            type_: As in `search`.
            gender: As in `search`.
            language: As in `search`.
            query: As in `search`.
            kind: As in `search`.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for each page.

        Returns:
            An iterable of voices; its `pages()` gives the pages.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.ResponseValidationError: While iterating: the server gave a cursor that it gave before, or that is no
                text, or more than 1,000 pages in a row without a new voice.
            errors.MistralError: While iterating: as for `search`.

        Endpoint: GET /v2/audio/voices, else GET /v1/audio/voices
        """
        filters = check_iteration(
            page_size, max_items, type_=type_, gender=gender, language=language, query=query, kind=kind
        )
        return VoiceIterator(self._transport, filters, page_size, max_items, options)

    def iterate_async(
        self,
        *,
        page_size: int = PAGE_SIZE,
        max_items: int | None = None,
        type_: VoiceType | None = "all",
        gender: Strings | Unset | None = UNSET,
        language: Strings | Unset | None = UNSET,
        query: str | Unset | None = UNSET,
        kind: VoiceKind | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> AsyncVoiceIterator:
        """Go through all voices, lazily: `async for voice in voices.iterate_async(): ...`.

        It is the async form of `iterate`, and is not awaited itself: `async for` fetches the pages as they are needed,
        and `pages()` gives them one by one. `iterate` describes the arguments, the result and the errors.
        """
        filters = check_iteration(
            page_size, max_items, type_=type_, gender=gender, language=language, query=query, kind=kind
        )
        return AsyncVoiceIterator(self._transport, filters, page_size, max_items, options)

    def find(self, name_or_id: str, **options: Unpack[CallOptions]) -> models.VoiceResponse:
        """Find the one voice that is meant by its id, its slug or its name.

        The id comes first (where the service takes a slug for it, that too). Then the voices whose name contains the
        text are compared with it: a slug, then a name that is exactly the text, else one that differs in case, in
        blanks or in how Unicode writes the same characters. Only where none of these fits, all voices are fetched and
        compared so; a slug that the name of its voice does not contain is therefore found if no name fits.

        Args:
            name_or_id: The id, slug or name.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for each request.

        Returns:
            The voice.

        Raises:
            TypeError, ValueError: `name_or_id` is not text, or it is empty; nothing was sent.
            errors.AmbiguousVoiceError: Several voices fit; `voices` are they. It is a ValueError too.
            errors.NotFoundError: No voice fits; the message names some that begin with the text, contain it or are like
                it.
            errors.MistralError: As for `get` and `search`.

        Endpoint: GET /v1/audio/voices/{voice_id}, then as for `iterate`, first with the text as `query`
        """
        check_name_or_id(name_or_id)
        return self._transport.drive(resolve(name_or_id, self._transport.merged(options)))

    async def find_async(self, name_or_id: str, **options: Unpack[CallOptions]) -> models.VoiceResponse:
        """Find the one voice that is meant by its id, its slug or its name.

        It is the async form of `find`: await it. `find` describes the arguments, the result and the errors.
        """
        check_name_or_id(name_or_id)
        return await self._transport.drive_async(resolve(name_or_id, self._transport.merged(options)))
