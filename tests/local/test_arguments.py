from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mistral_voices.local import VoicesServer, _audio

from .conftest import KEY


class BytesPath:
    def __fspath__(self) -> bytes:
        return b"x"


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"seed": 5}, TypeError, "seed must be .*, not int"),
        ({"seed": None}, TypeError, "seed must be .*, not NoneType"),
        ({"seed": b"x"}, TypeError, "seed must be .*, not bytes"),
        ({"seed": BytesPath()}, TypeError, "seed must be .*, not BytesPath"),
        ({"seed": "a\0b"}, ValueError, "the seed file .* cannot be read"),
        ({"data": 5}, TypeError, "data must be .*, not int"),
        ({"data": b"x"}, TypeError, "data must be .*, not bytes"),
        ({"data": BytesPath()}, TypeError, "data must be .*, not BytesPath"),
        ({"data": "a\0b"}, ValueError, "the data file .* cannot be opened"),
        ({"data": "\ud800"}, ValueError, "the data file .* cannot be opened"),
        ({"data": "x" * 300}, ValueError, "the data file .* cannot be opened"),
        ({"api_key": 5}, TypeError, "api_key must be text or None, not int"),
        ({"api_key": b"x"}, TypeError, "api_key must be text or None, not bytes"),
        ({"sample_form": 5}, ValueError, "sample_form must be"),
    ],
)
def test_arguments_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Any, kind: type[Exception], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=message):
        VoicesServer(**arguments)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("x",), TypeError, "port must be a number, not str"),
        ((80.0,), TypeError, "port must be a number, not float"),
        ((None,), TypeError, "port must be a number, not NoneType"),
        ((-1,), ValueError, "port must be within 0-65535, not -1"),
        ((70_000,), ValueError, "port must be within 0-65535, not 70000"),
        ((0, 5), TypeError, "host must be text, not int"),
        ((0, ""), ValueError, "the host '' is not an IP address"),
        ((0, "10.0.0.1"), ValueError, "the host 10.0.0.1 is not a loopback address"),
    ],
)
def test_arguments_of_serve(server: VoicesServer, arguments: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        server.serve(*arguments)
    assert server.serve()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [(5, "sizes: Input should be a valid list"), (["a"], "sizes.0: "), ([1.5], "sizes.0: "), (None, "sizes: ")],
)
def test_arguments_of_shape_pages(server: VoicesServer, sizes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        server.shape_pages(sizes)


def test_a_size_may_be_a_float_that_is_an_integer(server: VoicesServer) -> None:
    server.shape_pages([1.0])  # type: ignore[list-item]
    with server.client(headers=KEY) as client:
        assert len(client.get("/v2/audio/voices").json()["data"]) == 1


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("a.wav", "audio/wav"),
        ("a.MP3", "audio/mpeg"),
        ("a.flac", "audio/flac"),
        ("a.ogg", "audio/ogg"),
        ("a.oga", "audio/ogg"),
        ("a.opus", "audio/ogg"),
        ("a.m4a", "audio/mp4"),
        ("a.mp4", "audio/mp4"),
        ("a.aac", "audio/aac"),
        ("a.webm", "audio/webm"),
        ("a.txt", "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_the_extension_tells_where_the_bytes_do_not(filename: str | None, expected: str) -> None:
    assert _audio.find_content_type(b"what is it?", filename) == expected
    assert _audio.find_content_type(b"fLaC and more", filename) == "audio/flac"
