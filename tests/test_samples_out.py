"""Samples on their way in: both forms of answer, blocks cut anywhere, and files that are whole or not there."""

from __future__ import annotations

import asyncio
import base64
import errno
import gzip
import json
import os
import resource
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mistral_voices import errors

from . import memory
from .harness import ClientKind, Fails, Reply
from .memory import WAV, OtherPath, attempt, descriptors, pieces

AUDIO = WAV[:1201]
TEXT = base64.b64encode(AUDIO)
JSON = {"content-type": "application/json"}
PLAIN = {"content-type": "audio/wav"}


def lines(audio: bytes, separator: bytes) -> bytes:
    return b'"' + base64.encodebytes(audio).replace(b"\n", separator) + b'"'


def escaped(audio: bytes) -> bytes:
    text = base64.b64encode(audio)
    for plain, escape in ((b"/", rb"\/"), (b"+", rb"\u002B"), (b"=", rb"\u003d"), (b"R", rb"\u0052")):
        text = text.replace(plain, escape)
    return b'"' + text + b'"'


FORMS: dict[str, tuple[dict[str, str], Callable[[bytes], bytes]]] = {
    "audio": (PLAIN, bytes),
    "audio-of-any-kind": ({"content-type": "Audio/X-New; rate=8000"}, bytes),
    "octets": ({"content-type": "application/octet-stream"}, bytes),
    "untyped": ({}, bytes),
    "json": (JSON, lambda audio: json.dumps(base64.b64encode(audio).decode()).encode()),
    "json-with-charset": ({"content-type": "Application/JSON; charset=utf-8"}, lambda audio: lines(audio, b"")),
    "json-escaped": (JSON, escaped),
    "json-in-lines": (JSON, lambda audio: lines(audio, rb"\n")),
    "json-in-crlf-lines": (JSON, lambda audio: lines(audio, rb"\r\n")),
    "json-in-escaped-lines": (JSON, lambda audio: lines(audio, rb"\u000a")),
    "json-in-white-space": (JSON, lambda audio: b" \r\n\t" + lines(audio, b"") + b"\n \t\r"),
}
EACH_FORM = pytest.mark.parametrize("form", FORMS)
AS = pytest.mark.parametrize("operation", ["read_sample_audio", "save_sample_audio"])


@pytest.fixture(params=["unnamed", "named", "unlinked"])
def temporary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save on a file system with files without a name, on one without, and on one without links too, such as FAT."""

    if request.param != "unnamed":
        monkeypatch.delattr(os, "O_TMPFILE")
    if request.param == "unlinked":
        monkeypatch.setattr(os, "link", Mock(side_effect=PermissionError(errno.EPERM, "Operation not permitted")))


def streamed(client_kind: ClientKind, headers: dict[str, str], *bodies: Iterable[Any]) -> Callable[[Any], Any]:
    """Answer with one body after the other, given in blocks."""
    each = iter(bodies)
    return lambda _: client_kind.library.Response(200, headers=headers, stream=pieces(client_kind.library, next(each)))


def fetched(
    client_kind: ClientKind, operation: str, handler: Callable[[Any], Any], folder: Path, **given: Any
) -> bytes:
    """Read or save a sample, and give its bytes."""
    if operation == "save_sample_audio":
        given = {"path": folder, **given}
    result = client_kind.call(client_kind.mistral(handler), operation, voice_id="v1", **given)
    if isinstance(result, Path):
        assert [*result.parent.iterdir()] == [result]
        return result.read_bytes()
    return result if isinstance(result, bytes) else base64.b64decode(result)


@EACH_FORM
@pytest.mark.parametrize("operation", ["get_sample_audio", "read_sample_audio", "save_sample_audio"])
def test_all_forms_give_the_same(
    client_kind: ClientKind, waits: list[float], operation: str, form: str, tmp_path: Path
) -> None:
    headers, make = FORMS[form]
    for number, audio in enumerate([AUDIO, AUDIO[:-1], AUDIO[:-2], b"\xff", b"\xfb\xff\xbf", b""]):
        (folder := tmp_path / str(number)).mkdir()
        server = client_kind.replies(Fails("ConnectError"), Reply(429), Reply(500), Reply(200, make(audio), headers))
        assert fetched(client_kind, operation, server, folder) == audio
        assert len(server.requests) == 4
        assert server.requests[0].headers["accept-encoding"] == "identity"
    assert isinstance(client_kind.call(client_kind.mistral(server), "get_sample_audio", voice_id="v1"), str)


@pytest.mark.parametrize("is_async", [False, True])
@settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(audio=st.binary(max_size=40), form=st.sampled_from(sorted(FORMS)), cuts=st.lists(st.integers(0, 150)))
@example(audio=b"\xfb\xff\xbf!", form="json-escaped", cuts=list(range(150)))
@example(audio=AUDIO[:70], form="json-in-white-space", cuts=list(range(150)))
def test_blocks_may_be_cut_anywhere(is_async: bool, audio: bytes, form: str, cuts: list[int]) -> None:
    headers, make = FORMS[form]
    body = make(audio)
    borders = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    blocks = [body[first:last] for first, last in pairwise(borders)]
    client_kind = ClientKind(httpx, is_async)
    assert fetched(client_kind, "read_sample_audio", streamed(client_kind, headers, blocks), Path()) == audio


WRONG: dict[str, tuple[bytes, str]] = {
    "not-base64": (b'"What is this?"', "not base64"),
    "without-padding": (b'"UklGRg"', "not base64"),
    "padding-in-the-middle": (b'"UklGRg==UklG"', "not base64"),
    "escaped-quote": (rb'"UklG\"UklG"', "not base64"),
    "escaped-quote-by-number": (rb'"UklG\u0022', "base64|cut short"),
    "escaped-backslash": (rb'"UklG\\"', "base64|cut short"),
    "cut": (b'"UklGRg==', "cut short"),
    "empty": (b"", "cut short"),
    "something-after": (b'"UklGRg==" "', "something follows"),
    "null": (b"null", "not a JSON string"),
    "object": (b'{"audio": "UklGRg=="}', "not a JSON string"),
    "audio": (AUDIO, "not a JSON string"),
    **{other: (AUDIO, other) for other in ("text/html", "text/plain", "audiobook/x", "video/webm", "application/xml")},
}


@AS
@pytest.mark.parametrize("case", WRONG)
def test_unreadable_answers(client_kind: ClientKind, operation: str, case: str, tmp_path: Path) -> None:
    body, reason = WRONG[case]
    headers = {"content-type": case} if "/" in case else JSON
    for blocks in ([body], [body[at : at + 1] for at in range(len(body))]):
        with pytest.raises(errors.ResponseValidationError, match=reason):
            fetched(client_kind, operation, streamed(client_kind, headers, blocks), tmp_path)
        assert [*tmp_path.iterdir()] == []


@AS
@pytest.mark.parametrize("form", ["audio", "json-escaped"])
@pytest.mark.parametrize("loss", ["ReadError", "RemoteProtocolError", "ReadTimeout", "too-short", "too-long"])
def test_a_lost_body_is_fetched_from_the_start(
    client_kind: ClientKind, waits: list[float], operation: str, form: str, loss: str, tmp_path: Path
) -> None:
    headers, make = FORMS[form]
    body = make(AUDIO)
    headers = {**headers, "content-length": str(len(body))}
    lost: list[Any] = {"too-short": [b'"UklG'], "too-long": [make(b"\0" * 1500)]}.get(loss) or [body[:999], loss]
    handler = streamed(client_kind, headers, [make(b"other")[:5], *lost[1:]], lost, [body[:3], body[3:]])
    assert fetched(client_kind, operation, handler, tmp_path) == AUDIO
    assert len(waits) == 2


NAMES: dict[str, tuple[str, str, dict[str, str], bytes, str]] = {  # id, path, headers, body, and the file
    "folder": ("v1", ".", PLAIN, AUDIO, "v1.wav"),
    "folder-by-bytes": ("v1", ".", {}, b"fLaC", "v1.flac"),
    "folder-by-bytes-of-json": ("v1", ".", JSON, b'"T2dnUw=="', "v1.ogg"),
    "folder-unknown": ("v1", ".", {}, b"what?", "v1.bin"),
    "folder-empty": ("v1", ".", {}, b"", "v1.bin"),
    "type-before-bytes": ("v1", ".", {"content-type": "audio/mpeg; x=1"}, AUDIO, "v1.mp3"),
    "no-extension": ("v1", "voice", PLAIN, AUDIO, "voice.wav"),
    "extension": ("v1", "voice.mp3", PLAIN, AUDIO, "voice.mp3"),
    "inner-folder": ("v1", "inner", PLAIN, AUDIO, "inner/v1.wav"),
    "link-to-folder": ("v1", "link", PLAIN, AUDIO, "link/v1.wav"),
    "longest-name": ("v1", "n" * 251 + ".wav", PLAIN, AUDIO, "n" * 251 + ".wav"),
    "id-upwards": ("../x", ".", PLAIN, AUDIO, "___x.wav"),
    "id-with-accent": ("é", ".", PLAIN, AUDIO, "é.wav"),
    "id-long": ("x" * 4000, ".", PLAIN, AUDIO, "x" * 100 + ".wav"),
    "id-long-with-wide-letters": ("語" * 400, ".", PLAIN, AUDIO, ""),
}


@pytest.mark.parametrize(("kind", "overwrite"), [(str, False), (Path, True), (OtherPath, False)])
@pytest.mark.parametrize("case", NAMES)
def test_the_name_of_the_file(case: str, kind: Any, overwrite: bool, tmp_path: Path, temporary: None) -> None:
    voice_id, path, headers, body, name = NAMES[case]
    (tmp_path / "inner").mkdir()
    (tmp_path / "link").symlink_to("inner")
    client_kind = ClientKind(httpx, is_async=kind is OtherPath)
    mistral = client_kind.mistral(client_kind.replies(Reply(200, body, headers)))
    given = {"voice_id": voice_id, "path": kind(tmp_path / path), "overwrite": overwrite}
    saved = client_kind.call(mistral, "save_sample_audio", **given)
    assert isinstance(saved, Path)
    assert (saved == tmp_path / name) or not name
    assert saved.read_bytes() == (b"OggS" if headers is JSON else body)
    assert [entry for entry in tmp_path.rglob("*") if entry.is_file()] in ([saved], [tmp_path / "inner/v1.wav"])
    if not overwrite:
        server = client_kind.replies(Reply(200, body, headers))
        with pytest.raises(FileExistsError, match="overwrite=True replaces it"):
            client_kind.call(client_kind.mistral(server), "save_sample_audio", **given)
        assert server.requests == []


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "missing-folder": ("no/voice.wav", FileNotFoundError, r"there is no such folder.*no'"),
    "missing-folder-by-its-slash": ("no/", FileNotFoundError, "no such folder"),
    "file-as-folder": ("old.wav/voice.wav", OSError, "no such folder"),
    "exists": ("old.wav", FileExistsError, r"overwrite=True replaces it: .*old\.wav"),
    "exists-with-an-extension": ("old", FileExistsError, r"overwrite=True replaces it: .*old\.wav"),
    "dangling-link": ("dangling.wav", FileExistsError, r"dangling\.wav"),
    "empty": (b"", TypeError, "path must be the path of a file or folder"),
    "null": ("a\0.wav", ValueError, "path holds a null character"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_paths_that_are_refused_before_anything_is_sent(
    client_kind: ClientKind, case: str, tmp_path: Path, temporary: None
) -> None:
    path, kind, reason = REFUSED[case]
    (tmp_path / "old.wav").write_bytes(b"old")
    (tmp_path / "dangling.wav").symlink_to("nothing")
    server = client_kind.replies(Reply(200, AUDIO, PLAIN))
    path = f"{tmp_path}/{path}" if isinstance(path, str) else path
    with pytest.raises(kind, match=reason):
        client_kind.call(client_kind.mistral(server), "save_sample_audio", voice_id="v1", path=path)
    assert server.requests == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["dangling.wav", "old.wav"]


def save(client_kind: ClientKind, handler: Callable[[Any], Any], path: Path, **given: Any) -> Any:
    return client_kind.call(client_kind.mistral(handler), "save_sample_audio", voice_id="v1", path=path, **given)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("appears", [False, True])
@pytest.mark.parametrize("old", ["file", "link", "dangling-link"])
def test_what_is_there_is_replaced_only_when_asked(
    client_kind: ClientKind, old: str, appears: bool, overwrite: bool, tmp_path: Path, temporary: None
) -> None:
    target, other = tmp_path / "voice.wav", tmp_path / "other"
    other.write_bytes(b"other")

    def make() -> None:
        if old == "file":
            target.write_bytes(b"old")
        else:
            target.symlink_to("other" if old == "link" else "nothing")

    def handler(request: Any) -> Any:
        if appears:
            make()
        return client_kind.library.Response(200, headers=PLAIN, content=AUDIO)

    if not appears:
        make()
    if overwrite:
        assert save(client_kind, handler, target, overwrite=True) == target
        assert (target.read_bytes(), target.is_symlink()) == (AUDIO, False)
    else:
        with pytest.raises(FileExistsError, match=r"overwrite=True replaces it: .*voice\.wav"):
            save(client_kind, handler, target)
        assert target.is_symlink() is (old != "file")
    assert other.read_bytes() == b"other"
    assert sorted(tmp_path.iterdir()) == [other, target]


def cancel(done: int, total: int | None) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


FAILURES: dict[str, tuple[list[Any], dict[str, Any], type[BaseException]]] = {
    "status": ([], {"status": 404}, errors.NotFoundError),
    "no-base64": ([b'"UklG', b"?"], {}, errors.ResponseValidationError),
    "cut-text": ([b'"UklG'], {}, errors.ResponseValidationError),
    "cut-body": ([b'"UklG', "ReadError"], {}, errors.NoResponseError),
    "undecodable": ([b'"UklG', "DecodingError"], {}, errors.ResponseValidationError),
    "exception": ([b'"UklG', b'"'], {"on_progress": Mock(side_effect=LookupError())}, LookupError),
    "library": ([b'"UklG', b'"'], {"on_progress": Mock(side_effect=httpx.ReadError("mine"))}, httpx.ReadError),
    "interrupt": ([b'"UklG', b'"'], {"on_progress": Mock(side_effect=KeyboardInterrupt())}, KeyboardInterrupt),
    "no-function": ([b'"UklG', b'"'], {"on_progress": 7}, TypeError),
    "wrong-option": ([], {"timeout_ms": "x"}, TypeError),
    "cancelled": ([b'"UklG', b'"'], {"on_progress": cancel}, asyncio.CancelledError),  # async only
}


@pytest.mark.parametrize(("case", "is_async"), [*product(FAILURES, [True]), *product([*FAILURES][:-1], [False])])
def test_nothing_is_left_of_a_failure(
    case: str, is_async: bool, waits: list[float], tmp_path: Path, temporary: None
) -> None:
    blocks, given, kind = FAILURES[case]
    given = dict(given)
    status = given.pop("status", 200)
    client_kind = ClientKind(httpx, is_async)
    mistral = client_kind.mistral(lambda _: httpx.Response(status, headers=JSON, stream=pieces(httpx, blocks)))
    given = {"voice_id": "v1", "path": tmp_path, **given}
    error, left = attempt(is_async, mistral, "save_sample_audio", lambda: descriptors(tmp_path), **given)
    assert isinstance(error, kind)
    assert left == []
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("call", ["open", "write", "fsync", "limit"])
def test_a_disk_that_fails(
    client_kind: ClientKind, call: str, tmp_path: Path, temporary: None, monkeypatch: Any
) -> None:
    mistral = client_kind.mistral(client_kind.replies(Reply(200, AUDIO, PLAIN)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if call == "limit":  # a real one: no file may be larger than this
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, limits[1]))
    else:
        monkeypatch.setattr(os, call, Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    try:
        with pytest.raises(OSError, match=r"(No space left on device|File too large).*voice\.wav") as caught:
            client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=tmp_path / "voice.wav")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        monkeypatch.undo()
    assert caught.value.errno in (errno.ENOSPC, errno.EFBIG)
    assert [*descriptors(tmp_path), *tmp_path.iterdir()] == []


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("coding", [None, "gzip"])
def test_progress_of_a_save(
    client_kind: ClientKind, waits: list[float], length: bool, coding: Any, tmp_path: Path
) -> None:
    body = gzip.compress(AUDIO) if coding else AUDIO
    headers = {**PLAIN, **({"content-encoding": coding} if coding else {})}
    headers |= {"content-length": str(len(body))} if length else {}
    told: list[tuple[int, int | None]] = []
    threads = set()

    def on_progress(done: int, total: int | None) -> None:
        told.append((done, total))
        threads.add(threading.get_ident())

    handler = streamed(client_kind, headers, [body[:50], "ReadError"], [body[:60], body[60:]])
    path = save(client_kind, handler, tmp_path, on_progress=on_progress)
    assert path.read_bytes() == AUDIO
    assert threads == {threading.get_ident()}
    total = len(body) if length and not coding else None
    assert told[-1] == (len(AUDIO), total)
    assert coding or told == [(50, total), (60, total), (len(body), total)]


@pytest.mark.parametrize("blocks", [[AUDIO], [b"?"], [AUDIO, "ReadError"]])
def test_no_loop_waits_for_a_file(
    client_kind: ClientKind, waits: list[float], blocks: list[Any], tmp_path: Path, temporary: None, monkeypatch: Any
) -> None:
    watch = memory.Watch()
    headers = JSON if blocks == [b"?"] else PLAIN
    mistral = client_kind.mistral(streamed(client_kind, headers, blocks, [AUDIO]))
    for name in ("open", "write", "ftruncate", "lseek", "fsync", "link", "replace", "unlink"):
        monkeypatch.setattr(os, name, watch.wrap(name, getattr(os, name)))
    with suppress(errors.ResponseValidationError):
        client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=tmp_path, overwrite=True)
    monkeypatch.undo()
    watch.check(client_kind.is_async)


@pytest.mark.parametrize("work", ["open", "write", "fsync"])
def test_cancelled_while_a_thread_works(work: str, tmp_path: Path, temporary: None, monkeypatch: Any) -> None:
    busy, resume = threading.Event(), threading.Event()
    original = getattr(os, work)

    def slow(*arguments: Any, **options: Any) -> Any:
        if threading.current_thread() is not threading.main_thread() and not busy.is_set():
            busy.set()
            assert resume.wait(10)
        return original(*arguments, **options)

    client_kind = ClientKind(httpx, is_async=True)
    mistral = client_kind.mistral(client_kind.replies(Reply(200, AUDIO, PLAIN)))
    monkeypatch.setattr(os, work, slow)
    (folder := tmp_path / "folder").mkdir()
    call = partial(mistral.audio.voices.save_sample_audio_async, voice_id="v1", path=folder)
    result, left = memory.cancelled_in_a_thread(folder, call, busy, resume)
    assert isinstance(result, asyncio.CancelledError)
    assert left == []
    # Either nothing, or the whole file where the work was done already.
    assert [path.read_bytes() for path in folder.iterdir()] in ([], [AUDIO] if work == "fsync" else [])


@pytest.mark.parametrize("overwrite", [False, True])
def test_permissions_are_those_of_a_new_file(overwrite: bool, tmp_path: Path, temporary: None) -> None:
    client_kind = ClientKind(httpx, is_async=False)
    path = save(client_kind, client_kind.replies(Reply(200, AUDIO, PLAIN)), tmp_path, overwrite=overwrite)
    (other := tmp_path / "other").touch()
    assert path.stat().st_mode == other.stat().st_mode


def test_a_folder_that_may_not_be_written_to(client_kind: ClientKind, temporary: None) -> None:
    server = client_kind.replies(Reply(200, AUDIO, PLAIN))
    with tempfile.TemporaryDirectory() as place:
        path = save(client_kind, server, Path(place), overwrite=True)  # so that nothing is left to import
        Path(place).chmod(0o755)
        with memory.unprivileged(), pytest.raises(PermissionError, match=place):
            save(client_kind, server, path.with_name("other.wav"))
    assert len(server.requests) == 1
