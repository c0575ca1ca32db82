"""Finding the one voice that a name, slug or id means."""

from __future__ import annotations

import unicodedata

from .. import errors, models
from .._api import operations
from .._core.flow import call
from .._core.options import Options
from .._core.request import Steps
from .pagination import LARGEST_V1_PAGE, LONGEST_QUERY, Filters, Paginator

# With these a server refuses a text that it cannot take as an id, or as a query.
REFUSALS = (400, 404, 414, 422)
MOST_NAMED = 10
MOST_CLOSE = 5
ALL = Filters()


def check_name_or_id(name_or_id: str) -> None:
    """Refuse what cannot mean a voice."""
    if not isinstance(name_or_id, str):
        raise TypeError(f"name_or_id must be text, not {type(name_or_id).__name__}")
    if not fold(name_or_id):
        raise ValueError("name_or_id is empty: pass the id, slug or name of a voice")
    try:
        name_or_id.encode()
    except UnicodeEncodeError:
        raise ValueError("name_or_id holds half of a surrogate pair, which cannot be sent: encode it anew") from None


def resolve(wanted: str, options: Options) -> Steps[models.VoiceResponse]:
    """Look the text up as an id, then among the voices whose name contains it, then among all."""
    by_id = yield from _by_id(wanted, options)
    if isinstance(by_id, models.VoiceResponse):
        return by_id
    matches = Matches(wanted)
    search = Paginator(Filters(query=wanted.strip()[:LONGEST_QUERY]), LARGEST_V1_PAGE, options, by_offset=ALL)
    try:
        yield from matches.add_all(search)
    except (errors.SDKError, errors.HTTPValidationError) as error:
        if search.is_by_offset or error.status_code not in REFUSALS:
            raise
        matches = Matches(wanted)
    if not matches.best()[1] and not search.is_by_offset:
        yield from matches.add_all(Paginator(ALL, LARGEST_V1_PAGE, options))
    kind, voices = matches.best()
    if len(voices) > 1:
        raise _ambiguous(wanted, kind, voices)
    if voices:
        return voices[0]
    close = matches.close()
    advice = "close matches: " + ", ".join(map(repr, close)) if close else "nothing comes close"
    by_id.message = f"There is no voice with the id, slug or name {_shown(wanted)}; {advice}"
    by_id.args = (by_id.message,)
    raise by_id


def _by_id(wanted: str, options: Options) -> Steps[models.VoiceResponse | errors.NotFoundError]:
    """Fetch the voice of that id, or give the error that there is none."""
    try:
        request = operations.get_voice(wanted)
    except ValueError:
        return errors.NotFoundError("")  # no id can be so
    try:
        return (yield from call(request, options))
    except errors.NotFoundError as error:
        return error
    except (errors.SDKError, errors.HTTPValidationError) as error:
        if error.status_code not in REFUSALS:
            raise
        return errors.NotFoundError("")


def _ambiguous(wanted: str, kind: str, voices: list[models.VoiceResponse]) -> errors.AmbiguousVoiceError:
    ids = ", ".join(voice.id for voice in voices[:MOST_NAMED]) + (", ..." if len(voices) > MOST_NAMED else "")
    error = errors.AmbiguousVoiceError(
        f"name_or_id: {len(voices)} voices have the {kind} {_shown(wanted)}; take one by its id: {ids}"
    )
    error.voices = voices
    return error


def _shown(wanted: str) -> str:
    return repr(wanted if len(wanted) <= LONGEST_QUERY else f"{wanted[:LONGEST_QUERY]}...")


def fold(text: str) -> str:
    """Give a text as it is compared: by its characters, whatever their case, encoding, width and blanks.

    What has no width, such as the marks that come along when text is copied, does not count.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not folded.isascii():
        folded = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    return " ".join(folded.split())


class Matches:
    """The voices that a text may mean, by what of them it is, and what others are called."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._folded = fold(wanted)
        kinds = ("id", "slug", "name", "name", "slug")
        self._ranks: list[tuple[str, dict[str, models.VoiceResponse]]] = [(kind, {}) for kind in kinds]
        self._texts: dict[str, str] = {}

    def add_all(self, paginator: Paginator) -> Steps[None]:
        """Take the voices of all pages."""
        while (page := (yield from paginator.next_page())) is not None:
            for voice in page.data:
                self._add(voice)

    def _add(self, voice: models.VoiceResponse) -> None:
        name, slug = fold(voice.name), fold(voice.slug or "")
        exact = (text == self._wanted for text in (voice.id, voice.slug, voice.name))
        is_meant = (*exact, name == self._folded, slug == self._folded)
        if True in is_meant:
            self._ranks[is_meant.index(True)][1][voice.id] = voice
        self._texts |= {folded: text for folded, text in ((name, voice.name), (slug, voice.slug)) if folded and text}

    def best(self) -> tuple[str, list[models.VoiceResponse]]:
        """Give the voices that fit best, and whether the text is their id, slug or name; none when none fits."""
        return next(((kind, [*voices.values()]) for kind, voices in self._ranks if voices), ("", []))

    def close(self) -> list[str]:
        """Give names and slugs that begin with the text, contain it or are like it, or like a part of them."""
        from difflib import get_close_matches  # 1.3 ms, only where nothing is found

        wanted, size = self._folded, len(self._folded.split())
        parts: dict[str, list[str]] = {}
        for text in self._texts:
            words = text.split()
            for start in range(len(words)):
                parts.setdefault(" ".join(words[start : start + size]), []).append(text)
        found = [text for text in self._texts if text.startswith(wanted)]
        found += [text for text in self._texts if wanted in text or wanted.startswith(f"{text} ")]
        found += get_close_matches(wanted, self._texts, n=MOST_CLOSE)
        found += [text for part in get_close_matches(wanted, parts, n=MOST_CLOSE) for text in parts[part]]
        return [self._texts[text] for text in dict.fromkeys(found)][:MOST_CLOSE]
