"""Arguments, checked by the rules that are generated from the OpenAPI document."""

import math
from typing import Any

from mistral_voices_api.arguments import ARGUMENTS, Argument

from ..utils import UNSET

# The HTTP libraries take addresses of 65,536 characters, and one character may need twelve.
LONGEST_ID = 4096
LARGEST_INTEGER = 2**63 - 1


def check(operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Hold arguments to the rules of the API before anything is sent.

    An argument that is UNSET is left out, and so is None where the API does not allow null.

    Raises:
        TypeError: A value has the wrong type.
        ValueError: A value is out of its bounds.
    """
    rules = ARGUMENTS[operation]
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if rules[name].required and (value is None or value is UNSET):
            raise TypeError(f"{name} must be {_expected(rules[name])}, not {value}")
        if value is UNSET:
            continue
        if value is not None:
            checked[name] = _checked(name, value, rules[name])
        elif rules[name].nullable:
            checked[name] = None
    return checked


def check_voice_id(operation: str, voice_id: str) -> str:
    """Check an id, which becomes one segment of the path whatever it contains."""
    checked: str = check(operation, {"voice_id": voice_id})["voice_id"]
    if checked in ("", ".", ".."):
        raise ValueError(f"voice_id must be the id of a voice, not {checked!r}: it would name another path")
    if len(checked) > LONGEST_ID:
        raise ValueError(f"voice_id must have at most {LONGEST_ID:,} characters: no address can be longer")
    return checked


def _checked(name: str, given: Any, rule: Argument) -> Any:
    value: Any = list(given) if isinstance(given, tuple) and list in rule.types else _plain(given)
    kind: type = type(value)
    if kind not in rule.types and not (kind is int and float in rule.types):
        remedy = f"; write [{value[:50]!r}]" if rule.items is not None and kind is str else ""
        remedy = "; pass its id" if name == "voice_id" and hasattr(value, "id") else remedy
        raise TypeError(f"{name} must be {_expected(rule)}, not {kind.__name__}{remedy}")
    if rule.items is not None and kind is list:
        value = [_plain(item) for item in value]
        for index, item in enumerate(value):
            if type(item) not in rule.items:
                raise TypeError(f"{name}[{index}] must be {_names(rule.items)}, not {type(item).__name__}")
            _check_text(f"{name}[{index}]", item)
    _check_text(name, value)
    if rule.enum is not None and value not in rule.enum:
        raise ValueError(f"{name} must be {_expected(rule)}, not {value[:50]!r}")
    if kind in (int, float):
        _check_number(name, value, rule)
    if rule.max_length is not None and len(value) > rule.max_length:
        raise ValueError(f"{name} must have at most {rule.max_length} characters, not {len(value)}")
    if rule.min_length is not None and len(value) < rule.min_length:
        raise ValueError(f"{name} must have at least {rule.min_length} characters, not {len(value)}")
    return value


def _check_number(name: str, value: float, rule: Argument) -> None:
    if isinstance(value, int):
        if not -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER:
            raise ValueError(f"{name} must be {_expected(rule)}, and no server takes one of more than 64 bits")
    elif not math.isfinite(value):
        raise ValueError(f"{name} must be {_expected(rule)}, not {value}, which JSON has no word for")
    if (rule.minimum is not None and value < rule.minimum) or (rule.maximum is not None and value > rule.maximum):
        raise ValueError(f"{name} must be {_expected(rule)}, not {value}")


def _plain(value: object) -> Any:
    """Turn members of enumerations, and other kinds of text and integers, into plain ones."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value


def _check_text(name: str, value: Any) -> None:
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{name} holds half of a surrogate pair, which cannot be sent: encode it anew") from None


def _expected(rule: Argument) -> str:
    if rule.enum is not None:
        return "one of " + ", ".join(map(repr, rule.enum))
    text = _names(rule.types)
    if rule.items is not None:
        text += f" of {_names(rule.items)}"
    if rule.minimum is not None and rule.maximum is not None:
        text += f" from {rule.minimum} to {rule.maximum}"
    elif rule.minimum is not None:
        text += f" of at least {rule.minimum}"
    elif rule.maximum is not None:
        text += f" of at most {rule.maximum}"
    return text


def _names(types: tuple[type, ...]) -> str:
    names = {str: "text", int: "an integer", float: "a number", bool: "True or False", list: "a list"}
    return " or ".join(names[each] for each in types)
