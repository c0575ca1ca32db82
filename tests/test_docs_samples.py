"""Every row of the tables in docs/samples.md comes true."""

from __future__ import annotations

import array
import base64
import gzip
import io
import json
import mmap
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import httpx
import pytest
from werkzeug.datastructures import FileStorage

from mistral_voices._core.logs import LOGGER
from mistral_voices._media.upload import prepare_sample

from .media.samples import AsyncUpload

ROOT = Path(__file__).parent.parent
ROWS = re.findall(r"^\| `(.+?)` \| (.+) \|$", (ROOT / "docs" / "samples.md").read_text("utf-8"), re.MULTILINE)
SENT = [(code, result) for code, result in ROWS if not result.startswith("`")]
REFUSED = [(code, *result.split(" | ")) for code, result in ROWS if result.startswith("`")]
AUDIO = (ROOT / "tests" / "data" / "hello.wav").read_bytes()
MODULES = {each.__name__: each for each in (array, base64, gzip, io, json, mmap, subprocess)}
NAMES = {"Path": Path, "FileStorage": FileStorage, "AsyncUpload": AsyncUpload}


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "tests" / "data" / "hello.wav", "ada.wav")
    Path("ada.wav.gz").write_bytes(gzip.compress(AUDIO))
    with ExitStack() as stack:

        def kept(opening: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
            return stack.enter_context(opening(*arguments, **options))

        yield {
            **{"open": partial(kept, open), "urlopen": partial(kept, build_opener(ProxyHandler({})).open)},
            **{"file": kept(open, "ada.wav", "rb"), "audio": AUDIO, "text": base64.b64encode(AUDIO).decode()},
            **MODULES,
            **NAMES,
        }


def evaluate(code: str, names: dict[str, Any]) -> Any:
    *statements, expression = code.split("; ")
    exec("\n".join(statements), names)
    return eval(expression, names)


def test_rows_are_found() -> None:
    assert len(SENT) >= 17
    assert len(REFUSED) >= 31


@pytest.mark.parametrize(("code", "result"), SENT)
def test_it_is_sent(code: str, result: str, names: dict[str, Any]) -> None:
    sample = prepare_sample(evaluate(code, names), LOGGER)
    if isinstance(sample, str):
        assert sample == names["text"]
        assert "`" not in result
    else:
        assert result.startswith(f"as `{sample.filename(LOGGER)}`")
        assert b"".join(sample.blocks()) == AUDIO


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    handler = partial(Quiet, directory=str(ROOT / "tests" / "data"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hello.wav"
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("code", "kind", "words"), REFUSED)
def test_it_is_refused(code: str, kind: str, words: str, names: dict[str, Any], address: str) -> None:
    sample = evaluate(code, names | {"address": address, "response": httpx.get(address, trust_env=False)})
    with pytest.raises((TypeError, ValueError, OSError), match=re.escape(words)) as caught:
        prepare_sample(sample, LOGGER)
    assert f"`{type(caught.value).__name__}`" == kind
