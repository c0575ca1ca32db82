"""After a create whose outcome is unknown: looking for the voice, never sending again."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from .. import errors, models
from .._checks import check_flag
from .._core.flow import call
from .._core.options import CallOptions, Options
from .._core.request import Request, Steps, Wait
from .._core.response import Response
from .._core.retry import backoff, with_jitter
from .._transport.send import Transport
from ..utils import UNSET
from .pagination import LONGEST_QUERY, Filters, Paginator

LOOKS = 3
# A Date header has whole seconds, and a server may note its time before it sends it.
TOLERANCE = timedelta(seconds=2)
# So many ids of voices that were made are remembered: more than can be made while one create is in doubt.
MOST_CREATED = 10_000


class Creation:
    """One create, and what is needed to look for its voice."""

    def __init__(self, transport: Transport, created: Created, recover: bool, options: CallOptions) -> None:
        """Begin a create; `created` knows those of the same client."""
        check_flag("recover", recover)
        self._transport = transport
        self._options = transport.merged(options)
        self._created_ids, self._under_way = created
        self._recover = recover
        self._began = 0.0
        self._metadata: Mapping[str, Any] = {}
        self._others: set[Creation] = set()  # that were under way at the same time
        self._may_make = True  # a voice whose id nobody knows

    def create(self, request: Request[models.VoiceResponse]) -> Steps[models.VoiceResponse]:
        """Create the voice; if it is to recover, look for it after an unknown outcome."""
        self._began = time.monotonic()
        self._metadata = request.metadata
        try:
            self._under_way.add(self)  # first, so that of two that begin at once each meets the other
            for other in {*self._under_way} - {self}:
                self._others.add(other)
                other._others.add(self)
            try:
                voice = yield from call(request, self._options)
            except errors.MistralError as error:
                if not error.outcome_unknown:
                    self._may_make = False
                    raise
                error._lookup = self
                found = (yield from self._look(error)) if self._recover else None
                if found is None:
                    raise
                voice = found
            self._remember(voice.id)
            self._may_make = False
            return voice
        finally:
            self._under_way.discard(self)
            self._others = set()

    def _remember(self, voice_id: str) -> None:
        """Note the id of a voice that was made, so that it is never taken for the result of another create."""
        self._created_ids[voice_id] = None
        if len(self._created_ids) > MOST_CREATED:
            self._created_ids.pop(next(iter(self._created_ids)), None)

    def _look(self, error: errors.MistralError) -> Steps[models.VoiceResponse | None]:
        """Look up to three times; no attempt begins later than the total of the retries after the looking began."""
        retry = self._options.retry
        until = time.monotonic() + retry.total
        for look in range(1, LOOKS + 1):
            try:
                found = yield from self._candidates(until)
            except (errors.MistralError, RuntimeError) as failure:  # it may be closed by now
                error.add_note(f"Looking for the voice failed too: {failure}")
                return None
            is_one_of_several = any(other._may_make and other._is_like(self._metadata) for other in {*self._others})
            found = [voice for voice in found if voice.id not in self._created_ids]  # what others made meanwhile
            if found and is_one_of_several:
                error.add_note("A create like this one was under way, and what was found may be the voice of that")
                return None
            if len(found) == 1:
                return found[0]
            if found:
                error.add_note(f"{len(found)} voices may be the one: {', '.join(voice.id for voice in found)}")
                return None
            wait = with_jitter(retry, backoff(retry, look), random.random())  # noqa: S311 - only jitter
            if look == LOOKS or time.monotonic() + wait > until:
                break
            yield Wait(wait)
        return None

    def candidates(self) -> list[models.VoiceResponse]:
        """Look for the voice now."""
        return self._transport.drive(self._candidates())

    async def candidates_async(self) -> list[models.VoiceResponse]:
        """`candidates` for asyncio."""
        return await self._transport.drive_async(self._candidates())

    def _candidates(self, until: float | None = None) -> Steps[list[models.VoiceResponse]]:
        """Page the voices of the account, and give those that may come from this create."""
        dates: list[datetime | None] = []
        filters = Filters("custom", query=self._metadata["name"][:LONGEST_QUERY] or UNSET)
        paginator = Paginator(
            filters, 100, self._options, on_page=lambda response: dates.append(self._earliest(response))
        )
        found: list[models.VoiceResponse] = []
        while (page := (yield from paginator.next_page())) is not None:
            earliest = dates[0]
            if earliest is None:
                raise errors.ResponseValidationError(
                    "The response has no Date header, so it cannot be told which voices are new"
                )
            found += [voice for voice in page.data if self._may_be(voice, earliest)]
            if until is not None and not paginator.is_over:
                paginator.options = self._within(until)
        return found

    def _within(self, until: float) -> Options:
        """Give options whose retries end at a time."""
        retry = self._options.retry
        if (left := until - time.monotonic()) < 0:
            raise errors.MistralError(f"the pages of voices did not end within {retry.total:g} s")
        return self._options._replace(retry=retry._replace(total=left))

    def _earliest(self, response: Response) -> datetime | None:
        """Say from a response, by the server's own clock, when the create began; None when it does not say."""
        from email.utils import parsedate_to_datetime  # 5 ms, for a recovery that is rare

        elapsed = timedelta(seconds=time.monotonic() - self._began)
        try:
            date = parsedate_to_datetime(response.headers.get("date") or "")
            return date.replace(tzinfo=date.tzinfo or UTC) - elapsed - TOLERANCE
        except (ValueError, OverflowError):
            return None

    def _may_be(self, voice: models.VoiceResponse, earliest: datetime) -> bool:
        if voice.created_at < earliest or voice.id in self._created_ids:
            return False
        return all(_is_same(value, getattr(voice, name)) for name, value in self._metadata.items())

    def _is_like(self, metadata: Mapping[str, Any]) -> bool:
        """Say whether the voice of this create could be taken for that of another, which sent these metadata."""
        mine = self._metadata
        return all(_is_same(value, mine[name]) for name, value in metadata.items() if name in mine)


# The ids of the voices that a client made, and its creates that are under way.
Created: TypeAlias = tuple[dict[str, None], set[Creation]]


def _is_same(sent: Any, found: Any) -> bool:
    """Compare a member as it was sent and as it came back; an empty list may come back as null."""
    return bool(sent == found) or (sent in (None, []) and found in (None, []))
