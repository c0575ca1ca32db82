"""What is called, what each call may give or raise, and what the server must have in the end."""

from __future__ import annotations

import base64
import io
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from mistral_voices import errors, models
from mistral_voices.utils import BackoffStrategy, ResponseInfo, RetryConfig

TIMEOUT_MS, TOTAL_MS = 300, 600
RETRIES = RetryConfig("backoff", BackoffStrategy(10, 100, 2, TOTAL_MS), retry_connection_errors=True)
# An attempt connects, waits for a connection, writes, and reads a head and a body within three timeouts each.
ATTEMPT = 9 * TIMEOUT_MS / 1000
# Of this machine, which does much at once.
SLACK = 3.0
# Of how many requests, each with its retries, a call may consist: pages, and looks for a lost voice.
REQUESTS = {"create": 4, "find": 8, "iterate": 16, "candidates": 2}
MIX = ["create"] * 5 + ["get"] * 6 + ["update"] * 3 + ["delete"] * 3 + ["read_sample_audio", "save_sample_audio"] * 2
MIX += ["get_sample_audio", "find", "find", "iterate", "list", "search", "gone"]
WAV = b"RIFF\0\1\0\0WAVEfmt "
FALLBACK = "/v1/audio/voices"


@dataclass
class Voice:
    """A voice as far as the client was told of it."""

    id: str
    name: str
    digest: bytes = field(repr=False)
    descriptions: set[str | None]

    def is_like(self, found: models.VoiceResponse) -> bool:
        """Say whether it may be what was found."""
        return (found.id, found.name) == (self.id, self.name) and found.description in self.descriptions


class Call(NamedTuple):
    """One call: the method, its arguments, and who takes its value or error; a wrong one is an AssertionError."""

    id: str
    kind: str
    begin: Callable[[Any, str], Any]
    returned: Callable[[Any], None]
    raised: Callable[[Exception], None]
    is_there: bool = True

    def __repr__(self) -> str:
        return f"call {self.id} ({self.kind})"

    @property
    def bound(self) -> float:
        """The seconds after which it must be over."""
        return REQUESTS.get(self.kind, 1) * (TOTAL_MS / 1000 + ATTEMPT) + SLACK


class Caller:
    """Makes one call after another, all about voices of its own, and knows what became of them."""

    def __init__(self, seed: str, name: str, folder: Path) -> None:
        self._seed, self._random = seed, random.Random()  # noqa: S311 - seeded for each call
        self._name, self._path, self._number = name, folder / f"{name}.wav", 0
        self.voices: dict[str, Voice] = {}
        self.doubtful: list[Voice] = []  # deleted, perhaps
        self.unknown: set[str] = set()  # names of voices that were made, perhaps
        self.lost: list[errors.MistralError] = []
        self._gone: list[str] = []
        self._paths: list[str] = []
        self._attempt = 1

    def next_call(self) -> Call:
        """Choose the next call."""
        self._paths = []
        self._random.seed(f"{self._seed} {self._name} {self._number}")
        if self.lost:
            return self._candidates(self.lost.pop())
        kind = self._random.choice(MIX)
        if len(self.voices) < 2 or (kind == "create" and len(self.voices) < 12):
            return self._create()
        voice = self._random.choice([*self.voices.values()])
        if kind in ("update", "delete"):
            return self._update(voice) if kind == "update" or len(self.voices) < 5 else self._delete(voice)
        return self._read(kind if kind != "create" else "get", voice)

    def _read(self, kind: str, voice: Voice) -> Call:
        """Make a call that changes nothing."""
        by_id: dict[str, Any] = {"voice_id": voice.id}
        many: dict[str, Any] = {"query": f"{self._name}-", "type_": "custom", "page_size": 3}
        gone = self._gone[-1] if self._gone else "nobody"
        rows: dict[str, tuple[dict[str, Any], Callable[[Any], None]]] = {
            "get": (by_id, lambda found: self._check(found, voice)),
            "get_sample_audio": (by_id, lambda sample: check_sample(base64.b64decode(sample), voice)),
            "read_sample_audio": (by_id, lambda sample: check_sample(sample, voice)),
            "save_sample_audio": (by_id | {"path": self._path}, lambda saved: check_sample(saved, voice)),
            "find": ({"name_or_id": voice.name}, lambda found: self._check(found, voice)),
            "iterate": (many, self._found_all),
            "list": ({"type_": "custom"}, lambda page: self._check_known(page.items)),
            "search": ({"type_": "custom"}, lambda page: self._check_known(page.data)),
        }
        if kind == "gone":
            return self._call("get", {"voice_id": gone}, self._found_nothing)._replace(is_there=False)
        return self._call(kind, *rows[kind])

    def _call(
        self,
        kind: str,
        arguments: dict[str, Any],
        returned: Callable[[Any], None],
        raised: Callable[[Exception], None] = lambda error: None,
    ) -> Call:
        self._number += 1
        number = f"{self._name}-{self._number}"
        given = {**arguments, "http_headers": {"X-Call": number}, "on_response": self._note}
        return Call(number, kind, lambda voices, suffix: getattr(voices, kind + suffix)(**given), returned, raised)

    def _note(self, response: ResponseInfo) -> None:
        self._paths.append(response.path)
        self._attempt = response.attempt

    def _is_definite(self, error: Exception) -> bool:
        """Say whether an error says that nothing was done: a refusal of the only attempt."""
        return isinstance(error, errors.MistralError) and error.status_code in range(300, 500) and self._attempt == 1

    def _create(self) -> Call:
        name = f"{self._name}-{self._number}"
        audio = WAV + self._random.randbytes(self._random.choice([100, 3_000, 20_000]))
        given = self._random.choice([audio, io.BytesIO(audio), base64.b64encode(audio).decode()])
        description = self._random.choice([None, "first"])

        def returned(made: models.VoiceResponse) -> None:
            if made.id in self.voices:
                raise AssertionError(f"a create gave {made.id}, which another made")
            self.voices[made.id] = Voice(made.id, name, sha256(audio).digest(), {description})
            self._check(made, self.voices[made.id])

        def raised(error: Exception) -> None:
            if isinstance(error, errors.MistralError) and error.outcome_unknown:
                self.unknown.add(name)
                self.lost.append(error)

        arguments = {"name": name, "sample_audio": given, "description": description}
        return self._call("create", {**arguments, "recover": self._random.random() < 0.5}, returned, raised)

    def _candidates(self, error: errors.MistralError) -> Call:
        def begin(_: Any, suffix: str) -> Any:
            return getattr(error, f"candidates{suffix}")()

        return self._call("candidates", {}, self._found_candidates)._replace(begin=begin)

    def _found_candidates(self, found: list[models.VoiceResponse]) -> None:
        if len(found) > 1 or not {voice.name for voice in found} <= self.unknown:
            raise AssertionError(f"candidates gave {found}")

    def _update(self, voice: Voice) -> Call:
        description = f"description {self._number}"

        def returned(found: models.VoiceResponse) -> None:
            voice.descriptions = {description}
            self._check(found, voice)

        def raised(error: Exception) -> None:
            if not self._is_definite(error):
                voice.descriptions = {*voice.descriptions, description}

        return self._call("update", {"voice_id": voice.id, "description": description}, returned, raised)

    def _delete(self, voice: Voice) -> Call:
        def returned(found: models.VoiceResponse) -> None:
            self._check(found, voice)
            del self.voices[voice.id]
            self._gone.append(voice.id)

        def raised(error: Exception) -> None:
            if not self._is_definite(error):
                self.doubtful.append(self.voices.pop(voice.id))

        return self._call("delete", {"voice_id": voice.id}, returned, raised)

    def _check(self, found: models.VoiceResponse, voice: Voice) -> None:
        if not voice.is_like(found):
            raise AssertionError(f"got {found}, not {voice}")

    def _check_known(self, found: Iterable[models.VoiceResponse]) -> None:
        for each in found:
            if each.id in self.voices:
                self._check(each, self.voices[each.id])
            elif each.id in self._gone:
                raise AssertionError(f"listed, though it was deleted: {each}")

    def _found_nothing(self, found: models.VoiceResponse) -> None:
        raise AssertionError(f"got what is not there: {found}")

    def _found_all(self, found: list[models.VoiceResponse]) -> None:
        self._check_known(found)
        counted = Counter(voice.id for voice in found)
        # By offset, in place of a search that the server refused, voices are missed while others are deleted.
        missed = set() if FALLBACK in self._paths else {*self.voices} - {*counted}
        strange = {voice.name for voice in found} - {voice.name for voice in [*self.voices.values(), *self.doubtful]}
        if missed or counted.total() > len(counted) or not strange <= self.unknown:
            raise AssertionError(f"iterate missed {missed}, or gave twice or strange {strange} of {counted}")


def check_sample(found: bytes | Path, voice: Voice) -> None:
    """Check that it is the sample of that voice, to the last byte; a file is removed."""
    data = found.read_bytes() if isinstance(found, Path) else found
    if isinstance(found, Path):
        found.unlink()
    if sha256(data).digest() != voice.digest:
        raise AssertionError(f"the sample of {voice} is another, of {len(data)} bytes")


def differences(callers: list[Caller], state: Iterable[tuple[models.VoiceResponse, bytes]]) -> list[str]:
    """Compare what the server has to what the client was told."""
    found: dict[str, tuple[models.VoiceResponse, bytes]] = {voice.id: (voice, sample) for voice, sample in state}
    names = Counter(voice.name for voice, _ in found.values())
    wrong = [f"made {count} times: {name}" for name, count in names.items() if count > 1]
    for caller in callers:
        wrong += [f"lost: {voice}" for voice in caller.voices.values() if voice.id not in found]
        for voice in [*caller.voices.values(), *caller.doubtful]:
            there, sample = found.pop(voice.id, (None, b""))
            if there and not (voice.is_like(there) and sha256(sample).digest() == voice.digest):
                wrong.append(f"there is {there}, not {voice}")
    unknown = set[str]().union(*(caller.unknown for caller in callers))
    return wrong + [f"unexpected: {voice}" for voice, _ in found.values() if voice.name not in unknown]
