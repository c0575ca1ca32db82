"""What is known of the service apart from the document: answers as it gives them, and requests as it takes them.

The document and all that is generated from it could be wrong together; these few facts are written down once more.
What the vendor adds is added here too, so that a person has looked at it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from .annotations import attribute_words
from .calls import Pair, Reply
from .document import JSON, Document

MENDED = "if the service has changed, change tests/contract/known.py too"
LEAST = {"id": "v1", "name": "Ada", "created_at": "2026-01-02T03:04:05Z", "user_id": None}
WHOLE = {
    **LEAST,
    "slug": "ada",
    "languages": ["en", "fr"],
    "gender": "female",
    "age": 33,
    "tags": ["warm"],
    "color": "#fff",
    "description": "Calm",
    "retention_notice": 7,
    "user_id": "u1",
    "trimmed_seconds": 0.5,
    "type": "custom",
    "kind": "ivc",
}
NULLS = {
    **LEAST,
    **dict.fromkeys(["slug", "gender", "age", "tags", "color", "description", "trimmed_seconds"]),
}
ABSENT: dict[str, Any] = {**NULLS, "languages": [], "retention_notice": 30, "type_": None, "kind": None}
VOICES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (WHOLE, {**{name: each for name, each in WHOLE.items() if name != "type"}, "type_": "custom"}),
    (LEAST, ABSENT),
    (NULLS, ABSENT),
]
PAGE = {"items": [WHOLE], "total": 11, "page": 2, "page_size": 10, "total_pages": 2}
CURSOR = {"data": [WHOLE], "next_page_token": "next"}
LAST: dict[str, Any] = {"data": []}
VOICE = "/v1/audio/voices"
BODY = {name: each for name, each in WHOLE.items() if name in ("name", "languages", "gender", "age", "tags")}
BODY |= {"description": "Calm", "retention_notice": 7}
CREATED = {**BODY, "sample_audio": "UklGRg==", "slug": "ada", "color": "#fff", "sample_filename": "a.wav"}
SEARCH = {
    "page_size": 5,
    "page_token": "t",
    "gender": ["female"],
    "language": ["en", "fr"],
    "query": "ad",
    "kind": "ivc",
}
# method, arguments, the line of the request, its body, an answer
REQUESTS: list[tuple[str, dict[str, Any], str, Any, Any]] = [
    ("list", {}, f"GET {VOICE}?limit=10&offset=0&type=all", None, PAGE),
    ("list", {"limit": 100, "offset": 7, "type_": "custom"}, f"GET {VOICE}?limit=100&offset=7&type=custom", None, PAGE),
    ("list", {"type_": "preset"}, f"GET {VOICE}?limit=10&offset=0&type=preset", None, PAGE),
    ("search", {}, "GET /v2/audio/voices?page_size=10&type=all", None, LAST),
    (
        "search",
        {**SEARCH, "type_": "custom"},
        "GET /v2/audio/voices?page_size=5&page_token=t&type=custom"
        "&gender=female&language=en&language=fr&query=ad&kind=ivc",
        None,
        CURSOR,
    ),
    ("create", CREATED, f"POST {VOICE}", CREATED, WHOLE),
    (
        "create",
        {"name": "Ada", "sample_audio": "UklGRg=="},
        f"POST {VOICE}",
        {"name": "Ada", "sample_audio": "UklGRg==", "retention_notice": 30},
        LEAST,
    ),
    ("get", {"voice_id": "a voice/1"}, f"GET {VOICE}/a%20voice%2F1", None, WHOLE),
    ("update", {"voice_id": "v1", **BODY}, f"PATCH {VOICE}/v1", BODY, WHOLE),
    ("update", {"voice_id": "v1", **dict.fromkeys(BODY)}, f"PATCH {VOICE}/v1", dict.fromkeys(BODY), WHOLE),
    ("delete", {"voice_id": "v1"}, f"DELETE {VOICE}/v1", None, WHOLE),
    ("get_sample_audio", {"voice_id": "v1"}, f"GET {VOICE}/v1/sample", None, "UklGRg=="),
]
PAGES: list[tuple[str, dict[str, Any]]] = [
    ("list", PAGE),
    ("search", CURSOR),
    ("search", {**LAST, "next_page_token": None}),
]
# What users find in an answer, and its types.
TYPES = {
    "VoiceResponse": {
        "id": "str",
        "name": "str",
        "slug": "None | str",
        "languages": "list[str]",
        "gender": "None | str",
        "age": "None | int",
        "tags": "None | list[str]",
        "color": "None | str",
        "description": "None | str",
        "retention_notice": "int",
        "created_at": "datetime",
        "user_id": "None | str",
        "trimmed_seconds": "None | float",
        "type_": "'custom' | 'preset' | None | str",
        "kind": "'ivc' | 'pvc' | None | str",
    },
    "VoiceListResponse": {
        "items": "list[VoiceResponse]",
        "total": "int",
        "page": "int",
        "page_size": "int",
        "total_pages": "int",
    },
    "VoiceListPage": {"data": "list[VoiceResponse]", "next_page_token": "None | str"},
    "HTTPValidationError": {"detail": "list[ValidationError]"},
    "ValidationError": {
        "loc": "list[int | str]",
        "msg": "str",
        "type_": "str",
        "input_": "Any",
        "ctx": "None | ValidationErrorCtx",
    },
    "ErrorResponse": {
        "object_": "str",
        "message": "str",
        "type_": "None | str",
        "param": "None | str",
        "code": "None | str",
    },
}
INVALID = {"detail": [{"loc": ["body", "tags", 0], "msg": "no", "type": "t", "input": 1, "ctx": {"ge": 1}}]}


def check_known(document: Document, package: ModuleType) -> list[str]:
    """Requests leave as the service takes them, and its answers are read as they are meant."""
    with Pair(package) as pair:
        problems = [*_type_problems(package), *_problems(pair)]
    return [f"{each}: {MENDED}" for each in problems]


def _type_problems(package: ModuleType) -> Iterator[str]:
    for name, known in TYPES.items():
        kind = getattr(package.models, name, None)
        if kind is None:
            yield f"models.{name} is known, and is gone"
            continue
        found = {each: " | ".join(sorted(words)) for each, words in attribute_words(package, kind).items()}
        for member in sorted({*found, *known}):
            if found.get(member) != known.get(member):
                yield f"{name}.{member} is known as {known.get(member)}, and is now {found.get(member)}"


def _problems(pair: Pair) -> Iterator[str]:
    for method, arguments, line, body, answer in REQUESTS:
        outcomes = pair.call(method, arguments, _reply(answer))
        sent = [
            (f"{each.method} {each.url.raw_path.decode()}", json.loads(each.content) if each.content else None)
            for each in pair.requests
        ]
        if sent != [(line, body)] * 2:
            yield f"{method} is known to be {line} {body or ''}, not {sent or outcomes[0].error!r}"
    for answer, attributes in VOICES:
        expected = {**attributes, "created_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
        for outcome in pair.call("get", {"voice_id": "v1"}, _reply(answer)):
            yield from _differences("a voice", outcome.result, expected, outcome.error)
    for method, answer in PAGES:
        for outcome in pair.call(method, {}, _reply(answer)):
            found = getattr(outcome.result, "additional_properties", outcome.error or "another answer")
            if found:
                yield f"the page of {method} is known to have {sorted(answer)}: {found!r}"
    for outcome in pair.call("list", {}, Reply(422, json.dumps(INVALID).encode(), JSON)):
        data = getattr(outcome.error, "data", None)
        if data is None or data.to_dict() != INVALID or data.detail[0].additional_properties:
            yield f"a 422 is known to have entries such as {INVALID}, read as {data!r}"


def _differences(what: str, result: Any, expected: dict[str, Any], error: BaseException | None) -> Iterator[str]:
    if error is not None:
        yield f"{what} as it is known is refused: {error}"
        return
    for name, value in expected.items():
        found = getattr(result, name, "nothing")
        if found != value:
            yield f"{what} is known to have {name}={value!r}, read as {found!r}"
    if result.additional_properties:
        yield f"{what} is known to have {sorted(result.additional_properties)}, which the model lacks"


def _reply(answer: Any) -> Reply:
    return Reply(200, json.dumps(answer).encode(), JSON)
