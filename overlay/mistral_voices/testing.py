"""The pytest plugin: fixtures for testing code that uses voices, without a network and without a key.

pytest finds it by itself. The fixtures need the extra ``local``: ``pip install "mistral-voices[local]"``. A test of a
lost response:

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
    from mistral_voices.utils import RetryConfig, Unset

# So many times as long as usual the fixture `mistral` waits before it tries again: 4 ms in place of 4 s.
WAIT_FACTOR = 0.001


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
def mistral_retry_config() -> RetryConfig | Unset | None:
    """The `retry_config` of the fixture `mistral`. Override it for another; a RetryConfig waits as it says.

    As it is, there are as many attempts as usual, after waits (those of `Retry-After` too) of a thousandth.
    """
    from mistral_voices.utils import UNSET

    return UNSET


@pytest.fixture
def mistral(voices_server: VoicesServer, mistral_retry_config: RetryConfig | int | Unset | None) -> Iterator[Mistral]:
    """A `mistral_voices.Mistral` with the key "test-key", whose requests `voices_server` serves without a socket.

    It retries what fails as often as usual, but without the waits (see `mistral_retry_config`). Its async methods work
    in any event loop: in async tests and in `asyncio.run`. It is closed after the test.
    """
    from mistral_voices import Mistral
    from mistral_voices.utils import RetryConfig

    client, async_client = voices_server.client(), voices_server.async_client()
    with (
        client,
        Mistral(
            "test-key",
            server_url="http://127.0.0.1",
            client=client,
            async_client=async_client,
            retry_config=mistral_retry_config,
        ) as mistral,
    ):
        if not isinstance(mistral_retry_config, RetryConfig):
            options = mistral._options
            mistral._options = options._replace(retry=options.retry._replace(wait_factor=WAIT_FACTOR))
        yield mistral
    # Nothing is open that its closing could wait for, so it needs no event loop.
    with suppress(StopIteration):
        async_client.aclose().send(None)


__all__ = ["mistral", "mistral_retry_config", "voices_server"]
