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

from mistral_voices import Mistral, errors
from mistral_voices.local import VoicesServer

from .harness import CALLS, KEY, ClientKind

HERE = Path(__file__).parent
HELLO = HERE / "data" / "hello.wav"
NAMED_IDS = ["f42bf0d7-8a10-4b98-bbfa-589a232209d2", "030a6b20-e287-414d-9a77-6b76a4a56c9d", "<id>"]
SEED = [{"id": each, "name": f"Voice {each}", "sample_audio": "UklGRg=="} for each in NAMED_IDS]
BOTH_WAYS = pytest.mark.parametrize("kind", [ClientKind(httpx, False), ClientKind(httpx, True)], ids=["sync", "async"])


@pytest.fixture
def server() -> Iterator[VoicesServer]:
    with VoicesServer(seed=SEED) as server:
        server.serve()
        yield server


def test_examples_run_as_printed(server: VoicesServer, tmp_path: Path) -> None:
    program = tmp_path / "reference.py"
    text = (HERE / "typing" / "reference.py").read_text("utf-8")
    for argument, value in (("name", "Ada"), ("sample_audio", base64.b64encode(HELLO.read_bytes()).decode())):
        assert text.count(f'{argument}="<value>"') == 1
        text = text.replace(f'{argument}="<value>"', f'{argument}="{value}"')
    program.write_text(text, "utf-8")
    environment = {**os.environ, "MISTRAL_SERVER_URL": server.url, "MISTRAL_API_KEY": KEY}
    command = [sys.executable, "-W", "error", str(program)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    kinds = [line.partition("(")[0] for line in done.stdout.splitlines() if line[0] not in " ]"]  # a page has several
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
    recording = HELLO.read_bytes()
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
def test_what_connections_lose(server: VoicesServer, kind: ClientKind, waits: list[float]) -> None:
    with Mistral(KEY, server_url=server.url) as mistral:
        whole = kind.call(mistral, "get_sample_audio", voice_id=NAMED_IDS[0])
        server.fail(cut=1)
        assert kind.call(mistral, "get_sample_audio", voice_id=NAMED_IDS[0]) == whole
        assert len(waits) == 1
        server.fail(drop="after", method="POST")
        with pytest.raises(errors.NoResponseError) as caught:
            kind.call(mistral, "create", **CALLS["create"])
        assert caught.value.outcome_unknown
        server.fail(drop="after", method="DELETE")
        with pytest.raises(errors.NotFoundError) as missing:
            kind.call(mistral, "delete", voice_id=NAMED_IDS[0])
        assert missing.value.already_deleted
        assert kind.call(mistral, "list", type_="custom").total == len(SEED)  # one made, one deleted
        server.fail(delay=30, method="POST")
        with pytest.raises(errors.RequestTimeoutError, match=r"within 0\.05 s, while waiting for the response") as late:
            kind.call(mistral, "create", **CALLS["create"], timeout_ms=50)
        assert late.value.outcome_unknown
