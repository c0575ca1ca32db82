"""Failing on demand: what to do wrong, for which of the next requests."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mistral_voices.local._exchange import JSON, ServerRequest, ServerResponse, error_response
from mistral_voices.local._validation import check_arguments

# The arguments of `VoicesServer.fail`, which are the members of POST /_local/fail too; None counts as not given.
_ARGUMENTS: dict[str, Any] = {
    "status": {"type": "integer", "minimum": 200, "maximum": 599},
    "times": {"type": "integer", "minimum": 1},
    "every": {"type": "integer", "minimum": 1},
    "headers": {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
    "body": {},
    "delay": {"type": "number", "minimum": 0, "maximum": 3600},
    "drop": {"enum": ["before", "after"]},
    "cut": {"type": "integer", "minimum": 0},
    "method": {"type": "string"},
    "path": {"type": "string"},
}
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
_WITHOUT_BODY = (204, 304)


@dataclass(slots=True)
class Fault:
    """What happens to the requests that it is for: each `every`-th of those of `method` and `path` (None: any).

    `times` is the number of requests that it happens to, None for no end; `met` counts those that it was for, `used`
    those that it happened to.
    """

    response: ServerResponse | None
    headers: Mapping[str, str | None]
    delay: float
    drop: Literal["before", "after"] | None
    cut: int | None
    method: str | None
    path: str | None
    every: int
    times: int | None
    met: int = 0
    used: int = 0

    def is_for(self, request: ServerRequest, template: str | None) -> bool:
        """Tell whether method and path are meant; a path is given as on the wire or as the document's template."""
        return self.method in (None, request.method) and self.path in (None, request.path, template)

    def change_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Put the headers of the fault in place of those of the response; those that are None are left out."""
        changed = {**headers, **self.headers}
        return {name: value for name, value in changed.items() if value is not None}


@dataclass(slots=True)
class Faults:
    """The faults that wait for their requests, in the order in which they were set."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: list[Fault] = field(default_factory=list)

    def add(self, arguments: Any) -> int | None:
        """Let the next requests fail by the arguments of `VoicesServer.fail`, after those of earlier faults.

        Gives the number of requests that will fail, None for no end.

        Raises:
            ValueError: an argument is unknown, of a wrong kind or does not go with another; the message names it.
        """
        fault = _read_fault(arguments)
        with self._lock:
            self._waiting.append(fault)
            left = [None if each.times is None else each.times - each.used for each in self._waiting]
        return None if None in left else sum(filter(None, left))

    def take(self, request: ServerRequest, template: str | None) -> Fault | None:
        """Use up one fault for a request, None if none is for it."""
        with self._lock:
            for fault in self._waiting:
                if not fault.is_for(request, template):
                    continue
                fault.met += 1
                if fault.met % fault.every == 0:
                    fault.used += 1
                    if fault.used == fault.times:
                        self._waiting.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._waiting.clear()


def _read_fault(arguments: Any) -> Fault:
    given = check_arguments("fail", {"properties": _ARGUMENTS}, arguments)
    of_response = [name for name in ("status", "headers", "body", "cut") if name in given]
    if "drop" in given and of_response:
        raise ValueError(f"drop: there is no response, so {', '.join(of_response)} cannot be given with it")
    if "body" in given and "status" not in given:
        raise ValueError("body: give the status of its response, too")
    if "body" in given and given["status"] in _WITHOUT_BODY:
        raise ValueError(f"body: a response with status {given['status']} has none")
    return Fault(
        response=_make_response(given["status"], given.get("body")) if "status" in given else None,
        headers=_read_headers(given.get("headers", {})),
        delay=given.get("delay", 0.0),
        drop=given.get("drop"),
        cut=given.get("cut"),
        method=given["method"].upper() if "method" in given else None,
        path=given.get("path"),
        every=given.get("every", 1),
        times=given.get("times", None if "every" in given else 1),
    )


def _make_response(status: int, body: Any) -> ServerResponse:
    if body is None:
        if status >= 400:
            return error_response(status, f"The local server was set to respond with {status}", "told_to_fail")
        return ServerResponse(status, {}, b"")
    if isinstance(body, bytes):
        return ServerResponse(status, {"content-type": "application/octet-stream"}, body)
    if isinstance(body, str):
        return ServerResponse(status, {"content-type": "text/plain; charset=utf-8"}, body.encode())
    try:
        return ServerResponse(status, {"content-type": JSON}, json.dumps(body, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"body: neither bytes nor text nor a JSON value: {error}") from error


def _read_headers(headers: Mapping[str, str | None]) -> dict[str, str | None]:
    for name, value in headers.items():
        if name.lower() in _FRAMING:
            raise ValueError(f"headers.{name}: is set by the server; cut=… sends less than was announced")
        if not (name.isascii() and name.isprintable() and not set(name) & set(" :")) or not name:
            raise ValueError(f"headers.{name!r}: is not the name of a header")
        if value is not None and not (value.isprintable() and value.isascii()):
            raise ValueError(f"headers.{name}: is not the value of a header")
    return {name.lower(): value for name, value in headers.items()}
