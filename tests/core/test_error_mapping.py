"""The error for each status, body and lost connection, and what it says."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import httpx
import pytest

from mistral_voices import errors, models
from mistral_voices._core.error_mapping import from_status, from_transport_error, from_unreadable, request_id_of
from mistral_voices._core.request import Request, Send
from mistral_voices._core.response import TransportError
from mistral_voices._media.sample_files import BytesSample
from mistral_voices._media.upload import Upload

from ..harness import VOICE, Reply

ORIGIN = "https://api.example"
REDIRECTS = "The server redirects to {}, and redirects are not followed: set server_url"


def send(attempt: int = 1, *, is_sample: bool = False) -> Send:
    path = "/v1/audio/voices/v1?q=name"
    request: Request[Any] = Request("GET", path, lambda response: None, {}, is_sample=is_sample)
    return Send(request, f"https://api.example{path}", {"authorization": "Bearer x"}, None, attempt)


SEND = send()
GENERAL = {"object": "error", "message": "Voice is gone", "type": "invalid_request_error", "param": None, "code": None}
DETAIL = [
    {"loc": ["body", "name"], "msg": "Field required", "type": "missing"},
    {"loc": ["body", "tags", 3], "msg": "Input should be a string", "type": "string_type", "input": 5, "ctx": {"a": 1}},
]
STATUSES: list[tuple[int, type[errors.SDKError]]] = [
    *[
        (status, errors.SDKError)
        for status in (300, 399, 402, 405, 408, 413, 418, 499)
        if status not in errors.STATUS_ERRORS
    ],
    *[(400, errors.BadRequestError), (401, errors.AuthenticationError), (403, errors.PermissionDeniedError)],
    *[(404, errors.NotFoundError), (409, errors.ConflictError), (429, errors.RateLimitError)],
    *[(status, errors.ServerError) for status in (500, 503, 520, 599)],
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_status_has_its_class(status: int, kind: type[errors.SDKError]) -> None:
    reply = Reply(status, GENERAL, {"x-request-id": "req-7", "X-Other": "1"})
    error = from_status(send(attempt=2), reply.response(), 7.5)
    details = f" ({status}, GET /v1/audio/voices/v1, attempt 2, request id req-7)"
    assert error.message == f"Voice is gone{details}"
    assert (type(error), str(error), error.outcome_unknown) == (kind, error.message, False)
    assert (error.status_code, error.request_id, error.headers["x-OTHER"]) == (status, "req-7", "1")
    raw: Any = error.raw_response
    assert (raw.status_code, raw.text, error.body) == (status, error.body, reply.encoded()[0].decode())
    assert getattr(error, "retry_after", 0) == (7.5 if status == 429 else 0)


def test_a_proxy_that_wants_a_password_is_told_so() -> None:
    error = from_status(SEND, Reply(407, b"<html>Squid").response(), None)
    remedy = "put the right user name and password into its address, as in http://user:password@host:port"
    assert str(error) == f"The proxy requires a user name and a password: {remedy} (407, GET /v1/audio/voices/v1)"


IDS = {
    "r-1": "r-1",
    "r\x1b[31m\n2": "r [31m 2",
    "\x7fr\x853": "r 3",
    "x" * 201: "x" * 200,
    "\x1b": None,
    " ": " ",
    "\u00e9" * 200: "\u00e9" * 200,
}


@pytest.mark.parametrize(("sent", "shown"), IDS.items(), ids=range(len(IDS)))
def test_request_id_is_a_short_line(sent: str, shown: str | None) -> None:
    headers: Any = {"x-request-id": sent.encode("latin-1")}
    error = from_status(SEND, Reply(500, headers=headers).response(), None)
    assert (request_id_of({"x-request-id": sent}), error.request_id) == (shown, shown)
    assert str(error).isprintable()


def test_request_id_is_cut_when_no_secret_is_in_it() -> None:
    def hide(text: str) -> str:
        return text.replace("secret", "***")

    assert request_id_of({"x-request-id": "x" * 196 + "secret"}, hide) == "x" * 196 + "***"


def test_request_id_has_two_names() -> None:
    for first, found in (("a", "a"), ("", "b")):
        assert request_id_of(errors.Headers([("x-request-id", first), ("mistral-correlation-id", "b")])) == found


NOTHING = "The server responded with 404 and no message"
WORDED = "body.name: Field required; body.tags.3: Input should be a string"
WORDLESS: list[Any] = [
    *(b"<html><h1>520</h1></html>", b"see <b>", b"", b'{"message": "cut', b"[1, ", b"x" * 501, b"[" * 100_000),
    *(b"\xff\xfe\x00\x80" * 200, [], None, 5, {"message": None, "detail": 5}, {"detail": [{}, 7, {"msg": 3}]}),
]
BODIES: list[tuple[Any, str]] = [
    *[(body, NOTHING) for body in WORDLESS],
    ({"message": "", "detail": "Not here", "error": "Not this"}, "Not here"),
    *[(body, WORDED) for body in ({"message": {"detail": DETAIL}}, DETAIL)],
    ({"error": {"message": "Nested"}}, "Nested"),
    ("Just text", "Just text"),
    (b"plain words\n of a proxy", "plain words of a proxy"),
    (b"1 < 2" + b"x" * 495, "1 < 2" + "x" * 495),
    ({"message": "two\nlines\x1b[31m"}, "two lines [31m"),
    ({"message": "x" * 500}, "x" * 500),
    ({"message": "x" * 501}, "x" * 500 + "..."),
    ({"detail": [{"msg": "alone"}, "text", {"loc": "body", "msg": "no list"}]}, "alone; text; no list"),
]


@pytest.mark.parametrize(("body", "sentence"), BODIES)
def test_message_begins_with_the_sentence_of_the_server(body: Any, sentence: str) -> None:
    error = from_status(SEND, Reply(404, body).response(), None)
    assert error.message == f"{sentence} (404, GET /v1/audio/voices/v1)"
    assert error.body == (body if isinstance(body, bytes) else json.dumps(body).encode()).decode(errors="replace")


NO_SENTENCE = "The server did not accept a value"
INVALID: list[tuple[Any, Any, str]] = [
    ({"detail": DETAIL}, DETAIL, WORDED),
    ({"message": {"detail": DETAIL}, "object": "error"}, DETAIL, WORDED),
    ({"message": DETAIL}, DETAIL, WORDED),
    ({"detail": "Bad name"}, [{"loc": [], "msg": "Bad name", "type": "value_error"}], "Bad name"),
    ({"message": {"detail": DETAIL}, "detail": []}, [], WORDED),
    ({"detail": 5}, None, NO_SENTENCE),
    ([], None, NO_SENTENCE),
    (GENERAL, None, "Voice is gone"),
    ({"detail": [{"msg": "no loc"}]}, None, "no loc"),
]


@pytest.mark.parametrize(("body", "detail", "sentence"), INVALID)
def test_422_has_its_data(body: Any, detail: Any, sentence: str) -> None:
    error = from_status(SEND, Reply(422, body).response(), None)
    assert isinstance(error, errors.HTTPValidationError)
    assert error.message == f"{sentence} (422, GET /v1/audio/voices/v1)"
    assert not isinstance(error, (errors.SDKError, ValueError))
    found = None if error.data is None else error.data.detail
    assert found == (None if detail is None else [models.ValidationError.from_dict(entry) for entry in detail])
    assert type(from_status(SEND, Reply(422, b"no JSON").response(), None)) is errors.SDKError


LOCATIONS: list[tuple[dict[str, str], str]] = [
    ({"location": "https://elsewhere.example/x?token=1"}, "https://elsewhere.example"),
    ({"location": "//user:password@other.example:8443/x"}, "https://other.example:8443"),
    ({"location": "http://[bad"}, "an address that cannot be read"),
    ({"location": "/v2/other"}, ORIGIN),
]


@pytest.mark.parametrize(("headers", "origin"), LOCATIONS)
def test_redirect_names_its_origin(headers: dict[str, str], origin: str) -> None:
    error = from_status(SEND, Reply(307, GENERAL, headers).response(), None)
    assert error.message.startswith(REDIRECTS.format(origin))


@pytest.mark.parametrize("status", [300, 304, 308])
@pytest.mark.parametrize("headers", [{}, {"location": ""}])
def test_what_leads_nowhere_is_no_redirect(status: int, headers: dict[str, str]) -> None:
    error = from_status(SEND, Reply(status, b"", headers).response(), None)
    assert error.message == f"The server responded with {status} and no message ({status}, GET /v1/audio/voices/v1)"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_read_in_every_encoding_that_it_has(encoding: str) -> None:
    body = json.dumps({"detail": DETAIL, "echo": "Bearer marked-key"}).encode(encoding)
    attempt = Send(SEND.request, SEND.url, {"authorization": "Bearer marked-key"}, None, 1)
    error = from_status(attempt, Reply(422, body).response(), None)
    assert (type(error), error.message) == (errors.HTTPValidationError, f"{WORDED} (422, GET /v1/audio/voices/v1)")
    assert json.loads(error.body) == {"detail": DETAIL, "echo": "Bearer ***"}


UNREADABLE = [
    # is it a sample, content type, body, and the body that the error shows
    (False, "application/json", b'{"id": 1}', '{"id": 1}'),
    (True, "application/json", b'"UklGRg=="', ""),
    (True, "text/html", b"<p>", "<p>"),
    (True, "text/plain", b"No", "No"),
    (True, "text/plain", b'"UklGRg==', ""),
    (True, "audio/wav", b"<p>" * 1000, "<p>" * 1000),
    *[(True, content_type, b'{"sample": "UklGRg=="}', "") for content_type in ("audio/wav", "text/plain")],
    (True, None, b"RIFF", ""),
]


@pytest.mark.parametrize(("is_sample", "content_type", "content", "body"), UNREADABLE)
def test_unreadable_response(is_sample: bool, content_type: str | None, content: bytes, body: str) -> None:
    reply = Reply(200, content, {} if content_type is None else {"content-type": content_type})
    error = from_unreadable(send(is_sample=is_sample), reply.response(), "id: is odd")
    sentence = "The response is not one that the API describes: id: is odd"
    assert error.message == f"{sentence} (200, GET /v1/audio/voices/v1)"
    assert (error.status_code, error.body, repr(error.cause)) == (200, body, "ValueError('id: is odd')")


FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"phase": "connect", "seconds": 5.0}, "No response to {} within 5 s, while connecting"),
    ({"phase": "connect", "peer": "the proxy p"}, "No response to {} in time, while connecting to the proxy p"),
    ({"phase": "read", "seconds": 0.05}, "No response to {} within 0.05 s, while waiting for the response"),
    ({"phase": "write"}, "No response to {} in time, while sending the request"),
    ({"phase": "pool"}, "No response to {} in time, while waiting for a free connection"),
    ({"is_unsendable": True, "was_sent": False}, "{} could not be sent: slow"),
    ({"was_sent": False}, "No connection to https://api.example for {}: slow"),
    ({"was_sent": False, "peer": "the proxy p"}, "No connection to the proxy p for {}: slow"),
    ({}, "The connection was lost before a response to {}: slow"),
]


@pytest.mark.parametrize(("failure", "message"), FAILURES)
def test_no_response(failure: dict[str, Any], message: str) -> None:
    kind = errors.RequestTimeoutError if "phase" in failure else errors.NoResponseError
    more = "; timeout_ms sets how long to wait (slow)" if "phase" in failure else ""
    for attempt, where in ((1, ""), (2, " (attempt 2)")):
        cause = TransportError(TimeoutError(), "slow", **failure)
        error = from_transport_error(send(attempt), cause)
        assert (type(error), str(error)) == (kind, message.format(f"GET /v1/audio/voices/v1{where}") + more)
    assert str(from_transport_error(SEND, TransportError(TimeoutError(), ""))).endswith(": TimeoutError")


@pytest.mark.parametrize(
    ("size", "more"),
    [(1000, ""), (1 << 16, "; a server that finds the sample too large may close the connection so")],
)
def test_an_upload_that_is_lost_may_have_been_too_large(size: int, more: str) -> None:
    sample = BytesSample(b"RIFF" + bytes(size), None)
    for content in (bytes(size), Upload({"sample_audio": ""}, "sample_audio", sample, None)):
        request: Request[Any] = Request("POST", "/v1", lambda response: None, {}, content=content)
        attempt = Send(request, "https://api.example/v1", {"authorization": "Bearer x"}, None, 1)
        error = from_transport_error(attempt, TransportError(OSError(), "gone"))
        assert str(error) == f"The connection was lost before a response to POST /v1: gone{more}"


def test_what_an_error_has_where_nothing_is_known() -> None:
    error = errors.MistralError("It failed")
    kept = {"message": "It failed", "status_code": None, "body": "", "raw_response": None, "request_id": None}
    assert vars(error) == {**kept, "headers": {}, "outcome_unknown": False, "_lookup": None}
    assert errors.NotFoundError("x").already_deleted is False
    assert (errors.RateLimitError("x").retry_after, errors.HTTPValidationError("x").data) == (None, None)
    assert errors.ResponseValidationError("x").cause is None
    missing = [name for name in errors.__all__ if name not in (errors.__doc__ or "")]
    assert missing == [], "add them to the tree at the top of overlay/mistral_voices/errors.py"


def test_headers_are_read_only_and_know_no_case() -> None:
    headers: Any = errors.Headers([("A", "1"), ("b", "2"), ("a", "3")])
    with pytest.raises(TypeError):
        headers["B"] = "2"
    assert (len(headers), list(headers), "B" in headers, headers.get("c")) == (2, ["a", "b"], True, None)
    assert (headers["A"], repr(headers)) == ("1, 3", "Headers({'a': '1, 3', 'b': '2'})")


@pytest.mark.parametrize("name", errors.__all__)
def test_error_pickles_and_copies(name: str) -> None:
    kind = getattr(errors, name)
    raw = httpx.Response(418, request=httpx.Request("GET", "https://x", headers={"authorization": "secret"}))
    headers = errors.Headers([("A", "1")])
    error = kind("It failed", status_code=418, body="tea", headers=headers, raw_response=raw, request_id="r")
    extra = {"data": models.HTTPValidationError(detail=[]), "retry_after": 1.5, "already_deleted": True}
    if isinstance(error, errors.AmbiguousVoiceError):
        error.voices = [models.VoiceResponse.from_dict(VOICE)]
    vars(error).update({each: extra[each] for each in extra.keys() & set(dir(kind))})
    error._lookup = object()  # what no process can send
    error.add_note("a note")
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert b"secret" not in pickle.dumps(error, protocol)
        for other in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
            assert (type(other), str(other), other.args) == (kind, "It failed", error.args)
            assert vars(other) == {**vars(error), "raw_response": None, "_lookup": None}
    with pytest.raises(RuntimeError, match="is for the error of a create with outcome_unknown itself, not for a copy"):
        pickle.loads(pickle.dumps(error)).candidates()
