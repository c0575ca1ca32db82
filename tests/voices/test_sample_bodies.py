"""Samples that come under a wrong type, and what is no sample under a right one."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mistral_voices import errors

from ..harness import ClientKind, Reply

AUDIO = Path(__file__).parent.parent / "data" / "audio"
# The recording, the type that it comes with, and the extension that it is saved with.
SAMPLES: list[tuple[str, str | None, str]] = [
    ("chrome.webm", "video/webm", ".webm"),
    ("iphone.m4a", "video/mp4", ".m4a"),
    ("firefox.ogg", "application/ogg", ".ogg"),
    ("opus.opus", "audio/opus", ".ogg"),
    ("artwork.mp3", "text/plain", ".mp3"),
    ("id3.aac", "audio/mpeg", ".aac"),
    ("plain.wav", None, ".wav"),
    ("pipe.wav", "application/json", ".wav"),
    ("bare.pcm", "binary/octet-stream", ".bin"),
    ("bare.pcm", "audio/x-new", ".bin"),
]
NO_SAMPLES = [
    *[(b"<!doctype html><p>Sign in", content_type) for content_type in ("audio/wav", None, "text/html")],
    *[(b'{"detail": "No"}', content_type) for content_type in ("audio/wav", None)],
    (b"RIFF is how a WAV file begins", "text/plain"),
    *[(b"", content_type) for content_type in ("video/webm", "audio/wav", None)],
    *[(gzip.compress(b"RIFF", mtime=0), content_type) for content_type in ("audio/wav", None)],
    *[(base64.b64encode(b"RIFF....WAVEfmt "), content_type) for content_type in ("audio/wav", None)],
]


@pytest.mark.parametrize(("file", "content_type", "extension"), SAMPLES)
@pytest.mark.parametrize("is_text", [False, True])
def test_a_sample_is_reached_whatever_the_server_calls_it(
    client_kind: ClientKind, tmp_path: Path, file: str, content_type: str | None, extension: str, is_text: bool
) -> None:
    audio = (AUDIO / file).read_bytes()
    text = base64.b64encode(audio).decode()
    body = f'"{text}"'.encode() if is_text else audio
    mistral = client_kind.mistral(
        client_kind.replies(Reply(200, body, {"content-type": content_type} if content_type else {}))
    )
    assert client_kind.call(mistral, "get_sample_audio", voice_id="v1") == text
    assert client_kind.call(mistral, "read_sample_audio", voice_id="v1") == audio
    saved = client_kind.call(mistral, "save_sample_audio", voice_id="v1", path=tmp_path)
    assert (saved.name, saved.read_bytes()) == (f"v1{extension}", audio)


TEXTS = ["", "\n", "https://example.org/ada.wav", "data:audio/wav;base64,UklG", "UklGR-__", "UklGRg", "UklG=="]


@pytest.mark.parametrize("text", TEXTS)
def test_a_json_string_that_is_not_base64_is_no_sample(client_kind: ClientKind, tmp_path: Path, text: str) -> None:
    mistral = client_kind.mistral(client_kind.replies(Reply(200, json.dumps(text).encode())))
    for operation, given in (("get", {}), ("read", {}), ("save", {"path": tmp_path})):
        with pytest.raises(errors.ResponseValidationError, match=r"the sample is (empty|not base64 text)"):
            client_kind.call(mistral, f"{operation}_sample_audio", voice_id="v1", **given)
    assert [*tmp_path.iterdir()] == []


# The encoding that a sample is called, how it is encoded, and whether it is one.
ENCODED = [
    ("gzip", gzip.compress, True),
    ("utf-8", bytes, True),  # no encoding, as some storage has it
    ("br", lambda audio: b"\x8b\x02\x80" + audio, False),
    ("gzip, X-New", lambda audio: gzip.compress(b"\0" + audio), False),
]


@pytest.mark.parametrize(("encoding", "encode", "is_sample"), ENCODED)
def test_a_sample_may_be_encoded_as_it_was_requested(
    client_kind: ClientKind, tmp_path: Path, encoding: str, encode: Callable[[bytes], bytes], is_sample: bool
) -> None:
    audio = (AUDIO / "plain.wav").read_bytes()
    headers = {"content-type": "audio/wav", "content-encoding": encoding}
    mistral = client_kind.mistral(client_kind.replies(Reply(200, encode(audio), headers)))
    if is_sample:
        assert client_kind.call(mistral, "read_sample_audio", voice_id="v1") == audio
    else:
        for operation, given in (("get", {}), ("read", {}), ("save", {"path": tmp_path / "ada.wav"})):
            with pytest.raises(
                errors.ResponseValidationError, match=r"encoding is (br|gzip, x-new), which was not requested"
            ):
                client_kind.call(mistral, f"{operation}_sample_audio", voice_id="v1", **given)
        assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(("body", "content_type"), NO_SAMPLES)
def test_what_is_no_sample_is_kept_for_the_error(
    client_kind: ClientKind, tmp_path: Path, body: bytes, content_type: str | None
) -> None:
    mistral = client_kind.mistral(
        client_kind.replies(Reply(200, body, {"content-type": content_type} if content_type else {}))
    )
    for operation, given in (("get", {}), ("read", {}), ("save", {"path": tmp_path})):
        with pytest.raises(errors.ResponseValidationError) as caught:
            client_kind.call(mistral, f"{operation}_sample_audio", voice_id="v1", **given)
        assert caught.value.body == (body.decode() if b"<!" in body or b" is " in body else "")
        assert caught.value.raw_response is not None
        assert caught.value.raw_response.content == body
    assert [*tmp_path.iterdir()] == []
