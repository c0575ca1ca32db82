"""Forked processes, and objects that a failing constructor leaves half made."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import traceback
from typing import Any

import pytest

from mistral_voices import Mistral
from mistral_voices.local import VoicesServer
from tests.harness import KEY

SEED = [{"id": f"v{number}", "name": f"Voice {number}"} for number in range(40)]


def get(mistral: Mistral, is_async: bool, voice_id: str) -> str:
    if is_async:
        return asyncio.run(mistral.audio.voices.get_async(voice_id=voice_id)).id
    return mistral.audio.voices.get(voice_id=voice_id).id


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_processes_do_not_share_connections(is_async: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()
    # A child that lets go of the parent's connections would hear of sockets that are open.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None if os.getpid() == parent else os._exit(9))
    with VoicesServer(seed=SEED) as server, Mistral(KEY, server_url=server.serve()) as mistral:
        assert get(mistral, is_async, "v0") == "v0"
        children = []
        for child in range(4):
            with mistral._clients._lock:  # another thread may hold it at that moment
                process = os.fork()
                if not process:
                    signal.alarm(20)
                    gc.collect()
                    wanted = [f"v{number}" for number in range(child, 40, 4)]
                    os._exit([get(mistral, is_async, each) for each in wanted] != wanted)
            children.append(process)
        mine = [get(mistral, is_async, each["id"]) for each in SEED]
        assert mine == [each["id"] for each in SEED]
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4


HALF_MADE: list[dict[str, Any]] = [{"server": "mars"}, {"timeout_ms": 0}, {"retry_config": 3}, {"client": 3}]
HALF_MADE += [{"server_url": "x"}, {"api_key": 5}, {"api_key": "two words"}, {}]


@pytest.mark.parametrize("options", HALF_MADE)
def test_tracebacks_with_local_variables_can_be_made(options: dict[str, Any]) -> None:
    try:
        Mistral(**options).audio.voices.list()
    except (TypeError, ValueError) as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert "exception in" not in text  # what Python writes for a repr that fails
    else:
        pytest.fail("nothing was raised")
