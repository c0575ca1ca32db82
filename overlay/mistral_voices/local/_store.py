"""The voices and their samples in SQLite: in memory, or in a file that survives a kill.

A voice is kept as the JSON that is sent, beside the few columns that it is found by; so the document may get new
members without a change here. A sample is kept as the text that was sent, for it must come back as it was.
"""

import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from mistral_voices.local._exchange import read_json

Voice = dict[str, Any]

# Written into the head of a data file, so that the file of another program is never changed.
APPLICATION_ID = 0x4D56_4C31
LAYOUT = 2
# Creations whose key is remembered, so that a server that runs for weeks does not grow without end.
MOST_KEYS = 10_000
# The largest integer of SQLite; an offset beyond it finds nothing either.
_LARGEST = 2**63 - 1
_BATCH = 1_000

# Positions are never used again (AUTOINCREMENT), so that they order voices by age for ever: what cursors rely on.
# Samples lie apart, so that listing voices does not read past them.
_TABLES = (
    "CREATE TABLE voices (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, slug TEXT UNIQUE,"
    " type TEXT NOT NULL, kind TEXT, gender TEXT, languages TEXT NOT NULL, folded_name TEXT NOT NULL,"
    " voice TEXT NOT NULL)",
    "CREATE INDEX voices_by_type ON voices (type, position)",
    "CREATE TABLE samples (voice_id TEXT PRIMARY KEY REFERENCES voices (id) ON DELETE CASCADE,"
    " text TEXT NOT NULL, filename TEXT)",
    "CREATE TABLE creations (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest BLOB NOT NULL,"
    " voice TEXT NOT NULL)",
    "CREATE TABLE identity (value TEXT NOT NULL)",
)
# "en" includes "en-GB" and "EN_us", as it does where the client compares.
_IS_SPOKEN = (
    "EXISTS (SELECT 1 FROM json_each(?) AS wanted"
    " WHERE instr(lower(replace(languages, '_', '-')), lower(replace(wanted.value, '_', '-'))))"
)
_COLUMNS = "id, slug, type, kind, gender, languages, folded_name, voice"
_ADD_VOICE = f"INSERT INTO voices ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - fixed text
_ADD_SAMPLE = "INSERT INTO samples VALUES (?, ?, ?)"

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class SlugTakenError(Exception):
    """Another voice has the slug already."""


class KeyReusedError(Exception):
    """The idempotency key came before, with another body."""


@dataclass(frozen=True, slots=True)
class StoredSample:
    """A sample as it was sent: text that should be base64, and the name of its file if one was given."""

    text: str = field(repr=False)
    filename: str | None


@dataclass(frozen=True, slots=True)
class CreationKey:
    """What tells one creation from another: the idempotency key, and a digest of the body that came with it."""

    text: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class StoreFilters:
    """Which voices are wanted; None or nothing in a place means any."""

    type: str | None = None
    kind: str | None = None
    genders: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    in_name: str | None = None


class Store:
    """All voices, oldest first; every method may be called from any thread, and has committed when it returns."""

    def __init__(self, data: str | os.PathLike[str] | None) -> None:
        """Open the data file, made if absent; None keeps everything in memory.

        Raises:
            ValueError: the file cannot be read or is not one of ours; the message names it and the reason.
        """
        self._lock = threading.Lock()
        self._connection = _connect(data)
        with ExitStack() as on_failure:
            on_failure.callback(self._connection.close)
            with explain_damage(data):
                self.identity = _prepare(self._connection)
            on_failure.pop_all()

    def add(self, voice: Voice, sample: StoredSample, key: CreationKey | None = None) -> Voice:
        """Add a voice under its own, new id and give it; a key that came before gives the voice that was made then.

        Raises:
            SlugTakenError: another voice has its slug.
            KeyReusedError: the key came before with another body.
        """
        with self._transaction() as connection:
            if key is not None:
                query = "SELECT digest, voice FROM creations WHERE key = ?"
                if made := connection.execute(query, (key.text,)).fetchone():
                    if made[0] != key.digest:
                        raise KeyReusedError(key.text)
                    return _load(made[1])
            if connection.execute("SELECT 1 FROM voices WHERE slug = ?", (voice["slug"],)).fetchone():
                raise SlugTakenError(voice["slug"])
            connection.execute(_ADD_VOICE, _row(voice))
            connection.execute(_ADD_SAMPLE, (voice["id"], sample.text, sample.filename))
            if key is not None:
                row = (key.text, key.digest, _dump(voice))
                added = connection.execute("INSERT INTO creations (key, digest, voice) VALUES (?, ?, ?)", row)
                connection.execute("DELETE FROM creations WHERE position <= ?", ((added.lastrowid or 0) - MOST_KEYS,))
        return voice

    def add_all(self, entries: Iterable[tuple[Voice, StoredSample | None]]) -> None:
        """Add many voices with new ids and slugs: all or, where `entries` or the database raises, none."""
        with self._transaction() as connection:
            remaining = iter(entries)
            while batch := list(islice(remaining, _BATCH)):
                connection.executemany(_ADD_VOICE, (_row(voice) for voice, _ in batch))
                samples = ((voice["id"], sample.text, sample.filename) for voice, sample in batch if sample)
                connection.executemany(_ADD_SAMPLE, samples)

    def taken(self) -> tuple[set[str], set[str]]:
        """Give the ids and the slugs of all voices."""
        with self._transaction() as connection:
            rows = connection.execute("SELECT id, slug FROM voices").fetchall()
        return {voice_id for voice_id, _ in rows}, {slug for _, slug in rows if slug is not None}

    def get(self, voice_id: str) -> Voice | None:
        """Look up one voice."""
        with self._transaction() as connection:
            return _find(connection, voice_id)

    def list(self, limit: int, offset: int, filters: StoreFilters) -> tuple[tuple[Voice, ...], int]:
        """Give one page of voices, oldest first, and the number of all on all pages."""
        condition, values = _where(filters)
        with self._transaction() as connection:
            rows = connection.execute(
                f"SELECT voice FROM voices WHERE {condition} ORDER BY position LIMIT ? OFFSET ?",  # noqa: S608 - fixed text
                (*values, limit, min(offset, _LARGEST)),
            ).fetchall()
            count = f"SELECT count(*) FROM voices WHERE {condition}"  # noqa: S608 - fixed text
            (total,) = connection.execute(count, values).fetchone()
        return tuple(_load(voice) for (voice,) in rows), total

    def search(self, limit: int, after: int, filters: StoreFilters) -> tuple[tuple[int, Voice], ...]:
        """Give the first voices whose position is larger than `after`, oldest first, with their positions."""
        condition, values = _where(filters)
        with self._transaction() as connection:
            rows = connection.execute(
                f"SELECT position, voice FROM voices WHERE position > ? AND {condition} ORDER BY position LIMIT ?",  # noqa: S608 - fixed text
                (min(after, _LARGEST), *values, min(limit, _LARGEST)),
            ).fetchall()
        return tuple((position, _load(voice)) for position, voice in rows)

    def update(self, voice_id: str, changes: Mapping[str, Any]) -> Voice | None:
        """Change members of a voice and give the voice as it is now, None if there is none."""
        with self._transaction() as connection:
            voice = _find(connection, voice_id)
            if voice is not None:
                voice |= changes
                change = f"UPDATE voices SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?"  # noqa: S608 - fixed text
                connection.execute(change, (*_row(voice), voice_id))
            return voice

    def delete(self, voice_id: str) -> Voice | None:
        """Remove a voice with its sample and give the voice as it was, None if there is none."""
        with self._transaction() as connection:
            voice = _find(connection, voice_id)
            connection.execute("DELETE FROM voices WHERE id = ?", (voice_id,))
            return voice

    def get_sample(self, voice_id: str) -> StoredSample | None:
        """Look up the sample of a voice, None if none was stored."""
        with self._transaction() as connection:
            row = connection.execute("SELECT text, filename FROM samples WHERE voice_id = ?", (voice_id,)).fetchone()
        return StoredSample(*row) if row else None

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
                self._connection.execute("COMMIT")
            except UnicodeDecodeError as error:  # from a message that quotes the damage
                raise sqlite3.DatabaseError("the data is damaged") from error
            finally:
                if self._connection.in_transaction:  # it failed, and SQLite has not ended it by itself
                    self._connection.execute("ROLLBACK")


@contextmanager
def explain_damage(data: str | os.PathLike[str] | None) -> Iterator[None]:
    """Turn what SQLite raises within the block into a ValueError that names the data file and the reason."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where the message itself quotes the damage
        what = "the memory" if data is None else f"the data file {os.fspath(data)}"
        raise ValueError(f"{what} cannot be used: {error}") from error


def _load(text: str) -> Voice:
    try:
        voice: Voice = read_json(text)
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError("a voice in it is damaged") from error
    return voice


def _find(connection: sqlite3.Connection, voice_id: str) -> Voice | None:
    row = connection.execute("SELECT voice FROM voices WHERE id = ?", (voice_id,)).fetchone()
    return _load(row[0]) if row else None


def _row(voice: Voice) -> tuple[str | None, ...]:
    """Give the values of `_COLUMNS`."""
    languages = "".join(map(_line, voice["languages"]))
    folded_name = voice["name"].casefold()
    found_by = (voice["id"], voice["slug"], voice["type"], voice["kind"], voice["gender"], languages, folded_name)
    return (*found_by, _dump(voice))


def _line(language: str) -> str:
    # JSON has no bare line breaks, so a line within others is one language whatever the languages are.
    return f"\n{_dump(language)}\n"


def _where(filters: StoreFilters) -> tuple[str, list[str]]:
    """Say in SQL which voices are wanted: a condition and its values.

    Alternatives are lists, for a thousand of them joined by OR are too deep for SQLite.
    """
    conditions: list[tuple[str, list[str]]] = []
    if filters.type is not None:
        conditions.append(("type = ?", [filters.type]))
    if filters.kind is not None:
        conditions.append(("kind = ?", [filters.kind]))
    if filters.genders:
        conditions.append((f"gender IN ({', '.join('?' * len(filters.genders))})", [*filters.genders]))
    if filters.languages:
        lines = map(_line, filters.languages)
        wanted = _dump([text for line in lines for text in (line, f"{line[:-2]}-")])
        conditions.append((_IS_SPOKEN, [wanted]))
    if filters.in_name is not None:
        conditions.append(("instr(folded_name, ?)", [filters.in_name.casefold()]))
    condition = " AND ".join(condition for condition, _ in conditions) or "TRUE"
    return condition, [value for _, values in conditions for value in values]


def _connect(data: str | os.PathLike[str] | None) -> sqlite3.Connection:
    try:
        if data is not None:
            _check_place(Path(data))
        return sqlite3.connect(":memory:" if data is None else data, check_same_thread=False, isolation_level=None)
    except (sqlite3.Error, OSError, ValueError) as error:
        raise ValueError(f"the data file {data} cannot be opened: {error}") from error


def _check_place(path: Path) -> None:
    if path.is_dir():
        raise ValueError("it is a folder")
    if not path.absolute().parent.is_dir():
        raise ValueError("its folder does not exist")


def _prepare(connection: sqlite3.Connection) -> str:
    """Make the tables in a new file, or check those of another, and give its identity."""
    connection.execute("BEGIN IMMEDIATE")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if not tables and not application:
        for table in _TABLES:
            connection.execute(table)
        connection.execute("INSERT INTO identity VALUES (?)", (uuid.uuid4().hex,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
    elif application != APPLICATION_ID:
        raise sqlite3.DatabaseError("it is a database of another program")
    elif layout != LAYOUT:
        message = f"it was written by another version of the local server (layout {layout}, not {LAYOUT})"
        raise sqlite3.DatabaseError(f"{message}; begin with a new file")
    found = connection.execute("SELECT value FROM identity").fetchone()
    if found is None or not isinstance(found[0], str):
        raise sqlite3.DatabaseError("its identity is missing")
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is in the write-ahead log survives the end of the process; only a failing machine could lose it, and
    # waiting for the disk at every create is not worth that to a test server.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return found[0]
