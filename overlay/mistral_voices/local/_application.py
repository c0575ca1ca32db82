"""The application: one plain function from request to outcome, the same over a socket and in process."""

import hashlib
import hmac
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from mistral_voices.local import _audio
from mistral_voices.local._control import PREFIX, answer_control
from mistral_voices.local._document import Call, Document
from mistral_voices.local._exchange import (
    Answer,
    Outcome,
    RefusedError,
    Request,
    check_length,
    complete,
    error_answer,
    json_answer,
    unknown_path,
)
from mistral_voices.local._faults import Faults
from mistral_voices.local._received import ReceivedRequests
from mistral_voices.local._search import BadCursorError, Cursor, PageSizes, read_cursor
from mistral_voices.local._seed import make_voice
from mistral_voices.local._store import CreationKey, Filters, KeyReusedError, Sample, SlugTakenError, Store, Voice
from mistral_voices.local._validation import refused

SampleForm = Literal["audio", "json"]


class Application:
    """The operations of the document over a store.

    Every request is recorded, then meets the fault that waits for it, then the key check, then the document.
    """

    def __init__(
        self, document: Document, store: Store, api_key: str | None, sample_form: SampleForm, without_v2: bool
    ) -> None:
        self.requests = ReceivedRequests()
        self.faults = Faults()
        self.pages = PageSizes()
        self.closed = False
        self._document = document
        self._store = store
        self._api_key = api_key
        self._sample_form = sample_form
        self._without_v2 = without_v2
        self._handlers: Mapping[str, Callable[[Call], Answer]] = {
            "list_voices": self._list_voices,
            "search_voices": self._search_voices,
            "create_voice": self._create_voice,
            "get_voice": self._get_voice,
            "update_voice": self._update_voice,
            "delete_voice": self._delete_voice,
            "get_voice_sample": self._get_voice_sample,
        }
        document.check_handlers(self._handlers)
        answered = document.properties("VoiceResponse")
        self._defaults = {name: schema.get("default") for name, schema in answered.items()}
        self._kept_members = answered.keys() & document.properties("VoiceCreateRequest").keys()
        self._changeable_members = answered.keys() & document.properties("VoiceUpdateRequest").keys()

    def handle(self, request: Request) -> Outcome:
        """Serve one request; work that it asks for is committed when this returns."""
        if request.path.startswith(PREFIX):
            return Outcome(complete(answer_control(request, self.faults, self.requests, self.pages)))
        self.requests.record(request)
        fault = self.faults.take(request, self._find_template(request))
        if fault is None:
            return Outcome(complete(self._serve(request)))
        if fault.drop == "before":
            return Outcome(None, fault.delay)
        answer = complete(fault.answer or self._serve(request))
        if fault.drop == "after":
            return Outcome(None, fault.delay)
        return Outcome(replace(answer, headers=fault.change_headers(answer.headers)), fault.delay, fault.cut)

    def close(self) -> None:
        """Close the store; nothing may be asked afterwards."""
        self.closed = True
        self._store.close()

    def _find_template(self, request: Request) -> str | None:
        matching = (each.path for each in self._document.operations if each.match(request.path) is not None)
        return next(matching, None)

    def _serve(self, request: Request) -> Answer:
        try:
            check_length(len(request.body))
            self._check_key(request.headers.get("authorization", ""))
            self._check_version(request.path)
            operation, in_path = self._document.find(request)
            return self._handlers[operation.name](self._document.read(request, operation, in_path))
        except RefusedError as refused:
            return refused.answer
        except sqlite3.Error as error:  # a full disk, a file that somebody else has locked
            return error_answer(500, f"The local server cannot reach its data: {error}", "storage_failed")

    def _check_key(self, authorization: str) -> None:
        scheme, _, key = authorization.partition(" ")
        given = key.strip().encode("latin-1")
        wanted = given if self._api_key is None else self._api_key.encode()
        if scheme.lower() != "bearer" or not given or not hmac.compare_digest(given, wanted):
            message = "The API key is missing or not accepted"
            raise RefusedError(error_answer(401, message, "invalid_api_key", {"www-authenticate": "Bearer"}))

    def _check_version(self, path: str) -> None:
        if self._without_v2 and path.startswith("/v2/"):
            raise RefusedError(unknown_path(path))

    def _list_voices(self, call: Call) -> Answer:
        limit, offset = call.query["limit"], call.query["offset"]
        voices, total = self._store.list(limit, offset, Filters(_read_type(call)))
        page = {
            "items": voices,
            "total": total,
            "page": offset // limit + 1,
            "page_size": limit,
            "total_pages": -(-total // limit),
        }
        return json_answer(page)

    def _search_voices(self, call: Call) -> Answer:
        query, server = call.query, self._store.identity
        genders, languages = ({*(query[name] or ())} for name in ("gender", "language"))
        wanted = Filters(
            _read_type(call), query["kind"], tuple(sorted(genders)), tuple(sorted(languages)), query["query"]
        )
        cursor, token = Cursor(), query["page_token"]
        if token is not None:
            try:
                cursor = read_cursor(token, server, wanted)
            except BadCursorError as error:
                problem = refused(["query", "page_token"], str(error))
                raise RefusedError(json_answer({"detail": [problem]}, 422)) from None
        size = self.pages.take(query["page_size"])
        found = self._store.search(size + 1, cursor.after, wanted)  # one further, for the last page has no cursor
        given, following = found[:size], None
        if len(found) > size:
            last = given[-1][0] if given else cursor.after
            following = Cursor(last, cursor.pages + 1).write(server, wanted)
        return json_answer({"data": [voice for _, voice in given], "next_page_token": following})

    def _create_voice(self, call: Call) -> Answer:
        members = {name: value for name, value in call.body.items() if name in self._kept_members}
        # Nothing is trimmed here.
        voice = make_voice(self._document, members | {"id": str(uuid.uuid4()), "trimmed_seconds": 0.0})
        sample = Sample(call.body["sample_audio"], call.body.get("sample_filename"))
        key, sent = call.request.headers.get("idempotency-key"), call.request.body
        try:
            made = self._store.add(voice, sample, CreationKey(key, hashlib.sha256(sent).digest()) if key else None)
        except SlugTakenError:
            message = f"Another voice has the slug {voice['slug']!r}"
            raise RefusedError(error_answer(409, message, "slug_taken")) from None
        except KeyReusedError:
            message = f"The idempotency key {key!r} came before, with another body"
            raise RefusedError(error_answer(409, message, "idempotency_key_reused")) from None
        return json_answer(made)

    def _get_voice(self, call: Call) -> Answer:
        return json_answer(self._find(call))

    def _update_voice(self, call: Call) -> Answer:
        voice = self._find_custom(call)
        # Null clears: to the default where the member has one. A voice always has a name, so a null changes nothing.
        changes = {
            name: self._defaults.get(name) if value is None else value
            for name, value in call.body.items()
            if name in self._changeable_members and not (name == "name" and value is None)
        }
        return json_answer(_existing(self._store.update(voice["id"], changes)))

    def _delete_voice(self, call: Call) -> Answer:
        voice = self._find_custom(call)
        return json_answer(_existing(self._store.delete(voice["id"])))

    def _get_voice_sample(self, call: Call) -> Answer:
        # The sample first: a voice that is still there after it has no other.
        sample = self._store.get_sample(call.path["voice_id"])
        voice = self._find(call)
        text, filename = (sample.text, sample.filename) if sample else (_audio.make_tone(voice["id"]), None)
        audio = _audio.decode(text) if self._sample_form == "audio" else None
        if audio is None:
            return json_answer(text)
        return Answer(200, {"content-type": _audio.find_content_type(audio, filename)}, audio)

    def _find(self, call: Call) -> Voice:
        return _existing(self._store.get(call.path["voice_id"]))

    def _find_custom(self, call: Call) -> Voice:
        voice = self._find(call)
        if voice["type"] != "custom":
            raise RefusedError(error_answer(403, "A preset voice cannot be changed or deleted", "preset_voice"))
        return voice


def _read_type(call: Call) -> str | None:
    wanted: str = call.query["type"]
    return None if wanted == "all" else wanted


def _existing(voice: Voice | None) -> Voice:
    if voice is None:
        raise RefusedError(error_answer(404, "There is no such voice", "voice_not_found"))
    return voice
