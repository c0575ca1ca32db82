from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest

from mistral_voices.local import VoicesServer

from .conftest import KEY, VOICES, Door
from .test_operations import create, fits

NESTED: list[Any] = []
NESTED.append(NESTED)


def total(server: VoicesServer) -> int:
    with server.client(headers=KEY) as client:
        count: int = client.get(VOICES, params={"type": "custom"}).json()["total"]
        return count


def test_a_status(door: Door) -> None:
    door.server.fail(429, times=2, headers={"Retry-After": "3"})
    for _ in range(2):
        answer = door.send("POST", json={"name": "Ada", "sample_audio": ""})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        assert answer.headers["x-request-id"]
        fits("ErrorResponse", answer.json())
    assert total(door.server) == 0
    assert door.send("GET").status_code == 200


@pytest.mark.parametrize(
    ("status", "body", "content_type", "content"),
    [
        (520, b"\xff\x00", "application/octet-stream", b"\xff\x00"),
        (502, "<html>", "text/plain; charset=utf-8", b"<html>"),
        (422, {"detail": "no"}, "application/json", b'{"detail": "no"}'),
        (502, b"", "application/octet-stream", b""),
        (302, None, None, b""),
        (200, [], "application/json", b"[]"),
        (204, None, None, b""),
    ],
)
def test_a_body(door: Door, status: int, body: Any, content_type: str | None, content: bytes) -> None:
    door.server.fail(status, body=body)
    answer = door.send("GET")
    assert (answer.status_code, answer.headers.get("content-type"), answer.content) == (status, content_type, content)
    assert door.send("GET").status_code == 200


def test_headers_without_a_status(door: Door) -> None:
    door.server.fail(headers={"Deprecation": "true", "date": None, "Content-Type": "text/html"})
    answer = door.send("GET")
    assert answer.json()["total"] == 3
    assert (answer.headers["deprecation"], answer.headers["content-type"]) == ("true", "text/html")
    assert "date" not in answer.headers


def test_a_drop(door: Door) -> None:
    for drop, voices in (("before", 0), ("after", 1)):
        door.server.fail(drop=drop)  # type: ignore[arg-type]
        with pytest.raises(door.library.RemoteProtocolError):
            door.create()
        assert total(door.server) == voices


def test_a_cut(door: Door) -> None:
    whole = door.send("GET").content
    door.server.fail(cut=10)
    with pytest.raises(door.library.RemoteProtocolError, match="received 10 bytes"):
        door.send("GET")
    door.server.fail(cut=len(whole))
    assert door.send("GET").content == whole


def test_a_cut_is_met_while_the_body_is_read(door: Door) -> None:
    door.server.fail(500, body="0123456789", cut=4)
    received: list[bytes] = []

    def read() -> None:
        with door.open() as client, client.stream("GET", VOICES) as answer:
            assert (answer.status_code, answer.headers["content-length"]) == (500, "10")
            received.extend(answer.iter_raw())

    async def read_async() -> None:
        async with door.open() as client, client.stream("GET", VOICES) as answer:
            assert (answer.status_code, answer.headers["content-length"]) == (500, "10")
            async for block in answer.aiter_raw():
                received.append(block)

    with pytest.raises(door.library.RemoteProtocolError):
        asyncio.run(read_async()) if door.is_async else read()
    assert b"".join(received) == b"0123"


def test_a_late_answer(door: Door) -> None:
    door.server.fail(delay=0.01)
    assert door.send("GET").status_code == 200
    door.server.fail(delay=3600)
    with pytest.raises(door.library.ReadTimeout):
        door.send("POST", json={"name": "Ada", "sample_audio": ""}, timeout=door.library.Timeout(5, read=0.05))
    while total(door.server) != 1:
        time.sleep(0.01)  # the work is done all the same
    door.server.close()  # at once, though an answer is due in an hour


def test_a_late_answer_does_not_block_the_loop(server: VoicesServer) -> None:
    server.fail(delay=3600)

    async def run() -> None:
        async with server.async_client(headers=KEY, timeout=None) as client:
            late = asyncio.create_task(client.get(VOICES))
            while not server.requests:
                await asyncio.sleep(0)
            assert (await client.get(VOICES)).status_code == 200
            assert not late.done()
            late.cancel()
            with pytest.raises(asyncio.CancelledError):
                await late

    asyncio.run(run())


def test_faults_queue_and_pick_their_requests(server: VoicesServer, client: httpx.Client) -> None:
    voice = create(client)
    server.fail(500, method="delete")
    server.fail(501, path=f"{VOICES}/{{voice_id}}")
    server.fail(502, path=VOICES, method="GET")
    server.fail(503)
    server.fail(504)
    place = f"{VOICES}/{voice['id']}"
    assert [client.get(place).status_code for _ in range(4)] == [501, 503, 504, 200]
    assert [client.get(VOICES).status_code for _ in range(2)] == [502, 200]
    assert [client.delete(place).status_code for _ in range(2)] == [500, 200]
    server.fail(500)
    server.clear_faults()
    assert client.get(VOICES).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"every": 3}, "..x..x..x"),
        ({"every": 3, "times": 2}, "..x..x..."),
        ({"every": 1}, "xxxxxxxxx"),
        ({"every": 1, "times": 4}, "xxxx....."),
        ({"times": 2}, "xx......."),
        ({}, "x........"),
    ],
)
def test_how_many_fail(client: httpx.Client, server: VoicesServer, arguments: dict[str, Any], expected: str) -> None:
    server.fail(500, method="GET", path=VOICES, **arguments)
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
    server.clear_faults()
    assert [client.get(VOICES).status_code for _ in range(4)] == [200] * 4


def test_each_third_connection_drops_after_acting(door: Door) -> None:
    answer = door.send("POST", "/_local/fail", json={"drop": "after", "every": 3, "method": "POST", "times": None})
    assert answer.json() == {"waiting": None}
    dropped = 0
    for _ in range(6):
        try:
            door.create()
        except door.library.RemoteProtocolError:
            dropped += 1
    assert (dropped, total(door.server)) == (2, 6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"status": 99}, "status: Input should be greater than or equal to 200"),
        ({"status": "429"}, "status: Input should be a valid integer"),
        ({"times": 0}, "times"),
        ({"every": 0}, "every"),
        ({"delay": -1}, "delay"),
        ({"delay": float("inf")}, "delay"),
        ({"drop": "later"}, "drop: Input should be 'before' or 'after'"),
        ({"drop": "after", "status": 500}, "drop: nothing is answered, so status"),
        ({"cut": -1}, "cut"),
        ({"body": "x"}, "body: give the status"),
        ({"body": "x", "status": 204}, "body: an answer with status 204"),
        ({"body": object(), "status": 500}, "body: neither bytes nor text"),
        ({"delay": float("nan")}, "delay: Input should be a finite number"),
        ({"status": 500.5}, "status: Input should be a valid integer"),
        ({"body": float("nan"), "status": 500}, "body: Input should be a finite number"),
        ({"body": {"a": [float("inf")]}, "status": 500}, "body.a.0: Input should be a finite number"),
        ({"body": ({1: float("inf")},), "status": 500}, "body: neither bytes nor text nor a JSON value"),
        ({"body": NESTED, "status": 500}, "body: is nested too deep"),
        ({"method": NESTED}, "method: Input should be a valid string"),
        ({"headers": {"Retry-After": 1}}, "headers.Retry-After: Input should be a valid string"),
        ({"headers": {"X": "a\r\nY: b"}}, "headers.X"),
        ({"headers": {"X Y": "a"}}, "headers.'X Y'"),
        ({"headers": {"Content-Length": "1"}}, "headers.Content-Length"),
    ],
)
def test_a_fault_that_makes_no_sense(server: VoicesServer, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("'", ".")):
        server.fail(**arguments)


def test_control_from_another_process(door: Door) -> None:
    answer = door.send("POST", "/_local/fail", json={"status": 503, "times": 2, "headers": {"X": "y"}, "drop": None})
    assert answer.json() == {"waiting": 2}
    assert door.send("GET").headers["x"] == "y"
    assert door.send("DELETE", "/_local/faults", headers={}).status_code == 200
    assert door.send("GET").status_code == 200
    door.create()
    shown = door.send("GET", "/_local/requests", headers={}).json()["requests"]
    assert [request["method"] for request in shown] == ["GET", "GET", "POST"]
    assert shown[2].keys() == {"method", "target", "headers", "body", "body_length"}
    assert (shown[0]["target"], shown[0]["body"]) == (VOICES, "")
    assert door.send("DELETE", "/_local/requests").status_code == 200
    assert len(door.server.requests) == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"status": 500.0, "times": 2e0}, [500, 500, 200]),
        ({"status": 503, "every": 2.0, "times": 1e0}, [200, 503, 200]),
        ({"status": 500, "cut": 1.0}, [None, 200, 200]),
    ],
)
def test_floats_that_are_integers(door: Door, arguments: dict[str, Any], expected: list[int | None]) -> None:
    waiting = door.send("POST", "/_local/fail", json=arguments).json()["waiting"]
    assert (waiting, type(waiting)) == (arguments.get("times", 1), int)
    for status in expected:
        if status is None:
            with pytest.raises(door.library.RemoteProtocolError, match="received 1 bytes"):
                door.send("GET")
            continue
        answer = door.send("GET")
        assert answer.status_code == status
        if status >= 500:
            assert answer.json()["message"] == f"The local server was told to answer {status}"


@pytest.mark.parametrize("address", ["/_local/fail", "/_local/pages"])
@pytest.mark.parametrize(
    "sent",
    [
        b"{",
        b"[]",
        b'{"statsu": 500}',
        b'{"status": 20, "sizes": [-1]}',
        b"\xff",
        b"[" * 100_000,
        b'{"status": 500, "body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"delay": NaN}',
        b'{"status": 500, "body": 1e400}',
        b'{"\\ud800": 1}',
    ],
)
def test_bad_control(door: Door, client: httpx.Client, address: str, sent: bytes) -> None:
    answer = door.send("POST", address, content=sent)
    assert answer.status_code == 400
    fits("ErrorResponse", answer.json())
    assert client.get("/_local/fail").status_code == 404
    assert client.get(VOICES).status_code == 200


@pytest.mark.parametrize("arguments", [{"times": 40}, {"every": 2}])
def test_each_fault_is_used_once_under_load(server: VoicesServer, arguments: dict[str, Any]) -> None:
    url = server.serve()
    server.fail(503, **arguments)
    statuses: list[int] = []

    def work() -> None:
        with httpx.Client(base_url=url, headers=KEY, verify=False) as client:
            statuses.extend(client.get(VOICES).status_code for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(503), statuses.count(200), len(server.requests)) == (40, 40, 80)


def test_a_closed_server(door: Door) -> None:
    door.server.close()
    door.server.close()
    with pytest.raises(door.library.ConnectError):
        door.send("GET")
    with pytest.raises(RuntimeError, match="serve"):
        _ = door.server.url
    with pytest.raises(RuntimeError, match="closed"):
        door.server.serve()


def test_closing_ends_connections_that_are_kept_alive(server: VoicesServer) -> None:
    with httpx.Client(base_url=server.serve(), headers=KEY, verify=False) as client:
        assert client.get(VOICES).status_code == 200
        server.close()
        with pytest.raises(httpx.TransportError):
            client.get(VOICES)
