"""Which voices are meant: by id, slug or name, or by filters."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from mistral_voices import Mistral, errors, utils

from .failures import NOT_FOUND, Failure
from .options import Text, together

if TYPE_CHECKING:
    from mistral_voices import models

PAGE_SIZE = 100
MOST_NAMED = 20
# No m: some mean minutes by it and others months, and delete takes an age.
UNITS = {"s": 1, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}


class Moment(click.ParamType[datetime]):
    """A moment: an age such as 90d (s, h, d, w, y), or a date, or a date with a time."""

    name = "AGE|DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Give the moment that is meant; what has no zone is UTC."""
        if isinstance(value, datetime):
            return value
        try:
            if age := re.fullmatch(r"(\d+)\s*([shdwy])", value.strip()):
                return datetime.now(UTC) - timedelta(seconds=UNITS[age[2]] * int(age[1]))
            moment = datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is neither an age such as 90d (s, h, d, w, y) nor a date such as 2026-03-31.", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Languages(Text):
    """One code of a language, or several with commas between them; `flat` puts what it gives each time together."""

    name = "CODE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the codes."""
        if isinstance(value, list):
            return value
        codes = [code.strip() for code in value.split(",") if code.strip()]
        return codes or super().convert("", param, ctx)


def flat(lists: Iterable[Iterable[str]]) -> list[str]:
    """Put what an option gave each time into one list."""
    return [*itertools.chain.from_iterable(lists)]


type_option = click.option(
    "--type",
    "type_",
    type=click.Choice(["all", "custom", "preset"]),
    help="Your own voices (custom), those of the service (preset), or all.",
)
# The command passes what it gets for them to `matching`.
filter_options = together(
    click.option(
        "--language", multiple=True, type=Languages(), help="Only voices that speak one of these, such as en,fr."
    ),
    click.option("--gender", multiple=True, type=Text(), help="Only voices with one of these; once for each."),
    click.option("--tag", multiple=True, type=Text(), help="Only voices with one of these tags; once for each."),
    click.option("--query", type=Text(), help="Only voices whose name contains this text."),
    click.option("--older-than", type=Moment(), help="Only voices made before that: 90d, 12h, 2026-03-31."),
    click.option("--newer-than", type=Moment(), help="Only voices made since then."),
    click.option("--limit", type=click.IntRange(1, 10**9), metavar="N", help="At most so many."),
)


def matching(
    mistral: Mistral,
    *,
    type_: Any = None,
    language: Iterable[Iterable[str]] = (),
    gender: Iterable[str] = (),
    tag: Iterable[str] = (),
    query: str | None = None,
    older_than: datetime | None = None,
    newer_than: datetime | None = None,
    limit: int | None = None,
) -> Iterator[models.VoiceResponse]:
    """Give the voices that all filters let through, page by page as they are needed."""
    tags = {each.casefold() for each in tag}
    voices = mistral.audio.voices.iterate(
        page_size=min(limit or PAGE_SIZE, PAGE_SIZE),
        type_=type_ or "all",
        language=flat(language) or utils.UNSET,
        gender=[*gender] or utils.UNSET,
        query=query or utils.UNSET,
    )
    found = (
        voice
        for voice in voices
        if (older_than is None or voice.created_at < older_than)
        and (newer_than is None or voice.created_at >= newer_than)
        and (not tags or tags & {each.casefold() for each in voice.tags or ()})
    )
    return itertools.islice(found, limit)


def find_voice(mistral: Mistral, text: str) -> models.VoiceResponse:
    """Find the voice that an id, slug or name means.

    Raises:
        Failure: None fits, or several do: the message has their ids.
    """
    if not text.strip():
        raise click.UsageError("The text for a voice is empty: give its id, slug or name.")
    try:
        return mistral.audio.voices.find(text)
    except errors.AmbiguousVoiceError as error:
        ids = [f"{voice.id} (of {voice.created_at:%Y-%m-%d})" for voice in error.voices]
        more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
        message = f"{len(ids)} voices are called {text!r}: take one by its id"
        raise Failure(message, ", ".join(ids[:MOST_NAMED]) + more, NOT_FOUND) from error
    except errors.NotFoundError as error:
        raise Failure(error.message, "`mistral-voices list` shows all.", NOT_FOUND) from error


def find_voices(mistral: Mistral, texts: Iterable[str]) -> list[models.VoiceResponse]:
    """Find the voices that ids, slugs or names mean, each once."""
    return [*{voice.id: voice for voice in (find_voice(mistral, text) for text in texts)}.values()]
