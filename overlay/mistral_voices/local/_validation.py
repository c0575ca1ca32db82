"""What is wrong with a value, in the words of the service: those of FastAPI and pydantic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from mistral_voices.local._audio import decode

Problem = dict[str, Any]

# Values are echoed only where they cannot be, or hold, a sample.
_SAMPLE = "sample_audio"
_LONGEST_ECHO = 1_000

_TYPES = {
    "string": ("string_type", "Input should be a valid string"),
    "integer": ("int_type", "Input should be a valid integer"),
    "number": ("float_type", "Input should be a valid number"),
    "boolean": ("bool_type", "Input should be a valid boolean"),
    "array": ("list_type", "Input should be a valid list"),
    "object": ("model_attributes_type", "Input should be a valid dictionary or object to extract fields from"),
    "null": ("none_required", "Input should be None"),
}
_NO_BASE64 = "Only base64 data is allowed"
_INFINITE = ("finite_number", "Input should be a finite number")
# Keyword of the document: type, message and context of pydantic.
_RULES = {
    "enum": ("enum", "Input should be {}", "expected"),
    "minimum": ("greater_than_equal", "Input should be greater than or equal to {}", "ge"),
    "maximum": ("less_than_equal", "Input should be less than or equal to {}", "le"),
    "minLength": ("string_too_short", "String should have at least {} characters", "min_length"),
    "maxLength": ("string_too_long", "String should have at most {} characters", "max_length"),
    "minItems": ("too_short", "List should have at least {} items", "min_length"),
    "maxItems": ("too_long", "List should have at most {} items", "max_length"),
}


def _check_encoding(_: object, encoding: str, value: object, __: object) -> Iterator[ValidationError]:
    if encoding == "base64" and isinstance(value, str) and decode(value) is None:
        yield ValidationError("is not base64")


# To JSON Schema, `contentEncoding` is a remark that nobody checks; the service has to decode what it gets.
Validator: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"contentEncoding": _check_encoding}
)


def missing(place: Sequence[str | int]) -> Problem:
    """Say that a value is missing."""
    return {"loc": list(place), "msg": "Field required", "type": "missing"}


def wrong_type(place: Sequence[str | int], expected: str) -> Problem:
    """Say that a value is not of the type that the document wants; it is not echoed."""
    kind, message = _TYPES[expected]
    return {"loc": list(place), "msg": message, "type": kind}


def find_problems(validator: Draft202012Validator, value: Any, place: Sequence[str | int]) -> list[Problem]:
    """Check a value; `place` is where it stands in the request."""
    found: dict[str, Problem] = {}
    for error in _leaves(validator.iter_errors(value)):
        for problem in _describe(error, place):
            found.setdefault(f"{problem['loc']} {problem['type']}", problem)
    return [*found.values()] or _find_unwritable(value, place)


def refused(place: Sequence[str | int], reason: str) -> Problem:
    """Say that a value is of the right type, but not accepted."""
    return {"loc": list(place), "msg": f"Value error, {reason}", "type": "value_error"}


def check_arguments(function: str, schema: Mapping[str, Any], arguments: Any) -> dict[str, Any]:
    """Check what may have come from outside as the arguments of a function; None counts as not given.

    Raises:
        ValueError: an argument is missing, unknown or of a wrong kind; the message names it.
    """
    if not isinstance(arguments, dict):
        raise ValueError("the arguments are no object")  # noqa: TRY004 - one kind of error for all
    given = {name: value for name, value in arguments.items() if value is not None}
    if unknown := sorted(given.keys() - schema["properties"].keys()):
        raise ValueError(f"{function} has no argument {', '.join(unknown)}")
    for name in schema.get("required", ()):
        if name not in given:
            raise ValueError(f"{name}: {missing([])['msg']}")
    for name, value in given.items():
        try:
            problems = find_problems(Draft202012Validator(schema["properties"][name]), value, [name])
        except RecursionError as error:
            raise ValueError(f"{name}: is nested too deep") from error
        for problem in problems:
            raise ValueError(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}")
    return {name: make_integers(schema["properties"][name], value) for name, value in given.items()}


def is_text(value: object) -> bool:
    """Tell whether a value is text that can be stored, without half of a surrogate pair."""
    try:
        return isinstance(value, str) and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:
        return False


def make_integers(schema: Mapping[str, Any], value: Any) -> Any:
    """Make integers of what fits a rule for integers but is none to Python, such as 3.0 or 1e3."""
    if isinstance(value, float):
        rules = (schema, *schema.get("anyOf", ()))
        return int(value) if any(rule.get("type") == "integer" for rule in rules) else value
    if isinstance(value, list) and "items" in schema:
        return [make_integers(schema["items"], item) for item in value]
    if isinstance(value, dict) and "properties" in schema:
        rules = schema["properties"]
        return {name: make_integers(rules.get(name, {}), item) for name, item in value.items()}
    return value


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Replace "none of these fits" by what is wrong with each; "it is not null either" helps nobody."""
    for error in errors:
        if error.validator == "anyOf":
            yield from _leaves(cause for cause in error.context or () if cause.schema != {"type": "null"})
        else:
            yield error


def _describe(error: ValidationError, place: Sequence[str | int]) -> Iterator[Problem]:
    loc = [*place, *error.absolute_path]
    rule: Any = error.validator_value
    value: Any = error.instance
    if error.validator == "required":
        yield from (missing([*loc, name]) for name in rule if name not in value)
        return
    keyword = str(error.validator)
    if keyword == "type":
        expected = rule if isinstance(rule, str) else next(name for name in rule if name != "null")
        kind, message = _describe_type(expected, value)
        problem: Problem = {"loc": loc, "msg": message, "type": kind}
    elif keyword in _RULES:
        kind, message, context = _RULES[keyword]
        shown = _one_of(rule) if keyword == "enum" else rule
        problem = {"loc": loc, "msg": message.format(shown), "type": kind, "ctx": {context: shown}}
    elif keyword == "contentEncoding":
        problem = {"loc": loc, "type": "base64_decode", "ctx": {"error": _NO_BASE64}}
        problem["msg"] = f"Base64 decoding error: {_NO_BASE64!r}"
    else:
        problem = refused(loc, f"does not fit {keyword!r}")
    if _may_be_echoed(loc, value):
        problem["input"] = value
    yield problem


def _describe_type(expected: str, value: Any) -> tuple[str, str]:
    kind, message = _TYPES[expected]
    if expected == "integer" and isinstance(value, float) and not isfinite(value):
        return _INFINITE
    if expected == "integer" and isinstance(value, str):
        return "int_parsing", f"{message}, unable to parse string as an integer"
    if expected == "integer" and isinstance(value, float):
        return "int_from_float", f"{message}, got a number with a fractional part"
    return kind, message


def _one_of(values: Sequence[Any]) -> str:
    shown = [repr(value) for value in values]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _may_be_echoed(loc: Sequence[str | int], value: Any) -> bool:
    if _SAMPLE in loc or isinstance(value, (dict, list)) or (isinstance(value, float) and not isfinite(value)):
        return False
    return not isinstance(value, str) or len(value) <= _LONGEST_ECHO


def _find_unwritable(value: Any, place: Sequence[str | int]) -> list[Problem]:
    """Find what could not be stored or sent on: half of a surrogate pair, which JSON can spell, and 1e400."""
    if isinstance(value, dict):
        return [problem for name, item in value.items() for problem in _find_unwritable(item, [*place, name])]
    if isinstance(value, list):
        return [problem for at, item in enumerate(value) for problem in _find_unwritable(item, [*place, at])]
    if isinstance(value, float) and not isfinite(value):
        kind, message = _INFINITE
        return [{"loc": list(place), "msg": message, "type": kind}]
    if isinstance(value, str) and not is_text(value):
        message = "Input should be a valid string, unable to parse raw data as a unicode string"
        return [{"loc": list(place), "msg": message, "type": "string_unicode"}]
    return []
