"""The pytest plugin, in the project of a user."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

USERS_TESTS = """
    import asyncio
    import time

    import pytest

    from mistral_voices import Mistral, errors
    from mistral_voices.local import VoicesServer

    kept = []

    def test_sync(mistral, voices_server):
        assert isinstance(mistral, Mistral) and isinstance(voices_server, VoicesServer)
        assert mistral.audio.voices.create(name="Ada", sample_audio="UklGRg==").name == "Ada"
        assert [request.method for request in voices_server.requests] == ["POST"]
        assert mistral.audio.voices.list(type_="custom").total == 1
        kept.append(mistral)

    def test_each_test_has_its_own(mistral, voices_server):
        assert mistral.audio.voices.list(type_="custom").total == 0
        assert len(voices_server.requests) == 1
        assert kept[0] is not mistral  # and that one is closed
        with pytest.raises(RuntimeError, match="closed"):
            kept[0].audio.voices.list()
        with pytest.raises(RuntimeError, match="closed"):
            asyncio.run(kept[0].audio.voices.list_async())

    def test_faults(mistral, voices_server):
        voices_server.fail(drop="after", method="POST")
        with pytest.raises(errors.NoResponseError):
            mistral.audio.voices.create(name="Ada", sample_audio="UklGRg==")
        assert mistral.audio.voices.list(type_="custom").total == 1

    def test_asyncio_run(mistral, voices_server):
        async def program():
            pages = await asyncio.gather(*(mistral.audio.voices.list_async() for _ in range(5)))
            return [page.total for page in pages]

        for _ in range(2):
            assert asyncio.run(program()) == [3] * 5
        assert len(voices_server.requests) == 10

    def test_waits_are_short_and_as_many(mistral, voices_server):
        voices_server.fail(503, times=3, headers={"Retry-After": "19"})
        began = time.monotonic()
        assert mistral.audio.voices.list().total == 3
        assert len(voices_server.requests) == 4
        voices_server.fail(503, times=4)
        with pytest.raises(errors.ServerError):
            mistral.audio.voices.list()
        voices_server.fail(drop="after", method="POST")
        voices_server.fail(503, times=3, method="GET")
        mistral.audio.voices.create(name="Ada", sample_audio="UklGRg==", recover=True)
        assert time.monotonic() - began < 4
        with pytest.raises(errors.RateLimitError):  # as without the fixture: it is longer than 60 s
            voices_server.fail(429, headers={"Retry-After": "61"})
            mistral.audio.voices.list()

    class TestOwnRetries:
        @pytest.fixture
        def mistral_retry_config(self):
            return None

        def test_no_retries(self, mistral, voices_server):
            voices_server.fail(503)
            with pytest.raises(errors.ServerError):
                mistral.audio.voices.list()

    @pytest.mark.anyio
    async def test_async(mistral, voices_server):
        voices_server.fail(503, every=2)
        async with mistral:  # closed here, and again after the test
            assert (await mistral.audio.voices.list_async()).total == 3
            with pytest.raises(errors.ServerError):
                await mistral.audio.voices.list_async(retries=None)
"""
CONFTEST = """
import sys

import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

def pytest_unconfigure():
    heavy = {"httpx", "sqlite3", "attrs", "attr", "jsonschema", "yaml", "mistral_voices_api"}
    ours = {name for name in sys.modules if name.startswith("mistral_voices")}
    print("LOADED", sorted(heavy & sys.modules.keys()), sorted(ours))
"""


def test_a_small_project_of_a_user(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\naddopts = -p no:cacheprovider\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["MISTRAL_SERVER_URL"] = "nonsense"  # what a user has set is of no matter
    command = [sys.executable, "-m", "pytest", "-p", "mistral_voices.testing", "-p", "anyio.pytest_plugin"]
    for code, passed in (("def test_nothing(): pass", 1), (USERS_TESTS, 7)):
        (tmp_path / "test_mine.py").write_text(textwrap.dedent(code))
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f" {passed} passed" in done.stdout
        # Nothing else is imported until a fixture is used.
        unused = "LOADED [] ['mistral_voices', 'mistral_voices._version', 'mistral_voices.testing']"
        assert (unused in done.stdout) == (passed == 1), done.stdout


def test_the_plugin_may_be_named_again(tmp_path: Path) -> None:
    """pytest has it already, by the entry point of the package."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["mistral_voices.testing"]')
    (tmp_path / "test_mine.py").write_text("def test_it(mistral): assert mistral.audio.voices.list().total == 3")
    command = [sys.executable, "-m", "pytest", "-p", "mistral_voices.testing", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
