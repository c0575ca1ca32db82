"""Which voices were made from what, and which creates had begun when a run ended: so that none is made twice."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from mistral_voices import errors, models

from ..failures import Failure
from .folder import now
from .journal import Journal, Line

# A create that was cut off may still arrive at the server: for so many seconds a new run waits for it.
IN_FLIGHT = 30.0
LOOK_EVERY = 2.0

Voices: TypeAlias = list[models.VoiceResponse]


class Creations:
    """The creates at one server, each known by a key (an old id, or a name); the last line of a key counts.

    The line of a create is written before it is sent: with "began", and with the voices of its name that are there
    already. When the voice is made, another has its id and "done"; when it surely was not, one has neither.
    """

    def __init__(self, path: Path, server: str, key: str) -> None:
        """Read the file; `key` is the member of a line that tells one create from another.

        Raises:
            ValueError: A line is no JSON object.
        """
        self._journal = Journal(path)
        self._server = server
        self._key = key
        self._states: dict[str, Line] = {}
        self._made: dict[str, dict[str, Line]] = {}
        for line in self._journal.read():
            if line.get("server") == server and key in line:
                self._keep(str(line[key]), line)

    def _keep(self, key: str, line: Line) -> None:
        self._states[key] = line
        if line.get("new"):
            self._made.setdefault(key, {})[line["new"]] = line

    def begin(self, key: str, name: str, others: Iterable[str], **more: Any) -> None:
        """Note that a create is about to be sent; `others` are the voices of its name that are there."""
        self._add(key, name=name, new=None, began=now(), done=None, others=[*others], **more)

    def done(self, key: str, new: str, **more: Any) -> None:
        """Note the voice that was made, or that is the one."""
        began = self._states.get(key, {}).get("began")
        self._add(key, new=new, began=began, done=now(), **more)

    def failed(self, key: str) -> None:
        """Note that nothing was made."""
        self._add(key, new=None, began=None, done=None)

    def _add(self, key: str, **more: Any) -> None:
        line = {"server": self._server, self._key: key, **more}
        self._journal.add(line)
        self._keep(key, line)

    def among(self, key: str, ids: Container[str]) -> str | None:
        """Give the voice that was made for a key and is among the ids: two accounts may share a server."""
        return next((new for new in self._made.get(key, ()) if new in ids), None)

    def last(self, key: str) -> Line:
        """Give the last line of a key; an empty one when there is none."""
        return self._states.get(key, {})

    def line_of(self, key: str, new: str) -> Line:
        """Give the line of a voice that was made for a key; an empty one when there is none."""
        return self._made.get(key, {}).get(new, {})

    @property
    def claimed(self) -> set[str]:
        """The ids of all voices that were made."""
        return {new for made in self._made.values() for new in made}

    def had_begun(self, key: str) -> bool:
        """Say whether the create of a key began and nobody knows how it ended."""
        line = self._states.get(key, {})
        return bool(line.get("began")) and not line.get("new")

    def candidates(self, key: str, present: Voices) -> Voices:
        """Give the voices that may have come from a create that had begun."""
        line = self._states[key]
        others, claimed, name = {*line.get("others", ())}, self.claimed, fold(line.get("name", key))
        return [
            voice
            for voice in present
            if fold(voice.name) == name and voice.id not in others and voice.id not in claimed
        ]

    def list_complete(
        self,
        list_voices: Callable[[], Voices],
        say: Callable[[str], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> Voices:
        """List the voices; where a create began a moment ago and its voice is not there, wait for it and look again."""
        waited = 0.0  # counted, for the clock may have been set, and the record may come from another machine
        while True:
            present = list_voices()
            missing = [
                line for key, line in self._states.items() if self.had_begun(key) and not self.candidates(key, present)
            ]
            ages = [(clock() - _moment(line["began"])).total_seconds() for line in missing]
            left = IN_FLIGHT - max(waited, min(ages, default=IN_FLIGHT))
            if left <= 0:
                return present
            if not waited:
                say(f"The last run ended while {missing[0].get('name')!r} was being created; looking for {left:.0f} s.")
            pause = min(left, LOOK_EVERY)
            sleep(pause)
            waited += pause

    def make_ready(self) -> None:
        """Make the file if it is absent, before the first create.

        Raises:
            Failure: It cannot be written.
        """
        try:
            self._journal.create()
        except OSError as error:
            path = self._journal.path
            remedy = f"It keeps what is created from being created twice: copy {path.parent} to where you can write."
            raise Failure(f"{path} cannot be written: {error.strerror}", remedy) from error

    def close(self) -> None:
        """Close the file."""
        self._journal.close()


def create(creations: Creations, key: str, name: str, others: Iterable[str], make: Callable[[], models.VoiceResponse],
           **more: Any) -> models.VoiceResponse:  # fmt: skip
    """Create a voice so that a run that is killed in between is understood by the next.

    Raises:
        errors.MistralError: It was not made; or `outcome_unknown`, and the next run will look for it.
        ValueError, OSError: It was not made.
    """
    creations.begin(key, name, others, **more)
    try:
        voice = make()
    except errors.MistralError as error:
        if not error.outcome_unknown:
            creations.failed(key)
        raise
    except (ValueError, TypeError, OSError):
        creations.failed(key)
        raise
    creations.done(key, voice.id, name=name, **more)
    return voice


def arguments(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members of a voice that a create takes, without those that are null."""
    names = ("name", "slug", "languages", "gender", "age", "tags", "color", "description", "retention_notice")
    return {name: metadata[name] for name in names if metadata.get(name) is not None}


def fold(name: str) -> str:
    """Give a name as people compare it: without case, blanks around it, and ways of writing the same characters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def _moment(began: object) -> datetime:
    """Read when a create began; what is no date, in a record that was edited, may be a moment ago."""
    try:
        moment = datetime.fromisoformat(str(began))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
