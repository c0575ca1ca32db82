"""A test suite of a program that uses voices: the fixtures come with the package, no network and no key is needed.

pytest test_my_code.py
"""

import pytest

from mistral_voices import Mistral, errors, models
from mistral_voices.local import VoicesServer


def narrator(mistral: Mistral, language: str) -> models.VoiceResponse:
    """The code under test: the first voice for a language, or Clara."""
    found = mistral.audio.voices.iterate(language=[language], max_items=1)
    return next(iter(found), None) or mistral.audio.voices.find("Clara")


def test_takes_a_voice_of_the_language(mistral: Mistral, voices_server: VoicesServer) -> None:
    assert "fr" in narrator(mistral, "fr").languages
    assert [request.path for request in voices_server.requests] == ["/v2/audio/voices"]


def test_falls_back_to_clara(mistral: Mistral) -> None:
    assert narrator(mistral, "xx").name == "Clara"


def test_survives_a_busy_server(mistral: Mistral, voices_server: VoicesServer) -> None:
    voices_server.fail(429, times=2, headers={"Retry-After": "1"})  # the fixture does not wait
    assert "fr" in narrator(mistral, "fr").languages
    assert len(voices_server.requests) == 3


def test_says_why_it_could_not(mistral: Mistral, voices_server: VoicesServer) -> None:
    voices_server.fail(401)
    with pytest.raises(errors.AuthenticationError):
        narrator(mistral, "fr")
