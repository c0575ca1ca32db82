"""What is known of the service apart from the document: responses as it gives them, and requests as it takes them.

The document and all that is generated from it could be wrong together; these few facts are written down once more.
What the vendor adds is added here too, so that a person has looked at it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from tests.harness import Reply

from .annotations import attribute_words, shown
from .calls import Pair
from .document import Document, models, operations

LEAST = {"id": "v1", "name": "Ada", "created_at": "2026-01-02T03:04:05Z", "user_id": None}
EDITABLE = {"name": "Ada", "languages": ["en", "fr"], "gender": "female", "age": 33, "tags": ["warm"]}
EDITABLE |= {"description": "Calm", "retention_notice": 7}
WHOLE = {**LEAST, **EDITABLE, "slug": "ada", "color": "#fff", "user_id": "u1", "trimmed_seconds": 0.5, "kind": "ivc"}
ABSENT = dict.fromkeys([*WHOLE, "type_"]) | LEAST | {"languages": [], "retention_notice": 30}
# A response, and the attributes that it has.
VOICES = [({**WHOLE, "type": "custom"}, {**WHOLE, "type_": "custom"}), (LEAST, ABSENT)]
CREATED = {**EDITABLE, "sample_audio": "UklGRg==", "slug": "ada", "color": "#fff", "sample_filename": "a.wav"}
LEAST_CREATED = {"name": "Ada", "sample_audio": "UklGRg=="}
SEARCH = {"page_size": 5, "page_token": "t", "type_": "custom", "query": "ad", "kind": "ivc"}
SEARCH |= {"gender": ["female"], "language": ["en", "fr"]}
FOUND = "page_size=5&page_token=t&type=custom&gender=female&language=en&language=fr&query=ad&kind=ivc"
PAGE = {"items": [WHOLE], "total": 11, "page": 2, "page_size": 10, "total_pages": 2}
V1, V2 = "/v1/audio/voices", "/v2/audio/voices"
# method, arguments, the line of the request, its body, a response
REQUESTS: list[tuple[str, dict[str, Any], str, Any, Any]] = [
    ("list", {}, f"GET {V1}?limit=10&offset=0&type=all", None, PAGE),
    ("list", {"limit": 100, "offset": 7, "type_": "preset"}, f"GET {V1}?limit=100&offset=7&type=preset", None, PAGE),
    ("search", {}, f"GET {V2}?page_size=10&type=all", None, {"data": [], "next_page_token": None}),
    ("search", SEARCH, f"GET {V2}?{FOUND}", None, {"data": [WHOLE], "next_page_token": "next"}),
    ("create", CREATED, f"POST {V1}", CREATED, WHOLE),
    ("create", LEAST_CREATED, f"POST {V1}", {**LEAST_CREATED, "retention_notice": 30}, LEAST),
    ("get", {"voice_id": "a voice/1"}, f"GET {V1}/a%20voice%2F1", None, WHOLE),
    ("update", {"voice_id": "v1", **EDITABLE}, f"PATCH {V1}/v1", EDITABLE, WHOLE),
    ("update", {"voice_id": "v1", **dict.fromkeys(EDITABLE)}, f"PATCH {V1}/v1", dict.fromkeys(EDITABLE), WHOLE),
    ("delete", {"voice_id": "v1"}, f"DELETE {V1}/v1", None, WHOLE),
    ("get_sample_audio", {"voice_id": "v1"}, f"GET {V1}/v1/sample", None, "UklGRg=="),
]
# What users find in a response: the attributes of each type.
TYPES = {
    "VoiceResponse": {
        "str": "id name",
        "None | str": "slug gender color description user_id",
        "list[str]": "languages",
        "None | list[str]": "tags",
        "int": "retention_notice",
        "None | int": "age",
        "None | float": "trimmed_seconds",
        "datetime": "created_at",
        "'custom' | 'preset' | None | str": "type_",
        "'ivc' | 'pvc' | None | str": "kind",
    },
    "VoiceListResponse": {"list[VoiceResponse]": "items", "int": "total page page_size total_pages"},
    "VoiceListPage": {"list[VoiceResponse]": "data", "None | str": "next_page_token"},
    "HTTPValidationError": {"list[ValidationError]": "detail"},
    "ValidationError": {
        "list[int | str]": "loc",
        "str": "msg type_",
        "Any": "input_",
        "None | ValidationErrorCtx": "ctx",
    },
    "ErrorResponse": {"str": "object_ message", "None | str": "type_ param code"},
}
INVALID = {"detail": [{"loc": ["body", "tags", 0], "msg": "no", "type": "t", "input": 1, "ctx": {"ge": 1}}]}


def check_known(document: Document, package: ModuleType) -> list[str]:
    """Requests leave as the service takes them, and its responses are read as they are meant."""
    # The sync and the async client say the same, and so do all responses that have the same member.
    new = _unknown(document, package)
    problems = dict.fromkeys([*new, *_type_problems(package), *_request_problems(), *_response_problems()])
    return [f"{each}: if the service has changed, change tests/contract/known.py too" for each in problems]


def _unknown(document: Document, package: ModuleType) -> Iterator[str]:
    """Name what no known request or type shows: nobody has held it to the service yet."""
    for operation in operations(document):
        rows = [arguments for method, arguments, *_ in REQUESTS if method == operation.method]
        names = [field.python_name for field in operation.fields if not any(field.python_name in each for each in rows)]
        if names or not rows:
            yield f"{operation} is new, or takes what is in no row of REQUESTS: {', '.join(names)}"
    for name, schema in models(document).items():
        if name not in TYPES and not schema.get("x-sent") and name in package.models.__all__:
            yield f"models.{name} is new, and not in TYPES"


def _unread(outcome: Any) -> str:
    """Say why a response is not read; wherever in it a voice stands, the words are the same."""
    if not isinstance(outcome, Exception):
        return f"a known response has members that are not known any more: {outcome.additional_properties}"
    reason = re.sub(r"^\S*\.(?=\w+: )", "", str(getattr(outcome, "cause", outcome)))
    return f"a known response is refused: {reason}"


def _type_problems(package: ModuleType) -> Iterator[str]:
    for name, types in TYPES.items():
        model = getattr(package.models, name, None)
        if model is None:
            yield f"models.{name} is known, and is gone"
            continue
        known = {member: kind for kind, members in types.items() for member in members.split()}
        found = {member: shown(words) for member, words in attribute_words(model).items()}
        for member in sorted({*found, *known}):
            if found.get(member) != known.get(member):
                if member in known:
                    yield f"{name}.{member} is known as {known[member]}, and is now {found.get(member, 'gone')}"
                else:
                    yield f"{name}.{member} is new: {found[member]}"


def _request_problems() -> Iterator[str]:
    pair = Pair()
    for method, arguments, line, body, response in REQUESTS:
        outcomes = pair.call(method, arguments, Reply(200, response))
        sent = [
            (f"{each.method} {each.url.raw_path.decode()}", json.loads(each.content) if each.content else None)
            for each in pair.requests
        ]
        if sent != [(line, body)] * 2:
            yield f"{method} is known to be {line} {body or ''}, not {sent or outcomes[0]!r}"
            continue
        for outcome in outcomes:
            if isinstance(outcome, Exception) or getattr(outcome, "additional_properties", None):
                yield _unread(outcome)


def _response_problems() -> Iterator[str]:
    pair = Pair()
    for response, attributes in VOICES:
        expected = {**attributes, "created_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
        for outcome in pair.call("get", {"voice_id": "v1"}, Reply(200, response)):
            found = {name: getattr(outcome, name, "nothing") for name in expected}
            if isinstance(outcome, Exception):
                yield _unread(outcome)
            elif found != expected:
                changed = {name: value for name, value in found.items() if value != expected[name]}
                yield f"of a known voice, {changed} is read otherwise, not as {[expected[name] for name in changed]}"
    for outcome in pair.call("list", {}, Reply(422, INVALID)):
        data = getattr(outcome, "data", None)
        if data is None or data.to_dict() != INVALID or data.detail[0].additional_properties:
            yield f"a 422 is known to have entries such as {INVALID}, read as {data!r}"
