"""Create, read, save and delete one voice at the real service: `python scripts/live.py [SAMPLE.wav]`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from mistral_voices import Mistral, errors

SPOKEN = Path(__file__).resolve().parent.parent / "tests" / "data" / "hello.wav"


def main() -> int:
    """Do the round; 1 when a step fails, 2 when there is no key."""
    if not os.environ.get("MISTRAL_API_KEY"):
        print("live: set MISTRAL_API_KEY; this makes and deletes one voice in that account.", file=sys.stderr)
        return 2
    sample = Path(sys.argv[1]) if len(sys.argv) > 1 else SPOKEN
    with Mistral() as mistral, tempfile.TemporaryDirectory() as folder:
        voices = mistral.audio.voices
        print(f"{mistral!r}: {sum(1 for _ in voices.iterate())} voices")
        try:
            voice = voices.create(name="mistral-voices live check", sample_audio=sample, recover=True)
        except errors.MistralError as error:
            print(f"create: {error}", file=sys.stderr)
            return 1
        try:
            print(f"created {voice.id}")
            assert voices.get(voice_id=voice.id).name == voice.name
            path = voices.save_sample_audio(voice_id=voice.id, path=folder)
            same = path.read_bytes() == sample.read_bytes()
            print(f"saved {path.name}, {path.stat().st_size:,} bytes, {'identical' if same else 'not the bytes sent'}")
        finally:
            voices.delete(voice_id=voice.id)
            print(f"deleted {voice.id}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
