from __future__ import annotations

import copy
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mistral_voices.local import VoicesServer, _exchange
from mistral_voices.local._application import Application
from mistral_voices.local._document import Document
from mistral_voices.local._store import Store

from .conftest import KEY, VOICES, Door
from .test_operations import document, fits

SECRET = "marked-secret"


@pytest.mark.parametrize(
    ("configured", "authorization", "status"),
    [
        (None, None, 401),
        (None, "", 401),
        (None, "Bearer", 401),
        (None, "Bearer ", 401),
        (None, "Basic abc", 401),
        (None, "Bearer x", 200),
        (None, "bearer x", 200),
        ("", "Bearer x", 200),
        (SECRET, "Bearer x", 401),
        (SECRET, f"Bearer {SECRET}", 200),
        ("schlüssel", "Bearer schlüssel", 200),
    ],
)
def test_the_key(configured: str | None, authorization: str | None, status: int) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode()}
    with VoicesServer(api_key=configured) as server, server.client() as client:
        answer = client.get(VOICES, headers=headers)
        assert answer.status_code == status
        if status == 401:
            fits("ErrorResponse", answer.json())
            assert client.get("/nowhere", headers=headers).status_code == 401


def test_neither_key_nor_sample_is_shown(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    with VoicesServer(api_key=SECRET) as server:
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        body = {"name": "Ada", "sample_audio": SECRET}
        url = f"{server.serve()}{VOICES}"
        httpx.post(url, json=body, headers={"Authorization": f"Bearer {SECRET}"}, verify=False)
        answers = [
            httpx.post(url, json={"sample_audio": SECRET}, headers={"Authorization": f"Bearer {SECRET}"}, verify=False),
            httpx.post(url, json=[SECRET, body], headers={"Authorization": f"Bearer {SECRET}"}, verify=False),
            httpx.post(url, json=body | {"name": body}, headers={"Authorization": f"Bearer {SECRET}"}, verify=False),
            httpx.post(url, json=body, headers={"Authorization": f"Bearer {SECRET}x"}, verify=False),
        ]
        assert [answer.status_code for answer in answers] == [422, 422, 422, 401]
        assert SECRET not in "".join(answer.text for answer in answers)
        assert SECRET not in repr([*server.requests]) + repr(server.requests)
        assert all("authorization" not in request.headers for request in server.requests)
    assert SECRET not in caplog.text + "".join(capfd.readouterr())


def test_unknown_paths_and_methods(door: Door) -> None:
    for path in ("/", "/v1/audio", "/v1/audio/voices/", "/v1/audio/voices/a/b", "/v2/audio/voices/"):
        answer = door.send("GET", path)
        assert answer.status_code == 404
        fits("ErrorResponse", answer.json())
    answer = door.send("PUT")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    fits("ErrorResponse", answer.json())
    assert door.send("POST", f"{VOICES}/x").headers["allow"] == "DELETE, GET, PATCH"
    answer = door.send("HEAD")
    assert (answer.status_code, answer.content) == (405, b"")


def test_every_answer_has_an_id_and_a_date(door: Door) -> None:
    answers = [door.send("GET"), door.send("GET", "/nowhere"), door.send("POST", json={}), door.send("GET", headers={})]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    assert all(answer.headers["date"].endswith(" GMT") for answer in answers)


SENT = {"name": "Ada", "sample_audio": "UklGRg=="}


@pytest.mark.parametrize(
    ("method", "path", "options", "loc", "kind"),
    [
        ("GET", VOICES, {"params": {"limit": "ten"}}, ["query", "limit"], "int_parsing"),
        ("GET", VOICES, {"params": {"limit": ""}}, ["query", "limit"], "int_parsing"),
        ("GET", VOICES, {"params": {"limit": "1_0"}}, ["query", "limit"], "int_parsing"),
        ("GET", VOICES, {"params": {"limit": " 5"}}, ["query", "limit"], "int_parsing"),
        ("GET", VOICES, {"params": {"limit": "5\n"}}, ["query", "limit"], "int_parsing"),
        ("GET", VOICES, {"params": {"limit": "\u0661\u0660"}}, ["query", "limit"], "int_parsing"),
        ("GET", VOICES, {"params": {"offset": "9" * 4300}}, ["query", "offset"], "int_parsing"),
        ("GET", VOICES, {"params": {"limit": 0}}, ["query", "limit"], "greater_than_equal"),
        ("GET", VOICES, {"params": {"limit": 101}}, ["query", "limit"], "less_than_equal"),
        ("GET", VOICES, {"params": {"offset": -1}}, ["query", "offset"], "greater_than_equal"),
        ("GET", VOICES, {"params": {"type": "mine"}}, ["query", "type"], "enum"),
        ("POST", VOICES, {}, ["body"], "missing"),
        ("POST", VOICES, {"content": b"{"}, ["body", 1], "json_invalid"),
        ("POST", VOICES, {"content": b"\xff"}, ["body", 0], "json_invalid"),
        ("POST", VOICES, {"content": b'{"age": NaN}'}, ["body", 0], "json_invalid"),
        ("POST", VOICES, {"content": b"[" * 100_000}, ["body", 0], "json_invalid"),
        ("POST", VOICES, {"content": b'{"age": -Infinity}'}, ["body", 0], "json_invalid"),
        ("POST", VOICES, {"content": b'{"x":' * 100_000}, ["body", 0], "json_invalid"),
        ("PATCH", f"{VOICES}/x", {"content": b"[" * 100_000}, ["body", 0], "json_invalid"),
        ("PATCH", f"{VOICES}/x", {"content": b'{"age": 1e400}'}, ["body", "age"], "finite_number"),
        ("PATCH", f"{VOICES}/x", {"content": b'{"age": -1e400}'}, ["body", "age"], "finite_number"),
        ("PATCH", f"{VOICES}/x", {"content": b'{"name": 1e400}'}, ["body", "name"], "string_type"),
        ("PATCH", f"{VOICES}/x", {"content": b'{"\\ud800": "\\ud800"}'}, ["body", "\ud800"], "string_unicode"),
        ("POST", VOICES, {"json": []}, ["body"], "model_attributes_type"),
        ("POST", VOICES, {"data": SENT}, ["body"], "model_attributes_type"),
        ("POST", VOICES, {"json": {"sample_audio": ""}}, ["body", "name"], "missing"),
        ("POST", VOICES, {"json": {"name": ""}}, ["body", "sample_audio"], "missing"),
        ("POST", VOICES, {"json": SENT | {"name": 1}}, ["body", "name"], "string_type"),
        ("POST", VOICES, {"json": SENT | {"name": None}}, ["body", "name"], "string_type"),
        ("POST", VOICES, {"json": SENT | {"age": []}}, ["body", "age"], "int_type"),
        ("POST", VOICES, {"json": SENT | {"age": "old"}}, ["body", "age"], "int_parsing"),
        ("POST", VOICES, {"json": SENT | {"age": 1.5}}, ["body", "age"], "int_from_float"),
        ("POST", VOICES, {"json": SENT | {"languages": "en"}}, ["body", "languages"], "list_type"),
        ("POST", VOICES, {"json": SENT | {"tags": ["a", 2]}}, ["body", "tags", 1], "string_type"),
        ("POST", VOICES, {"json": SENT | {"description": "x" * 501}}, ["body", "description"], "string_too_long"),
        ("POST", VOICES, {"content": b'{"name":"\\ud800","sample_audio":""}'}, ["body", "name"], "string_unicode"),
        ("PATCH", f"{VOICES}/x", {"json": {"retention_notice": {}}}, ["body", "retention_notice"], "int_type"),
        ("PATCH", f"{VOICES}/x", {}, ["body"], "missing"),
    ],
)
def test_what_the_document_does_not_allow(
    client: httpx.Client, method: str, path: str, options: dict[str, Any], loc: list[str | int], kind: str
) -> None:
    answer = client.request(method, path, **options)
    assert answer.status_code == 422
    json.loads(answer.text, parse_constant=pytest.fail)
    fits("HTTPValidationError", answer.json())
    [problem] = answer.json()["detail"]
    assert (problem["loc"], problem["type"]) == (loc, kind)


def test_a_problem_is_reported_as_the_service_does(client: httpx.Client) -> None:
    answer = client.post(VOICES, json={"age": "old", "sample_audio": 7})
    assert sorted(answer.json()["detail"], key=str) == [
        {
            "loc": ["body", "age"],
            "msg": "Input should be a valid integer, unable to parse string as an integer",
            "type": "int_parsing",
            "input": "old",
        },
        {"loc": ["body", "name"], "msg": "Field required", "type": "missing"},
        {"loc": ["body", "sample_audio"], "msg": "Input should be a valid string", "type": "string_type"},
    ]
    [problem] = client.get(VOICES, params={"type": "mine", "page": "x"}).json()["detail"]
    assert problem == {
        "loc": ["query", "type"],
        "msg": "Input should be 'all', 'custom' or 'preset'",
        "type": "enum",
        "ctx": {"expected": "'all', 'custom' or 'preset'"},
        "input": "mine",
    }


def test_floats_that_are_integers_become_them(client: httpx.Client) -> None:
    made = client.post(VOICES, json=SENT | {"age": 30.0, "retention_notice": 1e1, "tags": ["a"]})
    assert '"age":30,' in made.text
    assert '"retention_notice":10,' in made.text
    assert '"age":31,' in client.patch(f"{VOICES}/{made.json()['id']}", json={"age": 31.0}).text


def test_a_sign_is_part_of_an_integer(client: httpx.Client) -> None:
    assert client.get(VOICES, params={"limit": "+5", "offset": "-0"}).json()["page_size"] == 5


def test_unknown_parameters_are_ignored(client: httpx.Client) -> None:
    assert client.get(VOICES, params={"page_size": "x", "type": ["mine", "preset"]}).json()["total"] == 3


def test_what_arrived(door: Door) -> None:
    requests = door.server.requests
    door.send("GET", f"{VOICES}?limit=5&x=%20a", headers={**KEY, "X-Mine": "1"})
    door.create("Ada")
    door.create("Ada", "A" * 70_000)
    assert [request.method for request in requests] == ["GET", "POST", "POST"]
    assert requests[0].target == f"{VOICES}?limit=5&x=%20a"
    assert requests[0].path == VOICES
    assert (requests[0].headers["x-mine"], requests[0].body) == ("1", b"")
    assert json.loads(requests[1].body or b"") == {"name": "Ada", "sample_audio": "UklGRg=="}
    assert requests[2].body is None
    assert requests[2].body_length > 70_000
    requests.clear()
    assert [*requests] == []


def test_a_body_in_chunks(door: Door) -> None:
    whole = json.dumps({"name": "Ada", "sample_audio": "UklGRg=="}).encode()

    def blocks() -> Iterator[bytes]:
        yield whole[:5]
        yield whole[5:]

    async def blocks_async() -> Any:
        for block in blocks():
            yield block

    answer = door.send("POST", content=blocks_async() if door.is_async else blocks())
    assert answer.json()["name"] == "Ada"
    assert door.server.requests[0].body == whole


def talk(server: VoicesServer, sent: bytes) -> bytes:
    """Say something over a bare socket and hear the answer to its end."""
    host, _, port = server.serve().removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"FETCH / HTTP/1.1\r\n\r\n", b"501"),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1_0\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\nabc", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3fffffff\r\nabc", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1073741825\r\n\r\nabc", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", b"413"),
    ],
)
def test_what_is_not_http_is_answered_and_ended(server: VoicesServer, sent: bytes, status: bytes) -> None:
    answer = talk(server, sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert b"x-request-id: " in head
    assert b"connection: close" in head
    assert json.loads(body)["object"] == "error"


def test_a_body_that_is_too_long(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_exchange, "LONGEST_BODY", 1_000)
    # Still being sent when it is refused, so that closing at once would reset the connection under the answer.
    answer = door.send("POST", content=b"x" * 20_000_000)
    assert answer.status_code == 413
    fits("ErrorResponse", answer.json())
    assert door.send("POST", content=b"x" * 1_000).status_code == 422


def test_a_client_may_ask_before_it_sends(server: VoicesServer) -> None:
    body = json.dumps({"name": "Ada", "sample_audio": ""}).encode()
    head = f"POST {VOICES} HTTP/1.1\r\nAuthorization: Bearer x\r\nExpect: 100-continue\r\nContent-Length: {len(body)}"
    answer = talk(server, head.encode() + b"\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_a_client_that_goes_away_leaves_no_trace(server: VoicesServer, capfd: pytest.CaptureFixture[str]) -> None:
    assert talk(server, b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc") == b""
    server.close()
    assert len(server.requests) == 0
    assert capfd.readouterr().err == ""


def test_the_server_cannot_drift_from_the_document() -> None:
    content = copy.deepcopy(document())
    store = Store(None)
    content["paths"][VOICES]["put"] = {"operationId": "replace_voices"}
    with pytest.raises(ValueError, match=r"without a handler: \['replace_voices'\]"):
        Application(Document(content), store, None, "audio", False)
    del content["paths"][VOICES]["put"], content["paths"][VOICES]["get"]
    with pytest.raises(ValueError, match=r"without an operation: \['list_voices'\]"):
        Application(Document(content), store, None, "audio", False)
    content["paths"][VOICES]["post"]["parameters"] = [{"name": "X-Mine", "in": "header", "schema": {"type": "string"}}]
    with pytest.raises(ValueError, match=r"parameter 'X-Mine' of create_voice"):
        Document(content)
    store.close()
