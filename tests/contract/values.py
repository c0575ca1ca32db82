"""From a schema to arguments: values inside of it and outside."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from .document import Schema, alternatives
from .response_values import Values

HUGE_TEXT = "\U0001f600" * 4_000
ODD_TEXT = ["", " ", "\0", "\r\n", "a/b?c#d&e=f+g%2F", "..", '"\\', "\u2028\u202e\ufeff", "Zoë", "null", "x" * 100_000]
# No server takes larger integers, says the overlay.
LEAST, MOST = -(2**63), 2**63 - 1
HUGE_INTEGERS = [2**31, -(2**31) - 1, LEAST, MOST]
WRONG: dict[str, list[Any]] = {
    "string": [0, 1.5, True, ["a"], {"a": 1}, object()],
    "integer": ["1", 1.5, 1.0, True, [1], {}, object()],
    "number": ["1", True, [1], {}, object()],
    "boolean": ["true", 1, 0.0, [True], object()],
    "array": ["en", 1, {"en": 1}, object()],
}


def allowed_arguments(schema: Schema, longest: int = 100_000) -> Values:
    """Values that the document allows to be sent, but null."""
    return st.one_of([_allowed(each, longest) for each in alternatives(schema)])


def _allowed(schema: Schema, longest: int) -> Values:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    least, most = schema.get("minimum", LEAST), schema.get("maximum", MOST)
    match schema["type"]:
        case "string":
            return _texts(schema.get("minLength", 0), min(schema.get("maxLength", longest), longest))
        case "integer":
            fixed = [each for each in (*HUGE_INTEGERS, 0, least, most) if least <= each <= most]
            return st.integers(least, most) | st.sampled_from(fixed)
        case "number":
            return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "array":
            item = allowed_arguments(schema["items"], min(longest, 1_000))
            return st.lists(item, min_size=schema.get("minItems", 0), max_size=schema.get("maxItems", 5))
    raise AssertionError(f"values.py makes no arguments of the type {schema['type']!r}")


def _texts(least: int, most: int) -> Values:
    fixed = [each for each in (*ODD_TEXT, HUGE_TEXT, "\U0001f600" * most, "e" * least) if least <= len(each) <= most]
    return st.text(min_size=least, max_size=min(most, least + 30)) | st.sampled_from(fixed)


def forbidden_arguments(schema: Schema, required: bool) -> list[Any]:
    """Values that must not be sent."""
    found: list[Any] = [None] if required else []
    kinds = {each["type"] for each in alternatives(schema)}
    for each in alternatives(schema):
        kind = each["type"]
        found += [wrong for wrong in WRONG[kind] if not (kind == "integer" and "number" in kinds)]
        if kind == "string":
            found += ["\ud800", "a\udfff"]
        if "enum" in each:
            found += ["", "no such value", each["enum"][0].upper(), f"{each['enum'][0]} "]
        if kind == "integer":
            found += [each.get("minimum", LEAST) - 1, each.get("maximum", MOST) + 1, -(10**40), 10**40]
        if "maxLength" in each:
            found += ["d" * (each["maxLength"] + 1), "\U0001f600" * (each["maxLength"] + 1)]
        if each.get("minLength"):
            found += ["d" * (each["minLength"] - 1)]
        if kind == "array":
            found += [[wrong] for wrong in forbidden_arguments(each["items"], required=True)]
    return found
