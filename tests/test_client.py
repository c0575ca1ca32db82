"""A Mistral in the hands of other tools: mocks that follow its type, and copies that there cannot be."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Callable
from typing import Any
from unittest.mock import create_autospec

import pytest

from mistral_voices import Mistral
from mistral_voices.audio import Audio
from mistral_voices.voices import Voices

from .harness import KEY


@pytest.mark.parametrize("mock", [create_autospec(Mistral, instance=True), create_autospec(Mistral)("key")])
def test_a_mock_of_a_mistral_has_its_audio(mock: Any) -> None:
    audio: Any = mock.audio
    voices: Any = mock.audio.voices
    assert [isinstance(audio, Audio), isinstance(voices, Voices)] == [True, True]
    voices.list.return_value = "a page"
    assert voices.list(limit=5) == "a page"
    with pytest.raises(TypeError):
        voices.list(5)
    with pytest.raises(TypeError):
        voices.get()
    assert (hasattr(voices, "lst"), hasattr(audio, "speech")) == (False, False)
    voices.get_async.return_value = "a voice"
    assert asyncio.run(voices.get_async(voice_id="v1")) == "a voice"


PARTS: dict[str, Callable[[Mistral], Any]] = {
    "mistral": lambda mistral: mistral,
    "audio": lambda mistral: mistral.audio,
    "voices": lambda mistral: mistral.audio.voices,
    "iterator": lambda mistral: mistral.audio.voices.iterate(),
    "method": lambda mistral: mistral.audio.voices.get,
}
WAYS: dict[str, Callable[[Any], Any]] = {"pickle": pickle.dumps, "deepcopy": copy.deepcopy}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("key", [KEY, lambda: KEY], ids=["text", "function"])
def test_it_cannot_be_pickled_or_copied(part: Callable[[Mistral], Any], way: Callable[[Any], Any], key: Any) -> None:
    mistral = Mistral(key)
    assert mistral.audio.voices
    with pytest.raises(TypeError, match=r"cannot be pickled or copied, .*: share the Mistral, or make a"):
        way(part(mistral))
