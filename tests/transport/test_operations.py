"""Every operation once on all four kinds of client: what leaves, what comes back, and what is repeated."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mistral_voices import Mistral, errors, models, utils

from ..harness import KEY, PAGE, VOICE, ClientKind, Fails, Reply

SAMPLE = "UklGRmFya2VkL3NhbXBs/ZSttYXJrZWQr+c2FtcGxlQQ"
V1, SAMPLE_OF = "/v1/audio/voices", "GET /v1/audio/voices/v1/sample"
CREATED = {"name": "Ada", "sample_audio": SAMPLE, "retention_notice": 30}
SAVE = {"voice_id": "v1", "path": "a.wav", "overwrite": True}
VOICE_PAGE, RESULT = {"data": [VOICE], "next_page_token": None}, models.VoiceResponse.from_dict(VOICE)

# The operation, its arguments, what leaves for it, the body of that and of the response, and what comes of it.
OPERATIONS: dict[str, tuple[dict[str, Any], str, Any, Any, Any]] = {
    "list": ({}, f"GET {V1}?limit=10&offset=0&type=all", None, PAGE, models.VoiceListResponse),
    "search": ({}, "GET /v2/audio/voices?page_size=10&type=all", None, VOICE_PAGE, models.VoiceListPage),
    "find": ({"name_or_id": "v1"}, f"GET {V1}/v1", None, VOICE, RESULT),
    "create": ({"name": "Ada", "sample_audio": SAMPLE}, f"POST {V1}", CREATED, VOICE, RESULT),
    "get": ({"voice_id": "a/b"}, f"GET {V1}/a%2Fb", None, VOICE, RESULT),
    "update": ({"voice_id": "v1", "age": 0, "tags": None}, f"PATCH {V1}/v1", {"age": 0, "tags": None}, VOICE, RESULT),
    "delete": ({"voice_id": "v1"}, f"DELETE {V1}/v1", None, VOICE, RESULT),
    "get_sample_audio": ({"voice_id": "v1"}, SAMPLE_OF, None, SAMPLE, SAMPLE),
    "read_sample_audio": ({"voice_id": "v1"}, SAMPLE_OF, None, "UklGRg==", b"RIFF"),
    "save_sample_audio": (SAVE, SAMPLE_OF, None, "UklGRg==", Path),
}
ARGUMENTS = {name: row[0] for name, row in OPERATIONS.items()}
EVERY = pytest.mark.parametrize("name", OPERATIONS)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save into a folder of its own."""
    monkeypatch.chdir(tmp_path)


@EVERY
def test_request_repetitions_and_result(
    client_kind: ClientKind, name: str, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mistral_voices")
    arguments, target, body, good, expected = OPERATIONS[name]
    keys, told = iter(["key-one", "key-two", "key-three"]), list[utils.ResponseInfo]()
    server = client_kind.replies(Reply(429, headers={"retry-after": "7"}), Fails("ConnectError"), good)
    mistral = client_kind.mistral(server, api_key=lambda: next(keys), on_response=told.append)
    result = client_kind.call(mistral, name, **arguments)
    assert isinstance(result, expected) if isinstance(expected, type) else result == expected
    for request in server.requests:
        assert f"{request.method} {request.url.raw_path.decode()}" == target
        assert (json.loads(request.content) if request.content else None) == body
        assert request.headers.get("content-type") == ("application/json" if body else None)
    assert len({(request.content, request.headers.get("idempotency-key")) for request in server.requests}) == 1
    authorized = [request.headers["authorization"] for request in server.requests]
    assert authorized == ["Bearer key-one", "Bearer key-two", "Bearer key-three"]
    assert [7 <= waits[0] <= 8.75, 1 <= waits[1] <= 1.25, len(waits)] == [True, True, 2]
    where = target.partition("?")[0]
    lines = [record.getMessage().partition(" in ")[0] for record in caplog.records if record.name == "mistral_voices"]
    assert lines == [f"{where} 429", f"{where} ConnectError", f"{where} 200"]
    found = [(f"{info.method} {info.path} {info.status_code}", info.attempt) for info in told]
    assert found == [(f"{where} 429", 1), (f"{where} 200", 3)]


@EVERY
def test_options_of_client_and_call(client_kind: ClientKind, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_SERVER_URL", "https://env.example")
    server = client_kind.replies(OPERATIONS[name][3])
    headers = {"x-own": "1", "accept": "x/y", "authorization": "Bearer own"}
    own = client_kind.own_client(server, timeout=7, headers=headers, base_url="https://own.example/base")
    every: Any = {"server": "us", "timeout_ms": 9000, "retry_config": None, "debug_logger": logging.getLogger("mine")}
    call = {"retries": None, "server_url": "https://call.example", "timeout_ms": 8, "http_headers": {"X-A": "b"}}
    client_kind.call(Mistral(KEY, **own, **every), name, **ARGUMENTS[name], **call)
    client_kind.call(Mistral(KEY, **own), name, **ARGUMENTS[name])
    sent = [(each.url.host, each.extensions["timeout"]["read"], each.headers.get("x-a")) for each in server.requests]
    assert sent == [("call.example", 0.008, "b"), ("own.example", 7, None)]
    assert [each.headers["x-own"] + each.headers["authorization"] for each in server.requests] == [f"1Bearer {KEY}"] * 2
    with pytest.raises(TypeError, match="unexpected argument 'timeout'"):
        client_kind.call(Mistral(KEY, **own), name, **ARGUMENTS[name], timeout=5)
    with pytest.raises(ValueError, match=r"no API key: .*api_key.*MISTRAL_API_KEY"):
        client_kind.call(Mistral(**own), name, **ARGUMENTS[name])
    assert len(server.requests) == 2


def test_a_number_of_retries_never_makes_a_create_twice(client_kind: ClientKind, waits: list[float]) -> None:
    config = utils.RetryConfig("backoff", utils.BackoffStrategy(1, 1, 1.0, 60_000), retry_connection_errors=True)
    sent = []
    for client, call in (
        ({"retry_config": 3}, {}),
        ({"retry_config": config}, {"retries": 3}),
        ({}, {"retries": config}),
    ):
        server = client_kind.replies(Reply(500), VOICE)
        with suppress(errors.ServerError):
            client_kind.call(client_kind.mistral(server, **client), "create", **ARGUMENTS["create"], **call)
        sent.append(len(server.requests))
    server = client_kind.replies(Reply(500))
    with pytest.raises(errors.ServerError):
        client_kind.call(client_kind.mistral(server, retry_config=3), "get", voice_id="v1", retries=1)
    assert (sent, len(server.requests)) == ([1, 1, 2], 2)


@EVERY
def test_options_of_a_derived_client(client_kind: ClientKind, name: str) -> None:
    server = client_kind.replies(OPERATIONS[name][3])
    told: list[tuple[str, int]] = []
    options = {"http_headers": {"X-A": "client", "x-b": "client", "x-c": "client"}, "timeout_ms": 9000}
    mistral = client_kind.mistral(server, **options, on_response=lambda info: told.append(("client", info.attempt)))
    assert mistral.audio.voices  # of which no other client has a part
    headers = {"x-b": "derived", "x-c": "derived"}
    derived = mistral.with_options(server_url="https://derived.example", timeout_ms=7000, http_headers=headers)
    second = derived.with_options(on_response=lambda info: told.append(("second", info.attempt)))
    call: Any = {"http_headers": {"X-C": "call"}, "on_response": lambda info: told.append(("call", info.attempt))}
    for each, given in ((mistral, {}), (derived, {}), (second, {}), (second, call)):
        client_kind.call(each, name, **ARGUMENTS[name], **given)
    sent = [
        (each.url.host, each.extensions["timeout"]["read"], *(each.headers[f"x-{letter}"] for letter in "abc"))
        for each in server.requests
    ]
    first = ("derived.example", 7.0, "client", "derived")
    assert sent == [("api.mistral.ai", 9.0, *["client"] * 3), *[(*first, "derived")] * 2, (*first, "call")]
    assert told == [("client", 1), ("client", 1), ("second", 1), ("call", 1)]


def test_missing_voice_is_no_error_where_it_may_be_missing(client_kind: ClientKind) -> None:
    mistral = client_kind.mistral(client_kind.replies(Reply(404)))
    assert client_kind.call(mistral, "delete", voice_id="v1", missing_ok=True) is None


@EVERY
@pytest.mark.parametrize(("status", "is_success"), [(201, True), (203, True), (204, False), (206, False)])
def test_every_2xx_is_a_success_but_a_part_or_none(
    client_kind: ClientKind, name: str, status: int, is_success: bool
) -> None:
    arguments, _, _, good, expected = OPERATIONS[name]
    server = client_kind.replies(Reply(status, b"" if status == 204 else good))
    mistral = client_kind.mistral(server)
    if is_success:
        result = client_kind.call(mistral, name, **arguments)
        assert isinstance(result, expected) if isinstance(expected, type) else result == expected
        return
    with pytest.raises(errors.ResponseValidationError, match=f"the status is {status}, so") as caught:
        client_kind.call(mistral, name, **arguments)
    assert caught.value.outcome_unknown is (name == "create")
    assert ("says that the voice is deleted" in str(caught.value)) is (name == "delete")
    assert [*Path().iterdir()] == []
    assert len(server.requests) == 1
