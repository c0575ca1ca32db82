"""After a create whose outcome is unknown: looking for the voice, never sending again."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from .. import errors, models
from .._checks import check_flag
from .._core.flow import call
from .._core.options import CallOptions
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

    def __init__(self, transport: Transport, created_ids: dict[str, None], recover: bool, options: CallOptions) -> None:
        """Begin a create; `created_ids` holds the voices that were made by others of this client."""
        check_flag("recover", recover)
        self._transport = transport
        self._options = transport.merged(options)
        self._created_ids = created_ids
        self._recover = recover
        self._began = 0.0
        self._metadata: Mapping[str, Any] = {}

    def create(self, request: Request[models.VoiceResponse]) -> Steps[models.VoiceResponse]:
        """Create the voice; if it is to recover, look for it after an unknown outcome."""
        self._began = time.monotonic()
        self._metadata = request.metadata
        try:
            voice = yield from call(request, self._options)
        except errors.MistralError as error:
            if not error.outcome_unknown:
                raise
            error._lookup = self
            found = (yield from self._look(error)) if self._recover else None
            if found is None:
                raise
            voice = found
        self._remember(voice.id)
        return voice

    def _remember(self, voice_id: str) -> None:
        """Note the id of a voice that was made, so that it is never taken for the result of another create."""
        self._created_ids[voice_id] = None
        if len(self._created_ids) > MOST_CREATED:
            self._created_ids.pop(next(iter(self._created_ids)), None)

    def _look(self, error: errors.MistralError) -> Steps[models.VoiceResponse | None]:
        """Look up to three times within the bounds of the retries."""
        for look in range(1, LOOKS + 1):
            try:
                found = yield from self._candidates()
            except (errors.MistralError, RuntimeError) as failure:  # it may be closed by now
                error.add_note(f"Looking for the voice failed too: {failure}")
                return None
            if len(found) == 1:
                return found[0]
            if found:
                error.add_note(f"{len(found)} voices may be the one: {', '.join(voice.id for voice in found)}")
                return None
            retry, elapsed = self._options.retry, time.monotonic() - self._began
            wait = with_jitter(retry, backoff(retry, look), random.random())  # noqa: S311 - only jitter
            if look == LOOKS or elapsed + wait > retry.total:
                break
            yield Wait(wait)
        return None

    def candidates(self) -> list[models.VoiceResponse]:
        """Look for the voice now."""
        return self._transport.drive(self._candidates())

    async def candidates_async(self) -> list[models.VoiceResponse]:
        """`candidates` for asyncio."""
        return await self._transport.drive_async(self._candidates())

    def _candidates(self) -> Steps[list[models.VoiceResponse]]:
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
        return found

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


def _is_same(sent: Any, found: Any) -> bool:
    """Compare a member as it was sent and as it came back; an empty list may come back as null."""
    return bool(sent == found) or (sent in (None, []) and found in (None, []))
