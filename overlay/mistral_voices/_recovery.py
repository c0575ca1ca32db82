"""After a create whose outcome is unknown: looking for the voice, never sending again."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from . import _flow, _operations, errors
from ._options import check_flag
from ._walk import Filters, Walk
from .utils import UNSET

if TYPE_CHECKING:
    from ._answers import Answer
    from ._flow import Ask, Call, Script, Steps
    from ._options import CallOptions, Settings
    from ._progress import Progress
    from ._runner import Runner
    from ._sources import Sample
    from .models import VoiceResponse

T = TypeVar("T")

LOOKS = 3
# A Date header has whole seconds, and a server may note its time before it sends it.
TOLERANCE = timedelta(seconds=2)


def creation(
    runner: Runner,
    sample: str | Sample,
    given: dict[str, Any],
    on_progress: Progress | None,
    options: CallOptions,
    recover: bool,
) -> Script[VoiceResponse]:
    """Make the script of a create."""
    check_flag("recover", recover)
    call = _operations.create_voice(sample, on_progress, **given)
    return Creation(runner, call, _operations.sent_metadata(**given), options, recover=recover).script


class Creation:
    """One create: its call, and what is needed to look for its voice."""

    def __init__(
        self, runner: Runner, call: Call[VoiceResponse], sent: dict[str, Any], options: CallOptions, *, recover: bool
    ) -> None:
        self._runner = runner
        self._call = call
        self._sent = sent
        self._options = options
        self._recover = recover
        self._began = 0.0

    def script(self, ask: Ask) -> Steps[VoiceResponse]:
        """Create the voice; if it is to recover, look for it after an unknown outcome."""
        self._began = time.monotonic()
        try:
            voice = yield from ask(self._call)
        except errors.MistralError as error:
            if not error.outcome_unknown:
                raise
            error._lookup = self
            found = (yield from self._look(ask, error)) if self._recover else None
            if found is None:
                raise
            voice = found
        self._runner.remember(voice.id)
        return voice

    def _look(self, ask: Ask, error: errors.MistralError) -> Steps[VoiceResponse | None]:
        """Look up to three times within the bounds of the retries."""
        settings: Settings = self._runner.settle(self._options)
        for look in range(1, LOOKS + 1):
            try:
                found = yield from self.candidates(ask)
            except errors.MistralError as failure:
                error.add_note(f"Looking for the voice failed too: {failure}")
                return None
            if len(found) == 1:
                return found[0]
            if found:
                error.add_note(f"{len(found)} voices may be the one: {', '.join(voice.id for voice in found)}")
                return None
            elapsed = time.monotonic() - self._began
            wait = _flow.interval(settings.policy, look) * (1 + random.random() / 4)  # noqa: S311 - only jitter
            if look == LOOKS or elapsed + wait > settings.policy.total:
                return None
            yield _flow.Wait(wait)
        return None

    def candidates(self, ask: Ask) -> Steps[list[VoiceResponse]]:
        """Page the voices of the account, and give those that may come from this create."""
        dates: list[datetime | None] = []

        def dated(call: Call[T]) -> Steps[T]:
            read = call.read

            def note(answer: Answer) -> T:
                dates.append(self._earliest(answer))
                return read(answer)

            call.read = note
            return ask(call)

        name = self._sent["name"]
        walk = Walk(Filters("custom", UNSET, UNSET, name or UNSET, UNSET), 100)
        found: list[VoiceResponse] = []
        while (page := (yield from walk.next_page(dated))) is not None:
            earliest = dates[0]
            if earliest is None:
                raise errors.ResponseValidationError(
                    "The answer has no Date header, so it cannot be told which voices are new"
                )
            found += [voice for voice in page.data if self._may_be(voice, earliest)]
        return found

    def _earliest(self, answer: Answer) -> datetime | None:
        """Tell from an answer, by the server's own clock, when the create began; None when it does not say."""
        elapsed = timedelta(seconds=time.monotonic() - self._began)
        try:
            date = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            return None
        return date.replace(tzinfo=date.tzinfo or UTC) - elapsed - TOLERANCE

    def _may_be(self, voice: VoiceResponse, earliest: datetime) -> bool:
        if voice.created_at < earliest or voice.id in self._runner.created:
            return False
        return all(_is_same(value, getattr(voice, name)) for name, value in self._sent.items())

    def look(self) -> list[VoiceResponse]:
        """Look for the voice now."""
        return self._runner.play(self.candidates, self._options)

    async def look_async(self) -> list[VoiceResponse]:
        """`look` for asyncio."""
        return await self._runner.play_async(self.candidates, self._options)


def _is_same(sent: Any, found: Any) -> bool:
    """Compare a member as it was sent and as it came back; an empty list may come back as null."""
    return bool(sent == found) or (sent in (None, []) and found in (None, []))
