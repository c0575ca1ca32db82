"""Clients derived from a Mistral, and one in the hands of other tools: mocks, and copies that there cannot be."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any
from unittest.mock import create_autospec

import pytest

from mistral_voices import Mistral, errors
from mistral_voices.audio import Audio
from mistral_voices.local import VoicesServer
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
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        way(part(mistral.with_options(retries=2)))


class Own(Mistral):
    """A user's own class."""

    team = "none"


def test_a_derived_client_shares_the_connections_and_closes_nothing() -> None:
    with VoicesServer() as server, Own(KEY, server_url=server.serve()) as mistral:
        url = mistral._options.server_url
        mistral.team = "one"
        assert mistral.audio is mistral.audio
        with mistral.with_options(timeout_ms=5000) as derived, derived.with_options(retries=0) as second:
            assert [each.audio.voices.find("Clara").id for each in (derived, second)] == ["local-clara"] * 2
        assert (type(second), second.team, repr(second)) == (Own, "one", repr(mistral))
        derived.close()
        asyncio.run(second.aclose())
        clients = {id(each.audio.voices._transport._clients.sync(url)) for each in (mistral, derived, second)}
        assert (len(clients), mistral.audio.voices.find("Clara").id) == (1, "local-clara")
    for each in (mistral, derived, second, derived.with_options(timeout_ms=1)):
        with pytest.raises(RuntimeError, match="this Mistral is closed"):
            each.audio.voices.get(voice_id="local-clara")


def test_a_derived_client_shares_the_connections_of_an_event_loop() -> None:
    async def main() -> None:
        with VoicesServer() as server:
            async with Mistral(KEY, server_url=server.serve()) as mistral:
                async with mistral.with_options(timeout_ms=5000) as derived:
                    assert (await derived.audio.voices.find_async("Clara")).id == "local-clara"
                assert (await mistral.audio.voices.find_async("Clara")).id == "local-clara"
                assert len(mistral._clients._own_async) == 1
            with pytest.raises(RuntimeError, match="this Mistral is closed"):
                await derived.audio.voices.find_async("Clara")

    asyncio.run(main())


def test_a_derived_client_lives_on_without_its_parent() -> None:
    with VoicesServer() as server:
        derived = Mistral(KEY, client=server.client()).with_options(retries=0)
        gc.collect()
        assert derived.audio.voices.find("Clara").id == "local-clara"


def test_no_client_takes_a_voice_of_the_other_for_its_own(voices_server: VoicesServer) -> None:
    mistral = Mistral(KEY, client=voices_server.client(), retry_config=None)
    told: list[str] = []
    derived = mistral.with_options(on_response=lambda info: told.append(f"{info.method} {info.status_code}"))
    made = mistral.audio.voices.create(name="Ada", sample_audio="UklGRg==")
    voices_server.fail(drop="before", method="POST")
    with pytest.raises(errors.NoResponseError) as caught:
        derived.audio.voices.create(name="Ada", sample_audio="UklGRg==", recover=True)
    assert caught.value.candidates() == []
    assert (made.name, {*told}) == ("Ada", {"GET 200"})
