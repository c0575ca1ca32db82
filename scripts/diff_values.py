"""Compare what two versions say of arguments and fields, and rate each difference for a Python user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

BREAKING, COMPATIBLE, INTERNAL = "breaking", "compatible", "internal"
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
NOTHING = ("null", "None")
# Other keywords that say which values there are, so that an answer may look different to who reads it.
STRUCTURE = ("properties", "required", "additionalProperties", "patternProperties", "allOf", "not")


class Finding(NamedTuple):
    """One thing that changed, and what it means: breaking, compatible or internal (nothing that a user can see)."""

    rating: str
    text: str


@dataclass(frozen=True)
class Value:
    """What is said of one argument, field or answer.

    Attributes:
        types: The types that it may have; empty when nobody says.
        required: Whether it is always there.
        default: What it is when it is left out, as text; None without a default.
        choices: The only values that it may have; None for any.
        bounds: The numbers that limit it, by keyword.
        rest: All other facts, by keyword.
        place: Where a request carries it (query, body), which users do not see.
        position: Its place among positional arguments; None when it is given by name only.
    """

    types: frozenset[str] = frozenset()
    required: bool = False
    default: str | None = None
    choices: frozenset[str] | None = None
    bounds: dict[str, float] = field(default_factory=dict)
    rest: dict[str, str] = field(default_factory=dict)
    place: str = ""
    position: int | None = None


def compare_members(
    old: dict[str, Value], new: dict[str, Value], *, noun: str, place: str, sent: bool
) -> Iterator[Finding]:
    """Compare the arguments of a call (sent) or the fields of a class (received), those that were renamed included."""
    gone, came = old.keys() - new.keys(), new.keys() - old.keys()
    for name in sorted(gone):
        alike = [each for each in came if new[each] == old[name]]
        if len(alike) == 1 and sum(old[each] == old[name] for each in gone) == 1:
            yield Finding(BREAKING, f"{place}: {noun} renamed: {name} -> {alike[0]}")
            came = came - {alike[0]}
        else:
            yield Finding(BREAKING, f"{place}: {noun} removed: {name}")
    for name in sorted(came):
        if sent and new[name].required:
            yield Finding(BREAKING, f"{place}: new required {noun}: {name}")
        else:
            yield Finding(COMPATIBLE, f"{place}: {noun} added: {name}")
    for name in (name for name in old if name in new):
        for rating, text in compare_value(old[name], new[name], sent=sent):
            yield Finding(rating, f"{place}: {noun} {name}: {text}")


def compare_value(old: Value, new: Value, *, sent: bool) -> Iterator[Finding]:
    """Compare one value: what is sent may be allowed more without harm, what is received may be promised more."""
    yield from _compare_required(old, new, sent=sent)
    yield from _compare_types(old, new, sent=sent)
    if not (old.required or new.required) and old.default != new.default:
        now = "there is no default any more" if new.default is None else f"default is now {new.default}"
        before = ", there was none" if old.default is None else f", was {old.default}"
        yield Finding(BREAKING, now + before)
    yield from _compare_choices(old.choices, new.choices, sent=sent)
    for keyword in sorted(old.bounds.keys() | new.bounds.keys()):
        before_, now_ = old.bounds.get(keyword), new.bounds.get(keyword)
        if before_ != now_:
            verb = "narrowed" if _narrower(keyword, before_, now_) else "widened"
            said = f"bound {verb}: {keyword} is now {_absent(now_)}, was {_absent(before_)}"
            yield Finding(BREAKING if sent and verb == "narrowed" else COMPATIBLE, said)
    for keyword in sorted(old.rest.keys() | new.rest.keys()):
        if old.rest.get(keyword) != new.rest.get(keyword):
            bad = keyword != "deprecated" and ((sent and keyword in new.rest) or keyword in STRUCTURE)
            said = f"{keyword} is now {_absent(new.rest.get(keyword))}, was {_absent(old.rest.get(keyword))}"
            yield Finding(BREAKING if bad else COMPATIBLE, said)
    if old.place != new.place:
        yield Finding(INTERNAL, f"is now sent in the {new.place}, was in the {old.place}")
    if old.position != new.position:
        where = ["by name only" if at is None else f"number {at + 1}" for at in (new.position, old.position)]
        said = f"position is now {where[0]}, was {where[1]}"
        yield Finding(COMPATIBLE if old.position is None else BREAKING, said)


def _compare_required(old: Value, new: Value, *, sent: bool) -> Iterator[Finding]:
    if old.required == new.required:
        return
    if new.required:
        yield Finding(BREAKING if sent else COMPATIBLE, "is now required")
    elif sent:
        yield Finding(COMPATIBLE, "is no longer required")
    else:
        worse = _seen(new) - _seen(old)
        yield Finding(
            BREAKING if worse else COMPATIBLE, "is no longer required" + (": it may now be None" if worse else "")
        )


def _compare_types(old: Value, new: Value, *, sent: bool) -> Iterator[Finding]:
    if old.types == new.types or not (old.types and new.types):
        return
    before, now = (old.types, new.types) if sent else (_seen(old), _seen(new))
    worse = {name for name in (before - now if sent else now - before) if not _within(name, now if sent else before)}
    changed = old.types ^ new.types
    if changed <= set(NOTHING):
        said = f"may {'now' if changed <= new.types else 'no longer'} be {min(changed)}"
    else:
        said = f"type is now {_join(new.types)}, was {_join(old.types)}"
    yield Finding(BREAKING if worse else COMPATIBLE, said)


def _compare_choices(old: frozenset[str] | None, new: frozenset[str] | None, *, sent: bool) -> Iterator[Finding]:
    """Compare enum values; those received are open in this client, so that no change there breaks anybody."""
    if old is None or new is None:
        if new is not None:
            said = f"allows only these values now: {', '.join(sorted(new))}"
            yield Finding(BREAKING if sent else COMPATIBLE, said)
        elif old is not None:
            yield Finding(COMPATIBLE, f"allows any value now, was one of {', '.join(sorted(old))}")
        return
    for value in sorted(old - new):
        yield Finding(BREAKING if sent else COMPATIBLE, f"enum value removed: {value}")
    for value in sorted(new - old):
        yield Finding(COMPATIBLE, f"enum value added: {value}")


def _seen(value: Value) -> frozenset[str]:
    """Give the types that a reader meets: what may be absent and has no default reads as None."""
    absent = not value.required and value.default is None
    types = frozenset("null" if name in NOTHING else name for name in value.types)
    return types | {"null"} if absent else types


def _within(name: str, types: frozenset[str]) -> bool:
    wider = {"integer": "number", "int": "float"}
    return wider.get(name, "anything") in types or bool({"anything", "Any", "object"} & types)


def _narrower(keyword: str, old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is None
    return new > old if keyword.rpartition(" ")[2] in LOWER else new < old


def _join(types: frozenset[str]) -> str:
    return " or ".join(sorted(types, key=lambda name: (name in NOTHING, name)))


def _absent(value: object) -> object:
    return "absent" if value is None else value
