"""The examples of the vendor's reference run as printed, and operations work over sockets, against the local server."""

from __future__ import annotations

import base64
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

from .harness import CALLS, KEY, ClientKind

HERE = Path(__file__).parent
NAMED_IDS = ["f42bf0d7-8a10-4b98-bbfa-589a232209d2", "030a6b20-e287-414d-9a77-6b76a4a56c9d", "<id>"]
ODD_IDS = ["a/b", "a?b#c", "%2e%2e", "é", "\n", " ", "...", "..%2f", "a\\b", "\u202e", "a;b=c,d"]
SEED = [{"id": each, "name": f"Voice {each}", "sample_audio": "UklGRg=="} for each in NAMED_IDS + ODD_IDS]
BOTH_WAYS = pytest.mark.parametrize("kind", [ClientKind(httpx, False), ClientKind(httpx, True)], ids=["sync", "async"])


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


@BOTH_WAYS
@pytest.mark.parametrize("sample_form", ["audio", "json"])
def test_life_of_a_voice(kind: ClientKind, sample_form: Any) -> None:
    recording = (HERE / "data" / "hello.wav").read_bytes()
    with (
        VoicesServer(api_key=KEY, sample_form=sample_form) as server,
        Mistral(KEY, server_url=server.serve()) as mistral,
    ):
        sent = {"sample_audio": base64.b64encode(recording).decode(), "tags": ["a"], "sample_filename": "hello.wav"}
        voice = kind.call(mistral, "create", name="Ada", **sent)
        assert (voice.name, voice.tags, voice.type_, voice.retention_notice) == ("Ada", ["a"], "custom", 30)
        assert kind.call(mistral, "get", voice_id=voice.id) == voice
        page = kind.call(mistral, "list", type_="custom")
        assert (page.items, page.total) == ([voice], 1)
        assert kind.call(mistral, "update", voice_id=voice.id) == voice
        changed = kind.call(mistral, "update", voice_id=voice.id, tags=None, age=7)
        assert (changed.tags, changed.age, changed.name) == (None, 7, "Ada")
        assert base64.b64decode(kind.call(mistral, "get_sample_audio", voice_id=voice.id)) == recording
        assert kind.call(mistral, "delete", voice_id=voice.id) == changed
        with pytest.raises(errors.NotFoundError):
            kind.call(mistral, "get", voice_id=voice.id)
        with Mistral("another-key", server_url=server.url) as other, pytest.raises(errors.AuthenticationError):
            kind.call(other, "list")


@BOTH_WAYS
def test_create_whose_response_is_lost_leaves_one_voice(server: VoicesServer, kind: ClientKind) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        server.fail(drop="after", method="POST")
        with pytest.raises(errors.NoResponseError) as caught:
            kind.call(mistral, "create", name="Once", sample_audio="UklGRg==")
        assert caught.value.outcome_unknown
        page = kind.call(mistral, "list", type_="custom", limit=100)
        assert [voice.name for voice in page.items].count("Once") == 1


@BOTH_WAYS
def test_delete_whose_response_is_lost(server: VoicesServer, kind: ClientKind, waits: list[float]) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        server.fail(drop="after")
        with pytest.raises(errors.NotFoundError) as caught:
            kind.call(mistral, "delete", voice_id=NAMED_IDS[0])
        assert caught.value.already_deleted


@BOTH_WAYS
@pytest.mark.parametrize("name", ["get", "get_sample_audio"])
def test_body_that_is_cut_short_is_fetched_again(
    server: VoicesServer, kind: ClientKind, name: str, waits: list[float]
) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        whole = kind.call(mistral, name, voice_id=NAMED_IDS[0])
        server.fail(cut=1)
        assert kind.call(mistral, name, voice_id=NAMED_IDS[0]) == whole
        assert len(waits) == 1


@BOTH_WAYS
def test_a_late_response_is_a_time_out(server: VoicesServer, kind: ClientKind) -> None:
    with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
        server.fail(delay=30)
        with pytest.raises(errors.RequestTimeoutError, match=r"within 0\.05 s, while it was to read the answer"):
            kind.call(mistral, "get", voice_id=NAMED_IDS[0], timeout_ms=50)
        server.fail(delay=30, method="POST")
        with pytest.raises(errors.RequestTimeoutError) as caught:
            kind.call(mistral, "create", **CALLS["create"], timeout_ms=50)
        assert caught.value.outcome_unknown


def test_ids_reach_the_server_whole(server: VoicesServer) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        for voice_id in ODD_IDS:
            assert mistral.audio.voices.get(voice_id=voice_id).id == voice_id
            assert mistral.audio.voices.delete(voice_id=voice_id).id == voice_id


def test_models_print_as_examples_show() -> None:
    assert repr(models.VoiceListResponse([], 0, 1, 10, 0)).startswith("VoiceListResponse(items=[]")
