"""The pytest plugin: fixtures for testing code that uses voices, without a network and without a key.

pytest finds it by itself. The fixtures need the extra ``local``: ``pip install "mistral-voices[local]"``. ::

    def test_a_lost_response(voices_server, mistral):
        voices_server.fail(drop="after", method="POST")  # the voice is made, but nobody hears of it
        with pytest.raises(errors.NoResponseError):
            my_program.clone_my_voice(mistral)
        assert len(voices_server.requests) == 1
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

# pytest loads this module in every run, so all else is imported by those who use a fixture.
if TYPE_CHECKING:
    from mistral_voices import Mistral
    from mistral_voices.local import VoicesServer


@pytest.fixture
def voices_server() -> Iterator[VoicesServer]:
    """A voices server of this test's own, in memory and without a socket: a `mistral_voices.local.VoicesServer`.

    It begins with three presets. `fail` lets requests fail, `shape_pages` makes awkward pages, `requests` is what
    arrived, and `serve()` gives an address for programs that run elsewhere. It is closed after the test.
    """
    from mistral_voices.local import VoicesServer

    with VoicesServer() as server:
        yield server


@pytest.fixture
def mistral(voices_server: VoicesServer) -> Iterator[Mistral]:
    """A `mistral_voices.Mistral` with the key "test-key", whose requests `voices_server` serves without a socket.

    Its async methods work in any event loop: in async tests and in `asyncio.run`. It is closed after the test.
    """
    from mistral_voices import Mistral

    client, async_client = voices_server.client(), voices_server.async_client()
    with (
        client,
        Mistral("test-key", server_url="http://127.0.0.1", client=client, async_client=async_client) as mistral,
    ):
        yield mistral
    # Nothing is open that its closing could wait for, so it needs no event loop.
    with suppress(StopIteration):
        async_client.aclose().send(None)


__all__ = ["mistral", "voices_server"]
