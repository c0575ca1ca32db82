"""Looking: the commands list, get and find."""

from __future__ import annotations

from typing import Any

import click

from .connection import connect, global_options, settings
from .output import visible, write, write_json, write_table
from .selection import filter_options, find_voice, matching

COLUMNS = ("name", "id", "type", "languages", "gender", "tags", "created_at")


@click.command("list")
@filter_options
@global_options(hidden=True)
def list_voices(**filters: Any) -> None:
    """List voices."""
    with connect() as mistral:
        voices = matching(mistral, **filters)
        if settings().get("json"):
            write_json({"voices": [voice.to_dict() for voice in voices]})
        else:
            write_table(COLUMNS, ([cell(voice.to_dict().get(name)) for name in COLUMNS] for voice in voices))


@click.command()
@click.argument("voice")
@global_options(hidden=True)
def get(voice: str) -> None:
    """Show all that is known of a voice, meant by id, slug or name."""
    with connect() as mistral:
        found = find_voice(mistral, voice)
        if settings().get("json"):
            write_json({"voice": found.to_dict()})
            return
        for name, value in found.to_dict().items():
            write(f"{name}: {visible(cell(value))}")


@click.command()
@click.argument("voice")
@global_options(hidden=True)
def find(voice: str) -> None:
    """Print the id of the voice that a name or slug means."""
    with connect() as mistral:
        found = find_voice(mistral, voice)
        if settings().get("json"):
            write_json({"voice": found.to_dict()})
        else:
            write(visible(found.id))


def cell(value: Any) -> str:
    """Give a value as a cell of a table."""
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
