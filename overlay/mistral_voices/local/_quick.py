"""A fast test of values against a schema, for the many that are right; `_validation` explains the others."""

from collections.abc import Callable, Mapping
from math import isfinite
from types import NoneType
from typing import Any

Check = Callable[[Any], bool]

_TYPES = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (NoneType,),
}
_NO_RULES = frozenset({"description", "default", "format"})


def make_check(schema: Mapping[str, Any]) -> Check:
    """Make a test that says yes only to what fits the schema; where it does not know a rule, it says no."""
    rules = sorted(schema.keys() - _NO_RULES, key=lambda rule: rule != "type")
    if rules != ["anyOf"] and not isinstance(schema.get("type"), str):
        return _refuse(schema)  # the other rules rely on the type, which therefore comes first
    checks = [_MAKERS.get(rule, _refuse)(schema[rule]) for rule in rules]
    return checks[0] if len(checks) == 1 else lambda value: all(check(value) for check in checks)


def is_text(value: Any) -> bool:
    """Tell whether a value is text that can be stored."""
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _refuse(_: Any) -> Check:
    return lambda value: False


def _check_type(name: str) -> Check:
    if name == "string":
        return is_text
    if name == "number":
        return lambda value: type(value) is int or (type(value) is float and isfinite(value))
    types = _TYPES.get(name, ())
    return lambda value: type(value) in types


def _check_any(schemas: list[Mapping[str, Any]]) -> Check:
    checks = [make_check(schema) for schema in schemas]
    return lambda value: any(check(value) for check in checks)


def _check_properties(schemas: Mapping[str, Mapping[str, Any]]) -> Check:
    checks = {name: make_check(schema) for name, schema in schemas.items()}
    return lambda value: (
        type(value) is dict and all(name in checks and checks[name](member) for name, member in value.items())
    )


def _check_items(schema: Mapping[str, Any]) -> Check:
    check = make_check(schema)
    return lambda value: type(value) is list and all(map(check, value))


_MAKERS: Mapping[str, Callable[[Any], Check]] = {
    "type": _check_type,
    "anyOf": _check_any,
    "properties": _check_properties,
    "items": _check_items,
    "required": lambda names: lambda value: all(name in value for name in names),
    "enum": lambda allowed: lambda value: value in allowed,
    "maxLength": lambda most: lambda value: len(value) <= most,
}
