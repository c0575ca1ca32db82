"""What leaves for each operation, and what comes back."""

from __future__ import annotations

import base64
import datetime
import json
from enum import Enum
from typing import Any

import pytest

from mistral_voices import errors, models

from .harness import CALLS, GOOD, VOICE, ClientKind, Reply

V1 = "/v1/audio/voices"
REQUESTS = [
    ("list", {}, "GET", f"{V1}?limit=10&offset=0&type=all", None),
    ("list", {"limit": 100, "offset": 7, "type_": "preset"}, "GET", f"{V1}?limit=100&offset=7&type=preset", None),
    ("list", {"limit": None, "offset": None, "type_": None}, "GET", f"{V1}?limit=10&offset=0&type=all", None),
    ("create", CALLS["create"], "POST", V1, {"name": "Ada", "sample_audio": "UklGRg==", "retention_notice": 30}),
    (
        "create",
        {**CALLS["create"], "retention_notice": None, "languages": None, "slug": None, "tags": None},
        "POST",
        V1,
        {"name": "Ada", "sample_audio": "UklGRg==", "slug": None, "tags": None},
    ),
    (
        "create",
        {
            "name": "Zoë \u2028 \U0001f600",
            "sample_audio": "not base64 at all",
            "slug": "zoe",
            "languages": ["fr", "en"],
            "gender": "female",
            "age": 33,
            "tags": [],
            "color": "#fff",
            "description": "d" * 500,
            "retention_notice": 1,
            "sample_filename": "a.wav",
        },
        "POST",
        V1,
        {
            "name": "Zoë \u2028 \U0001f600",
            "sample_audio": "not base64 at all",
            "slug": "zoe",
            "languages": ["fr", "en"],
            "gender": "female",
            "age": 33,
            "tags": [],
            "color": "#fff",
            "description": "d" * 500,
            "retention_notice": 1,
            "sample_filename": "a.wav",
        },
    ),
    ("get", {"voice_id": "v1"}, "GET", f"{V1}/v1", None),
    ("update", {"voice_id": "v1"}, "PATCH", f"{V1}/v1", {}),
    (
        "update",
        {"voice_id": "v1", "name": None, "languages": None, "age": 0, "tags": ["a"], "retention_notice": None},
        "PATCH",
        f"{V1}/v1",
        {"name": None, "languages": None, "age": 0, "tags": ["a"], "retention_notice": None},
    ),
    ("delete", {"voice_id": "v1"}, "DELETE", f"{V1}/v1", None),
    ("get_sample_audio", {"voice_id": "v1"}, "GET", f"{V1}/v1/sample", None),
]


@pytest.mark.parametrize(("name", "arguments", "method", "target", "body"), REQUESTS)
def test_request(
    client_kind: ClientKind, name: str, arguments: dict[str, Any], method: str, target: str, body: Any
) -> None:
    server = client_kind.replies(GOOD[name])
    client_kind.call(client_kind.mistral(server), name, **arguments)
    (request,) = server.requests
    assert (request.method, request.url.raw_path.decode()) == (method, target)
    assert request.headers["authorization"].startswith("Bearer ")
    if body is None:
        assert request.content == b""
        assert "content-type" not in request.headers
    else:
        assert json.loads(request.content) == body
        assert list(json.loads(request.content)) == sorted(body, key=list(arguments | {"retention_notice": 0}).index)
        assert request.headers["content-type"] == "application/json"


SEGMENTS = {
    "a/b": "a%2Fb",
    "a?b#c": "a%3Fb%23c",
    "%2e%2e": "%252e%252e",
    "é": "%C3%A9",
    "\n": "%0A",
    " ": "%20",
    "...": "...",
    "..%2f": "..%252f",
    "a\\b": "a%5Cb",
    "\u202e": "%E2%80%AE",
    "a;b=c,d": "a%3Bb%3Dc%2Cd",
}
WITH_ID = [name for name, arguments in CALLS.items() if "voice_id" in arguments]


@pytest.mark.parametrize("name", WITH_ID)
@pytest.mark.parametrize(("voice_id", "segment"), SEGMENTS.items())
def test_id_is_one_segment(client_kind: ClientKind, name: str, voice_id: str, segment: str) -> None:
    server = client_kind.replies(GOOD[name])
    client_kind.call(client_kind.mistral(server), name, **{**CALLS[name], "voice_id": voice_id})
    path = server.requests[0].url.raw_path.decode()
    assert path == f"{V1}/{segment}" + ("/sample" if name == "get_sample_audio" else "")


@pytest.mark.parametrize("name", WITH_ID)
@pytest.mark.parametrize(
    ("voice_id", "error"),
    [
        ("", ValueError),
        (".", ValueError),
        ("..", ValueError),
        (None, TypeError),
        (7, TypeError),
        ("\U0001f600" * 4097, ValueError),
    ],
)
def test_id_that_would_name_another_path_is_refused(
    client_kind: ClientKind, name: str, voice_id: Any, error: type[Exception]
) -> None:
    server = client_kind.replies(GOOD[name])
    with pytest.raises(error, match="voice_id must"):
        client_kind.call(client_kind.mistral(server), name, **{**CALLS[name], "voice_id": voice_id})
    assert not server.requests


REFUSED = [
    ("list", {"limit": 0}, ValueError, "limit must be an integer from 1 to 100, not 0"),
    ("list", {"limit": 101}, ValueError, "limit must be an integer from 1 to 100, not 101"),
    ("list", {"limit": "10"}, TypeError, "limit must be an integer from 1 to 100, not str"),
    ("list", {"limit": True}, TypeError, "limit must be an integer from 1 to 100, not bool"),
    ("list", {"limit": 1.0}, TypeError, "limit must be an integer from 1 to 100, not float"),
    ("list", {"offset": -1}, ValueError, "offset must be an integer of at least 0, not -1"),
    ("list", {"type_": "mine"}, ValueError, "type_ must be one of 'all', 'custom', 'preset', not 'mine'"),
    ("create", {"name": None, "sample_audio": "a"}, TypeError, "name must be text, not None"),
    ("create", {"name": "a", "sample_audio": 1}, TypeError, "sample_audio must be base64 text, bytes, a path or"),
    ("create", {**CALLS["create"], "languages": "en"}, TypeError, "languages must be a list whose items are each text"),
    ("create", {**CALLS["create"], "languages": ["en", 1]}, TypeError, r"languages\[1\] must be text, not int"),
    ("create", {**CALLS["create"], "age": "33"}, TypeError, "age must be an integer, not str"),
    ("create", {**CALLS["create"], "description": "d" * 501}, ValueError, "description must have at most 500 char"),
    ("create", {"name": "\ud800", "sample_audio": "a"}, ValueError, "name holds half of a surrogate pair"),
    ("create", {**CALLS["create"], "tags": ["\ud800"]}, ValueError, r"tags\[0\] holds half of a surrogate pair"),
    ("update", {"voice_id": "v", "description": "d" * 501}, ValueError, "description must have at most 500 char"),
    ("update", {"voice_id": "v", "retention_notice": 1.5}, TypeError, "retention_notice must be an integer"),
    ("get", {"voice_id": "\ud800"}, ValueError, "voice_id holds half of a surrogate pair"),
    ("create", {**CALLS["create"], "recover": "yes"}, TypeError, "recover must be True or False, not str"),
    ("delete", {"voice_id": "v1", "missing_ok": 1}, TypeError, "missing_ok must be True or False, not int"),
    ("save_sample_audio", {"voice_id": "v", "path": "v", "overwrite": "no"}, TypeError, "overwrite must be True or"),
]


@pytest.mark.parametrize(("name", "arguments", "error", "message"), REFUSED)
def test_bad_argument_is_refused_before_anything_is_sent(
    client_kind: ClientKind, name: str, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    server = client_kind.replies(VOICE)
    with pytest.raises(error, match=message):
        client_kind.call(client_kind.mistral(server), name, **arguments)
    assert not server.requests


class Kind(str, Enum):  # noqa: UP042 - the kind whose str() is not its value
    CUSTOM = "custom"


def test_member_of_an_enumeration_is_sent_as_its_value(client_kind: ClientKind) -> None:
    server = client_kind.replies(GOOD["list"])
    client_kind.call(client_kind.mistral(server), "list", type_=Kind.CUSTOM)
    assert server.requests[0].url.query == b"limit=10&offset=0&type=custom"


def test_voice_has_none_or_the_default_for_what_is_absent(client_kind: ClientKind) -> None:
    voice = client_kind.call(client_kind.mistral(client_kind.replies(VOICE)), "get", voice_id="v1")
    assert isinstance(voice, models.VoiceResponse)
    assert voice == models.VoiceResponse(
        id="v1",
        name="Ada",
        created_at=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        user_id="u1",
        slug=None,
        languages=[],
        tags=None,
        retention_notice=30,
        type_=None,
    )


def test_unknown_members_and_values_are_kept(client_kind: ClientKind) -> None:
    sent = {**VOICE, "type": "shared", "kind": "new", "gender": "robot", "mood": {"a": [1]}, "mood2": None}
    voice = client_kind.call(client_kind.mistral(client_kind.replies(sent)), "get", voice_id="v1")
    assert (voice.type_, voice.kind, voice.gender) == ("shared", "new", "robot")
    assert voice.additional_properties == {"mood": {"a": [1]}, "mood2": None}
    assert {**voice.to_dict(), "created_at": VOICE["created_at"]}.items() >= sent.items()


DATES = {
    "2026-01-02T03:04:05": (2026, 1, 2, 3, 4, 5, 0),
    "2026-01-02T03:04:05Z": (2026, 1, 2, 3, 4, 5, 0),
    "2026-01-02T05:04:05.123456+02:00": (2026, 1, 2, 3, 4, 5, 123456),
    "2026-01-02 03:04:05.5-00:00": (2026, 1, 2, 3, 4, 5, 500000),
    "2026-01-02t03:04:05z": (2026, 1, 2, 3, 4, 5, 0),
}


@pytest.mark.parametrize(("text", "parts"), DATES.items())
def test_date_without_a_zone_is_utc(client_kind: ClientKind, text: str, parts: tuple[int, ...]) -> None:
    voice = client_kind.call(
        client_kind.mistral(client_kind.replies({**VOICE, "created_at": text})), "get", voice_id="v1"
    )
    year, month, day, hour, minute, second, micro = parts
    assert voice.created_at == datetime.datetime(year, month, day, hour, minute, second, micro, datetime.UTC)


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in VOICE.items() if name != member}


UNREADABLE = [
    ("get", without("id"), "id: is missing, expected a string"),
    ("get", {**VOICE, "id": 1}, "id: is an integer, expected a string"),
    ("get", {**VOICE, "id": None}, "id: is null, expected a string"),
    ("get", without("user_id"), "user_id: is missing, expected a string or null"),
    ("get", {**VOICE, "created_at": "yesterday"}, "created_at: is not a date-time"),
    ("get", {**VOICE, "created_at": "2026-01-02"}, "created_at: is not a date-time"),
    ("get", {**VOICE, "created_at": "2026-W01-1T00:00:00Z"}, "created_at: is not a date-time"),
    ("get", {**VOICE, "created_at": "2026-01-02T03:04Z"}, "created_at: is not a date-time"),
    ("get", {**VOICE, "created_at": 5}, "created_at: is an integer, expected a date-time"),
    ("get", {**VOICE, "age": "33"}, "age: is a string, expected an integer or null"),
    ("get", {**VOICE, "age": True}, "age: is a boolean, expected an integer or null"),
    ("get", {**VOICE, "age": 1.5}, "age: is a number, expected an integer or null"),
    ("get", {**VOICE, "languages": None}, "languages: is null, expected a list"),
    ("get", {**VOICE, "languages": ["a", 1]}, r"languages\[1\]: is an integer, expected a string"),
    ("get", {**VOICE, "tags": {}}, "tags: is an object, expected a list or null"),
    ("get", {**VOICE, "retention_notice": None}, "retention_notice: is null, expected an integer"),
    ("get", {**VOICE, "trimmed_seconds": "1"}, "trimmed_seconds: is a string, expected a number or null"),
    ("get", {**VOICE, "type": None}, "type: is null, expected a string"),
    ("get", [], "the answer: is a list, expected an object"),
    ("get", None, "the answer: is null, expected an object"),
    ("list", {**GOOD["list"], "total": "1"}, "total: is a string, expected an integer"),
    ("list", {**GOOD["list"], "items": [VOICE, VOICE, without("name")]}, r"items\[2\].name: is missing"),
    ("list", {**GOOD["list"], "items": [{**VOICE, "created_at": ""}]}, r"items\[0\].created_at: is not a date-time"),
    ("list", {**GOOD["list"], "items": [7]}, r"items\[0\]: is an integer, expected an object"),
    ("get_sample_audio", 5, "the answer: is an integer, expected a string"),
    ("get", Reply(200, b'{"id": '), "the body is not JSON"),
    ("get", Reply(200, b""), "the body is not JSON"),
    ("get", Reply(200, b"\xff\xfe\x00"), "the body is not JSON"),
    ("get", Reply(200, b"[" * 100_000), "the body is nested too deeply"),
    ("get", Reply(200, b'{"age": NaN}'), "NaN is not JSON"),
    ("get", Reply(200, b"<html>proxy</html>", {"content-type": "text/html"}), "the body is not JSON"),
    ("get", Reply(204), "the status is 204, expected 200"),
    ("get", Reply(201, VOICE), "the status is 201, expected 200"),
    ("get", Reply(200, b"no gzip", {"content-encoding": "gzip"}), "the body cannot be decoded"),
    ("get_sample_audio", Reply(200, b"<html>", {"content-type": "text/html; charset=x"}), "content type is text/html"),
]


@pytest.mark.parametrize(("name", "answer", "message"), UNREADABLE)
def test_answer_that_the_document_does_not_describe(
    client_kind: ClientKind, name: str, answer: Any, message: str
) -> None:
    reply = answer if isinstance(answer, Reply) else Reply(200, answer)
    server = client_kind.replies(reply)
    with pytest.raises(errors.ResponseValidationError, match=message) as caught:
        client_kind.call(client_kind.mistral(server), name, **CALLS[name])
    assert len(server.requests) == 1
    assert caught.value.status_code == reply.status
    assert isinstance(caught.value.cause, ValueError)
    assert str(caught.value.cause) in str(caught.value)


WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \xff\x00"
SAMPLES = [
    Reply(200, base64.b64encode(WAV).decode()),
    Reply(200, base64.b64encode(WAV).decode(), {"content-type": "application/json; charset=utf-8"}),
    Reply(200, WAV, {"content-type": "audio/wav"}),
    Reply(200, WAV, {"content-type": "Audio/MPEG; x=y"}),
    Reply(200, WAV, {"content-type": "application/octet-stream"}),
    Reply(200, WAV),
]


@pytest.mark.parametrize("reply", SAMPLES)
def test_sample_is_base64_text_for_both_forms(client_kind: ClientKind, reply: Reply) -> None:
    text = client_kind.call(client_kind.mistral(client_kind.replies(reply)), "get_sample_audio", voice_id="v1")
    assert base64.b64decode(text, validate=True) == WAV
