"""Pages of voices: by cursor, or by offset where the server has no search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .. import errors, models
from .._api import operations
from .._api.arguments import check
from .._core.flow import exchange
from .._core.options import Options
from .._core.request import Request, Steps
from .._core.response import Response
from ..utils import UNSET

P = TypeVar("P", "models.VoiceListPage", "models.VoiceListResponse")  # as text: a get need not load them, 3 ms

LARGEST_V1_PAGE = 100
# So many pages in a row may bring no voice that did not come before: where few voices pass a filter, or many were
# removed meanwhile.
MOST_EMPTY_PAGES = 1_000
# So much of a text is enough to find its voices, and no server refuses it for its length.
LONGEST_QUERY = 100


class Filters(NamedTuple):
    """The filters of a search, as they were given."""

    type_: Any = "all"
    gender: Any = UNSET
    language: Any = UNSET
    query: Any = UNSET
    kind: Any = UNSET

    def fits(self, voice: models.VoiceResponse) -> bool:
        """Say whether a voice passes the filters that the listing by offset lacks."""
        gender, language, query, kind = (value or None for value in self[1:])  # an empty list is not sent either
        return (
            (gender is None or voice.gender in gender)
            and (language is None or any(includes(each, spoken) for each in language for spoken in voice.languages))
            and (query is None or query.casefold() in voice.name.casefold())
            and (kind is None or voice.kind == kind)
        )


def includes(language: str, spoken: str) -> bool:
    """Say whether a language is the one that is wanted, or a form of it: "en" includes "en-GB", "en_us" and "EN"."""
    wanted, found = (text.replace("_", "-").casefold() for text in (language, spoken))
    return found == wanted or found.startswith(f"{wanted}-")


def check_iteration(page_size: int, max_items: int | None, **filters: Any) -> Filters:
    """Check all arguments of an iteration before its first page is fetched."""
    check("search_voices", {"page_size": page_size, **filters})
    if page_size is None:
        raise TypeError("page_size must be an integer of at least 1, not None")
    if max_items is not None and (isinstance(max_items, bool) or not isinstance(max_items, int)):
        raise TypeError(f"max_items must be an integer or None, not {type(max_items).__name__}")
    if max_items is not None and max_items < 0:
        raise ValueError(f"max_items must be at least 0, not {max_items}")
    return Filters(**filters)


class Paginator:
    """Where an iteration stands; each `next_page` goes on from there."""

    def __init__(
        self,
        filters: Filters,
        page_size: int,
        options: Options,
        max_items: int | None = None,
        on_page: Callable[[Response], None] | None = None,
        by_offset: Filters | None = None,
    ) -> None:
        """Begin before the first page.

        `on_page` is called with the response of each page; `by_offset` has the filters for a server that has no
        search, where they are others. `options` are those of the next page, and may change.
        """
        self._filters = filters
        self._offset_filters = filters if by_offset is None else by_offset
        self._page_size = page_size
        self.options: Options = options
        self._left = max_items
        self._on_page = on_page
        self._cursor: str | None = None
        self._seen: set[int] = set()
        self._voices: set[int] = set()
        self._empty_pages = 0
        self.is_over: bool = max_items == 0
        self._offset_pages: OffsetPages | None = None

    @property
    def is_by_offset(self) -> bool:
        """Whether the server has no search, as far as it is known by now."""
        return self._offset_pages is not None

    def next_page(self) -> Steps[models.VoiceListPage | None]:
        """Fetch the next page; None after the last."""
        if self.is_over:
            return None
        page: models.VoiceListPage | None = None
        if self._offset_pages is None:
            try:
                page = yield from self._by_cursor()
            except errors.SDKError as error:
                if self._seen or error.status_code not in (404, 405):
                    raise
                self._offset_pages = OffsetPages(self._offset_filters, self._page_size, self._fetch)
        if self._offset_pages is not None:
            page = yield from self._offset_pages.next_page()
        if self._left is not None and page is not None:
            page.data = page.data[: self._left]
            self._left -= len(page.data)
        self.is_over = page is None or self._left == 0 or (self._offset_pages is None and self._cursor is None)
        return page

    def _by_cursor(self) -> Steps[models.VoiceListPage]:
        token = UNSET if self._cursor is None else self._cursor
        try:
            request = operations.search_voices(page_size=self._page_size, page_token=token, **self._filters._asdict())
        except ValueError as error:
            if self._cursor is None:
                raise
            raise _inconsistent(f"next_page_token: is a cursor that cannot be sent ({error})") from None
        page = yield from self._fetch(request)
        if "next_page_token" in page.additional_properties:
            raise _inconsistent("next_page_token: is no text, so the pages after this one cannot be fetched")
        self._cursor = page.next_page_token or None
        if self._cursor is not None:
            fingerprint = hash(self._cursor)
            if fingerprint in self._seen:
                raise _inconsistent("next_page_token: is a cursor that came before, so the pages would never end")
            self._seen.add(fingerprint)
        return page

    def _fetch(self, request: Request[P]) -> Steps[P]:
        page, response = yield from exchange(request, self.options)
        if self._on_page is not None:
            self._on_page(response)
        self._check_progress(page.data if isinstance(page, models.VoiceListPage) else page.items)
        return page

    def _check_progress(self, voices: list[models.VoiceResponse]) -> None:
        known = len(self._voices)
        self._voices.update(hash(voice.id) for voice in voices)
        self._empty_pages = 0 if len(self._voices) > known else self._empty_pages + 1
        if self._empty_pages > MOST_EMPTY_PAGES:
            raise _inconsistent(f"{MOST_EMPTY_PAGES + 1:,} pages in a row brought no new voice, so they may never end")


class OffsetPages:
    """Pages of the listing by offset, which voices may leave and join meanwhile.

    A page begins with the last voice of the page before. Where it does not, voices before it were removed and all
    others moved up, so it goes back until it meets a voice that it knows.
    """

    def __init__(self, filters: Filters, page_size: int, fetch: Callable[[Request[Any]], Steps[Any]]) -> None:
        self._filters = filters
        self._limit = min(page_size + 1, LARGEST_V1_PAGE)
        self._fetch = fetch
        self._position = 0
        self._seen: set[str] = set()

    def next_page(self) -> Steps[models.VoiceListPage | None]:
        """Fetch the next page that has a voice not given before; None after the last."""
        while True:
            overlap = min(self._position, 1)
            start = self._position - overlap
            page = yield from self._page_at(start)
            if start and (not page.items or page.items[0].id not in self._seen):
                self._position = max(0, self._position - self._limit)
                continue
            if len(page.items) <= overlap:
                # Only an empty page is the end: this one might have been a short one.
                start = self._position
                page = yield from self._page_at(start)
                if not page.items:
                    return None
            fresh = [voice for voice in page.items if voice.id not in self._seen]
            self._seen.update(voice.id for voice in fresh)
            self._position = start + len(page.items)
            if fresh:
                return models.VoiceListPage(data=[voice for voice in fresh if self._filters.fits(voice)])

    def _page_at(self, start: int) -> Steps[models.VoiceListResponse]:
        request = operations.list_voices(limit=self._limit, offset=start, type_=self._filters.type_)
        page: models.VoiceListResponse = yield from self._fetch(request)
        if page.items and start >= page.total:
            raise _inconsistent(f"items: holds voices beyond the total of {page.total}, so the pages would never end")
        return page


def _inconsistent(reason: str) -> errors.ResponseValidationError:
    error = errors.ResponseValidationError(f"The response is not one that the API describes: {reason}")
    error.cause = ValueError(reason)
    return error
