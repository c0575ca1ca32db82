"""Arguments are held to the rules of the API, and what is refused is named."""

from __future__ import annotations

from enum import Enum, IntEnum
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from mistral_voices._api.arguments import LONGEST_ID, check, check_voice_id
from mistral_voices.utils import UNSET
from mistral_voices_api.arguments import ARGUMENTS, Argument

# An operation of our own beside those of the document, which has not one of every rule.
RULES = {
    "ratio": Argument(types=(float,), minimum=0, maximum=1),
    "count": Argument(types=(int,), minimum=1, maximum=100),
    "most": Argument(types=(int,), maximum=5),
    "code": Argument(types=(str,), min_length=2, max_length=3),
    "either": Argument(types=(str, list), items=(str, int)),
    "flag": Argument(types=(bool,), nullable=True),
}


class Kind(str, Enum):  # noqa: UP042 - the kind whose str() is not its value
    CUSTOM = "custom"


class Many(IntEnum):
    TEN = 10


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ARGUMENTS, "ours", RULES)


LEFT_OUT = object()
TAKEN: list[tuple[str, str, Any, Any]] = [
    *[("ours", "count", value, value) for value in (1, 100)],
    *[("ours", "count", value, LEFT_OUT) for value in (UNSET, None)],
    ("ours", "count", Many.TEN, 10),
    ("list_voices", "offset", 2**63 - 1, 2**63 - 1),
    ("list_voices", "type_", Kind.CUSTOM, "custom"),
    *[("update_voice", "age", value, value) for value in (None, -(2**63))],
    ("update_voice", "age", UNSET, LEFT_OUT),
    *[("update_voice", "tags", value, value) for value in (None, [], ["a"])],
    ("update_voice", "tags", ["a", Kind.CUSTOM], ["a", "custom"]),
    ("update_voice", "tags", ("a", "b"), ["a", "b"]),
    ("update_voice", "description", "d" * 500, "d" * 500),
    *[("ours", "ratio", value, value) for value in (0, 0.5, 1)],
    *[("ours", "code", value, value) for value in ("ab", "abc")],
    *[("ours", "either", value, value) for value in ("a", ["a", 1])],
    *[("ours", "flag", value, value) for value in (True, None)],
]


@pytest.mark.parametrize(("operation", "name", "given", "checked"), TAKEN)
def test_what_is_allowed_is_taken_as_plain_values(operation: str, name: str, given: Any, checked: Any) -> None:
    found = check(operation, {name: given})
    assert found == ({} if checked is LEFT_OUT else {name: checked})
    value = found.get(name)
    assert type(value) in (str, int, float, bool, list, type(None))
    if isinstance(value, list):
        assert {type(item) for item in value} <= {str, int}
        assert value is not given


NO_WORD = "holds half of a surrogate pair, which cannot be sent: encode it anew"
COUNT = "count must be an integer from 1 to 100"
RATIO = "ratio must be a number from 0 to 1"
NO_JSON = ("nan", "inf", "-inf")
TOO_LONG = "and no server takes one of more than 64 bits"
REFUSED: list[tuple[str, str, Any, type[Exception], str]] = [
    *[("ours", "count", value, ValueError, f"{COUNT}, not {value}") for value in (0, 101)],
    *[("ours", "count", value, TypeError, f"{COUNT}, not {type(value).__name__}") for value in ("9", True, 1.0)],
    *[("ours", "count", value, ValueError, f"{COUNT}, {TOO_LONG}") for value in (2**63, 10**400)],
    ("list_voices", "offset", -1, ValueError, "offset must be an integer of at least 0, not -1"),
    ("list_voices", "type_", "x" * 60, ValueError, f"type_ must be one of 'all', 'custom', 'preset', not '{'x' * 50}'"),
    *[("create_voice", "name", value, TypeError, f"name must be text, not {value}") for value in (None, UNSET)],
    ("create_voice", "name", "\ud800", ValueError, f"name {NO_WORD}"),
    ("create_voice", "languages", {"en"}, TypeError, "languages must be a list of text, not set"),
    ("search_voices", "language", "fr", TypeError, "language must be a list of text, not str; write ['fr']"),
    ("create_voice", "languages", ["en", 1], TypeError, "languages[1] must be text, not int"),
    ("create_voice", "tags", ["a", "\ud800"], ValueError, f"tags[1] {NO_WORD}"),
    ("create_voice", "age", "33", TypeError, "age must be an integer, not str"),
    ("create_voice", "age", -(2**63) - 1, ValueError, f"age must be an integer, {TOO_LONG}"),
    ("update_voice", "description", "d" * 501, ValueError, "description must have at most 500 characters, not 501"),
    ("ours", "ratio", 1.5, ValueError, f"{RATIO}, not 1.5"),
    *[
        ("ours", "ratio", float(text), ValueError, f"{RATIO}, not {text}, which JSON has no word for")
        for text in NO_JSON
    ],
    ("ours", "ratio", True, TypeError, f"{RATIO}, not bool"),
    ("ours", "most", 6, ValueError, "most must be an integer of at most 5, not 6"),
    ("ours", "code", "a", ValueError, "code must have at least 2 characters, not 1"),
    ("ours", "flag", 1, TypeError, "flag must be True or False, not int"),
    ("ours", "either", [1.5], TypeError, "either[0] must be text or an integer, not float"),
    ("ours", "either", 1, TypeError, "either must be text or a list of text or an integer, not int"),
]


OTHER_PATH = "voice_id must be the id of a voice, not {!r}: it would name another path"
NO_ID: list[tuple[Any, type[Exception], str]] = [
    *[(given, ValueError, OTHER_PATH.format(given)) for given in ("", ".", "..")],
    (7, TypeError, "voice_id must be text, not int"),
    (SimpleNamespace(id="v1"), TypeError, "voice_id must be text, not SimpleNamespace; pass its id"),
    ("a" * 4097, ValueError, "voice_id must have at most 4,096 characters: no address can be longer"),
]
CASES: list[Any] = [
    (partial(check, operation, {name: value}), kind, message) for operation, name, value, kind, message in REFUSED
]
CASES += [(partial(check_voice_id, "get_voice", given), kind, message) for given, kind, message in NO_ID]


@pytest.mark.parametrize(("checking", "kind", "message"), CASES)
def test_what_is_not_allowed_is_refused(checking: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        checking()
    assert (type(caught.value), str(caught.value)) == (kind, message)


def test_any_other_text_is_an_id() -> None:
    for given in ("...", ". ", "a/b", "\U0001f600" * LONGEST_ID):
        assert check_voice_id("get_voice", given) == given
