"""Copy the voices of an account into another account or region: each only once, however often this is run.

FROM_KEY=... TO_KEY=... python migrate.py eu us
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Literal, cast

from mistral_voices import Mistral, models

Server = Literal["global", "eu", "us"]


def copy(source: Mistral, target: Mistral) -> Iterator[models.VoiceResponse]:
    """Copy what the target does not have by name, and give each copy."""
    there = {voice.name for voice in target.audio.voices.iterate(type_="custom")}
    with tempfile.TemporaryDirectory() as folder:
        for voice in source.audio.voices.iterate(type_="custom"):
            if voice.name in there:
                continue
            path = source.audio.voices.save_sample_audio(voice_id=voice.id, path=folder)
            yield target.audio.voices.create(
                name=voice.name,
                sample_audio=path,
                languages=voice.languages,
                gender=voice.gender,
                age=voice.age,
                tags=voice.tags,
                description=voice.description,
                retention_notice=voice.retention_notice,
                recover=True,  # a lost response does not make a second voice
            )
            path.unlink()


def main() -> None:
    from_server, to_server = cast(list[Server], sys.argv[1:3])
    with (
        Mistral(os.environ["FROM_KEY"], server=from_server) as source,
        Mistral(os.environ["TO_KEY"], server=to_server) as target,
    ):
        for voice in copy(source, target):
            print(f"{voice.name}: {voice.id}")


if __name__ == "__main__":
    main()
