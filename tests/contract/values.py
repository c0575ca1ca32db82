"""From a schema to values: what it allows to be sent and received, and what it forbids."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from math import inf, nan
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from .document import Schema, alternatives, full, is_nullable

BASE64 = ["UklGRg==", "+/+/", "QUI="]
ODD_TEXT = ["", " ", "\0", "\r\n", "a/b?c#d&e=f+g%2F", "..", '"\\', "\u2028\u202e\ufeff", "Zoë", "null"]
LONG_TEXT = ["\U0001f600" * 400, "\U0001f600" * 4_000, "x" * 100_000]
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
# No server takes larger integers, says the overlay.
LEAST, MOST = -(2**63), 2**63 - 1
INTEGERS = [0, 7, 2**31, -(2**31) - 1, LEAST, MOST]
ANYTHING: list[Any] = ["", "1", "en", 0, 7, 1.5, True, ["a"], [1], [None], [True], [["a"]], [{}], {}, {"a": 1}]
# What no schema says: no JSON, half of a surrogate pair, more than 64 bits.
NEVER: list[Any] = [object(), [object()], "\ud800", "a\udfff", ["\ud800"], -(10**40), 10**40, nan, inf, -inf]


def _check_encoding(_: object, encoding: str, value: object, __: object) -> Iterator[ValidationError]:
    if encoding != "base64":
        yield ValidationError(f"nothing is known of the encoding {encoding}")
    elif isinstance(value, str):
        try:
            base64.b64decode(value, validate=True)
        except ValueError:
            yield ValidationError("is not base64")


Judge: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"contentEncoding": _check_encoding}
)


def allowed_arguments(schema: Schema, longest: int) -> list[Any]:
    """Values that the document allows to be sent: those on its bounds, and odd ones; texts are at most so long."""
    texts = [text for text in ODD_TEXT + LONG_TEXT if len(text) <= longest]
    found = [*texts, *BASE64, *INTEGERS, 1.5, [], ["en"], ODD_TEXT, *(value for value, _ in edges(schema))]
    found += [value for one in alternatives(schema) for value in one.get("enum", ())]
    if "contentEncoding" in schema:
        found.remove("null")  # which is base64, but not what anybody means
    return [value for value in found if Judge(schema).is_valid(value)]


def edges(schema: Schema) -> Iterator[tuple[Any, bool]]:
    """Give the value on each bound and the one beyond, and whether that is allowed."""
    for one in alternatives(schema):
        for bound in (each for each in BOUNDS if each in one):
            make: Callable[[int], Any] = {"L": lambda n: "d" * n, "I": lambda n: ["d"] * n}.get(bound[3], lambda n: n)
            beyond = one[bound] + (1 if bound.startswith("max") else -1)
            yield make(one[bound]), True
            if beyond >= 0 or bound == "minimum":
                yield make(beyond), False


def forbidden_arguments(schema: Schema, required: bool) -> list[Any]:
    """Values that must not be sent."""
    judge, choices = Judge(schema), alternatives(schema)
    found = [*NEVER, LEAST - 1, MOST + 1] + ([None] if required else [])
    found += [each for each in ANYTHING if not judge.is_valid(each)]
    found += [] if any(one.get("type") == "number" for one in choices) else [1.0]  # which JSON Schema takes for integer
    found += [text for one in choices for known in one.get("enum", ()) for text in (known.upper(), f"{known} ")]
    return found + [value for value, is_allowed in edges(schema) if not is_allowed]


INSTANTS = ["2026-01-02t03:04:05z", "2026-01-02T03:04:05.123456789Z", "0001-12-31T23:59:59-00:00"]
INSTANTS += ["2026-01-02T05:34:05.5+02:30"]
# What a response may have by type; bounds, lengths and enumerations limit none of them.
RECEIVED: dict[str | None, list[Any]] = {
    "null": [None],
    "string": ["", "é" * 501],
    "integer": [0, -1, 10**20],
    "number": [0, -1.5, 10**20],
    "boolean": [True, False],
    None: [None, *ANYTHING],
}


def allowed_responses(schema: Schema) -> Iterator[Any]:
    """Values that a response may have: the full one, and those with one thing changed or left out."""
    for one in schema.get("anyOf", [schema]):
        whole, kind = full(one), one.get("type")
        yield whole
        if kind == "array":
            yield from ([], *([each] for each in allowed_responses(one["items"])))
        elif kind == "object":
            yield {**whole, "new": {"a": [1]}, "type ": None}
            for name, member in one.get("properties", {}).items():
                yield from ({**whole, name: each} for each in allowed_responses(member))
                if name not in one.get("required", ()):  # unknown members must not take the place of absent ones
                    yield {"new": 1, **{other: each for other, each in whole.items() if other != name}}
        else:
            values = INSTANTS if one.get("format") == "date-time" else RECEIVED[kind]
            yield from filter(Judge(one).is_valid, [*values, *BASE64]) if "contentEncoding" in one else values
            if kind == "integer" and len(alternatives(schema)) == 1:  # beside text it is neither
                yield 10.0


def judge(schema: Schema) -> Draft202012Validator:
    """Give what says, formats included, whether a response can be read: only what is required must fit."""
    return Draft202012Validator(_loosened(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _loosened(node: Any) -> Any:
    """Take out enumerations, bounds and what is said of optional members: none of them makes a response unreadable."""
    if isinstance(node, list):
        return [*map(_loosened, node)]
    if not isinstance(node, Mapping):
        return node
    loose = {name: _loosened(each) for name, each in node.items() if name not in ("enum", *BOUNDS)}
    if node.get("type") == "object":
        loose["properties"] = {name: loose["properties"][name] for name in node.get("required", ())}
    return loose


def filled(schema: Schema, value: Any) -> Any:
    """Give a response as the parsed model should give it back: with defaults, and null for absent nullable members.

    An optional member that is null is absent; one that does not fit is given back as it came.
    """
    (schema, *others) = alternatives(schema) or [{}]
    if value is None or others:
        return value  # scalars only; the models have no other choices
    if isinstance(value, list) and "items" in schema:
        return [filled(schema["items"], each) for each in value]
    if isinstance(value, dict):
        result = dict(value)
        for name, member in schema.get("properties", {}).items():
            is_null = name in value and value[name] is None
            if name in value and (is_nullable(member) or not is_null):
                result[name] = filled(member, value[name]) if judge(member).is_valid(value[name]) else value[name]
            elif "default" in member or is_nullable(member):
                result[name] = member.get("default")
            elif is_null:
                del result[name]
        return result
    if schema.get("format") == "date-time":
        return datetime.fromisoformat(value.upper()).isoformat()
    return int(value) if schema.get("type") == "integer" else value


WRONG: list[Any] = [None, True, 7, 1.5, "7", [], {}]
BAD_DATES = ["", "yesterday", "1767323045", "2026-01-02", "2026-02-30T03:04:05Z", "2026-W01-1T00:00:00Z"]
BAD_DATES += ["2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05 Europe/Paris", "2026-01-02T03:04Z"]


def spoiled(value: Any) -> Iterator[Any]:
    """Change or remove one thing in a response at a time; of a list, the last item."""
    yield from (each for each in WRONG if type(each) is not type(value))
    if isinstance(value, str) and value[-1:] == "Z":
        yield from BAD_DATES
    if isinstance(value, list) and value:
        yield from ([*value[:-1], each] for each in spoiled(value[-1]))
    if isinstance(value, dict):
        for name, member in value.items():
            yield {other: each for other, each in value.items() if other != name}
            yield from ({**value, name: each} for each in spoiled(member))
