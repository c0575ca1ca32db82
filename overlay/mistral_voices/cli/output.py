"""What is written and how: tables, JSON, colours, questions; control characters are shown, not sent."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import click

GAP = "  "
NARROW = 16
# They join letters and emoji, and do nothing by themselves.
JOINERS = "\u200c\u200d"
LEFT_TO_RIGHT_MARK = "\u200e"


def visible(text: str) -> str:
    """Show as an escape, such as U+001B as backslash x1b, what a terminal would obey or not show at all."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_harmless(character) else _escape(character) for character in text)


def _is_harmless(character: str) -> bool:
    return character.isprintable() or character in JOINERS or unicodedata.category(character) == "Zs"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def say(text: str = "") -> None:
    """Write a line for people to standard error; where that takes no more, what is being done goes on all the same."""
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        discard(sys.stderr)


def discard(*streams: TextIO) -> None:
    """Let the rest of the output vanish: it cannot be written, or whoever read it has enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def write(text: str) -> None:
    """Write a line of the result to standard output."""
    print(text)  # noqa: T201


def is_unicode(stream: TextIO) -> bool:
    """Say whether a stream takes every character; another gets escapes in their place."""
    return stream.encoding.lower().startswith("utf")


def json_text(value: Any, indent: int | None = 2) -> str:
    """Give a value as JSON that holds no control character; without indent in one line."""
    import json  # 3 ms, for this form alone

    text = json.dumps(value, ensure_ascii=not is_unicode(sys.stdout), indent=indent)
    if text.isascii() and "\x7f" not in text:
        return text
    text = "".join(c if c == "\n" or _is_harmless(c) else json.dumps(c)[1:-1] for c in text)
    return text.replace("\x7f", "\\u007f")


def write_json(value: Any, indent: int | None = 2) -> None:
    """Write a result as JSON."""
    write(json_text(value, indent))


def has_colour(stream: TextIO) -> bool:
    """Say whether a stream gets colours: NO_COLOR and FORCE_COLOR decide, else whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def paint(text: str, stream: TextIO, **style: Any) -> str:
    """Give a text its style where the stream gets colours; `style` is as for click.style."""
    return click.style(text, **style) if has_colour(stream) else text


def width_of(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # 5 ms, for names beyond ASCII

    return max(wcswidth(text), 0)


def cut(text: str, width: int) -> str:
    """Shorten a text to a number of columns, with an ellipsis."""
    if width_of(text) <= width:
        return text
    from wcwidth import iter_graphemes

    kept = ""
    for grapheme in iter_graphemes(text):
        if width_of(kept + grapheme) > width - 1:
            break
        kept += grapheme
    return f"{kept}…" if width > 0 else ""


def write_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    fixed: Sequence[str] = ("id",),
    optional: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Write a table: aligned and as wide as the terminal, else one line a row with tabs, whole and without a header.

    Args:
        columns: The names of the columns.
        rows: The cells, as they are; control characters are shown.
        fixed: The columns that are never shortened.
        optional: The columns to leave out where they are empty or there is no room, the first to go first.
        stream: Where to; None means standard output.
    """
    out = stream or sys.stdout
    if not out.isatty():
        for row in rows:
            print("\t".join(map(visible, row)), file=out)
        return
    cells = [[visible(cell) for cell in row] for row in rows]
    if not cells:
        say("There is none.")
        return
    table = {name: [row[index] for row in cells] for index, name in enumerate(columns)}
    wanted = {name: max(map(width_of, [name, *texts])) for name, texts in table.items()}
    width = shutil.get_terminal_size().columns
    for name in optional:
        least = sum(size if each in fixed else min(size, NARROW) for each, size in wanted.items())
        if least + len(GAP) * (len(wanted) - 1) > width or not any(table[name]):
            del wanted[name]
    _fit(wanted, fixed, width - len(GAP) * (len(wanted) - 1))
    header = {name: name.upper().replace("_", " ") for name in wanted}
    print(paint(_line(header, wanted), out, bold=True), file=out)
    for index in range(len(cells)):
        print(_line({name: table[name][index] for name in wanted}, wanted), file=out)


def _fit(widths: dict[str, int], fixed: Sequence[str], width: int) -> None:
    """Take columns from the widest that may be shortened until all fit, or none is wide."""
    while sum(widths.values()) > width:
        widest = max((name for name in widths if name not in fixed), key=widths.__getitem__, default="")
        if not widest or widths[widest] <= NARROW // 2:
            break
        widths[widest] -= 1


def _line(cells: Mapping[str, str], widths: Mapping[str, int]) -> str:
    line = ""
    for name, width in widths.items():
        text = cut(cells[name], width)
        # Without the mark a terminal that reorders text draws the cells after it into this one.
        line += text + (LEFT_TO_RIGHT_MARK if runs_left(text) else "") + " " * (width - width_of(text)) + GAP
    return line.rstrip()


def runs_left(text: str) -> bool:
    """Say whether a text has letters of a script that is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)


def need_answer(*, yes: bool) -> None:
    """Refuse to go on to a question that nobody can be asked; `yes` answers it in advance.

    Raises:
        click.UsageError: There is no terminal to ask at.
    """
    if not yes and not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("Nobody can be asked here: pass --yes, or --dry-run to see what it does.")


def confirm(question: str, *, yes: bool) -> None:
    """Ask on standard error; `yes` answers in advance.

    Raises:
        click.exceptions.Exit: The answer is no: nothing is done, with exit status 1.
        click.UsageError: There is no terminal to ask at.
    """
    need_answer(yes=yes)
    if not yes and not click.confirm(question, err=True):
        say("Nothing was done.")
        raise click.exceptions.Exit(1)


def plural(number: int, noun: str) -> str:
    """Give a number with its noun: 1 voice, 2 voices."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def examples(*lines: str) -> str:
    """Give the end of a help page, with examples as they are typed."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
