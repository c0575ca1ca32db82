"""From a schema to responses: those that it allows, what they should read as, and ways to spoil one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from .document import Schema, alternatives, is_nullable

Values = st.SearchStrategy[Any]


def json_values() -> Values:
    """Any JSON."""
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), numbers(), st.text(max_size=8))
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )


def numbers() -> Values:
    """Numbers that JSON can write."""
    return st.floats(allow_nan=False, allow_infinity=False)


def instants() -> Values:
    """Date-times as RFC 3339 writes them: any zone, up to nine digits of a second."""
    zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29))  # noqa: DTZ001 - the zone comes next
    return st.builds(_write, moments, zones, st.integers(0, 9), st.booleans(), st.booleans())


def _write(moment: datetime, zone: timezone, digits: int, as_zulu: bool, small: bool) -> str:
    moment = moment.replace(tzinfo=UTC if as_zulu else zone)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)
    if digits:
        text += "." + f"{moment.microsecond:06d}000"[:digits]
    text += "Z" if as_zulu else moment.isoformat()[-6:]
    return text.lower() if small else text


LEAVES: Mapping[str, Values] = {
    "null": st.none(),
    "string": st.sampled_from(["", "é" * 501]) | st.text(max_size=20),
    "integer": st.integers() | st.sampled_from([0, -1, 10**20, 10.0]),
    "number": st.integers() | numbers(),
    "boolean": st.booleans(),
}


def allowed_values(schema: Schema) -> Values:
    """Values that a response may have: bounds, lengths and enumerations do not limit them."""
    if "anyOf" in schema:
        return st.one_of(map(allowed_values, schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        return st.lists(allowed_values(schema["items"]), max_size=3)
    if kind == "object":
        return _objects(schema)
    if schema.get("format") == "date-time":
        return instants()
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | LEAVES["string"]
    return LEAVES[kind] if kind else json_values()


def _objects(schema: Schema) -> Values:
    members = {name: allowed_values(each) for name, each in schema.get("properties", {}).items()}
    required = {name: members.pop(name) for name in schema.get("required", ())}
    # `message` and `detail` mean something to the client in the body of a 422.
    names = st.text(max_size=6).filter(lambda name: name not in schema.get("properties", {}) and name != "message")
    extra = st.dictionaries(names, json_values(), max_size=2)
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
    return datetime.fromisoformat(value.upper()) if schema.get("format") == "date-time" else value


BAD_DATES = """
yesterday
1767323045
2026-01-02
03:04:05Z
2026-02-30T03:04:05Z
2026-13-01T03:04:05Z
2026-01-02T25:04:05Z
2026-01-02T03:04:05+24:00
2026-01-02T03:04:05 Europe/Paris
2026-W01-1T00:00:00Z
2026-01-02T03Z
2026-01-02T03:04Z
""".strip().split("\n")


def spoiled(schema: Schema, value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Spoil one thing in a response at a time: gives the place, as the client names it, and the response so spoiled."""
    choices = alternatives(schema)
    if (value is None and is_nullable(schema)) or "type" not in choices[0]:
        return
    for wrong in _wrong_values({each["type"] for each in choices}, is_nullable(schema)):
        yield place, wrong
    if choices[0].get("format") == "date-time":
        for text in ("", *BAD_DATES):
            yield place, text
    if isinstance(value, list):
        for index, item in enumerate(value):
            for inner, wrong in spoiled(choices[0]["items"], item, f"{place}[{index}]"):
                yield inner, [*value[:index], wrong, *value[index + 1 :]]
    if isinstance(value, dict):
        yield from _spoiled_members(choices[0], value, f"{place}." if place else "")


def _spoiled_members(schema: Schema, value: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name in schema.get("required", ()):
        yield prefix + name, {key: each for key, each in value.items() if key != name}
    for name, member in schema.get("properties", {}).items():
        if name in value:
            for place, wrong in spoiled(member, value[name], prefix + name):
                yield place, {**value, name: wrong}


def _wrong_values(kinds: set[str], nullable: bool) -> Iterator[Any]:
    examples: Mapping[str, Any] = {"string": "7", "boolean": True, "array": [], "object": {}}
    yield from (example for kind, example in examples.items() if kind not in kinds)
    if "number" not in kinds:
        yield 1.5
        if "integer" not in kinds:
            yield 7
    if not nullable:
        yield None


def same(one: Any, other: Any) -> bool:
    """Compare as JSON does: True is not 1, and date-times are instants."""
    if isinstance(one, datetime) and isinstance(other, str):
        return one == datetime.fromisoformat(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
