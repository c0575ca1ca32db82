"""Which requests fail, and how they are made to; test_transport.py has what a failure looks like to a client."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from mistral_voices.local import VoicesServer

from .conftest import KEY, PRESETS, SEARCH, SENT, VOICES, check_error, create, in_threads

NESTED: list[Any] = []
NESTED.append(NESTED)


def test_faults_queue_and_pick_their_requests(server: VoicesServer, client: httpx.Client) -> None:
    place = f"{VOICES}/{create(client)['id']}"
    server.fail(500, method="delete")
    server.fail(501, path=f"{VOICES}/{{voice_id}}")
    server.fail(502, path=VOICES, method="GET")
    server.fail(503)
    server.fail(504)
    assert [client.get(place).status_code for _ in range(4)] == [501, 503, 504, 200]
    assert [client.get(VOICES).status_code for _ in range(2)] == [502, 200]
    assert [client.delete(place).status_code for _ in range(2)] == [500, 200]


def test_how_many_fail(client: httpx.Client, server: VoicesServer) -> None:
    for arguments, expected in (
        ({}, "x........"),
        ({"times": 2}, "xx......."),
        ({"every": 3, "times": 2}, "..x..x..."),
        ({"every": 3}, "..x..x..x"),
    ):
        server.clear_faults()
        client.post("/_local/fail", json={"status": 500, "method": "GET", "path": VOICES, **arguments})
        shown = ""
        for _ in expected:
            assert client.get(f"{VOICES}/local-clara").status_code == 200  # not meant, so not counted
            shown += "x" if client.get(VOICES).status_code == 500 else "."
        assert shown == expected


def test_every_counts_what_earlier_faults_leave(server: VoicesServer, client: httpx.Client) -> None:
    server.fail(429, times=2)
    server.fail(500, every=2)
    server.fail(503, every=2)
    statuses = [client.get(VOICES).status_code for _ in range(8)]
    # The first two go to 429; of the others each second goes to 500, and of those it leaves each second to 503.
    assert statuses == [429, 429, 200, 500, 503, 500, 200, 500]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"status": 99}, "status: Input should be greater than or equal to 200"),
        ({"status": "429"}, "status: Input should be a valid integer"),
        *(({name: wrong}, f"{name}: ") for name, wrong in (("times", 0), ("every", 0), ("delay", -1), ("cut", -1))),
        *(({"delay": wrong}, "delay: Input should be ") for wrong in (float("nan"), float("inf"))),
        ({"drop": "later"}, "drop: Input should be 'before' or 'after'"),
        ({"drop": "after", "status": 500}, "drop: there is no response, so status cannot be given"),
        ({"body": "x"}, "body: give the status"),
        ({"body": "x", "status": 204}, "body: a response with status 204"),
        ({"body": object(), "status": 500}, "body: neither bytes nor text"),
        ({"body": {"a": [float("inf")]}, "status": 500}, "body.a.0: Input should be a finite number"),
        ({"body": ({1: float("inf")},), "status": 500}, "body: neither bytes nor text nor a JSON value"),
        ({"body": NESTED, "status": 500}, "body: is nested too deep"),
        ({"method": NESTED}, "method: Input should be a valid string"),
        ({"headers": {"Retry-After": 1}}, "headers.Retry-After: Input should be a valid string"),
        ({"headers": {"X": "a\r\nY: b"}}, "headers.X: is not the value of a header"),
        ({"headers": {"X Y": "a"}}, "headers.'X Y': is not the name of a header"),
        ({"headers": {"Content-Length": "1"}}, "headers.Content-Length: is set by the server"),
    ],
)
def test_a_fault_that_makes_no_sense(server: VoicesServer, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        server.fail(**arguments)


def test_control_from_another_process(server: VoicesServer, client: httpx.Client) -> None:
    response = client.post("/_local/fail", json={"status": 429, "times": 2, "headers": {"X": "y"}, "drop": None})
    assert response.json() == {"waiting": 2}
    response = client.post(VOICES, json=SENT)
    check_error(response, 429, "told_to_fail")
    assert (response.json()["type"], response.headers["x"]) == ("rate_limit_error", "y")
    assert client.post("/_local/fail", json={"drop": "after", "every": 3}).json() == {"waiting": None}
    del client.headers["Authorization"]  # none of them needs a key
    assert client.delete("/_local/faults").status_code == 200
    assert client.get(VOICES, headers=KEY).json()["total"] == PRESETS
    client.post(VOICES, content=b"\xff", headers=KEY)
    shown = client.get("/_local/requests").json()["requests"]
    assert [request["method"] for request in shown] == ["POST", "GET", "POST"]
    assert [*shown[2]] == ["method", "target", "headers", "body", "body_length"]
    assert (shown[1]["target"], shown[1]["body"], shown[2]["body"]) == (VOICES, "", None)
    assert client.delete("/_local/requests").status_code == 200
    assert len(server.requests) == 0
    check_error(client.get("/_local/fail"), 404)


def test_floats_that_are_integers(client: httpx.Client) -> None:
    response = client.post("/_local/fail", json={"status": 503.0, "every": 2.0, "times": 1e0, "cut": 500.0})
    assert response.text == '{"waiting":1}'
    assert client.get(VOICES).status_code == 200
    assert client.get(VOICES).json()["message"] == "The local server was set to respond with 503"
    assert client.post("/_local/pages", json={"sizes": [1.0, 0], "repeat": False}).json() == {}
    assert [len(client.get(SEARCH).json()["data"]) for _ in range(3)] == [1, 0, 3]


BAD = [b"{", b"[]", b"\xff", b'{"statsu": 500}', b'{"delay": NaN}', b'{"\\ud800": 1}', b"[" * 100_000]
BAD += [b'{"status": 20, "sizes": [-1]}', b'{"status": 500, "body": 1e400}']
BAD += [b'{"status": 500, "body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"]


@pytest.mark.parametrize("sent", BAD)
def test_bad_control(client: httpx.Client, sent: bytes) -> None:
    for address, code in (("/_local/fail", "bad_fault"), ("/_local/pages", "bad_shape")):
        check_error(client.post(address, content=sent, headers={"content-type": "application/json"}), 400, code)
    assert client.get(VOICES).status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_command_is_json_and_says_so(server: VoicesServer, client: httpx.Client, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    for address in ("/_local/fail", "/_local/pages"):
        check_error(client.post(address, content=b'{"status": 500}', headers=headers), 415, "not_json")
    assert client.get(VOICES).status_code == 200
    sent = {"content-type": "Application/JSON; charset=utf-8"}
    assert client.post("/_local/fail", content=b'{"status": 500}', headers=sent).status_code == 200


def test_a_shape_that_makes_no_sense(server: VoicesServer) -> None:
    for arguments, message in (
        ({"sizes": [1, -1]}, "sizes.1: "),
        ({"sizes": 5}, "sizes: Input should be a valid list"),
        ({"sizes": [1.5]}, "sizes.0: "),
        ({"sizes": None}, "sizes: Field required"),
        ({"sizes": [], "repeat": 1}, "repeat: "),
    ):
        with pytest.raises(ValueError, match=message):
            server.shape_pages(**arguments)


@pytest.mark.parametrize("arguments", [{"times": 40}, {"every": 2}])
def test_each_fault_is_used_once_under_load(server: VoicesServer, arguments: dict[str, Any]) -> None:
    url = server.serve()
    server.fail(503, **arguments)
    statuses = in_threads(*[lambda: httpx.get(url + VOICES, headers=KEY, verify=False).status_code] * 80)
    assert (statuses.count(503), statuses.count(200), len(server.requests)) == (40, 40, 80)
