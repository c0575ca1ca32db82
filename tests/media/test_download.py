"""A download: either form of a body into memory, from the start again after a loss, with its progress."""

from __future__ import annotations

import pytest

from mistral_voices._media.download import Download, MemoryTarget
from mistral_voices._media.sample_body import ENOUGH

from .samples import JSON_FORMS, WAV

AUDIO = WAV * 8
BODIES: dict[str | None, bytes] = {
    None: AUDIO,
    "Audio/X-New; rate=8000": AUDIO,
    "application/octet-stream": AUDIO,
    "video/webm": AUDIO,
    "application/json": JSON_FORMS["lines"](AUDIO),
    "Application/JSON; charset=utf-8": JSON_FORMS["plain"](AUDIO),
    "text/plain": JSON_FORMS["escaped"](AUDIO),
    "audio/wav": JSON_FORMS["utf-16"](AUDIO),
}


@pytest.mark.parametrize("content_type", BODIES)
@pytest.mark.parametrize("before", BODIES)
@pytest.mark.parametrize("size", [700, ENOUGH])
def test_a_download_starts_anew_whatever_came_before(before: str | None, content_type: str | None, size: int) -> None:
    reports: list[tuple[int, int | None]] = []
    target = MemoryTarget()
    download = Download(target, lambda done, total: reports.append((done, total)))
    download.start(before, None)
    download.write(BODIES[before][:size])
    download.report()
    body = BODIES[content_type]
    download.start(content_type, len(body))
    for block in (body[:7], body[7:]):
        download.write(block)
        download.report()
    download.finish()
    assert target.audio() == AUDIO
    assert reports == [(size, None), (7, len(body)), (len(body), len(body))]


@pytest.mark.parametrize("size", [1, 4095, ENOUGH - 1, ENOUGH, 3 * ENOUGH])
def test_blocks_of_any_size_are_judged_together(size: int) -> None:
    audio = WAV * 20
    for content_type, body in (("text/html", audio), ("text/html", JSON_FORMS["plain"](audio)), (None, audio)):
        target = MemoryTarget()
        download = Download(target)
        download.start(content_type, None)
        for start in range(0, len(body), size):
            download.write(body[start : start + size])
            assert bool(download.held()) is (start + size < ENOUGH)  # what is known for a sample is not held back
        download.finish()
        assert target.audio() == audio


def test_what_is_no_sample_is_refused_and_kept() -> None:
    download = Download(MemoryTarget())
    for content_type, problem in (("text/html; charset=utf-8", "content type is text/html"), ("audio/wav", "HTML")):
        download.start(content_type, None)
        download.write(b"<html>")
        assert download.held() == b"<html>"
        with pytest.raises(ValueError, match=problem):
            download.finish()
        download.start(content_type, None)
        with pytest.raises(ValueError, match=problem):
            download.write(b"<html>" + b"x" * ENOUGH)
        assert download.held() == b"<html>" + b"x" * ENOUGH


def test_what_is_not_whole_is_refused_and_not_kept() -> None:
    download = Download(MemoryTarget())
    download.start("application/json", None)
    download.write(b'"UklG')
    download.report()  # to nobody
    assert download.in_memory
    with pytest.raises(ValueError, match="cut short"):
        download.finish()
    with pytest.raises(ValueError, match="not base64"):
        download.write(b"????")
    assert download.held() == b""
