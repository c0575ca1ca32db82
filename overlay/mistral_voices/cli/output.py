"""What is written and how: tables, JSON, colours, questions; control characters are shown, not sent."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import click

GAP = "  "
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
    """Write a line for people to standard error."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def write(text: str) -> None:
    """Write a line of the result to standard output."""
    print(text)  # noqa: T201


def write_json(value: Any, indent: int | None = 2) -> None:
    """Write a result as JSON that holds no control character; without indent in one line."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if not (text.isascii() and "\x7f" not in text):
        text = "".join(c if c == "\n" or _is_harmless(c) else json.dumps(c)[1:-1] for c in text).replace(
            "\x7f", "\\u007f"
        )
    write(text)


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


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]], fixed: Sequence[str] = ("id",)) -> None:
    """Write a table: aligned and as wide as the terminal, else one line a row with tabs, whole and without a header.

    Args:
        columns: The names of the columns.
        rows: The cells, as they are; control characters are shown.
        fixed: The columns that are never shortened.
    """
    if not sys.stdout.isatty():
        for row in rows:
            write("\t".join(map(visible, row)))
        return
    cells = [[visible(cell) for cell in row] for row in rows]
    headers = [column.upper().replace("_", " ") for column in columns]
    wanted = [max(map(width_of, column)) for column in zip(headers, *cells, strict=True)]
    widths = _fit(wanted, [column in fixed for column in columns], click_width() - len(GAP) * (len(columns) - 1))
    write(paint(_line(headers, widths), sys.stdout, bold=True))
    for row in cells:
        write(_line(row, widths))


def click_width() -> int:
    """Give the columns of the terminal."""
    import shutil

    return shutil.get_terminal_size().columns


def _fit(wanted: list[int], fixed: list[bool], width: int) -> list[int]:
    """Take columns from the widest that may be shortened until all fit, or none is wider than its header needs."""
    widths = [*wanted]
    while sum(widths) > width:
        free = [size for size, stays in zip(widths, fixed, strict=True) if not stays]
        widest = max(free, default=0)
        if widest <= 8:
            break
        widths[next(i for i, size in enumerate(widths) if size == widest and not fixed[i])] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    line = ""
    for cell, width in zip(cells, widths, strict=True):
        text = cut(cell, width)
        padding = " " * (width - width_of(text))
        # Without the mark a terminal that reorders text draws the cells after it into this one.
        line += text + (LEFT_TO_RIGHT_MARK if runs_left(text) else "") + padding + GAP
    return line.rstrip()


def runs_left(text: str) -> bool:
    """Say whether a text has letters of a script that is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)


def is_interactive() -> bool:
    """Say whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool) -> bool:
    """Ask on standard error; `yes` answers in advance.

    Raises:
        click.UsageError: There is no terminal to ask at.
    """
    if yes:
        return True
    if not is_interactive():
        raise click.UsageError(f"{question} Nobody can be asked here: pass --yes, or --dry-run to see what it does.")
    return click.confirm(question, err=True)
