"""What the proxy may do to a request, as one table; none of it is a lie that HTTP cannot show.

So no fault says after the work that there was none (4XX, or 503 with Retry-After), or makes up another's good response;
and a sample, of which its length alone tells that it is whole, is never cut and announced as that short.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property, partial
from random import Random
from typing import NamedTuple

# Of the client's timeout of 0.3 seconds: within it, and beyond.
SHORT, LONG = 0.02, 0.4
MANY = 200


class Reply(NamedTuple):
    """A response, whole; header names are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def head(self, version: str = "HTTP/1.1", frame: str = "", more: bytes = b"") -> bytes:
        """Give status line and headers, with others to frame the body and more."""
        lines = [f"{version} {self.status} Reason", *(f"{name}: {value}" for name, value in self.headers.items())]
        lines.append(frame or f"content-length: {len(self.body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n" + (more and more + b"\r\n") + b"\r\n"

    def whole(self, by: int = 0) -> bytes:
        """Give all that is sent, with a length that is wrong by so much."""
        return self.head(frame=f"content-length: {max(0, len(self.body) + by)}") + self.body

    def having(self, **headers: str) -> Reply:
        """Give it with other headers."""
        return self._replace(headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})


class Exchange:
    """A request and its reply.

    Attributes:
        random: Numbers that follow from the seed, the call and the attempt.
    """

    def __init__(self, work: Callable[[], Reply], chosen: Random, others: list[Reply]) -> None:
        self._work, self.random, self._others = work, chosen, others

    @cached_property
    def reply(self) -> Reply:
        """What the server replies; it does its work when this is first wanted."""
        return self._work()

    def other(self) -> Reply:
        """Give the reply to another request for a voice."""
        return self.random.choice(self._others or [Reply(200, {}, b"{}")])


class Fault(NamedTuple):
    """What is sent, part by part with a wait between them; the work is done where the parts use the reply."""

    parts: Callable[[Exchange], list[bytes]]
    end: str = "stay"  # or close, or reset
    wait: float = 0.0


def reply_with(change: Callable[[Reply], bytes], end: str = "stay") -> Fault:
    """Do the work, and send what is made of the reply."""
    return Fault(lambda x: [change(x.reply)], end)


def before(*parts: bytes, end: str = "close", wait: float = 0.0) -> Fault:
    """Do no work."""
    return Fault(lambda _: [*parts], end, wait)


def refusal(low: int, high: int, body: bytes = b"", header: str = "", kind: str = "text/html") -> Fault:
    """Do no work, and give a status in this range; SOON and PAST in the header become dates."""

    def parts(x: Exchange) -> list[bytes]:
        more = header.replace("SOON", date(1)).replace("PAST", date(-100)).encode("latin-1")
        reply = Reply(x.random.randrange(low, high), {"content-type": kind}, body)
        return [reply.head(more=more) + body]

    return Fault(parts)


def framed(frame: str, version: str = "HTTP/1.1") -> Fault:
    """Frame the body by these headers, where N is its length."""
    return reply_with(lambda r: r.head(version, frame.replace("N", str(len(r.body)))) + r.body, "close")


def instead(status: int, body: bytes, **headers: str) -> Fault:
    """Do the work, and send something else."""
    kind = "text/html" if body.startswith(b"<") else "application/json"
    other = Reply(status, {"content-type": kind}, body).having(**headers).whole()
    return reply_with(lambda reply: other if reply else b"")


def encoded(encoding: str, change: Callable[[bytes], bytes]) -> Fault:
    """Send the body in an encoding."""
    return reply_with(lambda r: r.having(content_encoding=encoding)._replace(body=change(r.body)).whole())


def with_header(text: bytes) -> Fault:
    """Add to the head."""
    return reply_with(lambda reply: reply.head(more=text) + reply.body)


def chunks(*rest: bytes, end: str = "close") -> Fault:
    """Send the body in chunks, and then the rest."""

    def parts(x: Exchange) -> list[bytes]:
        cut = [b"%x\r\n%b\r\n" % (len(part), part) for part in pieces(x.reply.body, 2)]
        return [x.reply.head(frame="transfer-encoding: chunked") + b"".join(cut), *rest]

    return Fault(parts, end, SHORT)


def pieces(data: bytes, count: int) -> list[bytes]:
    """Cut into so many pieces."""
    size = max(1, -(-len(data) // count))
    return [data[start : start + size] for start in range(0, len(data), size)]


def date(seconds: float) -> str:
    """Give a date so many seconds from now, without its zone."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds))[:-6]


compressed = partial(gzip.compress, mtime=0)
HTML = b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"
HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LATE_DATE = "Fri, 31 Dec 9999 23:59:59 GMT"
WAITS = [
    "retry-after-ms: 15",
    "retry-after: 0",
    "retry-after: 0.02",
    "retry-after: 3600",
    "retry-after: SOON GMT",
    "retry-after: PAST GMT",
    "retry-after: PAST",
    "retry-after: PAST +0000",
    f"retry-after: {LATE_DATE}",
    "retry-after: Fri, 31 Dec 99999 23:59:59 -9999",
    f"retry-after: {'9' * 400}",
    "retry-after: -5",
    "retry-after: soon",
]
LOCATIONS = [
    "location: /v1/audio/voices",
    "location: https://elsewhere.invalid/v1",
    "location: http://",
    "location: http://127.0.0.1:99999999/",
    "location: http://[::bad/",
    "location: javascript:alert(1)",
    f"location: http://{'a' * 70}.invalid/",
    "location: http://\xe9\xff\xad.invalid/\xff",
    f"location: /{'x' * 70_000}",
    "location:",
]
FRAMES = [
    "content-length: N\r\ncontent-length: 7",
    "content-length: many",
    f"content-length: {10**29}",
    f"content-length: {'9' * 5000}",
    "content-length: -1",
    "content-length: N\r\ntransfer-encoding: chunked",
    "transfer-encoding: gzip",
    "connection: close",
]
BODIES = {
    "520 and nothing": (520, b""),
    "500": (500, b'{"message": "oops"}'),
    "502 in HTML": (502, HTML),
    "504": (504, b"timeout"),
    "204": (204, b""),
    "HTML": (200, HTML),
    "nothing": (200, b""),
    "null": (200, b"null"),
    "a list": (200, b"[]"),
    "an empty object": (200, b"{}"),
    "other types": (200, b'{"id": 3, "name": [], "data": 1, "items": {}, "created_at": "?"}'),
    "JSON 100,000 deep": (200, b"[" * 100_000),
    "a number of 9,000 digits": (200, b'{"id": ' + b"9" * 9000 + b"}"),
    "JSON that is cut": (200, b'{"id": "x", "na'),
    "no UTF-8": (200, b'{"id": "\xff\xfe\xfa"}'),
}
HEADERS = {
    "of 200 KB": b"x-large: " + b"x" * 200_000,
    "of 60 KB": b"x-large: " + b"x" * 60_000,
    "and 5,000 others": b"\r\n".join(b"x-%d: 1" % number for number in range(5_000)),
    "with a request id of 50 KB": b"x-request-id: " + b"i\x1b[31m" * 10_000,
    "with a cookie beyond ASCII": "set-cookie: a=é☃; path=/".encode(),
    "without a colon": b"nonsense",
    "with NUL": b"x-nul: a\0b",
    "that is folded": b"x-folded: a\r\n b",
    "with a senseless type": b"content-type: ;;=\x80/; charset=rot13",
}
FAULTS: dict[str, Fault] = {
    "reset while the request is sent": before(end="reset"),
    "413 before the request is read": before(Reply(413, {}, b"").whole()),
    "closed before the work": before(),
    "reset before the work": before(end="reset"),
    "no response": before(b"", b"", wait=LONG),
    "closed after the work": reply_with(lambda r: r.whole()[:0], "close"),
    "reset after the work": reply_with(lambda r: r.whole()[:0], "reset"),
    "delay within the timeout": Fault(lambda x: [b"", x.reply.whole()], wait=SHORT),
    "delay beyond the timeout": Fault(lambda x: [b"", x.reply.whole()], wait=LONG),
    "half a head": reply_with(lambda r: r.head()[:30], "close"),
    "half a body": reply_with(lambda r: r.whole()[: -len(r.body) // 2], "close"),
    "half a body, then reset": reply_with(lambda r: r.whole()[: -len(r.body) // 2], "reset"),
    "head alone": reply_with(Reply.head, "close"),
    "connection closed afterwards": reply_with(Reply.whole, "close"),
    "connection reset afterwards": Fault(lambda x: [x.reply.whole(), b""], "reset", SHORT),
    "announced too long": reply_with(lambda r: r.whole(2)),
    "announced too short": reply_with(lambda r: r.whole(-9)),
    "announced too short, then closed": reply_with(lambda r: r.whole(-9), "close"),
    "bytes after the body": reply_with(lambda r: r.whole() + b"more"),
    "line ends after the body": reply_with(lambda r: r.whole() + b"\r\n\r\n"),
    "the response twice": reply_with(lambda r: r.whole() * 2),
    "a response too many": Fault(lambda x: [x.reply.whole() + x.other().whole()]),
    "an empty line first": reply_with(lambda r: b"\r\n" + r.whole()),
    "HTTP/1.0": framed("content-length: N", "HTTP/1.0"),
    "HTTP/1.0 without a length": framed("x-nothing: 1", "HTTP/1.0"),
    "HTTP/3.7": framed("content-length: N", "HTTP/3.7"),
    "HTTP/0.9": reply_with(lambda r: r.body, "close"),
    "HTTP/2": before(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18)),
    "TLS": before(b"\x15\x03\x03\x00\x02\x02\x28"),
    "chunks": chunks(b"0\r\n\r\n", end="stay"),
    "chunks without an end": chunks(),
    "a chunk with a bad length": chunks(b"zz\r\n..\r\n0\r\n\r\n"),
    "a chunk longer than announced": chunks(b"1\r\nxxxxxxxx\r\n0\r\n\r\n"),
    "chunk extensions in drips": chunks(b"1;", *(b"a" * 8,) * MANY),
    "trailers": chunks(b"0\r\nx-trailer: 1\r\n\r\n", end="stay"),
    "trailers in drips": chunks(b"0\r\n", *(b"x-trailer: 1\r\n",) * MANY),
    "head in drips": Fault(lambda x: [*pieces(x.reply.head(), 8), x.reply.body], wait=SHORT),
    "head in drips without an end": Fault(lambda x: [x.reply.head()[:-2], *(b"x-a: 1\r\n",) * MANY], wait=SHORT),
    "body in drips": Fault(lambda x: [x.reply.head(), *pieces(x.reply.body, 8)], wait=SHORT),
    "body in drips for too long": Fault(lambda x: [x.reply.head(), *pieces(x.reply.body, 16)], wait=0.1),
    "100 Continue": reply_with(lambda r: CONTINUE + r.whole()),
    "103 fifty times": reply_with(lambda r: HINTS * 50 + r.whole()),
    "103 in drips": Fault(lambda x: [*(HINTS,) * 90, x.reply.whole()], wait=SHORT),
    "101": reply_with(lambda r: UPGRADE + r.whole()),
    "status 3XX": refusal(300, 309),
    "status 4XX": refusal(400, 500, b'{"message": "Refused"}', kind="application/json"),
    "status 5XX": refusal(500, 600, b'{"message": "Failed"}', kind="application/json"),
    "status 5XX in HTML": refusal(500, 600, HTML),
    "status 206": reply_with(lambda r: r._replace(status=206).whole()),
    "status 299": reply_with(lambda r: r._replace(status=299).whole()),
    "status 600": before(b"HTTP/1.1 600 E\r\ncontent-length: 0\r\n\r\n"),
    "status of 2 digits": before(b"HTTP/1.1 20 E\r\ncontent-length: 0\r\n\r\n"),
    "status in letters": before(b"HTTP/1.1 OK 200\r\ncontent-length: 0\r\n\r\n"),
    "500 with 30 MB in gzip": instead(500, compressed(bytes(30 << 20)), content_encoding="gzip"),
    "500 with 4 MB": before(b"HTTP/1.1 500 E\r\n\r\n", *(b"x" * 65_536,) * 64),
    "gzip": encoded("gzip", compressed),
    "gzip that is cut": encoded("gzip", lambda body: compressed(body)[:-12]),
    "gzip that is damaged": encoded("gzip", lambda body: compressed(body)[:-12] + b"other ending"),
    "gzip that is none": encoded("gzip", bytes),
    "gzip that goes on": encoded("gzip", lambda body: compressed(body) + b"more"),
    "an unknown encoding": encoded("x-nothing", bytes),
    "another content type": reply_with(lambda r: r.having(content_type="text/plain").whole()),
    "a Date in the year 9999": reply_with(lambda r: r.having(date=LATE_DATE).whole()),
    "no Date": reply_with(lambda r: r._replace(headers={"content-type": r.headers["content-type"]}).whole()),
    "nonsense after the work": Fault(lambda x: [x.random.randbytes(300 + x.reply.status)], "close"),
    "nonsense in lines": before(b"nonsense\r\n" * 50 + b"\r\n"),
    "HTML as JSON": instead(200, HTML, content_type="application/json"),
    **{f"429, {line[:40]}": refusal(429, 430, b"Slow down", line) for line in WAITS[::2]},
    **{f"503, {line[:40]}": refusal(503, 504, b"Come again", line) for line in WAITS[1::2]},
    **{f"redirect, {line[:30]!a}": refusal(301, 309, header=line) for line in LOCATIONS},
    **{f"framed by {line[:30]!r}": framed(line) for line in FRAMES},
    **{f"after the work: {name}": instead(*row) for name, row in BODIES.items()},
    **{f"a header {name}": with_header(text) for name, text in HEADERS.items()},
}
UNREAD = frozenset({"reset while the request is sent", "413 before the request is read"})
NOT_FOR_SAMPLES = frozenset(name for name in FAULTS if name.startswith("announced too short")) | {"an unknown encoding"}
