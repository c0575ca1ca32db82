"""The voices and their samples in SQLite: in memory, or in a file that survives a kill.

A voice is kept as the JSON that is answered, beside the few columns that it is found by; so the document may get new
members without a change here. A sample is kept as the text that was sent, for it must come back as it was.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Voice = dict[str, Any]

# Written into the head of a data file, so that the file of another program is never changed.
APPLICATION_ID = 0x4D56_4C31
LAYOUT = 1
# The largest integer of SQLite; an offset beyond it finds nothing either.
_LARGEST = 2**63 - 1

# Positions are never used again (AUTOINCREMENT), so that they order voices by age for ever.
# Samples lie apart, so that listing voices does not read past them.
_TABLES = (
    "CREATE TABLE voices (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, slug TEXT UNIQUE,"
    " type TEXT NOT NULL, voice TEXT NOT NULL)",
    "CREATE INDEX voices_by_type ON voices (type, position)",
    "CREATE TABLE samples (voice_id TEXT PRIMARY KEY REFERENCES voices (id) ON DELETE CASCADE,"
    " text TEXT NOT NULL, filename TEXT)",
)


class SlugTakenError(Exception):
    """Another voice has the slug already."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as it was sent: text that should be base64, and the name of its file if one was given."""

    text: str = field(repr=False)
    filename: str | None


class Store:
    """All voices, oldest first; every method may be called from any thread, and has committed when it returns."""

    def __init__(self, data: str | os.PathLike[str] | None) -> None:
        """Open the data file, made if absent; None keeps everything in memory.

        Raises:
            ValueError: the file cannot be opened or is not one of ours; the message names it and the reason.
        """
        self._lock = threading.Lock()
        self._connection = _open(data)

    def add(self, voice: Voice, sample: Sample | None) -> None:
        """Add a voice under its own, new id.

        Raises:
            SlugTakenError: another voice has its slug.
        """
        row = (voice["id"], voice["slug"], voice["type"], _dump(voice))
        with self._transaction() as connection:
            if voice["slug"] is not None:
                taken = connection.execute("SELECT 1 FROM voices WHERE slug = ?", (voice["slug"],)).fetchone()
                if taken:
                    raise SlugTakenError(voice["slug"])
            connection.execute("INSERT INTO voices (id, slug, type, voice) VALUES (?, ?, ?, ?)", row)
            if sample is not None:
                connection.execute("INSERT INTO samples VALUES (?, ?, ?)", (voice["id"], sample.text, sample.filename))

    def get(self, voice_id: str) -> Voice | None:
        """Look up one voice."""
        with self._transaction() as connection:
            return _find(connection, voice_id)

    def list(self, limit: int, offset: int, voice_type: str | None) -> tuple[tuple[Voice, ...], int]:
        """Give one page of voices, oldest first, and the number of all; a `voice_type` of None means every type."""
        condition, values = ("", ()) if voice_type is None else ("WHERE type = ?", (voice_type,))
        with self._transaction() as connection:
            rows = connection.execute(
                f"SELECT voice FROM voices {condition} ORDER BY position LIMIT ? OFFSET ?",  # noqa: S608 - fixed text
                (*values, limit, min(offset, _LARGEST)),
            ).fetchall()
            count = f"SELECT count(*) FROM voices {condition}"  # noqa: S608 - fixed text
            (total,) = connection.execute(count, values).fetchone()
        return tuple(json.loads(voice) for (voice,) in rows), total

    def update(self, voice_id: str, changes: Mapping[str, Any]) -> Voice | None:
        """Change members of a voice and give the voice as it is now, None if there is none."""
        with self._transaction() as connection:
            voice = _find(connection, voice_id)
            if voice is not None:
                voice |= changes
                connection.execute("UPDATE voices SET voice = ? WHERE id = ?", (_dump(voice), voice_id))
            return voice

    def delete(self, voice_id: str) -> Voice | None:
        """Remove a voice with its sample and give the voice as it was, None if there is none."""
        with self._transaction() as connection:
            voice = _find(connection, voice_id)
            connection.execute("DELETE FROM voices WHERE id = ?", (voice_id,))
            return voice

    def get_sample(self, voice_id: str) -> Sample | None:
        """Look up the sample of a voice, None if none was stored."""
        with self._transaction() as connection:
            row = connection.execute("SELECT text, filename FROM samples WHERE voice_id = ?", (voice_id,)).fetchone()
        return Sample(*row) if row else None

    def close(self) -> None:
        """Close the database, once the request at work has finished."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _find(connection: sqlite3.Connection, voice_id: str) -> Voice | None:
    row = connection.execute("SELECT voice FROM voices WHERE id = ?", (voice_id,)).fetchone()
    return json.loads(row[0]) if row else None


def _dump(voice: Voice) -> str:
    return json.dumps(voice, ensure_ascii=False, separators=(",", ":"))


def _open(data: str | os.PathLike[str] | None) -> sqlite3.Connection:
    if data is not None:
        path = Path(data)
        if path.is_dir():
            raise ValueError(f"the data file {path} is a folder")
        if not path.absolute().parent.is_dir():
            raise ValueError(f"the data file {path} cannot be made: its folder does not exist")
    try:
        connection = sqlite3.connect(
            ":memory:" if data is None else data, check_same_thread=False, isolation_level=None
        )
    except sqlite3.Error as error:
        raise ValueError(f"the data file {data} cannot be opened: {error}") from error
    try:
        _prepare(connection)
    except (sqlite3.Error, ValueError) as error:
        connection.close()
        raise ValueError(f"the data file {data} cannot be used: {error}") from error
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if not tables and not application:
        for table in _TABLES:
            connection.execute(table)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
    elif application != APPLICATION_ID:
        raise ValueError("it is a database of another program")
    elif layout != LAYOUT:
        raise ValueError(f"it was written by another version of the local server (layout {layout}, not {LAYOUT})")
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is in the write-ahead log survives the end of the process; only a failing machine could lose it, and
    # waiting for the disk at every create is not worth that to a test server.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
