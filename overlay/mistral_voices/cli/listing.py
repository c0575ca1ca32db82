"""Looking: the commands list, get and find."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from .completion import complete_voices, remember_voices
from .connection import connect
from .options import global_options, settings
from .output import examples, is_unicode, json_text, visible, write, write_json, write_table
from .selection import filter_options, find_voice, matching, type_option

if TYPE_CHECKING:
    from mistral_voices import models

COLUMNS = ("name", "id", "type", "languages", "gender", "tags", "created_at")
OPTIONAL = ("tags", "gender", "type", "languages", "created_at")
FIELDS = (
    *("id", "name", "slug", "type", "kind", "languages", "gender", "age", "tags", "color", "description"),
    *("retention_notice", "trimmed_seconds", "created_at", "user_id"),
)


@click.command(
    "list",
    epilog=examples(
        "mistral-voices list --type custom --older-than 90d",
        "mistral-voices list --fields id,name | while read -r id name; do ...",
        "mistral-voices list --fields name | sort | uniq -d      names that several voices have",
        "mistral-voices list --csv > voices.csv",
    ),
)
@type_option
@filter_options
@click.option("--fields", metavar="A,B,...", help=f"Only these members, in this order: {', '.join(FIELDS)}.")
@click.option("--jsonl", is_flag=True, help="Write each voice as JSON in a line of its own.")
@click.option(
    "--csv", "as_csv", is_flag=True, help="Write a table for spreadsheets, UTF-8, with all fields or those named."
)
@global_options(hidden=True)
def list_voices(fields: str | None, jsonl: bool, as_csv: bool, **filters: Any) -> None:
    """List voices: at a terminal as a table, else as lines with tabs and no header."""
    as_json = settings().get("json")
    if sum(map(bool, (as_json, jsonl, as_csv))) > 1:
        raise click.UsageError("--json, --jsonl and --csv exclude each other.")
    names = tuple(name.strip() for name in fields.split(",")) if fields is not None else ()
    if unknown := [name for name in names if name not in FIELDS]:
        raise click.UsageError(f"--fields: there is no {unknown[0]!r}. There are {', '.join(FIELDS)}.")
    with connect() as mistral:
        voices = matching(mistral, **filters)
        if not any(filters.values()):
            voices = remember_voices(voices)
        if as_json:
            write_json({"voices": [_members(voice, names) for voice in voices]})
        elif jsonl:
            for voice in voices:
                write_json(_members(voice, names), indent=None)
        elif as_csv:
            _write_csv(names or FIELDS, voices)
        else:
            write_voices(voices, names)


def write_voices(
    voices: Iterable[models.VoiceResponse], names: Sequence[str] = (), stream: TextIO | None = None
) -> None:
    """Write voices as a table of the fields that are named, or of the usual ones."""
    members = (voice.to_dict() for voice in voices)
    is_short = (stream or sys.stdout).isatty() and not names
    rows = ([cell(name, member.get(name), is_short) for name in names or COLUMNS] for member in members)
    write_table(names or COLUMNS, rows, fixed=("id", "created_at"), optional=() if names else OPTIONAL, stream=stream)


def _write_csv(names: Sequence[str], voices: Iterator[models.VoiceResponse]) -> None:
    import csv  # 1 ms, for this form alone

    show = visible if sys.stdout.isatty() else _harmless
    writer = csv.writer(sys.stdout, lineterminator="\n")
    members = (voice.to_dict() for voice in voices)
    first = next(members, None)  # before the header: where the listing fails there is no output
    if not sys.stdout.isatty() and is_unicode(sys.stdout):
        sys.stdout.write("\ufeff")  # by which Excel knows UTF-8
    writer.writerow(names)
    for each in () if first is None else itertools.chain((first,), members):
        writer.writerow([show(cell(name, each.get(name))) for name in names])


def _harmless(cell: str) -> str:
    """Give a cell that no spreadsheet runs: one that begins as a formula gets an apostrophe, which makes it text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _members(voice: models.VoiceResponse, names: Sequence[str]) -> dict[str, Any]:
    members = voice.to_dict()
    return {name: members.get(name) for name in names} if names else members


def cell(name: str, value: Any, is_short: bool = False) -> str:
    """Give a value as a cell of a table; a short one has the day alone.

    A list of texts without commas has commas between them; what else is no text is JSON.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:10] if name == "created_at" and is_short else value
    if isinstance(value, list) and all(isinstance(each, str) and "," not in each for each in value):
        return ", ".join(value)
    return json_text(value, indent=None)


@click.command()
@click.argument("voice", shell_complete=complete_voices)
@global_options(hidden=True)
def get(voice: str) -> None:
    """Show all that is known of a VOICE, meant by its id, slug or name."""
    with connect() as mistral:
        found = find_voice(mistral, voice).to_dict()
    if settings().get("json"):
        write_json({"voice": found})
        return
    width = max(map(len, found))
    for name, value in found.items():
        write(f"{visible(name):{width}}  {visible(cell(name, value))}".rstrip())


@click.command(epilog=examples("id=$(mistral-voices find Ada) || exit"))
@click.argument("voice", shell_complete=complete_voices)
@global_options(hidden=True)
def find(voice: str) -> None:
    """Print the id of the one voice that a name or slug means."""
    with connect() as mistral:
        found = find_voice(mistral, voice)
    if settings().get("json"):
        write_json({"voice": found.to_dict()})
    else:
        write(visible(found.id))
