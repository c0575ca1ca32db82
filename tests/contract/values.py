"""From a schema to values: what it allows to be sent and received, and what it forbids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from .document import Schema, alternatives, is_nullable

Values = st.SearchStrategy[Any]

ODD_TEXT = ["", " ", "\0", "\r\n", "a/b?c#d&e=f+g%2F", "..", '"\\', "\u2028\u202e\ufeff", "Zoë", "null", "x" * 100_000]
HUGE_TEXT = "\U0001f600" * 4_000
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
# No server takes larger integers, says the overlay.
LEAST, MOST = -(2**63), 2**63 - 1
HUGE_INTEGERS = [2**31, -(2**31) - 1, LEAST, MOST]
ANYTHING: list[Any] = ["", "1", "en", 0, 7, 1.5, True, ["a"], [1], [None], [True], [["a"]], [{}], {}, {"a": 1}]
# What no schema says: no JSON, half of a surrogate pair, more than 64 bits, a float for an integer.
NEVER: list[Any] = [object(), [object()], "\ud800", "a\udfff", ["\ud800"], -(10**40), 10**40, 1.0]


def allowed_arguments(schema: Schema, longest: int = 100_000) -> Values:
    """Values that the document allows to be sent, but null."""
    return st.one_of([_allowed(each, longest) for each in alternatives(schema)])


def _allowed(schema: Schema, longest: int) -> Values:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "string":
            return _texts(schema.get("minLength", 0), min(schema.get("maxLength", longest), longest))
        case "integer":
            least, most = schema.get("minimum", LEAST), schema.get("maximum", MOST)
            fixed = [each for each in (*HUGE_INTEGERS, 0, least, most) if least <= each <= most]
            return st.integers(least, most) | st.sampled_from(fixed)
        case "array":
            item = allowed_arguments(schema["items"], min(longest, 1_000))
            return st.lists(item, min_size=schema.get("minItems", 0), max_size=schema.get("maxItems", 5))
    raise AssertionError(f"values.py makes no arguments of the type {schema['type']!r}")


def _texts(least: int, most: int) -> Values:
    fixed = [each for each in (*ODD_TEXT, HUGE_TEXT, "\U0001f600" * most, "e" * least) if least <= len(each) <= most]
    return st.text(min_size=least, max_size=min(most, least + 30)) | st.sampled_from(fixed)


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
    judge, choices = Draft202012Validator(schema), alternatives(schema)
    found = [*NEVER, LEAST - 1, MOST + 1] + ([None] if required else [])
    found += [each for each in ANYTHING if not judge.is_valid(each)]
    found += [text for one in choices for known in one.get("enum", ()) for text in (known.upper(), f"{known} ")]
    return found + [value for value, is_allowed in edges(schema) if not is_allowed]


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
# Date-times as RFC 3339 writes them: any zone, up to nine digits of a second.
INSTANTS = st.from_regex(
    r"([0-8][1-9]|[1-9]0){2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[Tt]([01][0-9]|2[0-3])(:[0-5][0-9]){2}"
    r"(\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    fullmatch=True,
)
RECEIVED: Mapping[str, Values] = {
    "null": st.none(),
    "string": st.sampled_from(["", "é" * 501]) | st.text(max_size=20),
    "integer": st.integers() | st.sampled_from([0, -1, 10**20, 10.0]),
    "number": NUMBERS,
    "boolean": st.booleans(),
}


def allowed_responses(schema: Schema) -> Values:
    """Values that a response may have: bounds, lengths and enumerations do not limit them."""
    if "anyOf" in schema:
        return st.one_of([allowed_responses(each) for each in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "array":
        return st.lists(allowed_responses(schema["items"]), max_size=2)
    if kind == "object":
        return _objects(schema)
    if schema.get("format") == "date-time":
        return INSTANTS
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | RECEIVED["string"]
    return RECEIVED[kind] if kind else ANY_JSON


def _objects(schema: Schema) -> Values:
    members = {name: allowed_responses(each) for name, each in schema.get("properties", {}).items()}
    required = {name: members.pop(name) for name in schema.get("required", ())}
    # `message` and `detail` mean something to the client in the body of a 422.
    names = st.text(max_size=6).filter(lambda name: name not in schema.get("properties", {}) and name != "message")
    extra = st.dictionaries(names, ANY_JSON, max_size=2)
    return st.builds(lambda known, more: {**known, **more}, st.fixed_dictionaries(required, optional=members), extra)


def filled(schema: Schema, value: Any) -> Any:
    """Give a response as the parsed model should give it back: with defaults, and null for absent nullable members."""
    (schema, *others) = alternatives(schema) or [{}]
    if value is None or others:
        return value  # scalars only; the models have no other choices
    if isinstance(value, list) and "items" in schema:
        return [filled(schema["items"], each) for each in value]
    if isinstance(value, dict):
        result = dict(value)
        for name, member in schema.get("properties", {}).items():
            if name in value:
                result[name] = filled(member, value[name])
            elif "default" in member or is_nullable(member):
                result[name] = member.get("default")
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
