"""Each status, body and lost connection, and the error that a user gets for it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices import errors, models

from .harness import CALLS, GOOD, ClientKind, Fails, Reply

GENERAL = {"object": "error", "message": "Voice is gone", "type": "invalid_request_error", "param": None, "code": None}
DETAIL = [
    {"loc": ["body", "name"], "msg": "Field required", "type": "missing"},
    {"loc": ["body", "tags", 3], "msg": "Input should be a string", "type": "string_type", "input": 5, "ctx": {"a": 1}},
]

STATUSES = [
    (300, errors.SDKError),
    (302, errors.SDKError),
    (304, errors.SDKError),
    (400, errors.BadRequestError),
    (401, errors.AuthenticationError),
    (402, errors.SDKError),
    (403, errors.PermissionDeniedError),
    (404, errors.NotFoundError),
    (405, errors.SDKError),
    (408, errors.SDKError),
    (409, errors.ConflictError),
    (413, errors.SDKError),
    (418, errors.SDKError),
    (429, errors.RateLimitError),
    (499, errors.SDKError),
    (500, errors.ServerError),
    (502, errors.ServerError),
    (503, errors.ServerError),
    (504, errors.ServerError),
    (520, errors.ServerError),
    (599, errors.ServerError),
]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_status_has_its_class(client_kind: ClientKind, name: str, status: int, kind: type[errors.SDKError]) -> None:
    server = client_kind.replies(Reply(status, GENERAL, {"x-request-id": "req-7", "X-Other": "1"}))
    with pytest.raises(errors.MistralError) as caught:
        client_kind.call(client_kind.mistral(server, retry_config=None), name, **CALLS[name])
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, errors.SDKError)
    sentence = "The server redirects" if status < 400 else "Voice is gone"
    assert error.message.startswith(sentence)
    assert str(error) == error.message
    request = server.requests[0]
    assert f"({status}, {request.method} {request.url.raw_path.decode().split('?')[0]}, request id req-7)" in str(error)
    assert (error.status_code, error.request_id) == (status, "req-7")
    assert error.headers["x-OTHER"] == "1"
    assert '"Voice is gone"' in error.body
    assert error.raw_response is not None
    assert (error.raw_response.status_code, error.raw_response.text) == (status, error.body)


BODIES: list[tuple[Any, str]] = [
    (GENERAL, "Voice is gone"),
    ({"message": "Only this"}, "Only this"),
    ({"detail": "Not here"}, "Not here"),
    ({"detail": DETAIL}, "body.name: Field required; body.tags.3: Input should be a string"),
    ({"message": {"detail": DETAIL}}, "body.name: Field required; body.tags.3: Input should be a string"),
    ({"message": DETAIL}, "body.name: Field required; body.tags.3: Input should be a string"),
    ({"error": {"message": "Nested"}}, "Nested"),
    ({"error": "Short"}, "Short"),
    ("Just text", "Just text"),
    (b"plain words\n of a proxy", "plain words of a proxy"),
    ({"message": "two\nlines\x1b[31m"}, "two lines [31m"),
    ({"message": "x" * 1000}, "x" * 500 + "..."),
    (b"<html><h1>520</h1></html>", "The server answered {} without a message"),
    (b"", "The server answered {} without a message"),
    (b'{"message": "cut', "The server answered {} without a message"),
    (b"\xff\xfe\x00\x80" * 200, "The server answered {} without a message"),
    ({"message": None, "detail": 5}, "The server answered {} without a message"),
    ([], "The server answered {} without a message"),
    (None, "The server answered {} without a message"),
    ({"detail": [{"no": "loc"}, 7, {"msg": 3}]}, "The server answered {} without a message"),
    ({"detail": [{"msg": "reason alone"}, "text"]}, "reason alone; text"),
    (b"[" * 100_000, "The server answered {} without a message"),
]


@pytest.mark.parametrize("status", [404, 500, 502, 520])
@pytest.mark.parametrize(("body", "sentence"), BODIES)
def test_message_begins_with_the_sentence_of_the_server(
    client_kind: ClientKind, status: int, body: Any, sentence: str
) -> None:
    server = client_kind.replies(Reply(status, body))
    with pytest.raises(errors.SDKError) as caught:
        client_kind.call(client_kind.mistral(server, retry_config=None), "get", voice_id="v1")
    assert caught.value.message == f"{sentence.format(status)} ({status}, GET /v1/audio/voices/v1)"


INVALID: list[tuple[Any, Any]] = [
    ({"detail": DETAIL}, DETAIL),
    ({"message": {"detail": DETAIL}, "object": "error"}, DETAIL),
    ({"message": DETAIL}, DETAIL),
    ({"detail": "Bad name"}, [{"loc": [], "msg": "Bad name", "type": "value_error"}]),
    ({"detail": []}, []),
    (GENERAL, None),
    ({"detail": [{"msg": "no loc"}]}, None),
    ([], None),
    ("text", None),
]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("body", "detail"), INVALID)
def test_422_has_its_data(client_kind: ClientKind, name: str, body: Any, detail: Any) -> None:
    with pytest.raises(errors.HTTPValidationError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(Reply(422, body))), name, **CALLS[name])
    data = caught.value.data
    if detail is None:
        assert data is None
    else:
        assert isinstance(data, models.HTTPValidationError)
        assert data.detail == [models.ValidationError.from_dict(entry) for entry in detail]
    assert not isinstance(caught.value, errors.SDKError)
    assert not isinstance(caught.value, ValueError)


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"detail": [', b"nonsense"])
def test_422_that_is_not_json_is_an_sdk_error(client_kind: ClientKind, body: bytes) -> None:
    with pytest.raises(errors.SDKError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(Reply(422, body))), "list")
    assert type(caught.value) is errors.SDKError


LOCATIONS = [
    ("https://elsewhere.example/x?token=1", "https://elsewhere.example"),
    ("/v2/other", "https://api.mistral.ai"),
    ("//user:password@other.example:8443/x", "https://other.example:8443"),
    ("http://[bad", "an address that cannot be read"),
    (None, "https://api.mistral.ai"),
]


@pytest.mark.parametrize(("location", "origin"), LOCATIONS)
def test_redirect_is_not_followed_and_names_its_origin(
    client_kind: ClientKind, location: str | None, origin: str
) -> None:
    server = client_kind.replies(Reply(307, b"", {"location": location} if location else {}))
    with pytest.raises(errors.SDKError) as caught:
        client_kind.call(client_kind.mistral(server), "create", **CALLS["create"])
    assert len(server.requests) == 1
    assert caught.value.message.startswith(f"The server redirects to {origin}, and redirects are not followed")
    assert not caught.value.outcome_unknown


LOST = [
    ("ConnectError", errors.NoResponseError, "No connection to https://api.mistral.ai for GET", False),
    ("ProxyError", errors.NoResponseError, "No connection to https://api.mistral.ai for GET", False),
    ("UnsupportedProtocol", errors.NoResponseError, "GET /v1/audio/voices/v1 could not be sent: Unsupp", False),
    ("LocalProtocolError", errors.NoResponseError, "GET /v1/audio/voices/v1 could not be sent: Local", False),
    ("ConnectTimeout", errors.RequestTimeoutError, "within 5 s, while it was to connect; timeout_ms sets", False),
    ("PoolTimeout", errors.RequestTimeoutError, "within 5 s, while it was to get a free connection", False),
    ("ReadTimeout", errors.RequestTimeoutError, "within 5 s, while it was to read the answer", True),
    ("WriteTimeout", errors.RequestTimeoutError, "within 5 s, while it was to send", True),
    ("ReadError", errors.NoResponseError, "The connection was lost before GET /v1/audio/voices/v1 was answered", True),
    ("WriteError", errors.NoResponseError, "The connection was lost before", True),
    ("CloseError", errors.NoResponseError, "The connection was lost before", True),
    ("RemoteProtocolError", errors.NoResponseError, "The connection was lost before", True),
    ("DecodingError", errors.NoResponseError, "The connection was lost before", True),
    ("TooManyRedirects", errors.NoResponseError, "The connection was lost before", True),
]


@pytest.mark.parametrize(("name", "kind", "message", "unknown"), LOST)
def test_lost_connection(
    client_kind: ClientKind, name: str, kind: type[errors.NoResponseError], message: str, unknown: bool
) -> None:
    mistral = client_kind.mistral(client_kind.replies(Fails(name)), retry_config=None)
    with pytest.raises(errors.NoResponseError) as caught:
        client_kind.call(mistral, "get", voice_id="v1")
    error = caught.value
    assert type(error) is kind
    assert message in error.message
    assert isinstance(error.__cause__, getattr(client_kind.library, name))
    assert (error.status_code, error.body, dict(error.headers), error.raw_response) == (None, "", {}, None)
    assert error.outcome_unknown is False
    with pytest.raises(errors.NoResponseError) as caught:
        client_kind.call(mistral, "create", **CALLS["create"])
    assert caught.value.outcome_unknown is unknown


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_every_error_of_the_library_has_a_row(library: Any) -> None:
    concrete = {
        name
        for name in dir(library)
        if isinstance(kind := getattr(library, name), type)
        and issubclass(kind, library.RequestError)
        and not kind.__subclasses__()
    }
    # SSEError of httpx2 is about server-sent events, which this API does not have.
    assert concrete - {"SSEError"} == {row[0] for row in LOST}


UNKNOWN = [
    (Reply(500), True),
    (Reply(502), True),
    (Reply(504), True),
    (Reply(520), True),
    (Reply(503), True),
    (Reply(503, b"", {"retry-after": "120"}), False),
    (Reply(503, b"", {"retry-after": "soon"}), True),
    (Reply(429), False),
    (Reply(408), False),
    (Reply(400), False),
    (Reply(422, {"detail": []}), False),
    (Reply(302), False),
    (Reply(200, b"<html>", {"content-type": "text/html"}), True),
    (Reply(204), True),
    (Reply(200, {"id": "v1"}), True),
    (Reply(200, b"no gzip", {"content-encoding": "gzip"}), True),
]


@pytest.mark.parametrize(("reply", "unknown"), UNKNOWN)
@pytest.mark.parametrize("name", CALLS)
def test_outcome_is_unknown_only_of_a_create_that_may_have_happened(
    client_kind: ClientKind, waits: list[float], name: str, reply: Reply, unknown: bool
) -> None:
    with pytest.raises(errors.MistralError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(reply)), name, **CALLS[name])
    assert caught.value.outcome_unknown is (unknown and name == "create")
    assert ("the voice may have been made all the same" in str(caught.value)) is caught.value.outcome_unknown


def test_body_of_an_error_is_read_up_to_a_limit(client_kind: ClientKind) -> None:
    with pytest.raises(errors.BadRequestError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(Reply(400, b"x" * 50_000_000))), "list")
    assert caught.value.message.startswith("The server answered 400 without a message")


def test_body_of_an_error_may_break_off(client_kind: ClientKind) -> None:
    library = client_kind.library

    class Broken(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[name-defined,misc]
        def __iter__(self) -> Any:
            yield b'{"message": "No such'
            raise library.ReadError("gone")

        async def __aiter__(self) -> Any:
            for block in self:
                yield block

    with pytest.raises(errors.NotFoundError) as caught:
        client_kind.call(client_kind.mistral(lambda _: library.Response(404, stream=Broken())), "get", voice_id="v1")
    assert caught.value.body == '{"message": "No such'


def test_error_hides_nothing_but_the_key_and_the_sample(client_kind: ClientKind) -> None:
    body = {"message": f"Bad key {'k' * 30}", "input": "s" * 40, "other": "kept"}
    mistral = client_kind.mistral(client_kind.replies(Reply(400, body, {"x-echo": "k" * 30})), api_key="k" * 30)
    with pytest.raises(errors.BadRequestError) as caught:
        client_kind.call(mistral, "create", name="Ada", sample_audio="s" * 40)
    assert caught.value.body == '{"message": "Bad key ***", "input": "***", "other": "kept"}'
    assert caught.value.message.startswith("Bad key *** (")
    assert caught.value.headers["x-echo"] == "***"


ERRORS = [getattr(errors, name) for name in errors.__all__]


def test_all_errors_are_public_and_in_one_tree() -> None:
    def below(kind: type) -> set[type]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    assert below(errors.MistralError) == set(ERRORS)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in ERRORS)


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_error_pickles_and_copies(kind: type[errors.MistralError], protocol: int) -> None:
    error = kind(
        "It failed",
        status_code=418,
        body="tea",
        headers=errors.Headers([("A", "1"), ("a", "2")]),
        raw_response=httpx.Response(
            418, request=httpx.Request("GET", "https://x", headers={"authorization": "secret"})
        ),
        request_id="r",
        outcome_unknown=True,
    )
    error.add_note("a note")
    extra = {"data": None, "cause": ValueError("x"), "retry_after": 1.5, "already_deleted": True}
    for name, value in extra.items():
        if hasattr(kind, name):
            setattr(error, name, value)
    pickled = pickle.dumps(error, protocol)
    assert b"secret" not in pickled
    for other in (pickle.loads(pickled), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert str(other) == "It failed"
        assert other.args == error.args
        assert other.raw_response is None
        assert other.headers["A"] == "1, 2"
        kept = {name: value for name, value in vars(error).items() if name not in ("raw_response", "cause", "headers")}
        assert kept.items() <= vars(other).items()
        assert repr(getattr(other, "cause", None)) == repr(getattr(error, "cause", None))


def test_error_of_a_real_call_pickles_with_all_that_it_says(client_kind: ClientKind) -> None:
    with pytest.raises(errors.HTTPValidationError) as caught:
        client_kind.call(client_kind.mistral(client_kind.replies(Reply(422, {"detail": DETAIL}))), "list")
    other = pickle.loads(pickle.dumps(caught.value))
    assert (other.message, other.body, other.data) == (caught.value.message, caught.value.body, caught.value.data)


def test_headers_are_read_only() -> None:
    headers: Any = errors.Headers([("A", "1")])
    with pytest.raises(TypeError):
        headers["B"] = "2"
    assert (len(headers), list(headers), "a" in headers, headers.get("c")) == (1, ["a"], True, None)


def test_good_answers_raise_nothing(client_kind: ClientKind) -> None:
    for name, arguments in CALLS.items():
        client_kind.call(client_kind.mistral(client_kind.replies(GOOD[name])), name, **arguments)
