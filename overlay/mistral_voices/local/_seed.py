"""The voices that a server begins with: its presets, and those that it is given."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

from mistral_voices.local._audio import decode
from mistral_voices.local._document import Document, load_yaml
from mistral_voices.local._exchange import read_json
from mistral_voices.local._store import Store, StoredSample, Voice
from mistral_voices.local._validation import is_text

# The one account of the local server.
LOCAL_USER = "00000000-0000-4000-8000-000000000001"
_SAMPLE_MEMBERS = ("sample_audio", "sample_filename")

_PRESETS: tuple[dict[str, Any], ...] = (
    {"id": "local-clara", "name": "Clara", "slug": "clara", "gender": "female", "languages": ["en"], "age": 34},
    {"id": "local-henri", "name": "Henri", "slug": "henri", "gender": "male", "languages": ["fr", "en"], "age": 51},
    {"id": "local-noor", "name": "Noor", "slug": "noor", "gender": "neutral", "languages": ["en", "ar"], "age": 27},
)


def make_voice(document: Document, members: Mapping[str, Any]) -> Voice:
    """Complete a voice: what is left out has the document's default, else null; custom unless it says otherwise."""
    voice = {name: schema.get("default") for name, schema in document.properties("VoiceResponse").items()}
    voice |= {"created_at": now(), "type": "custom", "kind": "ivc", **members}
    if "user_id" not in members and voice["type"] == "custom":
        voice["user_id"] = LOCAL_USER
    return voice


def now() -> str:
    """Give the time as the service writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def fill(store: Store, document: Document, seed: Iterable[Mapping[str, Any]]) -> None:
    """Add the given voices and the presets, or none; those whose id is in the store already are left as they are.

    Raises:
        ValueError: an entry is no voice; the message names entry and member.
    """
    store.add_all(_new_voices(document, seed, *store.taken()))


def _new_voices(
    document: Document, seed: Iterable[Mapping[str, Any]], ids: set[str], slugs: set[str]
) -> Iterator[tuple[Voice, StoredSample | None]]:
    seen: set[str] = set()
    for number, entry in enumerate(seed, 1):
        place = f"seed entry {number}"
        voice, sample = _read_entry(document, entry, place)
        place = f"{place} ({voice['id']!r})"
        if voice["id"] in seen:
            raise ValueError(f"{place}: id: an earlier entry has it too (without one the name decides)")
        seen.add(voice["id"])
        if voice["id"] in ids:
            continue
        if voice["slug"] in slugs:
            raise ValueError(f"{place}: slug: another voice has {voice['slug']!r}")
        if voice["slug"] is not None:
            slugs.add(voice["slug"])
        yield voice, sample
    for preset in _PRESETS:
        if preset["id"] not in ids and preset["id"] not in seen:
            voice = make_voice(document, {**preset, "type": "preset", "created_at": "2025-01-01T00:00:00Z"})
            if voice["slug"] in slugs:
                voice["slug"] = None  # a voice of the user goes first
            yield voice, None


def read_seed_file(path: str | os.PathLike[str]) -> list[Mapping[str, Any]]:
    """Read a list of voices from a file, JSON if it is named .json, else YAML.

    Raises:
        ValueError: the file cannot be read or holds no list; the message names it.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        content = read_json(text) if Path(path).suffix.lower() == ".json" else load_yaml(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ValueError(f"the seed file {os.fspath(path)} cannot be read: {error}") from error
    if not isinstance(content, list):
        raise ValueError(f"the seed file {os.fspath(path)} holds no list of voices")  # noqa: TRY004 - as above
    return content


def _read_entry(document: Document, entry: object, place: str) -> tuple[Voice, StoredSample | None]:
    if not isinstance(entry, Mapping):
        raise ValueError(f"{place}: is not a mapping of members")  # noqa: TRY004 - one kind of error for a bad seed
    known = {*document.properties("VoiceResponse"), *_SAMPLE_MEMBERS}
    for name in entry:
        if name not in known:
            raise ValueError(f"{place}: {name}: is no member of a voice")
    members = {name: value for name, value in entry.items() if name not in _SAMPLE_MEMBERS}
    # The same at each start: in a data file the voice is not added again.
    members.setdefault("id", str(uuid5(UUID(LOCAL_USER), ascii(members.get("name")))))
    if not isinstance(members["id"], str) or not members["id"]:
        raise ValueError(f"{place}: id: must be text, and not empty")
    if isinstance(members.get("created_at"), datetime):  # as YAML reads it
        members["created_at"] = members["created_at"].isoformat()
    voice = make_voice(document, members)
    place = f"{place} ({voice['id']!r})"
    if "name" not in members:
        raise ValueError(f"{place}: name: is missing")
    for problem in document.find_member_problems("VoiceResponse", members):
        raise ValueError(f"{place}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}")
    try:
        datetime.fromisoformat(voice["created_at"])
    except ValueError:
        raise ValueError(f"{place}: created_at: is not a date with time") from None
    return voice, _read_sample(entry, place)


def _read_sample(entry: Mapping[str, Any], place: str) -> StoredSample | None:
    for name in _SAMPLE_MEMBERS:
        value = entry.get(name)
        if value is not None and not is_text(value):
            raise ValueError(f"{place}: {name}: must be text")
    text = entry.get("sample_audio")
    if text is not None and decode(text) is None:
        raise ValueError(f"{place}: sample_audio: must be base64 text")
    return None if text is None else StoredSample(text, entry.get("sample_filename"))
