"""Write the voices of an account that are older than 90 days as CSV, oldest first.

MISTRAL_API_KEY=... python old_voices.py > old.csv
"""

import csv
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TextIO

from mistral_voices import Mistral, models

COLUMNS = ["id", "name", "created_at", "languages", "tags"]


def older_than(voices: Iterable[models.VoiceResponse], age: timedelta) -> list[models.VoiceResponse]:
    """Choose the voices that were made before so long, the oldest first."""
    before = datetime.now(UTC) - age
    return sorted((voice for voice in voices if voice.created_at < before), key=lambda voice: voice.created_at)


def write_csv(voices: Iterable[models.VoiceResponse], file: TextIO) -> None:
    """Write a line for each voice."""
    writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for voice in voices:
        row = voice.to_dict()  # dates are text here, as the API sends them
        for column in ("languages", "tags"):
            row[column] = " ".join(row.get(column) or [])
        # A spreadsheet takes a text that begins so for a formula.
        row["name"] = f"'{voice.name}" if voice.name.startswith(("=", "+", "-", "@")) else voice.name
        writer.writerow(row)


def main() -> None:
    with Mistral() as mistral:
        write_csv(older_than(mistral.audio.voices.iterate(type_="custom"), timedelta(days=90)), sys.stdout)


if __name__ == "__main__":
    main()
