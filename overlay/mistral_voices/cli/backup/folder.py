"""The folder of a backup: what lies where in it, reading and writing it, and whether its samples are whole."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..failures import Failure
from ..files import write_whole
from . import yaml_text
from .journal import Journal

VERSION = 1
HEAD = "# Backup of voices; `mistral-voices restore` reads it.\n"
# Where the type of a format is not audio/ and its extension.
CONTENT_TYPES = {
    ".mp3": "audio/mpeg", ".mp2": "audio/x-mp2", ".m4a": "audio/mp4", ".mka": "audio/x-matroska",
    ".wma": "audio/x-ms-wma", ".caf": "audio/x-caf", ".au": "audio/basic", ".wv": "audio/x-wavpack",
    ".tta": "audio/x-tta", ".voc": "audio/x-voc", ".w64": "audio/x-w64", ".sph": "audio/x-nist",
    ".bin": "application/octet-stream",
}  # fmt: skip

Sample = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """A voice of a backup: as the API sent it, and where its sample lies; None when the API has none."""

    voice: dict[str, Any]
    sample: Sample | None
    error: str | None = None

    @property
    def id(self) -> str:
        """The id of the voice at the server that it came from."""
        return str(self.voice["id"])

    @property
    def name(self) -> str:
        """Its display name."""
        return str(self.voice["name"])

    @property
    def is_preset(self) -> bool:
        """Whether it comes with the service."""
        return self.voice.get("type") == "preset"


@dataclass(slots=True)
class Backup:
    """What voices.yaml says."""

    server: str
    voices: list[Entry] = field(default_factory=list)


class Folder:
    """The folder of a backup."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples = path / "samples"
        # A sample whose line a power cut took is only fetched again.
        self.journal = Journal(path / "journal.jsonl", survives_power_cuts=False)
        self._file = path / "voices.yaml"
        self._stems: dict[str, str] = {}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder if it is absent, and keep others out of it: from other users, and from a second run.

        Raises:
            ValueError: It holds something else, or another run is at work in it.
            OSError: It cannot be made or written to.
        """
        if self.path.is_dir() and any(self.path.iterdir()) and not self._is_ours():
            raise ValueError(f"{self.path} is not empty and no backup: name a new or an empty folder")
        before = os.umask(0o077)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with locked(self.path):
                self.path.chmod(0o700)
                self._sweep()
                try:
                    yield
                finally:
                    self.journal.close()
        finally:
            os.umask(before)

    def _is_ours(self) -> bool:
        return any((self.path / name).exists() for name in ("voices.yaml", "journal.jsonl"))

    def _sweep(self) -> None:
        """Take away what a kill left half-written."""
        for left in [*self.path.glob(".*.part"), *self.samples.glob(".*.part")]:
            left.unlink()

    def read(self) -> Backup | None:
        """Read voices.yaml; None when there is none yet.

        Raises:
            ValueError: It is not of the form that a backup has; the message names the place.
        """
        try:
            document = yaml_text.read(self._file)
        except FileNotFoundError:
            return None
        return _parse(document, str(self._file))

    def require(self) -> Backup:
        """Read voices.yaml, which has to be there.

        Raises:
            Failure: There is no folder, or no backup in it that came to its end.
            ValueError: It is not of the form that a backup has; the message names the place.
        """
        if not self.path.is_dir():
            raise Failure(f"There is no folder {self.path}", "Make a backup first: mistral-voices backup DIR")
        if backup := self.read():
            return backup
        if self.journal.path.exists():
            raise Failure(
                f"The backup in {self.path} did not come to its end", "Run `mistral-voices backup` again first."
            )
        raise Failure(f"{self.path} holds no backup: there is no voices.yaml in it")

    def journal_entries(self) -> list[Entry]:
        """Give the voices whose samples a run fetched that did not come to its end."""
        lines = {str((line.get("voice") or {}).get("id")): line for line in self.journal.read()}  # the last one counts
        return [*_entries(lines.values(), str(self.journal.path))]

    def begin(self) -> None:
        """Make ready for samples; from now on the journal says whose folder it is."""
        self.journal.create()
        self.samples.mkdir(exist_ok=True)

    def write(self, backup: Backup) -> None:
        """Write voices.yaml: the last step of a backup."""
        head = {"version": VERSION, "server": backup.server}
        texts = [HEAD, yaml_text.dump(head), f"taken_at: {now()}\n", "voices:\n" if backup.voices else "voices: []\n"]
        write_whole(self._file, itertools.chain(texts, map(_dump, backup.voices)))

    def stem(self, voice_id: str, name: str) -> str:
        """Give the name of a sample's file without its extension; no two voices get the same."""
        ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60].rstrip("-") or "voice"
        digest = hashlib.sha256(voice_id.encode(errors="surrogatepass")).hexdigest()
        for length in (8, 64):
            stem = f"{slug}-{digest[:length]}"
            if self._stems.setdefault(stem, voice_id) == voice_id:
                break
        return stem

    def claim(self, entry: Entry) -> None:
        """Keep the name of a sample's file for its voice."""
        if entry.sample:
            self._stems[Path(entry.sample["file"]).stem] = entry.id

    def describe(self, file: Path) -> Sample:
        """Say of a sample's file what voices.yaml says of it."""
        return {
            "file": f"samples/{file.name}",
            "sha256": sha256(file),
            "size": file.stat().st_size,
            "content_type": CONTENT_TYPES.get(file.suffix, f"audio/{file.suffix[1:]}"),
        }

    def file(self, sample: Sample) -> Path:
        """Give the path of a sample."""
        return self.path / str(sample["file"])

    def damage(self, sample: Sample, *, verify: bool) -> str | None:
        """Say what is wrong with the file of a sample; None when it is whole. Only `verify` reads it."""
        file = self.file(sample)
        try:
            if file.stat().st_size != sample["size"]:
                return f"{file} has another size than it had"
            if verify and sha256(file) != sample["sha256"]:
                return f"{file} holds other bytes than it did"
        except FileNotFoundError:
            return f"{file} is missing"
        return None

    def strays(self, backup: Backup) -> list[Path]:
        """Give the files named as samples are that no voice of the backup has."""
        kept = {Path(entry.sample["file"]).name for entry in backup.voices if entry.sample}
        named = [file for file in self.samples.iterdir() if re.search(r"-([0-9a-f]{8}|[0-9a-f]{64})\.\w+$", file.name)]
        return [file for file in named if file.name not in kept]


def now() -> str:
    """Give the time as voices.yaml and the map of ids have it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def sha256(file: Path) -> str:
    """Hash a file, a block at a time."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time at a folder or file; the lock goes with the process, however that ends."""
    try:
        import fcntl  # Windows has none
    except ImportError:
        yield
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ValueError(f"another mistral-voices is at work on {path}: let it finish first") from error
        yield
    finally:
        os.close(descriptor)


def _parse(document: Any, name: str) -> Backup:
    match document:
        case {"version": 1, "server": str(server), "voices": list(voices)}:
            return Backup(server, list(_entries(voices, name)))
        case {"version": version, "voices": _} if version != VERSION:
            raise ValueError(f"{name}: version {version!r} of a backup needs another release of mistral-voices")
    raise ValueError(f"{name}: this is no backup; `mistral-voices backup` writes one")


def _dump(entry: Entry) -> str:
    """Write one voice: all at once would take 10 KB of memory for each."""
    more = {"error": entry.error} if entry.error else {}
    return yaml_text.dump([{"voice": entry.voice, "sample": entry.sample, **more}])


def _entries(voices: Iterable[Any], name: str) -> Iterator[Entry]:
    seen: set[str] = set()
    for number, item in enumerate(voices):
        place = f"{name}: voices[{number}]"
        voice = item.get("voice") if isinstance(item, dict) else None
        if not isinstance(voice, dict) or not all(isinstance(voice.get(member), str) for member in ("id", "name")):
            raise ValueError(f"{place}.voice has no id or no name")
        if voice["id"] in seen:
            raise ValueError(f"{place}.voice.id stands there twice: {voice['id']}")
        seen.add(voice["id"])
        sample = item.get("sample")
        if sample is not None:
            _check_sample(sample, f"{place}.sample")
        yield Entry(voice, sample, item.get("error"))


def _check_sample(sample: Any, place: str) -> None:
    kinds = {"file": str, "sha256": str, "size": int}
    if not isinstance(sample, dict) or any(not isinstance(sample.get(key), kind) for key, kind in kinds.items()):
        raise ValueError(f"{place} needs file, sha256 and size")
    # Whoever wrote the file must not choose which files of this machine are sent to a server.
    if not re.fullmatch(r"samples/[^/\\.][^/\\]*", sample["file"]):
        raise ValueError(f"{place}.file is not in the folder samples: {sample['file']}")
