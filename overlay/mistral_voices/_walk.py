"""Walks through all voices as scripts of calls: by cursor, or by offset where the server has no search."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _operations, errors
from .utils import UNSET

if TYPE_CHECKING:
    from ._flow import Ask, Steps
    from .models import VoiceListPage, VoiceListResponse, VoiceResponse

LARGEST_V1_PAGE = 100


class Filters(NamedTuple):
    """The filters of a search, as they were given."""

    type_: Any
    gender: Any
    language: Any
    query: Any
    kind: Any

    def fits(self, voice: VoiceResponse) -> bool:
        """Tell whether a voice passes the filters that the listing by offset lacks."""
        gender, language, query, kind = (None if value is UNSET else value for value in self[1:])
        return (
            (gender is None or voice.gender in gender)
            and (language is None or any(each in language for each in voice.languages))
            and (query is None or query.casefold() in voice.name.casefold())
            and (kind is None or voice.kind == kind)
        )


def check_walk(page_size: int, max_items: int | None, **filters: Any) -> Filters:
    """Check all arguments of a walk before its first page is fetched."""
    _operations.check("search_voices", {"page_size": page_size, **filters})
    if page_size is None:
        raise TypeError("page_size must be an integer of at least 1, not None")
    if max_items is not None and (isinstance(max_items, bool) or not isinstance(max_items, int)):
        raise TypeError(f"max_items must be an integer or None, not {type(max_items).__name__}")
    if max_items is not None and max_items < 0:
        raise ValueError(f"max_items must be at least 0, not {max_items}")
    return Filters(**filters)


class Walk:
    """Where a walk stands; each `next_page` goes on from there."""

    def __init__(self, filters: Filters, page_size: int, max_items: int | None = None) -> None:
        self._filters = filters
        self._page_size = page_size
        self._left = max_items
        self._token: str | None = None
        self._tokens: set[int] = set()
        self._is_over = max_items == 0
        self._by_offset: _WalkByOffset | None = None

    def next_page(self, ask: Ask) -> Steps[VoiceListPage | None]:
        """Fetch the next page; None after the last."""
        if self._is_over:
            return None
        page: VoiceListPage | None = None
        if self._by_offset is None:
            try:
                page = yield from self._by_cursor(ask)
            except errors.SDKError as error:
                if self._tokens or error.status_code not in (404, 405):
                    raise
                self._by_offset = _WalkByOffset(self._filters, self._page_size)
        if self._by_offset is not None:
            page = yield from self._by_offset.next_page(ask)
        if self._left is not None and page is not None:
            page.data = page.data[: self._left]
            self._left -= len(page.data)
        self._is_over = page is None or self._left == 0 or (self._by_offset is None and self._token is None)
        return page

    def _by_cursor(self, ask: Ask) -> Steps[VoiceListPage]:
        token = UNSET if self._token is None else self._token
        call = _operations.search_voices(page_size=self._page_size, page_token=token, **self._filters._asdict())
        page = yield from ask(call)
        self._token = page.next_page_token or None
        if self._token is not None:
            fingerprint = hash(self._token)
            if fingerprint in self._tokens:
                raise _inconsistent("next_page_token: is a cursor that came before, so the pages would never end")
            self._tokens.add(fingerprint)
        return page


class _WalkByOffset:
    """The walk through the listing by offset, which voices may leave and join meanwhile.

    A page begins with the last voice of the page before. Where it does not, voices before it were removed and all
    others moved up, so the walk goes back until it meets a voice that it knows.
    """

    def __init__(self, filters: Filters, page_size: int) -> None:
        self._filters = filters
        self._limit = min(page_size + 1, LARGEST_V1_PAGE)
        self._position = 0
        self._seen: set[str] = set()

    def next_page(self, ask: Ask) -> Steps[VoiceListPage | None]:
        from .models import VoiceListPage

        while True:
            overlap = min(self._position, 1)
            start = self._position - overlap
            page = yield from self._fetch(ask, start)
            if start and (not page.items or page.items[0].id not in self._seen):
                self._position = max(0, self._position - self._limit)
                continue
            if len(page.items) <= overlap:
                # Only an empty page is the end: this one might have been a short one.
                start = self._position
                page = yield from self._fetch(ask, start)
                if not page.items:
                    return None
            fresh = [voice for voice in page.items if voice.id not in self._seen]
            self._seen.update(voice.id for voice in fresh)
            self._position = start + len(page.items)
            if fresh:
                return VoiceListPage(data=[voice for voice in fresh if self._filters.fits(voice)])

    def _fetch(self, ask: Ask, start: int) -> Steps[VoiceListResponse]:
        call = _operations.list_voices(limit=self._limit, offset=start, type_=self._filters.type_)
        page = yield from ask(call)
        if page.items and start >= page.total:
            raise _inconsistent(f"items: holds voices beyond the total of {page.total}, so the pages would never end")
        return page


def _inconsistent(reason: str) -> errors.ResponseValidationError:
    error = errors.ResponseValidationError(f"The answer is not one that the document describes: {reason}")
    error.cause = ValueError(reason)
    return error


class Finder:
    """Finds the one voice that is meant."""

    def __init__(self, name_or_id: str) -> None:
        if not isinstance(name_or_id, str):
            raise TypeError(f"name_or_id must be text, not {type(name_or_id).__name__}")
        if not name_or_id.strip():
            raise ValueError("name_or_id is empty: pass the id, slug or name of a voice")
        self._wanted = name_or_id

    def script(self, ask: Ask) -> Steps[VoiceResponse]:
        """Ask for the id, then go through all voices."""
        wanted = self._wanted
        missing = errors.NotFoundError("")
        if wanted not in (".", ".."):
            try:
                return (yield from ask(_operations.get_voice(wanted)))
            except errors.NotFoundError as error:
                missing = error
            except errors.HTTPValidationError:
                pass  # a name may have a form that no id has
        fits: dict[str, list[VoiceResponse]] = {"id": [], "slug": [], "name": []}
        known: dict[str, str] = {}
        walk = Walk(Filters("all", UNSET, UNSET, UNSET, UNSET), LARGEST_V1_PAGE)
        while (page := (yield from walk.next_page(ask))) is not None:
            for voice in page.data:
                known |= {text.casefold(): text for text in (voice.name, voice.slug) if text}
                for kind, fit in self._fits(voice).items():
                    fits[kind] += [voice] if fit else []
        for kind, voices in fits.items():
            if len(voices) == 1:
                return voices[0]
            if voices:
                ids = ", ".join(voice.id for voice in voices)
                raise ValueError(
                    f"name_or_id: {len(voices)} voices have the {kind} {wanted!r}; take one by its id: {ids}"
                )
        raise self._explained(missing, known)

    def _fits(self, voice: VoiceResponse) -> dict[str, bool]:
        wanted = self._wanted
        is_named = voice.name.casefold() == wanted.casefold()
        return {"id": voice.id == wanted, "slug": voice.slug == wanted, "name": is_named}

    def _explained(self, missing: errors.NotFoundError, known: dict[str, str]) -> errors.NotFoundError:
        close = get_close_matches(self._wanted.casefold(), known, n=5)
        advice = "close matches: " + ", ".join(repr(known[each]) for each in close) if close else "nor any like it"
        missing.message = f"There is no voice with the id, slug or name {self._wanted!r}; {advice}"
        missing.args = (missing.message,)
        return missing
