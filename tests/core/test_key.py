"""Where the API key comes from, what cannot be one, and that no error shows it."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from mistral_voices._core.key import Key, is_one_word

TWO_WAYS = "no API key: pass api_key=... to Mistral, or set the environment variable MISTRAL_API_KEY"
NO_WORD = (
    "the API key (api_key or MISTRAL_API_KEY) holds white space or characters that no header can carry: "
    "copy it again, and strip() what was read from a file"
)


@pytest.mark.parametrize(
    ("given", "key"),
    [("given", "given"), (lambda: "made", "made"), (None, "from-environment"), ("", "from-environment")],
)
def test_what_is_given_wins_over_the_environment(given: Any, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "from-environment")
    Key(given).check()
    assert Key(given).read() == key


def test_environment_is_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in (None, ""):
        key = Key(given)
        for value in (None, ""):
            monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
            if value is not None:
                monkeypatch.setenv("MISTRAL_API_KEY", value)
            with pytest.raises(ValueError, match=f"^{TWO_WAYS}$"):
                key.read()
        monkeypatch.setenv("MISTRAL_API_KEY", "late")
        assert key.read() == "late"


@pytest.mark.parametrize("given", [5, b"marked-key", ["marked-key"]])
def test_what_can_be_no_key_is_refused_at_once(given: Any) -> None:
    with pytest.raises(TypeError) as caught:
        Key(given).check()
    assert str(caught.value) == f"api_key must be text or a function that returns text, not {type(given).__name__}"


async def coroutine() -> str:
    return "marked-key"


BAD: list[tuple[Any, type[Exception], str]] = [
    *[(key, ValueError, NO_WORD) for key in ("marked-key\n", " marked-key", "marked\u00e9", "mar\x00ked", "mar ked")],
    (lambda: "marked-key\n", ValueError, NO_WORD),
    *[
        (lambda key=key: key, ValueError, "no API key: the function given as api_key returned none")
        for key in ("", None)
    ],
    (lambda: 5, TypeError, "api_key must be text or a function that returns text, not int"),
    (lambda: b"marked-key", TypeError, "api_key must be text or a function that returns text, not bytes"),
    # That nobody awaits the coroutine would be a warning, and so a failure here.
    (coroutine, TypeError, "api_key must be text or a function that returns text, not coroutine"),
]


@pytest.mark.parametrize(("given", "kind", "message"), BAD)
def test_bad_key_is_refused_and_not_shown(given: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        Key(given).read()
    assert str(caught.value) == message
    assert caught.value.__context__ is None
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]
    assert [repr(values) for values in frames if "mar" in repr({**values, "given": ""})] == []


def test_key_never_shows_itself() -> None:
    assert "marked" not in f"{Key('marked-key')!r} {Key('marked-key')}"
    assert not hasattr(Key("marked-key"), "__dict__")


@pytest.mark.parametrize(("text", "expected"), [("a~", True), ("a b", False), ("a\x7f", False), ("\u00e9", False)])
def test_one_word(text: str, expected: bool) -> None:
    assert is_one_word(text) is expected
