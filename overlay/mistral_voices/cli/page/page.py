"""The command page: one self-contained HTML file, in which the voices of a backup are heard and compared."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import click

from ..backup.folder import Backup, Entry, Folder, Sample
from ..failures import DONE, FAILED, Failure
from ..files import write_whole
from ..options import FOLDER, FileToWrite, force_option, global_options, settings
from ..output import examples, plural, say, visible, write, write_json

LARGE = 50_000_000
BLOCK = 3 << 16  # base64 of it needs no padding
MEGABYTE = 1_000_000
TEXTS = ("id", "name", "slug", "gender", "age", "type", "color", "description", "created_at")
LISTS = ("languages", "tags")
# Nothing is loaded from anywhere, and only the page's own style and code count, by their hashes.
POLICY = (
    "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{code}'; media-src blob:; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


class Shown(NamedTuple):
    """A voice of the page, and the file of its sample; None when there is none to hear."""

    entry: Entry
    file: Path | None


@click.command(epilog=examples("mistral-voices page voices", "mistral-voices page voices -o spring.html --force"))
@click.argument("path", metavar="DIR", type=FOLDER)
@click.option(
    "-o",
    "--output",
    type=FileToWrite(dir_okay=False, allow_dash=True, path_type=Path),
    default=Path("voices.html"),
    metavar="FILE|-",
    help="Where to; voices.html without it.",
)
@force_option
@click.option("--large", is_flag=True, help="Also when the samples are more than 50 MB.")
@global_options(hidden=True)
def page(path: Path, output: Path, force: bool, large: bool) -> int:
    """Make one page from the backup in DIR, to hear and compare its voices in a browser.

    The page has all in it, samples too: it needs no network, and no file beside it. They are recordings of people: the
    page can be read by you alone.
    """
    is_file = output != Path("-")
    if not is_file and (sys.stdout.isatty() or settings().get("json")):
        raise click.UsageError("-o - sends the page to standard output: redirect it, without --json, or name a file.")
    folder = Folder(path)
    backup = folder.require()
    if is_file:
        _refuse_to_replace(output, force=force)
    samples = [entry.sample for entry in backup.voices if entry.sample]
    total = sum(sample["size"] for sample in samples)
    if total > LARGE and not large:
        raise Failure(
            f"The samples are {total / MEGABYTE:,.1f} MB: a page of more than {LARGE // MEGABYTE} MB opens slowly",
            "--large makes it all the same.",
        )
    damaged: list[str] = []
    shown = [Shown(entry, _whole(folder, entry.sample, damaged)) for entry in backup.voices]
    if is_file:
        write_whole(output, texts(backup, shown))
    else:
        sys.stdout.writelines(texts(backup, shown))
        sys.stdout.flush()
    heard = sum(voice.file is not None for voice in shown)
    if settings().get("json"):
        size = output.stat().st_size
        members = {"file": str(output), "size": size, "voices": len(shown), "samples": heard, "damaged": damaged}
        write_json({"page": members})
    else:
        for damage in damaged:
            say(visible(f"Without its sample: {damage}"))
        written = f", {output.stat().st_size / MEGABYTE:,.1f} MB" if is_file else ""
        say(f"{plural(len(shown), 'voice')}, {plural(heard, 'sample')}{written}.")
        if is_file:
            write(visible(str(output)))
    return FAILED if damaged else DONE


def _refuse_to_replace(output: Path, *, force: bool) -> None:
    """Refuse to write where something is.

    Raises:
        Failure: It is a file, and `force` is not given, or something that a file must not take the place of.
    """
    if output.exists() and not output.is_file():
        raise Failure(f"{output} is no regular file", "-o - sends the page to standard output.")
    if output.exists() and not force:
        raise Failure(f"{output} is there already", "--force replaces it.")


def _whole(folder: Folder, sample: Sample | None, damaged: list[str]) -> Path | None:
    """Give the file of a sample if it holds what it did; else what is wrong goes to `damaged`."""
    if sample is None:
        return None
    if damage := folder.damage(sample, verify=True):
        damaged.append(damage)
        return None
    return folder.file(sample)


def texts(backup: Backup, voices: Sequence[Shown]) -> Iterator[str]:
    """Give the page in pieces, none of them larger than a block of a sample."""
    style, code = _read("page.css"), _read("waveform.js") + _read("page.js")
    parts = {
        "policy": POLICY.format(style=_hash(style), code=_hash(code)),
        "style": style,
        "code": code,
        "voices": _data({"server": backup.server, "voices": [_voice(each) for each in voices]}),
    }
    before, after = _read("template.html").split("[[samples]]")
    yield re.sub(r"\[\[(\w+)\]\]", lambda found: parts[found[1]], before)
    for number, voice in enumerate(voices):
        if voice.file:
            yield f'<script type="text/plain" id="sample-{number}">'
            yield from _base64(voice.file)
            yield "</script>\n"
    yield after


def _voice(shown: Shown) -> dict[str, Any]:
    """Give what the page says of a voice; what is not of the type that the API names is left out."""
    voice, sample = shown.entry.voice, shown.entry.sample or {}
    given: dict[str, Any] = {name: str(voice[name]) for name in TEXTS if isinstance(voice.get(name), (str, int))}
    for name in LISTS:
        value = voice.get(name)
        given[name] = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
    return {**given, "content_type": str(sample.get("content_type", "")) if shown.file else None}


def _data(value: Any) -> str:
    """Write JSON in which nothing can end the element that it stands in."""
    return re.sub("[<>&]", lambda found: ESCAPES[found[0]], json.dumps(value, separators=(",", ":")))


def _base64(file: Path) -> Iterator[str]:
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield base64.b64encode(block).decode()


def _read(name: str) -> str:
    return files("mistral_voices.cli.page").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
