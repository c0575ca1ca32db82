"""A download: either form of a body into memory, from the start again after a loss, with its progress."""

from __future__ import annotations

import pytest

from mistral_voices._media.download import Download, MemoryTarget

from .samples import JSON_FORMS, WAV

BODIES: dict[str | None, bytes] = {
    None: WAV,
    "Audio/X-New; rate=8000": WAV,
    "application/octet-stream": WAV,
    "application/json": JSON_FORMS["lines"](WAV),
    "Application/JSON; charset=utf-8": JSON_FORMS["plain"](WAV),
}


@pytest.mark.parametrize("content_type", BODIES)
@pytest.mark.parametrize("before", BODIES)
def test_a_download_starts_anew_whatever_came_before(before: str | None, content_type: str | None) -> None:
    reports: list[tuple[int, int | None]] = []
    target = MemoryTarget()
    download = Download(target, lambda done, total: reports.append((done, total)))
    download.start(before, None)
    download.write(BODIES[before][:700])
    download.report()
    body = BODIES[content_type]
    download.start(content_type, len(body))
    for block in (body[:7], body[7:]):
        download.write(block)
        download.report()
    download.finish()
    assert target.audio() == WAV
    assert reports == [(700, None), (7, len(body)), (len(body), len(body))]


def test_what_is_no_sample_or_not_whole_is_refused() -> None:
    download = Download(MemoryTarget())
    with pytest.raises(ValueError, match="the content type is text/html, expected audio or JSON"):
        download.start("text/html; charset=utf-8", None)
    download.start("application/json", None)
    download.write(b'"UklG')
    download.report()  # to nobody
    assert download.in_memory
    with pytest.raises(ValueError, match="cut short"):
        download.finish()
    with pytest.raises(ValueError, match="not base64"):
        download.write(b"????")
