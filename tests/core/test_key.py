"""Where the API key comes from, what cannot be one, and that no error shows it."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from mistral_voices._core.key import Key


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "found")
    late = Key(None)
    for given, key in (("given", "given"), (lambda: "made", "made"), (None, "found"), ("", "found")):
        Key(given).check()
        assert Key(given).read() == key
    monkeypatch.setenv("MISTRAL_API_KEY", "late")
    assert late.read() == "late"
    assert "given" not in repr(Key("given"))


async def coroutine() -> str:
    return "marked-key"


NO_KEY = "no API key: pass api_key=... to Mistral, or set the environment variable MISTRAL_API_KEY"
NO_TEXT = "api_key must be text or a function that returns text, not "
NO_WORD = (
    "the API key (api_key or MISTRAL_API_KEY) holds white space or characters that no header can carry: "
    'copy it again, without "Bearer", and strip() what was read from a file'
)
NONE = "no API key: the function given as api_key returned none"
WORDS = ("marked\n", "Bearer marked", " marked", "marked\u00e9", "mar\x00ked", "mar\x7f")
BAD: list[tuple[Any, type[Exception], str]] = [
    *[(given, ValueError, NO_KEY) for given in (None, "")],
    *[(key, ValueError, NO_WORD) for key in (*WORDS, lambda: "marked-key\n")],
    *[(lambda key=key: key, ValueError, NONE) for key in ("", None)],
    *[(lambda key=key: key, TypeError, NO_TEXT + type(key).__name__) for key in (5, b"marked-key")],
    (coroutine, TypeError, NO_TEXT + "coroutine"),  # that nobody awaits it would be a warning, and so a failure
]


@pytest.mark.parametrize(("given", "kind", "message"), BAD)
def test_bad_key_is_refused_and_not_shown(
    given: Any, kind: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "")
    with pytest.raises(kind) as caught:
        Key(given).read()
    assert (str(caught.value), caught.value.__context__) == (message, None)
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]
    assert [repr(values) for values in frames if "mar" in repr(values)] == []


def test_what_can_be_no_key_is_refused_at_once() -> None:
    given: Any = b"marked-key"
    with pytest.raises(TypeError, match=f"^{NO_TEXT}bytes$"):
        Key(given).check()
