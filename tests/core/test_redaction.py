"""Which text errors hide: the key, other credentials, and the sample, whole or in part."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_voices._core.error_mapping import from_status, from_transport_error, from_unreadable
from mistral_voices._core.redaction import MOST_LOOKUPS, Redaction
from mistral_voices._core.request import Request, Send
from mistral_voices._core.response import TransportError

from ..harness import KEY, Reply

SAMPLE = "UklGRmFya2VkL3NhbXBs/ZSttYXJrZWQr+c2FtcGxlQUJDREVGR0g="


def request(headers: dict[str, str] | None = None, secret: str = SAMPLE, *, creates: bool = True) -> Request[Any]:
    return Request("POST", "/v1", lambda response: None, headers or {}, creates=creates, secret=secret)


CREATE = request()
UPLOAD = request(secret="")  # it is encoded as it is sent
OTHER = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="


def send(request: Request[Any] = CREATE, /, **headers: str) -> Send:
    given = {"authorization": f"Bearer {KEY}", **{name.replace("_", "-"): text for name, text in headers.items()}}
    return Send(request, "https://api.example/v1", given, None, 1)


NAMES = ("x_auth", "api_key", "x_token", "client_secret", "password", "cookie")
HIDDEN: list[tuple[Send, str, str]] = [
    (send(), f"a {KEY}, b {KEY}", "a ***, b ***"),
    (send(), f"<{SAMPLE}>", "<***>"),
    (send(), f"<{SAMPLE[:32]}>", "<***>"),
    (send(), f"<{SAMPLE[3:40]}=>", "<***>"),
    *[(send(), text, text) for text in ("all else is kept", SAMPLE[:31], OTHER, "A" * 99)],
    (send(), "A" * 98 + "==", "***"),
    (send(UPLOAD), f"{'A' * 100} {OTHER}", f"*** {OTHER}"),
    (send(request(secret="", creates=False)), "A" * 100, "A" * 100),
    (send(authorization="Bearer other-key"), f"{KEY} other-key", f"{KEY} ***"),
    (send(authorization="Bearer 1234567"), "1234567", "1234567"),
    (send(authorization="12345678"), "12345678", "***"),
    *[(send(**{name: "long-secret"}), "long-secret", "***") for name in NAMES],
    (send(cookie="a=secret-one; b=secret-two,secret-six"), "secret-one secret-two a= secret-six", "*** *** a= ***"),
    (send(x_trace="long-trace"), "long-trace", "long-trace"),
    # Ours, and no credential though it is called a key.
    (send(request({"idempotency-key": "x" * 9}), idempotency_key="x" * 9), "x" * 9, "x" * 9),
]


@pytest.mark.parametrize(("given", "text", "expected"), HIDDEN)
def test_hide(given: Send, text: str, expected: str) -> None:
    assert Redaction(given).hide(text) == expected


class Counting(str):
    """A sample that counts how often something is looked for in it."""

    lookups = 0

    def __contains__(self, part: str) -> bool:  # type: ignore[override]
        Counting.lookups += 1
        return super().__contains__(part)


def lines(width: int) -> str:
    """Give 1 MB of base64 text in lines that all differ."""
    return "".join(f"{number:0{width}d}\n" for number in range((1 << 20) // (width + 1)))


STRINGS = '{"a": ["' + '", "'.join(lines(40).split()) + '"]}'


@pytest.mark.parametrize(
    ("body", "width"),
    [(lines(32), 32), (lines(76), 76), (lines(99), 99), (STRINGS, 40), ("0" * 31 + "\n" + lines(50), 50)],
)
def test_the_work_does_not_grow_with_the_body_and_the_sample(
    monkeypatch: pytest.MonkeyPatch, body: str, width: int
) -> None:
    monkeypatch.setattr(Counting, "lookups", 0)
    sample = Counting("QUJD" * (5 << 20))
    error = from_status(send(request(secret=sample)), Reply(400, body.encode()).response(), None)
    assert Counting.lookups == MOST_LOOKUPS
    # What was looked for and not found is shown, and all that follows hidden.
    assert f"{MOST_LOOKUPS - 1:0{width}d}" in error.body
    assert f"{MOST_LOOKUPS:0{width}d}" not in error.body


def test_a_run_that_comes_again_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counting, "lookups", 0)
    redaction = Redaction(send(request(secret=Counting(SAMPLE))))
    assert redaction.hide(f"{SAMPLE[:40]} {OTHER} " * 100) == f"*** {OTHER} " * 100
    assert Counting.lookups == 2


def test_hide_in_parsed_json() -> None:
    value = {"a": KEY, KEY: [SAMPLE, {"b": [f"<{KEY}>", 1, 1.5, None, True]}], "c": "kept"}
    hidden = {"a": "***", "***": ["***", {"b": ["<***>", 1, 1.5, None, True]}], "c": "kept"}
    assert Redaction(send()).hide_in(value) == hidden


def test_error_hides_nothing_but_the_key_and_the_sample() -> None:
    body = {"message": f"Bad key {KEY}", "input": SAMPLE, "other": "kept \u00e9"}
    error = from_status(send(), Reply(400, body, {"x-request-id": f"r-{KEY}", "x-echo": KEY}).response(), None)
    assert error.body == '{"message": "Bad key ***", "input": "***", "other": "kept \u00e9"}'
    assert error.message == "Bad key *** (400, POST /v1, request id r-***)"
    assert (error.headers["x-echo"], error.request_id) == ("***", "r-***")
    for content, shown in ((b'{ "a":\t"\\u00e9" }', '{ "a":\t"\\u00e9" }'), (f"<p>{KEY}".encode(), "<p>***")):
        assert from_status(send(), Reply(400, content).response(), None).body == shown


def test_sample_that_a_server_escaped_is_hidden() -> None:
    text = SAMPLE.replace("/", "\\/").replace("+", "\\u002B")
    body = f'{{"detail": [{{"loc": ["{text}"], "msg": "not {text}", "type": "x"}}]}}'.encode()
    error: Any = from_status(send(), Reply(422, body).response(), None)
    assert (error.message, error.data.detail[0].loc) == ("***: not *** (422, POST /v1)", ["***"])
    assert error.body == '{"detail": [{"loc": ["***"], "msg": "not ***", "type": "x"}]}'


def test_other_errors_hide_too() -> None:
    unreadable = from_unreadable(send(), Reply(200, {"id": SAMPLE}).response(), f"id: {SAMPLE}")
    assert (unreadable.body, str(unreadable.cause)) == ('{"id": "***"}', "id: ***")
    assert "describes: id: *** (200" in unreadable.message
    assert str(from_transport_error(send(), TransportError(OSError(), f"bad {KEY}"))).endswith(": bad ***")
    moved = from_status(send(), Reply(307, headers={"location": f"https://{KEY}.example/{SAMPLE}"}).response(), None)
    assert moved.message.startswith("The server redirects to https://***.example,")
