"""Processes that fork: they share no connection, and wait for no lock that a thread of the parent held."""

from __future__ import annotations

import gc
import os
import signal
import sys

import httpx
import pytest

from mistral_voices import Mistral
from mistral_voices.local import VoicesServer
from tests.harness import KEY, ClientKind
from tests.loopback import Server, run_python

BOTH = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


FORKS_WHILE_LOADING = """
import importlib.abc, os, signal, sys, threading, warnings
assert "logging" not in sys.modules  # which takes part in a fork as well
warnings.simplefilter("ignore")  # that there are threads
sys.setswitchinterval(1e-5)  # so that the fork comes anywhere
from mistral_voices import Mistral
is_async, url, module = sys.argv[1] == "True", *sys.argv[2:]
if is_async:
    import asyncio
loading, forked = threading.Event(), threading.Event()
class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module:
            loading.set()
            forked.wait(0.5)
sys.meta_path.insert(0, Slow())
def call():
    with Mistral("x", server_url=url, retry_config=None) as mistral:
        voices = mistral.audio.voices
        return (asyncio.run(voices.get_async(voice_id="v1")) if is_async else voices.get(voice_id="v1")).id
thread = threading.Thread(target=call)
thread.start()
assert loading.wait(45)
child = os.fork()
if not child:
    signal.alarm(45)  # ends a child that hangs
    os._exit(0 if call() == "v1" else 1)
forked.set()
thread.join()
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize(
    ("module", "is_async"),
    [
        ("mistral_voices._transport.send", False),
        ("mistral_voices_api.api.audio_voices.get_voice", True),
        ("httpx", False),
        ("httpcore._models", True),
        ("encodings.idna", False),
        ("anyio._backends._asyncio", True),
    ],
)
def test_a_fork_waits_for_the_library_to_be_loaded(server: Server, module: str, is_async: bool) -> None:
    assert run_python(FORKS_WHILE_LOADING, str(is_async), server.url, module) == "0\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@BOTH
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_processes_do_not_share_connections(is_async: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, parent, ids = ClientKind(httpx, is_async), os.getpid(), [f"v{number}" for number in range(40)]
    # A child that lets go of the parent's connections would hear of sockets that are open.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None if os.getpid() == parent else os._exit(9))
    with VoicesServer(seed=[{"id": each, "name": f"Voice {each}"} for each in ids]) as server:
        mistral = Mistral(KEY, server_url=server.serve())

        def read(wanted: list[str]) -> bool:
            return [kind.call(mistral, "get", voice_id=each).id for each in wanted] == wanted

        assert read(["v0"])
        children = []
        for child in range(4):
            with mistral._clients._lock:  # another thread may hold it at that moment
                process = os.fork()
                if not process:
                    signal.alarm(20)
                    gc.collect()
                    os._exit(not read(ids[child::4]))
            children.append(process)
        assert read(ids)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
        mistral.close()
