"""What goes into the application and what comes out of it."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

JSON = "application/json"
LONGEST_BODY = 1 << 30


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """One request, whole; header names are lower-case, header values Latin-1 text as on the wire."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query of the target, still percent-encoded."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class ServerResponse:
    """One response, whole; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a request: a response or, as None, a dropped connection; late or cut short on demand."""

    response: ServerResponse | None
    delay: float = 0.0
    cut: int | None = None


class RefusedError(Exception):
    """A request that is not served; carries the response that says why."""

    def __init__(self, response: ServerResponse) -> None:
        super().__init__(response.status)
        self.response = response


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> ServerResponse:
    """Respond with a value as JSON."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    body = text.encode(errors="backslashreplace")  # half of a surrogate pair becomes the escape that JSON has for it
    return ServerResponse(status, {"content-type": JSON, **(headers or {})}, body)


def error_response(status: int, message: str, code: str, headers: Mapping[str, str] | None = None) -> ServerResponse:
    """Respond with the general error body of the service."""
    kinds = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    body = {"object": "error", "message": message, "type": kind, "param": None, "code": code}
    return json_response(body, status, headers)


def read_json(text: str | bytes) -> Any:
    """Read JSON, without the NaN and Infinity that Python's reader adds to it.

    Raises:
        ValueError: it is none, or too deep or with too long a number to be read; a JSONDecodeError knows the place.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def check_length(length: int) -> None:
    """Check the length of a body, in bytes.

    Raises:
        RefusedError: 413, it is longer than 1 GiB.
    """
    if length > LONGEST_BODY:
        raise RefusedError(error_response(413, f"The body is longer than {LONGEST_BODY} bytes", "body_too_long"))


def unknown_path(path: str) -> ServerResponse:
    """Respond that nothing is there."""
    return error_response(404, f"There is no {path} here", "path_not_found")


def complete(response: ServerResponse) -> ServerResponse:
    """Add the headers that every response has."""
    headers = {"date": formatdate(usegmt=True), "x-request-id": uuid.uuid4().hex}
    return replace(response, headers={**headers, **response.headers})


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
