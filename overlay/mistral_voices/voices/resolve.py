"""Finding the one voice that a name, slug or id means."""

from __future__ import annotations

from difflib import get_close_matches

from .. import errors, models
from .._api import operations
from .._core.flow import call
from .._core.options import Options
from .._core.request import Steps
from .pagination import LARGEST_V1_PAGE, Filters, Paginator


def check_name_or_id(name_or_id: str) -> None:
    """Refuse what cannot mean a voice."""
    if not isinstance(name_or_id, str):
        raise TypeError(f"name_or_id must be text, not {type(name_or_id).__name__}")
    if not name_or_id.strip():
        raise ValueError("name_or_id is empty: pass the id, slug or name of a voice")


def resolve(wanted: str, options: Options) -> Steps[models.VoiceResponse]:
    """Look the text up as an id, then go through all voices."""
    missing = errors.NotFoundError("")
    if wanted not in (".", ".."):
        try:
            return (yield from call(operations.get_voice(wanted), options))
        except errors.NotFoundError as error:
            missing = error
        except errors.HTTPValidationError:
            pass  # a name may have a form that no id has
    matches: dict[str, list[models.VoiceResponse]] = {"id": [], "slug": [], "name": []}
    known: dict[str, str] = {}
    paginator = Paginator(Filters(), LARGEST_V1_PAGE, options)
    while (page := (yield from paginator.next_page())) is not None:
        for voice in page.data:
            known |= {text.casefold(): text for text in (voice.name, voice.slug) if text}
            for kind in _matching(voice, wanted):
                matches[kind].append(voice)
    for kind, voices in matches.items():
        if len(voices) == 1:
            return voices[0]
        if voices:
            ids = ", ".join(voice.id for voice in voices)
            raise ValueError(f"name_or_id: {len(voices)} voices have the {kind} {wanted!r}; take one by its id: {ids}")
    close = get_close_matches(wanted.casefold(), known, n=5)
    advice = "close matches: " + ", ".join(repr(known[each]) for each in close) if close else "nor any like it"
    missing.message = f"There is no voice with the id, slug or name {wanted!r}; {advice}"
    missing.args = (missing.message,)
    raise missing


def _matching(voice: models.VoiceResponse, wanted: str) -> list[str]:
    """Say by which of its members a voice is meant."""
    is_meant = {
        "id": voice.id == wanted,
        "slug": voice.slug == wanted,
        "name": voice.name.casefold() == wanted.casefold(),
    }
    return [kind for kind, is_true in is_meant.items() if is_true]
