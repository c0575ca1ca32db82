"""What scripts/fuzz.py tries: hostile bodies, heads, cursors, ids and file objects, as strategies of hypothesis."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

KEY = "key-0123456789abcdef"
MEMBERS = {
    "id": "v1",
    "name": "Ada",
    "created_at": "2026-01-02T03:04:05Z",
    "user_id": "u1",
    "languages": ["en"],
    "age": 3,
}
VOICE = json.dumps(MEMBERS).encode()
WAV = b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0"


class Repeated(NamedTuple):
    """A long body in few characters."""

    start: bytes
    unit: bytes
    times: int
    end: bytes


class Compressed(NamedTuple):
    """A body compressed by gzip, of which some bytes are cut off, and after which more follow."""

    body: Any
    cut: int
    more: bytes


class OddFile:
    """A binary file whose methods work a number of times, and then return or raise what they should not."""

    def __init__(self, content: bytes, works: int, **odd: Any) -> None:
        self._content, self._works, self._odd, self._at = content, works, odd, 0
        if "name" in odd:
            self.name = odd["name"]

    def _call(self, method: str, value: Any) -> Any:
        self._works -= 1
        if self._works >= 0 or method not in self._odd:
            return value
        if isinstance(odd := self._odd[method], type):
            raise odd("odd")
        return odd

    def read(self, size: int = -1) -> Any:
        """Read on, perhaps."""
        block = self._content[self._at :][: None if size < 0 else size]
        self._at += len(block)
        return self._call("read", block)

    def seek(self, offset: int, whence: int = 0) -> Any:
        """Move, perhaps."""
        self._at = max(0, offset + (0, self._at, len(self._content))[whence])
        return self._call("seek", self._at)

    def tell(self) -> Any:
        """Say where it is, perhaps."""
        return self._call("tell", self._at)

    def __repr__(self) -> str:
        odd = "".join(
            f", {name}={value.__name__ if isinstance(value, type) else repr(value)}"
            for name, value in self._odd.items()
        )
        return f"OddFile({self._content!r}, {self._works}{odd})"


def _dump(value: Any) -> bytes:
    return json.dumps(value).encode()


def _changed(body: bytes, index: int, put: bytes, less: int) -> bytes:
    index %= len(body)
    return body[:index] + put + body[index + less :]


TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", ".", "..", "/", "a/b", "%2e", "\0", "\x1b[31m", "\ud800", "\udfff" * 9, "é" * 300, "ß" * 30_000]
    ),
    st.sampled_from(
        ["A" * 70_000, "\u202e", "ﬁ", "İ", "xn--a", "1e5", "\u0665", "9" * 5_000, KEY, f"Bearer {KEY}", "\r\nx: y"]
    ),
)
DATES = st.sampled_from(
    [
        *(
            "Mon, 30 Nov 2026 08:00:00 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "Mon, 01 Jan 0001 00:00:00 +2359",
            "31 Dec",
        ),
        *(
            "Fri, 31 Dec 9999 23:59:59 -2359",
            "Fri, 31 Dec 99999999999 23:59:59 GMT",
            "Fri, 99 Dec 2020 99:99:99 +9999999999",
        ),
        *(
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
            "2026-13-45T99:99:99Z",
            "2026-01-01",
            "2026-W01-1T00",
        ),
        *(
            "0",
            "0.5",
            "-1",
            "nan",
            "inf",
            "1e5",
            "1e999",
            "12" + "0" * 14,
            "9" * 400,
            "\u0661",
            "",
            " ",
            "1_0",
            "0x1",
            "é",
        ),
    ]
)
LEAVES = st.one_of(
    TEXT,
    DATES,
    st.sampled_from([None, True, False, 0, -1, 2**63, 2**70, 10**400, 1e308, float("nan"), float("inf"), -0.0]),
    st.integers(),
    st.floats(),
)
NAMES = st.one_of(
    st.sampled_from(
        [*MEMBERS, "items", "total", "page", "total_pages", "next_page_token", "type", "tags", "gender", "slug"]
    ),
    st.sampled_from(["detail", "message", "error", "loc", "msg", "ctx", "input", "data", "color", "retention_notice"]),
)
ODD = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)
ODD_VOICE = st.builds(lambda name, value: {**MEMBERS, name: value}, NAMES, ODD)
PAGE = st.builds(
    lambda items, odd: {"items": items, "data": items, "total": 1, "page": 1, "page_size": 10, "total_pages": 1, **odd},
    st.lists(ODD_VOICE | st.just(MEMBERS), max_size=3),
    st.dictionaries(NAMES, ODD, max_size=2),
)
CURSOR = st.builds(
    lambda items, cursor: {"data": items, "next_page_token": cursor}, st.lists(st.just(MEMBERS), max_size=2), ODD
)
DETAIL = st.builds(lambda loc, msg: {"detail": [{"loc": loc, "msg": msg, "type": "t"}]}, ODD, ODD)
LONG = st.builds(
    Repeated,
    st.sampled_from([b"", b'"', b'{"message":"', b"\xef\xbb\xbf", b'"UklGR', b"RIFF$\0\0\0WAVE", b'{"items":[']),
    st.sampled_from([b"[", b'{"a":', b"A", b"\\u0061", b"\0", b" ", b"9", b"<p>", KEY.encode(), b"\xff", VOICE + b","]),
    st.sampled_from([10, 100, 1_000, 20_000, 300_000]),
    st.sampled_from([b"", b'"', b'"}', b"]}", b"=="]),
)
PLAIN = st.one_of(
    st.binary(max_size=60),
    ODD.map(_dump),
    ODD_VOICE.map(_dump),
    PAGE.map(_dump),
    CURSOR.map(_dump),
    DETAIL.map(_dump),
    st.builds(_changed, st.just(VOICE), st.integers(0, 200), st.binary(max_size=3), st.integers(0, 3)),
    st.sampled_from(
        [b"", VOICE, WAV, b'"UklGRg=="', b"null", b"[]", b"<html>", VOICE.decode().encode("utf-16"), b"\x1f\x8b\x08"]
    ),
)
BODY = st.one_of(
    PLAIN,
    LONG,
    st.builds(Compressed, PLAIN, st.integers(0, 12), st.sampled_from([b"", b"x", b"\x1f\x8b\x08"])),
)
HEADERS: dict[bytes, list[str]] = {
    b"content-type": [
        "application/json",
        "audio/wav",
        "text/html",
        "",
        "x\xff",
        "application/json; charset=\xfe",
        "a" * 9_000,
    ],
    b"content-encoding": [
        "gzip",
        "gzip",
        "gzip",
        "br",
        "zstd",
        "deflate",
        "gzip, gzip",
        "identity",
        "x" * 100,
        "é",
        "gzip,",
    ],
    b"content-length": ["0", "1", "-1", "x", "9" * 5_000, "99999999999999999999", "\u0665", "1, 1"],
    b"location": [
        "/",
        "http://[",
        "http://xn--a",
        "mailto:x",
        "\xff",
        "http://a:99999999",
        "//",
        "x" * 70_000,
        f"http://a/{KEY}",
    ],
    b"set-cookie": [
        "a=é",
        "b=\0",
        "=;;;",
        "a=1; max-age=" + "9" * 400,
        "a=1; version=9999999999999",
        "x; domain=.\xff",
    ],
    b"x-request-id": ["ok", "", "\x1b[31m", "a" * 9_000, "é", KEY],
    b"mistral-correlation-id": ["a\nb", "é" * 99],
    b"x-ratelimit-remaining": ["nan", "9" * 5_000],
    b"link": ["<", "é"],
}
HEADER = st.one_of(
    st.sampled_from([(name, value.encode()) for name, values in HEADERS.items() for value in values]),
    st.tuples(
        st.sampled_from([b"date", b"retry-after", b"retry-after-ms", b"deprecation", b"sunset"]), DATES.map(str.encode)
    ),
    st.tuples(st.sampled_from([b"x-odd", b"etag", b"vary"]), st.binary(max_size=9)),
)
STATUS = st.sampled_from(
    [*[200] * 9, *range(201, 209), 299, *range(300, 309), *range(400, 430), 422, 422, *range(500, 512), 520, 599, 999]
)
REPLY = st.tuples(STATUS, st.lists(HEADER, max_size=4), BODY)
FITTING: Any = st.tuples(st.just(200), st.just([]), st.one_of(PAGE, CURSOR, ODD_VOICE).map(_dump))
GOOD = st.lists(FITTING, min_size=1, max_size=1)
KINDS = (st.sampled_from(["httpx", "httpx2"]), st.booleans())
EXCEPTIONS = st.sampled_from(
    [ValueError, OSError, EOFError, KeyError, TypeError, RuntimeError, MemoryError, UnicodeError]
)
ODD_VALUES: Any = st.one_of(
    EXCEPTIONS, st.sampled_from([None, "", "text", b"", b"x" * 99, -1, 2**70, 1.5, [], True, bytearray(b"x")])
)
FILE = st.builds(
    lambda content, works, odd: OddFile(content, works, **odd),
    st.sampled_from([WAV, b"", b"x", b"ID3\4\0\0\x7f\x7f\x7f\x7f", b"OggS", b"text", WAV * 2000])
    | st.binary(max_size=40),
    st.integers(0, 12),
    st.dictionaries(st.sampled_from(["read", "seek", "tell", "name"]), ODD_VALUES, max_size=2),
)
ANY = st.one_of(TEXT, ODD, st.binary(max_size=9))
GIVEN: dict[str, Any] = {
    "get": st.fixed_dictionaries({"voice_id": ANY}),
    "delete": st.fixed_dictionaries({"voice_id": TEXT}),
    "find": st.fixed_dictionaries({"name_or_id": ANY}),
    "read_sample_audio": st.fixed_dictionaries({"voice_id": TEXT}),
    "search": st.fixed_dictionaries({}, optional={"page_token": ANY, "query": ANY, "page_size": ANY, "language": ANY}),
    "iterate": st.fixed_dictionaries({}, optional={"max_items": ANY, "page_size": ANY, "language": ANY, "query": ANY}),
    "update": st.fixed_dictionaries(
        {"voice_id": TEXT}, optional={"name": ANY, "tags": ANY, "languages": ANY, "age": ANY}
    ),
    "create": st.fixed_dictionaries(
        {"sample_audio": ANY}, optional={"name": ANY, "sample_filename": ANY, "retention_notice": ANY}
    ),
}
OPERATIONS = ["list", "search", "iterate", "find", "create", "get", "update", "delete"]
OPERATIONS += ["get_sample_audio", "read_sample_audio", "save_sample_audio"]
REPLIES = st.lists(REPLY, min_size=1, max_size=3)
PAGES = st.lists(
    st.tuples(st.just(200), st.lists(HEADER, max_size=1), st.one_of(CURSOR, PAGE).map(_dump)), min_size=1, max_size=4
)
RECOVERED = st.builds(lambda first, more: [first, *more], REPLY, st.lists(FITTING, max_size=3))
BLOCKS = st.lists(
    st.one_of(
        st.binary(max_size=9), st.sampled_from([b'"', b"UklG", b"\\u0", b"===", b"\\", WAV[:20], b"\xef\xbb\xbf"])
    ),
    max_size=6,
)
BOMB = st.tuples(
    STATUS,
    st.just([(b"content-encoding", b"gzip")]),
    st.builds(Compressed, st.just(Repeated(b'"', b"A", 80_000_000, b'"')), st.integers(0, 9), st.just(b"")),
)
ARGUMENTS = st.sampled_from([*GIVEN]).flatmap(lambda name: st.tuples(*KINDS, st.just(name), GOOD, GIVEN[name]))
TEXT_CHECKS = ["check_server_url", "check_sample_text", "sample_filename", "saved_extension", "fold"]
TYPES = st.sampled_from(HEADERS[b"content-type"])
PURE = st.one_of(
    st.tuples(st.sampled_from(["retry_after", "retry_after_ms"]), HEADER.map(lambda header: header[1])),
    st.tuples(st.sampled_from(TEXT_CHECKS), TEXT),
    st.tuples(st.just("check_server_url"), st.builds("http://{}{}".format, TEXT, TEXT)),
    st.tuples(st.just("recognize_bytes"), PLAIN),
    st.tuples(st.just("base64"), BLOCKS),
    st.tuples(st.just("download"), BLOCKS, TYPES),
)
# Each with the name of what it is pushed through and its share of a thousand cases.
INPUTS: dict[str, tuple[str, int, Any]] = {
    "bodies and heads": ("call", 399, st.tuples(*KINDS, st.sampled_from(OPERATIONS), REPLIES, st.just({}))),
    "bodies of 80 MB": (
        "call",
        1,
        st.tuples(*KINDS, st.sampled_from(OPERATIONS), st.lists(BOMB, min_size=1, max_size=1), st.just({})),
    ),
    "cursors": ("call", 120, st.tuples(*KINDS, st.sampled_from(["search", "iterate", "find"]), PAGES, st.just({}))),
    "creates looked for": ("call", 80, st.tuples(*KINDS, st.just("create"), RECOVERED, st.just({"recover": True}))),
    "ids and arguments": ("call", 120, ARGUMENTS),
    "file objects": (
        "call",
        100,
        st.tuples(*KINDS, st.just("create"), GOOD, st.fixed_dictionaries({"sample_audio": FILE})),
    ),
    "pure layers": ("pure", 180, PURE),
}
