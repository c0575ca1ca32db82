"""What is refused before an operation begins, and what is recorded of a request."""

from __future__ import annotations

import copy
import json
import logging
from typing import Any

import httpx
import pytest

from mistral_voices.local import VoicesServer
from mistral_voices.local._application import Application
from mistral_voices.local._document import Document
from mistral_voices.local._exchange import ServerRequest
from mistral_voices.local._store import Store

from .conftest import PRESETS, SEARCH, SENT, VOICES, check_error, document, fits

SECRET = "marked+secret+12"


@pytest.mark.parametrize(("configured", "key"), [(None, "x"), ("", "x"), (SECRET, SECRET), ("schlüssel", "schlüssel")])
def test_the_key(configured: str | None, key: str) -> None:
    with VoicesServer(api_key=configured) as server, server.client() as client:
        for scheme in ("Bearer", "bearer"):
            assert client.get(VOICES, headers={b"Authorization": f"{scheme} {key}".encode()}).status_code == 200
        check_error(client.get(VOICES), 401, "invalid_api_key")
        for wrong in ("", "Bearer", "Bearer ", "Basic abc", *(["Bearer wrong"] if configured else [])):
            for path in (VOICES, SEARCH, "/nowhere"):
                check_error(client.get(path, headers={"Authorization": wrong}), 401, "invalid_api_key")
        assert client.get(VOICES).json()["type"] == "authentication_error"


def test_neither_key_nor_sample_is_shown(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    body = {"name": "Ada", "sample_audio": SECRET}
    with VoicesServer(api_key=SECRET) as server, httpx.Client(base_url=server.serve(), verify=False) as client:
        client.headers["Authorization"] = f"Bearer {SECRET}"
        assert client.post(VOICES, json=body).status_code == 200
        wrong: list[Any] = [{"sample_audio": SECRET}, [SECRET, body], body | {"name": body}]
        wrong.append(body | {"sample_audio": f"{SECRET}!"})
        bad = [client.post(VOICES, json=each) for each in wrong]
        bad.append(client.post(VOICES, json=body, headers={"Authorization": f"Bearer {SECRET}x"}))
        assert [response.status_code for response in bad] == [422, 422, 422, 422, 401]
        assert SECRET not in "".join(response.text for response in bad)
        assert SECRET not in repr([*server.requests]) + repr(server.requests)
        assert all("authorization" not in request.headers for request in server.requests)
    assert SECRET not in caplog.text + "".join(capfd.readouterr())


def test_unknown_paths_and_methods(client: httpx.Client) -> None:
    for path in ("/", "/v1/audio", "/v1/audio/voices/", "/v1/audio/voices/a/b", "/v2/audio/voices/"):
        check_error(client.get(path), 404, "path_not_found")
    for path, allowed in ((VOICES, "GET, POST"), (f"{VOICES}/x", "DELETE, GET, PATCH")):
        response = client.put(path)
        check_error(response, 405, "method_not_allowed")
        assert response.headers["allow"] == allowed


NO_INTEGERS = ["ten", "", "1_0", " 5", "5\n", "\u0661\u0660", "9" * 4300]


def test_parameters_that_are_refused(client: httpx.Client) -> None:
    for text in NO_INTEGERS:
        check_problem(client.get(VOICES, params={"limit": text}), ["query", "limit"], "int_parsing")
    check_problem(client.get(VOICES, params={"limit": 0}), ["query", "limit"], "greater_than_equal")
    limit = next(each for each in document()["paths"][VOICES]["get"]["parameters"] if each["name"] == "limit")
    too_many = limit["schema"]["maximum"] + 1
    check_problem(client.get(VOICES, params={"limit": too_many}), ["query", "limit"], "less_than_equal")


NO_JSON = [b"\xff", b'{"age": NaN}', b'{"age": -Infinity}', b"[" * 100_000, b'{"x":' * 100_000]


@pytest.mark.parametrize(
    ("sent", "loc", "kind"),
    [
        (b"", [], "missing"),
        (b"{", [1], "json_invalid"),
        *((content, [0], "json_invalid") for content in NO_JSON),
        *((b'{"age": %s}' % number, ["age"], "finite_number") for number in (b"1e400", b"-1e400")),
        (b'{"name": 1e400}', ["name"], "string_type"),
        (b'{"\\ud800": "\\ud800"}', ["\ud800"], "string_unicode"),
        (b'{"name": "\\ud800"}', ["name"], "string_unicode"),
        ([], [], "model_attributes_type"),
        ({"name": 1}, ["name"], "string_type"),
        ({"age": []}, ["age"], "int_type"),
        ({"age": 1.5}, ["age"], "int_from_float"),
        ({"languages": "en"}, ["languages"], "list_type"),
        ({"tags": ["a", 2]}, ["tags", 1], "string_type"),
        ({"description": "x" * 501}, ["description"], "string_too_long"),
    ],
)
def test_bodies_that_are_refused(client: httpx.Client, sent: Any, loc: list[str | int], kind: str) -> None:
    content = sent if isinstance(sent, bytes) else json.dumps(sent)
    check_problem(client.patch(f"{VOICES}/x", content=content), ["body", *loc], kind)
    if isinstance(sent, dict):
        check_problem(client.post(VOICES, json=SENT | sent), ["body", *loc], kind)


def test_creates_that_are_refused(client: httpx.Client) -> None:
    check_problem(client.post(VOICES, data=SENT), ["body"], "model_attributes_type")
    check_problem(client.post(VOICES, json=SENT | {"name": None}), ["body", "name"], "string_type")


def check_problem(response: httpx.Response, loc: list[str | int], kind: str) -> None:
    """Check that a response reports one value, and only that."""
    assert response.status_code == 422
    fits("HTTPValidationError", json.loads(response.text, parse_constant=pytest.fail))
    [problem] = response.json()["detail"]
    assert (problem["loc"], problem["type"]) == (loc, kind)


def test_a_problem_is_reported_as_the_service_does(client: httpx.Client) -> None:
    detail = client.post(VOICES, json={"age": "old", "sample_audio": 7}).json()["detail"]
    detail += client.get(VOICES, params={"type": "mine", "page": "x"}).json()["detail"]
    parsing = "Input should be a valid integer, unable to parse string as an integer"
    choice = {"expected": "'all', 'custom' or 'preset'"}
    shown = f"Input should be {choice['expected']}"
    assert sorted(detail, key=str) == [
        {"loc": ["body", "age"], "msg": parsing, "type": "int_parsing", "input": "old"},
        {"loc": ["body", "name"], "msg": "Field required", "type": "missing"},
        {"loc": ["body", "sample_audio"], "msg": "Input should be a valid string", "type": "string_type"},
        {"loc": ["query", "type"], "msg": shown, "type": "enum", "ctx": choice, "input": "mine"},
    ]


def test_values_are_read_as_they_are_meant(client: httpx.Client) -> None:
    made = client.post(VOICES, json=SENT | {"age": 30.0, "retention_notice": 1e1, "tags": ["a"]})
    assert '"age":30,' in made.text
    assert '"retention_notice":10,' in made.text
    assert '"age":31,' in client.patch(f"{VOICES}/{made.json()['id']}", json={"age": 31.0}).text
    assert client.get(VOICES, params={"limit": "+5", "offset": "-0"}).json()["page_size"] == 5
    # Unknown parameters are ignored, and the last value counts.
    assert client.get(VOICES, params={"page_size": "x", "type": ["mine", "preset"]}).json()["total"] == PRESETS


def test_the_server_cannot_drift_from_the_document() -> None:
    content = copy.deepcopy(document())
    store = Store(None)
    content["paths"][VOICES]["get"] = {"operationId": "replace_voices"}
    message = r"without a handler: \['replace_voices'\], .* without an operation: \['list_voices'\]"
    with pytest.raises(ValueError, match=message):
        Application(Document(content), store, None, "audio", False)
    store.close()
    for odd in ({"in": "header", "schema": {"type": "string"}}, {"in": "query", "schema": {"type": "boolean"}}):
        content["paths"][VOICES]["post"]["parameters"] = [{"name": "mine", **odd}]
        with pytest.raises(ValueError, match=r"parameter 'mine' of create_voice: make it text, .* openapi/patches"):
            Document(content)


def test_a_parameter_that_may_be_null_is_read_as_without_it() -> None:
    content = copy.deepcopy(document())
    choices = [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]
    content["paths"][VOICES]["get"]["parameters"] = [{"name": "mine", "in": "query", "schema": {"anyOf": choices}}]
    read = Document(content)
    for query, value in {"mine=en&mine=fr": ["en", "fr"], "mine=null": ["null"], "": None}.items():
        request = ServerRequest("GET", f"{VOICES}?{query}", {}, b"")
        assert read.read(request, *read.find(request)).query == {"mine": value}
