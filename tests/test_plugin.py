"""The pytest plugin, in the project of a user."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

USERS_TESTS = """
    import asyncio

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
        with pytest.raises(errors.NoResponseError) as caught:
            mistral.audio.voices.create(name="Ada", sample_audio="UklGRg==")
        assert caught.value.outcome_unknown
        assert mistral.audio.voices.list(type_="custom").total == 1
        voices_server.fail(401)
        with pytest.raises(errors.AuthenticationError):
            mistral.audio.voices.list()

    def test_asyncio_run(mistral, voices_server):
        async def program():
            pages = await asyncio.gather(*(mistral.audio.voices.list_async() for _ in range(5)))
            return [page.total for page in pages]

        for _ in range(2):
            assert asyncio.run(program()) == [3] * 5
        assert len(voices_server.requests) == 10

    @pytest.mark.anyio
    async def test_async(mistral, voices_server):
        voices_server.fail(503, every=2)
        async with mistral:  # closed here, and again after the test
            assert (await mistral.audio.voices.list_async()).total == 3
            with pytest.raises(errors.ServerError):
                await mistral.audio.voices.list_async(retries=None)

    def test_over_http(voices_server):
        with Mistral("any", server_url=voices_server.serve()) as mistral:
            assert mistral.audio.voices.get(voice_id="local-clara").name == "Clara"
"""


def run(folder: Path, *options: str, path: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run pytest as a user would, with this plugin and that of anyio and no other."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, (*path, *sys.path)))
    environment["MISTRAL_SERVER_URL"] = "nonsense"  # what a user has set is of no matter
    command = [sys.executable, "-m", "pytest", "-p", "mistral_voices.testing", "-p", "anyio.pytest_plugin", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make the project of a user, whose warnings are errors."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\naddopts = -p no:cacheprovider\n")
    return tmp_path


def write_test(project: Path, code: str) -> None:
    (project / "test_mine.py").write_text(textwrap.dedent(code))


def test_a_small_project_of_a_user(project: Path) -> None:
    write_test(project, USERS_TESTS)
    (project / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n")
    ended = run(project)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " 6 passed" in ended.stdout


def test_nothing_is_imported_until_a_fixture_is_used(project: Path) -> None:
    write_test(project, "def test_nothing(): pass")
    (project / "conftest.py").write_text(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    heavy = {'httpx', 'sqlite3', 'attrs', 'attr', 'jsonschema', 'yaml', 'mistral_voices_api'}\n"
        "    ours = {name for name in sys.modules if name.startswith('mistral_voices')}\n"
        "    print('LOADED', sorted(heavy & sys.modules.keys()), sorted(ours))\n"
    )
    for options in (["--collect-only"], []):
        ended = run(project, *options)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "LOADED [] ['mistral_voices', 'mistral_voices._version', 'mistral_voices.testing']" in ended.stdout


def test_the_fixtures_are_documented(project: Path) -> None:
    shown = run(project, "--fixtures").stdout
    for words in ("voices_server -- ", "mistral -- ", "in memory and without a socket", 'the key "test-key"'):
        assert words in shown


def test_without_the_extra(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    hidden = tmp_path_factory.mktemp("hidden")
    (hidden / "yaml.py").write_text("raise ModuleNotFoundError('No module named yaml', name='yaml')")
    write_test(project, "def test_one(): pass\ndef test_two(mistral): pass")
    ended = run(project, path=(hidden,))
    assert " 1 passed, 1 error" in ended.stdout
    assert 'the local server needs yaml: pip install "mistral-voices[local]"' in ended.stdout
