"""The application: one plain function from request to outcome, the same over a socket and in process."""

import hashlib
import hmac
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from mistral_voices.local import _audio
from mistral_voices.local._control import PREFIX, handle_control
from mistral_voices.local._document import Document, ParsedRequest
from mistral_voices.local._exchange import (
    Outcome,
    RefusedError,
    ServerRequest,
    ServerResponse,
    check_length,
    complete,
    error_response,
    json_response,
    unknown_path,
)
from mistral_voices.local._faults import Faults
from mistral_voices.local._received import ReceivedRequests
from mistral_voices.local._search import BadCursorError, Cursor, PageSizes, read_cursor
from mistral_voices.local._seed import make_voice
from mistral_voices.local._store import (
    CreationKey,
    KeyReusedError,
    SlugTakenError,
    Store,
    StoredSample,
    StoreFilters,
    Voice,
)
from mistral_voices.local._validation import refused

# What SQLite says where the system takes no more: a disk that is full, a quota or a limit that is reached.
FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)


class Application:
    """The operations of the document over a store.

    Every request is recorded, then meets the fault that waits for it, then the key check, then the document.
    """

    def __init__(
        self,
        document: Document,
        store: Store,
        api_key: str | None,
        sample_form: Literal["audio", "json"],
        without_v2: bool,
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
        self._handlers: Mapping[str, Callable[[ParsedRequest], ServerResponse]] = {
            "list_voices": self._list_voices,
            "search_voices": self._search_voices,
            "create_voice": self._create_voice,
            "get_voice": self._get_voice,
            "update_voice": self._update_voice,
            "delete_voice": self._delete_voice,
            "get_voice_sample": self._get_voice_sample,
        }
        document.check_handlers(self._handlers)
        members = document.properties("VoiceResponse")
        self._defaults = {name: schema.get("default") for name, schema in members.items()}
        self._kept_members = members.keys() & document.properties("VoiceCreateRequest").keys()
        self._changeable_members = members.keys() & document.properties("VoiceUpdateRequest").keys()

    def handle(self, request: ServerRequest) -> Outcome:
        """Serve one request; its work is committed when this returns."""
        if request.path.startswith(PREFIX):
            return Outcome(complete(handle_control(request, self.faults, self.requests, self.pages)))
        self.requests.record(request)
        fault = self.faults.take(request, self._document.find_template(request.path))
        if fault is None:
            return Outcome(complete(self._serve(request)))
        if fault.drop == "before":
            return Outcome(None, fault.delay)
        response = complete(fault.response or self._serve(request))
        if fault.drop == "after":
            return Outcome(None, fault.delay)
        return Outcome(replace(response, headers=fault.change_headers(response.headers)), fault.delay, fault.cut)

    def close(self) -> None:
        """Close the store; nothing may be requested afterwards."""
        self.closed = True
        self._store.close()

    def _serve(self, request: ServerRequest) -> ServerResponse:
        try:
            check_length(len(request.body))
            self._check_key(request.headers.get("authorization", ""))
            if self._without_v2 and request.path.startswith("/v2/"):
                return unknown_path(request.path)
            operation, in_path = self._document.find(request)
            return self._handlers[operation.name](self._document.read(request, operation, in_path))
        except RefusedError as refused:
            return refused.response
        except sqlite3.Error as error:  # a full disk, a file that somebody else has locked
            status = 507 if getattr(error, "sqlite_errorcode", None) in FULL else 500
            return error_response(status, f"The local server cannot reach its data: {error}", "storage_failed")

    def _check_key(self, authorization: str) -> None:
        scheme, _, key = authorization.partition(" ")
        given = key.strip().encode("latin-1")
        wanted = given if self._api_key is None else self._api_key.encode()
        if scheme.lower() != "bearer" or not given or not hmac.compare_digest(given, wanted):
            message = "The API key is missing or not accepted"
            raise RefusedError(error_response(401, message, "invalid_api_key", {"www-authenticate": "Bearer"}))

    def _list_voices(self, request: ParsedRequest) -> ServerResponse:
        limit, offset = request.query["limit"], request.query["offset"]
        voices, total = self._store.list(limit, offset, StoreFilters(_read_type(request)))
        page = {
            "items": voices,
            "total": total,
            "page": offset // limit + 1,
            "page_size": limit,
            "total_pages": -(-total // limit),
        }
        return json_response(page)

    def _search_voices(self, request: ParsedRequest) -> ServerResponse:
        query, server = request.query, self._store.identity
        genders, languages = (tuple(sorted({*(query[name] or ())})) for name in ("gender", "language"))
        filters = StoreFilters(_read_type(request), query["kind"], genders, languages, query["query"])
        try:
            cursor = Cursor() if query["page_token"] is None else read_cursor(query["page_token"], server, filters)
        except BadCursorError as error:
            problem = refused(["query", "page_token"], str(error))
            return json_response({"detail": [problem]}, 422)
        size = self.pages.take(query["page_size"])
        found = self._store.search(size + 1, cursor.after, filters)  # one further, for the last page has no cursor
        given, following = found[:size], None
        if len(found) > size:
            last = given[-1][0] if given else cursor.after
            following = Cursor(last, cursor.pages + 1).write(server, filters)
        return json_response({"data": [voice for _, voice in given], "next_page_token": following})

    def _create_voice(self, request: ParsedRequest) -> ServerResponse:
        members = {name: value for name, value in request.body.items() if name in self._kept_members}
        # Nothing is trimmed here.
        voice = make_voice(self._document, members | {"id": str(uuid.uuid4()), "trimmed_seconds": 0.0})
        sample = StoredSample(request.body["sample_audio"], request.body.get("sample_filename"))
        key, sent = request.raw.headers.get("idempotency-key"), request.raw.body
        try:
            made = self._store.add(voice, sample, CreationKey(key, hashlib.sha256(sent).digest()) if key else None)
        except SlugTakenError:
            return error_response(409, f"Another voice has the slug {voice['slug']!r}", "slug_taken")
        except KeyReusedError:
            message = f"The idempotency key {key!r} came before, with another body"
            return error_response(409, message, "idempotency_key_reused")
        return json_response(made)

    def _get_voice(self, request: ParsedRequest) -> ServerResponse:
        return json_response(self._find(request))

    def _update_voice(self, request: ParsedRequest) -> ServerResponse:
        voice = self._find_custom(request)
        # Null clears: to the default where the member has one. A voice always has a name, so a null changes nothing.
        changes = {
            name: self._defaults.get(name) if value is None else value
            for name, value in request.body.items()
            if name in self._changeable_members and not (name == "name" and value is None)
        }
        return json_response(_existing(self._store.update(voice["id"], changes)))

    def _delete_voice(self, request: ParsedRequest) -> ServerResponse:
        voice = self._find_custom(request)
        return json_response(_existing(self._store.delete(voice["id"])))

    def _get_voice_sample(self, request: ParsedRequest) -> ServerResponse:
        # The sample first: a voice that is still there after it has no other.
        sample = self._store.get_sample(request.path["voice_id"])
        voice = self._find(request)
        text, filename = (sample.text, sample.filename) if sample else (_audio.make_tone(voice["id"]), None)
        audio = _audio.decode(text) if self._sample_form == "audio" else None
        if audio is None:
            return json_response(text)
        return ServerResponse(200, {"content-type": _audio.find_content_type(audio, filename)}, audio)

    def _find(self, request: ParsedRequest) -> Voice:
        return _existing(self._store.get(request.path["voice_id"]))

    def _find_custom(self, request: ParsedRequest) -> Voice:
        voice = self._find(request)
        if voice["type"] != "custom":
            raise RefusedError(error_response(403, "A preset voice cannot be changed or deleted", "preset_voice"))
        return voice


def _read_type(request: ParsedRequest) -> str | None:
    wanted: str = request.query["type"]
    return None if wanted == "all" else wanted


def _existing(voice: Voice | None) -> Voice:
    if voice is None:
        raise RefusedError(error_response(404, "There is no such voice", "voice_not_found"))
    return voice
