"""Backups for the tests of the page, with voices that mean no good among them."""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mistral_voices.cli.backup.folder import Backup, Entry, Folder

HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "end": "</script><img src=x onerror=alert(1)>",
    "comment": "<!--<script>",
    "quotes": '"\'` onfocus=alert(1) x="',
    "lines": "a\u2028b\u2029c\x00\x1b[31m",
    "template": "[[code]] ${alert(1)} {{x}}",
    "left": "\u202egnp.exe",
    "half": "\ud800",
    "blank": "  ",
    "long": "W" * 200,
}


def tone(seconds: float, loudness: float = 0.8) -> bytes:
    """Make a WAV of 8 kHz, 16 bits."""
    steps = (round(32_000 * loudness * math.sin(step / 3)) for step in range(round(seconds * 8000)))
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setparams((1, 2, 8000, 0, "NONE", ""))
        recording.writeframes(b"".join(step.to_bytes(2, "little", signed=True) for step in steps))
    return file.getvalue()


def make_backup(path: Path, *voices: tuple[Mapping[str, Any], bytes | Path | None]) -> Path:
    """Write a backup: of each voice its members and its sample, a WAV or a file; id, name and type may be left out."""
    folder = Folder(path)
    folder.samples.mkdir(parents=True)
    entries = []
    for number, (members, audio) in enumerate(voices):
        voice = {"id": f"id-{number}", "name": f"Voice {number}", "type": "custom", **members}
        sample = None
        if audio is not None:
            suffix = ".wav" if isinstance(audio, bytes) else audio.suffix
            file = folder.samples / f"{folder.stem(voice['id'], voice['name'])}{suffix}"
            file.write_bytes(audio if isinstance(audio, bytes) else audio.read_bytes())
            sample = folder.describe(file)
        entries.append(Entry(voice, sample))
    folder.write(Backup("https://api.mistral.ai", entries))
    return path


def hostile_voices(audio: bytes) -> list[tuple[dict[str, Any], bytes]]:
    """Give voices with markup and worse in every member."""
    members = ("name", "slug", "gender", "age", "description", "color", "created_at")
    return [
        ({"id": f"{key}{text}", **dict.fromkeys(members, text), "languages": [text], "tags": [text, text]}, audio)
        for key, text in HOSTILE.items()
    ]
