"""Make the picture of the page of voices, docs/voices-page.png, from invented voices: `python scripts/voices_page.py`.

Needs a browser (apt-get install chromium) and playwright (requirements-browser.lock).
"""

from __future__ import annotations

import io
import math
import random
import shutil
import sys
import tempfile
import wave
from array import array
from importlib import import_module
from pathlib import Path
from typing import Any

from mistral_voices.cli.app import run
from mistral_voices.cli.backup.folder import Backup, Entry, Folder

PICTURE = Path(__file__).parent.parent / "docs" / "voices-page.png"
SIZE = {"width": 1280, "height": 720}
RATE = 8_000
FEMALE, MALE, NEUTRAL = (("female", 210), ("male", 115), ("neutral", 160))
# Name, languages, gender and pitch, age, tags, seconds, description.
VOICES = [
    ("Amélie", ["fr"], FEMALE, 34, ["warm", "narration"], 6.4, ""),
    ("Bram", ["nl", "en"], MALE, 41, ["calm"], 4.1, ""),
    ("Chiara", ["it"], FEMALE, 28, ["bright", "launch"], 5.2, "Second take, recorded closer to the microphone."),
    ("Dieter", ["de"], MALE, 52, ["narration", "deep"], 7.8, ""),
    ("Elif", ["tr", "de"], FEMALE, None, ["warm"], 3.6, ""),
    ("Farid", ["ar", "fr"], MALE, 37, ["news", "calm"], 5.9, ""),
    ("Grace", ["en"], FEMALE, 45, ["news", "launch"], 4.8, ""),
    ("Jonas", ["de", "en"], MALE, 23, ["bright"], 2.9, ""),
    ("Noor", ["en", "ar"], NEUTRAL, None, [], 0, ""),
    ("Zoë", ["en", "fr"], FEMALE, 30, ["calm", "narration"], 6.1, ""),
]


def speech(seed: int, seconds: float, pitch: float) -> bytes:
    """Make a WAV that sounds a little, and looks a lot, like someone speaking: syllables, words and pauses."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    values = array("h", bytes(2 * round(seconds * RATE)))
    at, loudest = 0.15, chance.uniform(0.35, 0.9)
    while at < seconds - 0.4:
        length, loud = chance.uniform(0.09, 0.24), loudest * chance.uniform(0.3, 1)
        tone, vowel = pitch * chance.uniform(0.85, 1.2), chance.uniform(400, 1100)
        for step in range(int(length * RATE)):
            time = step / RATE
            harmonics = sum(
                math.sin(2 * math.pi * tone * number * time) / (1 + abs(tone * number - vowel) / 300)
                for number in range(1, 9)
            )
            value = loud * math.sin(math.pi * time / length) * harmonics / 2.5
            values[int(at * RATE) + step] = round(max(-1, min(1, value)) * 32_000)
        at += length + (chance.uniform(0.2, 0.45) if chance.random() < 0.2 else chance.uniform(0, 0.05))
    if sys.byteorder == "big":
        values.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setparams((1, 2, RATE, 0, "NONE", ""))
        recording.writeframes(values.tobytes())
    return file.getvalue()


def make_backup(path: Path) -> None:
    """Write a backup of the invented voices."""
    folder = Folder(path)
    folder.samples.mkdir(parents=True)
    entries = []
    for number, (name, languages, (gender, pitch), age, tags, seconds, description) in enumerate(VOICES, 1):
        voice_id = f"00000000-0000-4000-8000-{number:012}"
        voice: dict[str, Any] = {"id": voice_id, "name": name, "type": "custom" if seconds else "preset"}
        voice |= {"languages": languages, "gender": gender, "age": age, "tags": tags, "description": description}
        sample = None
        if seconds:
            file = folder.samples / f"{folder.stem(voice_id, name)}.wav"
            file.write_bytes(speech(number, seconds, pitch))
            sample = folder.describe(file)
        entries.append(Entry(voice, sample))
    folder.write(Backup("https://api.mistral.ai", entries))


def main() -> int:
    """Make backup, page and picture."""
    sync_api = import_module("playwright.sync_api")  # as a name: it is not in the lock that types are checked with
    with tempfile.TemporaryDirectory() as name, sync_api.sync_playwright() as playwright:
        page = Path(name) / "voices.html"
        make_backup(Path(name) / "voices")
        if status := run(["page", f"{name}/voices", "-o", str(page)]):
            return status
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport=SIZE)
        tab.goto(page.as_uri())
        tab.get_by_role("button", name="Play Dieter").click()
        position = tab.get_by_role("slider", name="Position in Dieter")
        while int(position.input_value()) < 400:  # of 1000; the page's policy lets nothing wait inside it
            tab.wait_for_timeout(50)
        tab.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE} ({PICTURE.stat().st_size / 1000:.0f} KB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
