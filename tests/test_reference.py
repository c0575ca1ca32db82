"""The examples of the vendor's reference run as printed, and the whole surface works against the local server."""

from __future__ import annotations

import asyncio
import base64
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mistral_voices import Mistral, errors, models
from mistral_voices.local import VoicesServer
from mistral_voices.voices import Voices

from .api.test_operations import SEGMENTS
from .harness import CALLS, KEY

HERE = Path(__file__).parent
NAMED_IDS = ["f42bf0d7-8a10-4b98-bbfa-589a232209d2", "030a6b20-e287-414d-9a77-6b76a4a56c9d", "<id>"]
SEED = [{"id": each, "name": f"Voice {each}", "sample_audio": "UklGRg=="} for each in NAMED_IDS]


@pytest.fixture
def server() -> Iterator[VoicesServer]:
    with VoicesServer(seed=SEED) as server:
        server.serve()
        yield server


def test_examples_run_as_printed(server: VoicesServer) -> None:
    environment = {**os.environ, "MISTRAL_SERVER_URL": server.url, "MISTRAL_API_KEY": KEY}
    command = [sys.executable, "-W", "error", str(HERE / "typing" / "reference.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    kinds = [line.partition("(")[0] for line in done.stdout.splitlines()]
    assert kinds == ["VoiceListResponse", *["VoiceResponse"] * 4, "UklGRg=="]
    lines = [f"{request.method} {request.target}" for request in server.requests]
    root = "/v1/audio/voices"
    assert lines == [
        f"GET {root}?limit=10&offset=0&type=all",
        f"POST {root}",
        f"DELETE {root}/{NAMED_IDS[0]}",
        f"PATCH {root}/{NAMED_IDS[1]}",
        f"GET {root}/%3Cid%3E",
        f"GET {root}/%3Cid%3E/sample",
    ]


def call(mistral: Mistral, is_async: bool, name: str, /, **arguments: Any) -> Any:
    if is_async:
        return asyncio.run(getattr(mistral.audio.voices, f"{name}_async")(**arguments))
    return getattr(mistral.audio.voices, name)(**arguments)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("sample_form", ["audio", "json"])
def test_life_of_a_voice(is_async: bool, sample_form: Any) -> None:
    recording = (HERE / "data" / "hello.wav").read_bytes()
    with (
        VoicesServer(api_key=KEY, sample_form=sample_form) as server,
        Mistral(KEY, server_url=server.serve()) as mistral,
    ):
        text = base64.b64encode(recording).decode()
        voice = call(
            mistral, is_async, "create", name="Ada", sample_audio=text, tags=["a"], sample_filename="hello.wav"
        )
        assert (voice.name, voice.tags, voice.type_, voice.retention_notice) == ("Ada", ["a"], "custom", 30)
        assert call(mistral, is_async, "get", voice_id=voice.id) == voice
        page = call(mistral, is_async, "list", type_="custom")
        assert (page.items, page.total) == ([voice], 1)
        same = call(mistral, is_async, "update", voice_id=voice.id)
        assert same == voice
        changed = call(mistral, is_async, "update", voice_id=voice.id, tags=None, age=7)
        assert (changed.tags, changed.age, changed.name) == (None, 7, "Ada")
        assert base64.b64decode(call(mistral, is_async, "get_sample_audio", voice_id=voice.id)) == recording
        assert call(mistral, is_async, "delete", voice_id=voice.id) == changed
        with pytest.raises(errors.NotFoundError):
            call(mistral, is_async, "get", voice_id=voice.id)
        with Mistral("another-key", server_url=server.url) as other, pytest.raises(errors.AuthenticationError):
            call(other, is_async, "list")


@pytest.mark.parametrize("is_async", [False, True])
def test_create_whose_answer_is_lost_leaves_one_voice(server: VoicesServer, is_async: bool) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        server.fail(drop="after", method="POST")
        with pytest.raises(errors.NoResponseError) as caught:
            call(mistral, is_async, "create", name="Once", sample_audio="UklGRg==")
        assert caught.value.outcome_unknown
        page = call(mistral, is_async, "list", type_="custom", limit=100)
        assert [voice.name for voice in page.items].count("Once") == 1


@pytest.mark.parametrize("is_async", [False, True])
def test_delete_whose_answer_is_lost(server: VoicesServer, is_async: bool, waits: list[float]) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        server.fail(drop="after")
        with pytest.raises(errors.NotFoundError) as caught:
            call(mistral, is_async, "delete", voice_id=NAMED_IDS[0])
        assert caught.value.already_deleted


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("name", ["get", "get_sample_audio"])
def test_body_that_is_cut_short_is_fetched_again(
    server: VoicesServer, is_async: bool, name: str, waits: list[float]
) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        whole = call(mistral, is_async, name, voice_id=NAMED_IDS[0])
        server.fail(cut=1)
        assert call(mistral, is_async, name, voice_id=NAMED_IDS[0]) == whole
        assert len(waits) == 1


@pytest.mark.parametrize("is_async", [False, True])
def test_a_late_answer_is_a_time_out(server: VoicesServer, is_async: bool) -> None:
    with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
        server.fail(delay=30)
        with pytest.raises(errors.RequestTimeoutError, match=r"within 0\.05 s, while it was to read the answer"):
            call(mistral, is_async, "get", voice_id=NAMED_IDS[0], timeout_ms=50)
        server.fail(delay=30, method="POST")
        with pytest.raises(errors.RequestTimeoutError) as caught:
            call(mistral, is_async, "create", **CALLS["create"], timeout_ms=50)
        assert caught.value.outcome_unknown


def test_body_that_trickles_is_given_up(server: VoicesServer) -> None:
    """Each block comes in time, but the whole takes longer than three time-outs."""
    clock = iter(range(1000))

    def trickle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=(b" " for _ in range(1000)))

    import mistral_voices._transport.body as private

    client = httpx.Client(transport=httpx.MockTransport(trickle), timeout=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(private, "monotonic", lambda: float(next(clock)))
        with pytest.raises(
            errors.RequestTimeoutError,
            match=r"in time, while it was to read the answer.*the body took longer than 3 time-outs",
        ):
            Mistral(KEY, client=client, retry_config=None).audio.voices.list()
    assert next(clock) < 100


@pytest.mark.parametrize("voice_id", SEGMENTS)
def test_id_reaches_the_server_whole(voice_id: str) -> None:
    with (
        VoicesServer(seed=[{"id": voice_id, "name": "Odd"}]) as server,
        Mistral(KEY, server_url=server.serve()) as mistral,
    ):
        assert mistral.audio.voices.get(voice_id=voice_id).id == voice_id
        assert mistral.audio.voices.delete(voice_id=voice_id).id == voice_id


@pytest.mark.parametrize("name", CALLS)
def test_twins_agree(name: str) -> None:
    sync, twin = getattr(Voices, name), getattr(Voices, f"{name}_async")
    assert inspect.signature(sync) == inspect.signature(twin)
    assert inspect.iscoroutinefunction(twin)
    assert twin.__doc__ == f"`{name}` for asyncio."
    documentation = inspect.getdoc(sync) or ""
    for parameter in list(inspect.signature(sync).parameters)[1:]:
        assert f"    {'**' if parameter == 'options' else ''}{parameter}: " in documentation
    assert "Endpoint: " in documentation


def test_models_print_as_examples_show() -> None:
    assert repr(models.VoiceListResponse([], 0, 1, 10, 0)).startswith("VoiceListResponse(items=[]")
