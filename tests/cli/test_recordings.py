"""Files that are plainly no recordings, and those that may be."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from mistral_voices.cli.recordings import START, refuse_other_files

from .conftest import WAV


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("notes.txt", b"Read by Ada.\n", "it is text"),
        ("notes", "Gelesen von Zo\u00eb \u2014 \u540d\u524d\r\n".encode(), "it is text"),
        ("ada.wav", b"Read by Ada.\n", "it is text"),
        ("list.txt", "Zo\u00eb\n".encode("utf-16"), "it is text"),  # as PowerShell writes it
        ("cut", b"a" + "\u540d".encode() * START, "it is text"),
        ("old.txt", "Zo\u00eb".encode("latin-1"), "its name is that of text/plain"),
        ("letter.DOC", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "its name is that of application/msword"),
        ("cover.tiff", b"II*\0", "its name is that of image/tiff"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        refuse_other_files(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ada.wav", WAV),
        ("ada", WAV),
        ("raw.bin", bytes(range(256))),
        ("silence.ulaw", b"\xff" * 9000),
        ("mute.pcm", bytes(9000)),
        ("a.ogx", b"OggS\0"),
        ("empty.wav", b""),
    ],
)
def test_what_may_be_one_is_not(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    refuse_other_files(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    thread = threading.Thread(target=refuse_other_files, args=(tmp_path / "pipe",), daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
