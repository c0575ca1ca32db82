"""From an answer or a transport error to the error that a user sees."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from . import errors
from ._answers import BODY_TOO_LONG, Answer
from ._http import NEVER_SENT, is_one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import models

LONGEST_SENTENCE = 500
# Shorter text is taken for a placeholder: hiding every "x" would make an error unreadable.
SHORTEST_SECRET = 8
NOT_JSON: Any = object()
# A run of base64 text that is long enough to be looked for in the sample; one of LONG_BASE64 is taken for a part of it.
BASE64 = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}")
LONG_BASE64 = 100


class Context(NamedTuple):
    """What an error says about the request."""

    method: str
    path: str
    url: str
    attempt: int
    is_sample: bool
    sample: str | None
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Context({self.method} {self.path})"

    def hide(self, text: str) -> str:
        """Take the key and the sample out of a text in which a server repeats them."""
        for secret in self.secrets:
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return text if self.sample is None else BASE64.sub(self._hide_part, text)

    def _hide_part(self, found: re.Match[str]) -> str:
        """Hide what may be a part of the sample: a server may repeat no more than its beginning."""
        is_part = len(found[0]) >= LONG_BASE64 or found[0].rstrip("=") in (self.sample or "")
        return "***" if is_part else found[0]

    def hide_in(self, value: Any) -> Any:
        """Do the same in parsed JSON, whose strings may have been escaped."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.hide_in(item) for item in value]
        if isinstance(value, dict):
            return {self.hide(name): self.hide_in(member) for name, member in value.items()}
        return value


def secrets_in(headers: Mapping[str, str]) -> list[str]:
    """Find the words of a user's own headers that look like credentials."""
    sensitive = ("auth", "key", "token", "secret", "password", "cookie")
    return [
        word
        for name in headers
        if any(part in name for part in sensitive)
        for word in re.split(r"[\s;,=]+", headers[name])
    ]


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Find the id by which the service knows the request."""
    return headers.get("x-request-id") or headers.get("mistral-correlation-id")


def from_status(context: Context, answer: Answer, retry_after: float | None) -> errors.MistralError:
    """Make the error for an answer that is not a 2XX."""
    status = answer.status_code
    body, parsed = _parse(context, answer)
    sentence = _sentence(parsed, body)
    if 300 <= status < 400:
        sentence = f"The server redirects to {_target(context, answer)}, and redirects are not followed: set server_url"
    if status == 422 and parsed is not NOT_JSON:
        return _invalid(context, answer, parsed, sentence, body)
    kind = errors.STATUS_ERRORS.get(status, errors.ServerError if status >= 500 else errors.SDKError)
    error = _build(context, kind, answer, sentence or f"The server answered {status} without a message", body)
    if isinstance(error, errors.RateLimitError):
        error.retry_after = retry_after
    return error


def _invalid(context: Context, answer: Answer, parsed: Any, sentence: str, body: str) -> errors.HTTPValidationError:
    sentence = sentence or "The server did not accept a value"
    error = _build(context, errors.HTTPValidationError, answer, sentence, body)
    error.data = _validation_data(parsed)
    return error


def from_unreadable(context: Context, answer: Answer, reason: str) -> errors.ResponseValidationError:
    """Make the error for a 2XX that is not an answer of the document."""
    is_text = answer.headers.get("content-type", "").startswith("text/")
    # What came in place of a sample is most likely the sample, which no error repeats.
    body = "" if context.is_sample and not is_text else _parse(context, answer)[0]
    reason = context.hide(reason)
    message = f"The answer is not one that the document describes: {reason}"
    error = _build(context, errors.ResponseValidationError, answer, message, body)
    # Not the parser's own error, which would carry the whole body along.
    error.cause = ValueError(reason)
    return error


def from_transport(context: Context, cause: Exception) -> errors.NoResponseError:
    """Make the error for a request that got no answer."""
    reason = context.hide(str(cause)) or type(cause).__name__
    phase, seconds = _phase(cause)
    _strip_request(cause)
    where = f"{context.method} {context.path}" + (f" (attempt {context.attempt})" if context.attempt > 1 else "")
    if is_one_of(cause, frozenset({"TimeoutException"})):
        within = "in time" if seconds is None else f"within {seconds:g} s"
        if reason == BODY_TOO_LONG:
            within, phase = "in time", "read the answer"
        message = f"No answer to {where} {within}, while it was to {phase}; timeout_ms sets how long to wait ({reason})"
        return errors.RequestTimeoutError(message)
    if is_one_of(cause, frozenset({"LocalProtocolError", "UnsupportedProtocol"})):
        return errors.NoResponseError(f"{where} could not be sent: {reason}")
    if is_one_of(cause, NEVER_SENT):
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(context.url))
        return errors.NoResponseError(f"No connection to {origin} for {where}: {reason}")
    return errors.NoResponseError(f"The connection was lost before {where} was answered: {reason}")


def _phase(cause: Any) -> tuple[str, float | None]:
    phases = {"ConnectTimeout": "connect", "ReadTimeout": "read", "WriteTimeout": "write", "PoolTimeout": "pool"}
    name = next((base.__name__ for base in type(cause).__mro__ if base.__name__ in phases), "ReadTimeout")
    words = {"connect": "connect", "read": "read the answer", "write": "send", "pool": "get a free connection"}
    try:
        seconds = cause.request.extensions["timeout"][phases[name]]
    except (RuntimeError, KeyError):  # the library raises RuntimeError when an error knows no request
        seconds = None
    return words[phases[name]], seconds


def _strip_request(cause: Any) -> None:
    """Take the headers and the body, and so the key and the sample, out of the request that an error holds."""
    with suppress(RuntimeError):  # the library raises it when an error knows no request
        request = cause.request
        cause.request = type(request)(request.method, request.url, extensions=request.extensions)


def _build(context: Context, kind: type[errors.E], answer: Answer, sentence: str, body: str) -> errors.E:
    headers = errors.Headers((name, context.hide(value)) for name, value in answer.all_headers().items())
    request_id = request_id_of(headers)
    details = f"{answer.status_code}, {context.method} {context.path}"
    if context.attempt > 1:
        details += f", attempt {context.attempt}"
    if request_id:
        details += f", request id {request_id}"
    return kind(
        f"{sentence} ({details})",
        status_code=answer.status_code,
        body=body,
        headers=headers,
        raw_response=answer.raw_response(),
        request_id=request_id,
    )


def _target(context: Context, answer: Answer) -> str:
    try:
        parts = urlsplit(urljoin(context.url, answer.headers.get("location") or ""))
        # Without user name and password, if it has them.
        return context.hide(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    except ValueError:
        return "an address that cannot be read"


def _parse(context: Context, answer: Answer) -> tuple[str, Any]:
    """Give the body as text and as parsed JSON, if it is JSON, both without secrets."""
    body = answer.content.decode("utf-8", "replace")
    try:
        parsed = json.loads(body)
        shown = context.hide_in(parsed)
    except (ValueError, RecursionError):
        return context.hide(body), NOT_JSON
    return context.hide(body if shown == parsed else json.dumps(shown, ensure_ascii=False)), shown


def _sentence(parsed: Any, body: str) -> str:
    """Find the server's own sentence in an error body of any form; "" when there is none."""
    found = _message(parsed)
    if not found and parsed is NOT_JSON and not re.search(r"<\w|^[\[{]", body) and len(body) <= LONGEST_SENTENCE:
        found = body
    found = " ".join("".join(c if c.isprintable() else " " for c in found).split())
    return found if len(found) <= LONGEST_SENTENCE else found[:LONGEST_SENTENCE] + "..."


def _message(parsed: Any) -> str:
    if isinstance(parsed, str):
        return parsed
    if isinstance(parsed, list):
        return "; ".join(filter(None, map(_entry, parsed)))
    if isinstance(parsed, dict):
        for name in ("message", "detail", "error"):
            if found := _message(parsed.get(name)):
                return found
    return ""


def _entry(entry: Any) -> str:
    """Word one entry of a validation error as `body.name: reason`."""
    if not isinstance(entry, dict):
        return entry if isinstance(entry, str) else ""
    location, reason = entry.get("loc"), entry.get("msg")
    if not isinstance(reason, str):
        return ""
    where = ".".join(str(part) for part in location) if isinstance(location, list) else ""
    return f"{where}: {reason}" if where else reason


def _validation_data(parsed: Any) -> models.HTTPValidationError | None:
    """Read the body of a 422, with `detail` as a list whichever form it has."""
    from .models import HTTPValidationError

    if not isinstance(parsed, dict):
        return None
    members = parsed
    message = members.get("message")
    if "detail" not in members and isinstance(message, (dict, list)):
        members = message if isinstance(message, dict) else {"detail": message}
    detail = members.get("detail")
    if isinstance(detail, str):
        detail = [{"loc": [], "msg": detail, "type": "value_error"}]
    if not isinstance(detail, list):
        return None
    try:
        return HTTPValidationError.from_dict({**members, "detail": detail})
    except ValueError:
        return None
