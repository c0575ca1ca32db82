"""The options of one call, merged into those of the client; a wrong one is refused, and its value not shown."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import Any

import pytest

from mistral_voices import utils
from mistral_voices._core.key import Key
from mistral_voices._core.options import FRAMING_HEADERS, Options, check_headers, check_timeout
from mistral_voices._core.retry import DEFAULT, NO_RETRIES, read_retries

CONFIG = utils.RetryConfig("backoff", utils.BackoffStrategy(100, 100, 1.0, 60_000), retry_connection_errors=True)
OF_CALL = read_retries(CONFIG, "retries")._replace(repeats_creates=True)
CLIENT = Options("https://given.example", Key("key"), NO_RETRIES, 1.5, {"x-client": "1"}, logging.getLogger("mine"))
DEFAULTS = Options("https://given.example", Key("key"))

MERGED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"retries": CONFIG}, {"retry": OF_CALL}),
    ({"retries": None}, {"retry": NO_RETRIES._replace(repeats_creates=True)}),
    ({"retries": utils.UNSET}, {}),
    ({"server_url": "http://call.example/x/"}, {"server_url": "http://call.example/x"}),
    ({"server_url": None}, {}),
    ({"timeout_ms": 250}, {"timeout": 0.25}),
    ({"timeout_ms": None}, {}),
    ({"http_headers": {"X-Call": "2"}}, {"headers": {"x-call": "2"}}),
    (
        {"retries": CONFIG, "server_url": "https://b.example", "timeout_ms": 8, "http_headers": {"x-a": "b"}},
        {"retry": OF_CALL, "server_url": "https://b.example", "timeout": 0.008, "headers": {"x-a": "b"}},
    ),
]


@pytest.mark.parametrize(("given", "changed"), MERGED)
def test_options_of_a_call_take_the_place_of_the_clients(given: Any, changed: dict[str, Any]) -> None:
    assert CLIENT.merge(given) == CLIENT._replace(**{"headers": {}, **changed})
    assert DEFAULTS.merge(given) == DEFAULTS._replace(**changed)


def test_defaults() -> None:
    assert ("https://given.example", DEFAULTS.key, DEFAULT, None, {}, None) == DEFAULTS


def test_unknown_option_is_refused() -> None:
    given: Any = {"timeout": 5, "retries": None, "zeal": 1}
    with pytest.raises(TypeError) as caught:
        CLIENT.merge(given)
    known = "retries, server_url, timeout_ms, http_headers"
    assert str(caught.value) == f"unexpected argument 'timeout'; the options of every call are {known}"


@pytest.mark.parametrize(
    ("option", "value", "kind"),
    [
        ("retries", 3, TypeError),
        ("server_url", "", ValueError),
        ("timeout_ms", 0, ValueError),
        ("http_headers", 5, TypeError),
    ],
)
def test_every_option_of_a_call_is_checked(option: Any, value: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=f"^{option}"):
        CLIENT.merge({option: value})


@pytest.mark.parametrize(
    ("given", "seconds"), [(None, None), (1500, 1.5), (0.5, 0.0005), (1, 0.001), (864_000_000, 864_000)]
)
def test_timeout(given: Any, seconds: float | None) -> None:
    assert check_timeout(given) == seconds


@pytest.mark.parametrize("given", [True, "5", (1, 2), 5j])
def test_timeout_is_a_number(given: Any) -> None:
    with pytest.raises(TypeError, match=f"^timeout_ms must be a number of milliseconds, not {type(given).__name__}$"):
        check_timeout(given)


@pytest.mark.parametrize("given", [0, -1, float("nan"), float("inf"), 864_000_001, 10**400])
def test_bounds_of_a_timeout(given: Any) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        check_timeout(given, "mine")
    bounds = "more than 0 and at most 864,000,000 milliseconds"
    assert str(caught.value) == f"mine must be {bounds}; leave it out for the default"


def test_headers() -> None:
    given = {"X-Trace": "7", "x-empty": "", "x-tab": "a\tb c", "Authorization": "Bearer other", "!#$%&'*+-.^_`|~": "x"}
    assert check_headers(given) == {name.lower(): value for name, value in given.items()}
    assert check_headers(MappingProxyType({"A": "b"})) == {"a": "b"}
    assert check_headers(None) == check_headers({}) == {}


NO_NAME = "http_headers: {!r} cannot be the name of a header"
NO_TEXT = "http_headers: the name and the value of {!r} must be text"
NO_LINE = "http_headers: the value of {!r} must be one line of ASCII text; strip() it"
FRAMING = "http_headers: {!r} is set for each request and cannot be given"
BAD_HEADERS: list[tuple[Any, Any, type[Exception], str]] = [
    *[("x", value, TypeError, NO_TEXT) for value in (1, b"marked", None, ["marked"])],
    *[(name, "marked", TypeError, NO_TEXT) for name in (1, b"x")],
    *[(name, "marked", ValueError, NO_NAME) for name in ("", "\u00e9", "x\x7f", "x\x01")],
    *[(f"x{c}y", "marked", ValueError, NO_NAME) for c in ' \t\r\n\0":;,()<>@[]{}/?=\\'],
    *[
        ("X", value, ValueError, NO_LINE)
        for value in ("marked\r\ny: z", "mar\ny", "mar\u00e9", "mar\x00", "marked ", " marked", "\tmar", "mar\x0bked")
    ],
    *[(name, "marked", ValueError, FRAMING) for name in sorted({*FRAMING_HEADERS, "Content-Length", "HOST"})],
]


@pytest.mark.parametrize(("name", "value", "kind", "message"), BAD_HEADERS)
def test_bad_header_is_refused_and_its_value_not_shown(
    name: Any, value: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        check_headers({"x-good": "1", name: value})
    assert (type(caught.value), str(caught.value)) == (kind, message.format(name))


@pytest.mark.parametrize("given", ["x: marked", [("x", "marked")], 5])
def test_headers_are_a_mapping(given: Any) -> None:
    with pytest.raises(TypeError) as caught:
        check_headers(given)
    assert str(caught.value) == f"http_headers must be a mapping of names to text, not {type(given).__name__}"


def test_framing_headers() -> None:
    assert {"connection", "content-length", "host", "transfer-encoding", "upgrade"} == FRAMING_HEADERS
