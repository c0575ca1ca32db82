"""The request of each operation, and what its response is parsed into."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices._api import operations
from mistral_voices._core import server_url
from mistral_voices._core.logs import LOGGER
from mistral_voices._core.request import USUAL_SECONDS, Request
from mistral_voices._media.download import Download, MemoryTarget
from mistral_voices._media.sample_files import BytesSample
from mistral_voices._media.upload import Upload
from mistral_voices.utils import UNSET

from ..harness import PAGE, VOICE, Reply

V1, V2 = "/v1/audio/voices", "/v2/audio/voices"
ALL = {
    **{"name": "Zo\u00eb \u2028 \U0001f600", "slug": "zoe", "languages": ["fr", "en"], "gender": "female", "age": 33},
    **{"tags": [], "color": "#fff", "description": "d" * 500, "retention_notice": 1, "sample_filename": "a.wav"},
}
LEFT_OUT = {**dict.fromkeys(ALL, UNSET), "name": "Ada"}


def create(sample: Any = "UklGRg==", **given: Any) -> Request[Any]:
    return operations.create_voice(sample, None, LOGGER, **{**LEFT_OUT, **given})


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
    (operations.get_voice("%2e\u00e9/\n"), "GET", f"{V1}/%252e%C3%A9%2F%0A", None),
    (update(), "PATCH", f"{V1}/v1", {}),
    (update(**NULLS, gender=UNSET), "PATCH", f"{V1}/v1", NULLS),
    *[(operations.delete_voice("v1", missing_ok=each), "DELETE", f"{V1}/v1", None) for each in (True, False)],
    (operations.get_voice_sample("v1"), "GET", f"{V1}/v1/sample", None),
    (operations.download_voice_sample("v1", DOWNLOAD), "GET", f"{V1}/v1/sample", None),
]


MANY = operations.LONGEST_PATH
TOO_LONG: list[tuple[str, Any]] = [
    ("query", lambda: operations.search_voices(query="a" * MANY, language=["en"] * 99)),
    ("query", lambda: operations.search_voices(query="\u00e9" * (MANY // 6))),
    ("page_token", lambda: operations.search_voices(query="Ada", page_token="/" * (MANY // 3))),
    ("language", lambda: operations.search_voices(query="Ada", language=["en"] * (MANY // 12))),
]


@pytest.mark.parametrize(("name", "make"), TOO_LONG)
def test_what_makes_an_address_too_long_is_named(name: str, make: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} is too long: the path has [0-9,]+ characters, and at most 63,488 "):
        make()


def test_an_address_of_the_greatest_length_can_be_called() -> None:
    query = "a" * (MANY - len(operations.search_voices(query="").path))
    path = operations.search_voices(query=query).path
    assert len(path) == MANY
    for library in (httpx, httpx2):
        assert library.URL("https://" + "a" * (server_url.LONGEST_URL - 8) + path)


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
    assert (request_.creates, request_.deletes) == (method == "POST", method == "DELETE")
    assert (request_.is_sample, request_.seconds) == (is_sample, 300.0 if method == "POST" else USUAL_SECONDS)
    assert request_.secret == (body["sample_audio"] if request_.creates else "")
    accept = "audio/wav, audio/*;q=0.9, application/octet-stream;q=0.8, application/json;q=0.7"
    assert not is_sample or request_.headers == {"accept": accept, "accept-encoding": "identity"}


def test_create_has_a_key_of_its_own_and_knows_what_its_voice_will_show() -> None:
    keys = {create().headers["idempotency-key"] for _ in range(3)}
    assert [bool(re.fullmatch("[0-9a-f]{32}", key)) for key in keys] == [True] * 3
    assert create(**ALL).metadata == {name: value for name, value in ALL.items() if name != "sample_filename"}
    assert create(slug=None).metadata == {"name": "Ada", "slug": None}


def test_create_names_a_sample_that_is_encoded_as_it_is_sent() -> None:
    wave = b"RIFF\0\0\0\0WAVE"
    for audio, given, filename in ((wave, UNSET, "sample.wav"), (wave, "mine.wav", "mine.wav"), (b"?", UNSET, None)):
        request = create(BytesSample(audio), sample_filename=given)
        assert isinstance(request.content, Upload)
        assert json.loads(b"".join(request.content.blocks())).get("sample_filename") == filename
        assert (request.headers["content-length"], request.secret) == (str(request.content.length), "")


def test_what_no_document_describes_is_checked_too() -> None:
    wrong: Any = 1
    with pytest.raises(TypeError, match=r"^missing_ok must be True or False, not int$"):
        operations.delete_voice("v1", wrong)
    with pytest.raises(TypeError, match=r"^on_progress must be"):
        operations.create_voice("UklGRg==", wrong, LOGGER, **LEFT_OUT)


VOICE_OF, LIST, SAMPLE = operations.get_voice("v1"), operations.list_voices(), operations.get_voice_sample("v1")
DATES = ["2026-01-02T03:04:05", "2026-01-02T05:04:05+02:00", "2026-01-02 03:04:05-00:00", "2026-01-02t03:04:05z"]
NO_DATES = ["yesterday", "2026-01-02", "2026-W01-1T00:00:00Z", "2026-01-02T03:04Z"]


@pytest.mark.parametrize("text", DATES)
def test_what_is_unknown_is_kept_and_a_date_without_a_zone_is_utc(text: str) -> None:
    sent = {**VOICE, "type": "shared", "kind": "new", "mood": {"a": [1]}, "mood2": None, "created_at": text}
    voice = VOICE_OF.parse(response=Reply(200, sent).response())
    assert (voice.type_, voice.kind, voice.additional_properties) == (
        "shared",
        "new",
        {"mood": {"a": [1]}, "mood2": None},
    )
    assert voice.created_at == datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


# One for each form of message; tests/contract spoils every member of every response.
UNREADABLE: list[tuple[Request[Any], Any, str]] = [
    (VOICE_OF, {"id": "v1"}, "name: is missing, expected a string"),
    (VOICE_OF, {**VOICE, "id": None}, "id: is null, expected a string"),
    *[(VOICE_OF, {**VOICE, "created_at": text}, "created_at: is not a date-time") for text in NO_DATES],
    (VOICE_OF, [], "the response: is a list, expected an object"),
    (LIST, {**PAGE, "items": [VOICE, {"id": "v1"}]}, "items[1].name: is missing, expected a string"),
    *[(LIST, body, "the body is not JSON") for body in (b'{"id": ', b"\xff\xfe\x00", b"<html>")],
    (LIST, b"", "the body is empty"),
    (LIST, b'{"age": NaN}', "the body is not JSON (NaN is not JSON)"),
    (LIST, b"[" * 100_000, "the body is nested too deeply"),
    (SAMPLE, 5, "the response: is an integer, expected a string"),
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
