"""The request of each operation, and what its response is parsed into."""

from __future__ import annotations

import base64
import datetime
import json
import re
from typing import Any

import pytest

from mistral_voices import models
from mistral_voices._api import operations
from mistral_voices._core.request import USUAL_SECONDS, Request
from mistral_voices._media.download import Download, MemoryTarget
from mistral_voices._media.upload import BytesSample, Upload
from mistral_voices.utils import UNSET

from ..harness import PAGE, VOICE, Reply

V1, V2 = "/v1/audio/voices", "/v2/audio/voices"
ALL = {
    **{"name": "Zo\u00eb \u2028 \U0001f600", "slug": "zoe", "languages": ["fr", "en"], "gender": "female", "age": 33},
    **{"tags": [], "color": "#fff", "description": "d" * 500, "retention_notice": 1, "sample_filename": "a.wav"},
}
LEFT_OUT = {**dict.fromkeys(ALL, UNSET), "name": "Ada"}


def create(sample: Any = "UklGRg==", **given: Any) -> Request[Any]:
    return operations.create_voice(sample, None, **{**LEFT_OUT, **given})


def update(**given: Any) -> Request[Any]:
    return operations.update_voice("v1", **given)


QUERY = {"page_size": 5, "page_token": "a&b", "query": "A \u00e9", "language": ["en", "fr"], "kind": "ivc"}
ENCODED = "page_size=5&page_token=a%26b&type=all&language=en&language=fr&query=A+%C3%A9&kind=ivc"
CREATED = {"name": "Ada", "sample_audio": "UklGRg=="}
NULLS = {"name": None, "age": 0, "tags": ["a"], "retention_notice": None}
DOWNLOAD = Download(MemoryTarget())
REQUESTS: list[tuple[Request[Any], str, str, Any]] = [
    # request, method, path, body
    (operations.list_voices(limit=100, type_="preset"), "GET", f"{V1}?limit=100&offset=0&type=preset", None),
    (operations.list_voices(limit=None, offset=UNSET), "GET", f"{V1}?limit=10&offset=0&type=all", None),
    (operations.search_voices(**QUERY), "GET", f"{V2}?{ENCODED}", None),
    (create(retention_notice=None, languages=None, slug=None), "POST", V1, {**CREATED, "slug": None}),
    (create("not base64", **ALL), "POST", V1, {"name": ALL["name"], "sample_audio": "not base64", **ALL}),
    (operations.get_voice("a/b"), "GET", f"{V1}/a%2Fb", None),
    (update(), "PATCH", f"{V1}/v1", {}),
    (update(**NULLS, gender=UNSET), "PATCH", f"{V1}/v1", NULLS),
    (operations.delete_voice("v1", missing_ok=False), "DELETE", f"{V1}/v1", None),
    (operations.get_voice_sample("v1"), "GET", f"{V1}/v1/sample", None),
    (operations.download_voice_sample("v1", DOWNLOAD), "GET", f"{V1}/v1/sample", None),
]


@pytest.mark.parametrize(("request_", "method", "path", "body"), REQUESTS)
def test_request(request_: Request[Any], method: str, path: str, body: Any) -> None:
    assert (request_.method, request_.path) == (method, path)
    content = request_.content
    if body is None:
        assert (content, "content-type" in request_.headers) == (None, False)
    else:
        assert isinstance(content, bytes)
        assert content == json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":")).encode()
        assert list(json.loads(content).items()) == list(body.items())
        assert request_.headers["content-type"] == "application/json"
    is_sample = path.endswith("/sample")
    assert (request_.creates, request_.deletes, request_.missing_ok) == (method == "POST", method == "DELETE", False)
    assert (request_.is_sample, request_.seconds) == (is_sample, 300.0 if method == "POST" else USUAL_SECONDS)
    assert request_.secret == (body["sample_audio"] if request_.creates else "")


def test_create_has_a_key_of_its_own_and_knows_what_its_voice_will_show() -> None:
    keys = {create().headers["idempotency-key"] for _ in range(3)}
    assert [bool(re.fullmatch("[0-9a-f]{32}", key)) for key in keys] == [True] * 3
    assert create(**ALL).metadata == {name: value for name, value in ALL.items() if name != "sample_filename"}
    assert create(slug=None).metadata == {"name": "Ada", "slug": None}


@pytest.mark.parametrize(
    ("audio", "given", "filename"),
    [(b"RIFF\0\0\0\0WAVE", UNSET, "sample.wav"), (b"RIFF\0\0\0\0WAVE", "mine.wav", "mine.wav"), (b"?", UNSET, None)],
)
def test_create_encodes_a_sample_as_it_is_sent(audio: bytes, given: Any, filename: str | None) -> None:
    request = create(BytesSample(audio), sample_filename=given)
    assert isinstance(request.content, Upload)
    body = b"".join(request.content.blocks())
    named = {} if filename is None else {"sample_filename": filename}
    assert json.loads(body) == {"name": "Ada", "sample_audio": base64.b64encode(audio).decode(), **named}
    assert request.headers["content-length"] == str(len(body))
    assert (request.headers["content-type"], request.secret) == ("application/json", "")


def test_request_for_a_sample() -> None:
    for request in (operations.get_voice_sample("v1"), operations.download_voice_sample("v1", DOWNLOAD)):
        accept = "audio/wav, audio/*;q=0.9, application/octet-stream;q=0.8, application/json;q=0.7"
        assert request.headers == {"accept": accept, "accept-encoding": "identity"}
    assert (request.download, request.parse(response=Reply().response())) == (DOWNLOAD, None)


WITH_ID: list[Any] = [
    operations.get_voice,
    operations.update_voice,
    lambda voice_id: operations.delete_voice(voice_id, missing_ok=True),
    operations.get_voice_sample,
    lambda voice_id: operations.download_voice_sample(voice_id, DOWNLOAD),
]


@pytest.mark.parametrize("operation", WITH_ID)
def test_id_is_one_segment(operation: Any) -> None:
    request = operation("%2e\u00e9/\n")
    assert request.path == f"{V1}/%252e%C3%A9%2F%0A{'/sample' if request.is_sample else ''}"
    assert request.missing_ok is request.deletes
    with pytest.raises(ValueError, match="voice_id must be"):
        operation("..")


REFUSED: list[tuple[Any, str]] = [
    (lambda: operations.list_voices(limit=0), "limit must be"),
    (lambda: operations.search_voices(page_size=0), "page_size must be"),
    (lambda: create("\ud800"), "sample_audio holds half"),
    (lambda: operations.create_voice("UklGRg==", "x", **LEFT_OUT), "on_progress must be"),  # type: ignore[arg-type]
    (lambda: update(age="1"), "age must be"),
    (lambda: operations.delete_voice("v", 1), "missing_ok must be True or False, not int"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("build", "message"), REFUSED)
def test_each_operation_checks_its_arguments(build: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        build()


RESULTS: list[tuple[Request[Any], Any, Any]] = [
    (operations.list_voices(), PAGE, models.VoiceListResponse),
    (operations.search_voices(), {"data": [VOICE], "next_page_token": None}, models.VoiceListPage),
    *[(request, VOICE, models.VoiceResponse) for request in (create(), *(each("v1") for each in WITH_ID[:3]))],
]


def test_results() -> None:
    for request, body, kind in RESULTS:
        assert request.parse(response=Reply(200, body).response()) == kind.from_dict(body)


def test_what_is_unknown_is_kept_and_a_date_without_a_zone_is_utc() -> None:
    sent = {**VOICE, "type": "shared", "kind": "new", "gender": "robot", "mood": {"a": [1]}, "mood2": None}
    for text in (
        "2026-01-02T03:04:05",
        "2026-01-02T05:04:05+02:00",
        "2026-01-02 03:04:05-00:00",
        "2026-01-02t03:04:05z",
    ):
        voice = VOICE_OF.parse(response=Reply(200, {**sent, "created_at": text}).response())
        assert (voice.type_, voice.kind, voice.gender) == ("shared", "new", "robot")
        assert voice.additional_properties == {"mood": {"a": [1]}, "mood2": None}
        assert voice.created_at == datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


VOICE_OF, LIST, SAMPLE = operations.get_voice("v1"), operations.list_voices(), operations.get_voice_sample("v1")
NO_DATES = ("yesterday", "2026-01-02", "2026-W01-1T00:00:00Z", "2026-01-02T03:04Z")
# One for each form of message; tests/contract spoils every member of every response.
UNREADABLE: list[tuple[Request[Any], Any, str]] = [
    (VOICE_OF, {"id": "v1"}, "name: is missing, expected a string"),
    (VOICE_OF, {**VOICE, "id": None}, "id: is null, expected a string"),
    *[(VOICE_OF, {**VOICE, "created_at": text}, "created_at: is not a date-time") for text in NO_DATES],
    (VOICE_OF, {**VOICE, "age": 1.5}, "age: is a number, expected an integer or null"),
    (VOICE_OF, [], "the answer: is a list, expected an object"),
    (LIST, {**PAGE, "items": [VOICE, {"id": "v1"}]}, "items[1].name: is missing, expected a string"),
    *[(LIST, body, "the body is not JSON") for body in (b'{"id": ', b"", b"\xff\xfe\x00", b"<html>")],
    (LIST, b'{"age": NaN}', "the body is not JSON (NaN is not JSON)"),
    (LIST, b"[" * 100_000, "the body is nested too deeply"),
    (SAMPLE, 5, "the answer: is an integer, expected a string"),
]


@pytest.mark.parametrize(("request_", "body", "message"), UNREADABLE)
def test_response_that_the_document_does_not_describe(request_: Request[Any], body: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        request_.parse(response=Reply(200, body, {"content-type": "Application/JSON; x=y"}).response())


def test_sample_is_base64_text_for_both_forms() -> None:
    for kind in ("audio/wav", "Audio/MPEG; x=y", "application/octet-stream", None):
        reply = Reply(200, b"RIFF", {} if kind is None else {"content-type": kind})
        assert SAMPLE.parse(response=reply.response()) == "UklGRg=="
    assert SAMPLE.parse(response=Reply(200, "UklGRg==").response()) == "UklGRg=="
    with pytest.raises(ValueError, match="the content type is text/html, expected audio or JSON"):
        SAMPLE.parse(response=Reply(200, b"<p>", {"content-type": "text/html; charset=x"}).response())
