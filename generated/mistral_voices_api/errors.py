# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""What the models raise on a response that does not fit the document, and their checks."""

import datetime
import logging
from collections.abc import Mapping, Sequence
from typing import Any

MISSING: Any = object()

_KINDS = {str: "a string", bool: "a boolean", int: "an integer", float: "a number", list: "a list", type(None): "null"}
_fromisoformat = datetime.datetime.fromisoformat


class InvalidValueError(ValueError):
    """A value of a response does not fit the document.

    Attributes:
        place: Where the value stands, such as items[3].created_at; empty for the whole.
        reason: What is wrong with it.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.place or 'the response'}: {self.reason}"

    def under(self, place: str) -> "InvalidValueError":
        """Give the same error as seen from one level further out."""
        return InvalidValueError(f"{place}.{self.place}" if self.place else place, self.reason)


class SetAside(dict[tuple[str, str], list[tuple[Mapping[str, Any], InvalidValueError]]]):
    """What does not fit in optional members of one response, by model and member, each with the object it stands in."""

    def add(self, src: Mapping[str, Any], model: str, name: str, error: InvalidValueError) -> None:
        """Note a member of an object that does not fit."""
        self.setdefault((model, name), []).append((src, error))

    def additional(self, src: Mapping[str, Any], model: str, known: frozenset[str]) -> dict[str, Any]:
        """Give the unknown members of the object that is being read, and those that do not fit."""
        aside = {name for (of, name), found in self.items() if of == model and found[-1][0] is src}
        return {name: value for name, value in src.items() if name not in known or name in aside}

    def log(self) -> None:
        """Say so in the log: one line for each member, however many objects have it."""
        for (model, _), found in self.items():
            times = f", {len(found)} times" if len(found) > 1 else ""
            message = "%s.%s%s; it reads as absent, and additional_properties has what was sent"
            logging.getLogger("mistral_voices").warning(message, model, found[0][1], times)


def missing_member(error: KeyError, expected: Mapping[str, str]) -> InvalidValueError:
    """Make the error for a required member that was not found."""
    name = error.args[0]
    return InvalidValueError(name, f"is missing, expected {expected[name]}")


def unexpected(value: Any, expected: str, place: str = "") -> InvalidValueError:
    """Make the error for a value of the wrong type."""
    return InvalidValueError(place, f"is {_KINDS.get(type(value), 'an object')}, expected {expected}")


def unexpected_item(values: Sequence[Any], types: tuple[type, ...], expected: str, place: str) -> InvalidValueError:
    """Make the error for the first item of a list that has none of the given types."""
    index = next(index for index, value in enumerate(values) if type(value) not in types)
    return unexpected(values[index], expected, f"{place}[{index}]")


def parse_integer(value: Any, expected: str, place: str) -> int:
    """Read an integer that JSON wrote with a fraction of zero, such as 10.0."""
    if type(value) is float and value.is_integer():
        return int(value)
    raise unexpected(value, expected, place)


def parse_datetime(value: Any, place: str) -> datetime.datetime:
    """Read a date-time; one without a zone is UTC."""
    if type(value) is not str:
        raise unexpected(value, "a date-time", place)
    try:
        # fromisoformat reads weeks as well, and hours alone.
        if value[4:17:3] != "--T::":
            raise ValueError
        parsed = _fromisoformat(value)
    except ValueError:
        parsed = _parse_unusual_datetime(value, place)
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=datetime.timezone.utc)


def _parse_unusual_datetime(value: str, place: str) -> datetime.datetime:
    """Read a date-time with small letters or a space for the T, which RFC 3339 allows too."""
    value = value.upper()
    try:
        if value[4:17:3] not in ("--T::", "-- ::"):
            raise ValueError
        return _fromisoformat(value)
    except ValueError:
        raise InvalidValueError(place, "is not a date-time") from None
