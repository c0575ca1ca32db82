"""From a response or a failure of the transport to the error that a user sees."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from .. import errors, models
from .._media.sample_body import is_harmless, media_type
from .redaction import Redaction
from .request import Send
from .response import Response, TransportError

LONGEST_SENTENCE = 500
LONGEST_ID = 200
# A body that a server may refuse for its size.
LARGE_BODY = 1 << 16
NOT_JSON: Any = object()
# What each timeout interrupted, in the words of a message.
PHASES = {
    "connect": "connecting",
    "read": "waiting for the response",
    "write": "sending the request",
    "pool": "waiting for a free connection",
}
# What a 407 says, whichever way it comes.
PROXY_CREDENTIALS = "put the right user name and password into its address, as in http://user:password@host:port"


def request_id_of(headers: Mapping[str, str], hide: Callable[[str], str] = str) -> str | None:
    """Find the id by which the service knows the request, in a line that can be shown; None when there is none.

    `hide` takes the secrets out of it, before it is cut.
    """
    found = headers.get("x-request-id") or headers.get("mistral-correlation-id")
    if found is None or ((found := hide(found)).isprintable() and len(found) <= LONGEST_ID):
        return found or None
    return _printable(found)[:LONGEST_ID] or None


def _printable(text: str) -> str:
    """Give a text in one line without what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def from_status(send: Send, response: Response, retry_after: float | None) -> errors.MistralError:
    """Make the error for a response that is not a 2XX."""
    status, redaction = response.status_code, Redaction(send)
    body, parsed = _parse(redaction, response)
    sentence = _sentence(parsed, body)
    if 300 <= status < 400 and response.headers.get("location"):
        target = _redirect_target(redaction, send, response)
        sentence = f"The server redirects to {target}, and redirects are not followed: set server_url"
    if status == 422 and parsed is not NOT_JSON:
        sentence = sentence or "The server did not accept a value"
        invalid = _build(errors.HTTPValidationError, redaction, send, response, sentence, body)
        invalid.data = _validation_data(parsed)
        return invalid
    if status == 407:
        sentence = f"The proxy requires a user name and a password: {PROXY_CREDENTIALS}"
    kind = errors.STATUS_ERRORS.get(status, errors.ServerError if status >= 500 else errors.SDKError)
    sentence = sentence or f"The server responded with {status} and no message"
    error = _build(kind, redaction, send, response, sentence, body)
    if isinstance(error, errors.RateLimitError):
        error.retry_after = retry_after
    return error


def from_unreadable(send: Send, response: Response, reason: str) -> errors.ResponseValidationError:
    """Make the error for a 2XX that the API does not describe."""
    redaction = Redaction(send)
    is_shown = is_harmless(media_type(response.headers.get("content-type")), response.content)
    # What came in place of a sample is most likely the sample, which no error repeats.
    body = "" if send.request.is_sample and not is_shown else _parse(redaction, response)[0]
    reason = redaction.hide(reason)
    sentence = f"The response is not one that the API describes: {reason}"
    error = _build(errors.ResponseValidationError, redaction, send, response, sentence, body)
    # Not the parser's own error, which would carry the whole body along.
    error.cause = ValueError(reason)
    return error


def from_transport_error(send: Send, failure: TransportError) -> errors.NoResponseError:
    """Make the error for a request that got no response."""
    reason = Redaction(send).hide(failure.reason) or type(failure.cause).__name__
    where = f"{send.request.method} {send.path}" + (f" (attempt {send.attempt})" if send.attempt > 1 else "")
    if failure.phase is not None:
        within = "in time" if failure.seconds is None else f"within {failure.seconds:g} s"
        while_ = f"while {PHASES[failure.phase]}" + (f" to {failure.peer}" if failure.peer else "")
        advice = f"timeout_ms sets how long to wait ({reason})"
        return errors.RequestTimeoutError(f"No response to {where} {within}, {while_}; {advice}")
    if failure.is_unsendable:
        return errors.NoResponseError(f"{where} could not be sent: {reason}")
    if not failure.was_sent:
        peer = failure.peer or "{0.scheme}://{0.netloc}".format(urlsplit(send.url))
        return errors.NoResponseError(f"No connection to {peer} for {where}: {reason}")
    content = send.request.content
    length = 0 if content is None else len(content) if isinstance(content, bytes) else content.length
    likely = "; a server that finds the sample too large may close the connection so" if length >= LARGE_BODY else ""
    return errors.NoResponseError(f"The connection was lost before a response to {where}: {reason}{likely}")


def add_to_message(error: errors.MistralError, more: str) -> None:
    """Say more in the message of an error."""
    error.message += f"; {more}"
    error.args = (error.message,)


def _build(
    kind: type[errors.E], redaction: Redaction, send: Send, response: Response, sentence: str, body: str
) -> errors.E:
    headers = errors.Headers((name, redaction.hide(value)) for name, value in response.headers.items())
    request_id = request_id_of(headers)
    details = f"{response.status_code}, {send.request.method} {send.path}"
    if send.attempt > 1:
        details += f", attempt {send.attempt}"
    if request_id:
        details += f", request id {request_id}"
    return kind(
        f"{sentence} ({details})",
        status_code=response.status_code,
        body=body,
        headers=headers,
        raw_response=response.raw(),
        request_id=request_id,
    )


def _redirect_target(redaction: Redaction, send: Send, response: Response) -> str:
    try:
        parts = urlsplit(urljoin(send.url, response.headers.get("location") or ""))
        # Without user name and password, if it has them.
        return redaction.hide(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    except ValueError:
        return "an address that cannot be read"


def _parse(redaction: Redaction, response: Response) -> tuple[str, Any]:
    """Give the body as text and as parsed JSON, if it is JSON, both without secrets."""
    content = response.content
    try:
        body = content.decode(json.detect_encoding(content), "replace")
        parsed = json.loads(body)
        shown = redaction.hide_in(parsed)
    except (ValueError, RecursionError):
        return redaction.hide(content.decode("utf-8", "replace")), NOT_JSON
    return redaction.hide(body if shown == parsed else json.dumps(shown, ensure_ascii=False)), shown


def _sentence(parsed: Any, body: str) -> str:
    """Find the server's own sentence in an error body of any form; "" when there is none."""
    found = _message(parsed)
    if not found and parsed is NOT_JSON and not re.search(r"<\w|^[\[{]", body) and len(body) <= LONGEST_SENTENCE:
        found = body
    found = _printable(found)
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
    if not isinstance(parsed, dict):
        return None
    members: Mapping[str, Any] = parsed
    message = members.get("message")
    if "detail" not in members and isinstance(message, (dict, list)):
        members = message if isinstance(message, dict) else {"detail": message}
    detail = members.get("detail")
    if isinstance(detail, str):
        detail = [{"loc": [], "msg": detail, "type": "value_error"}]
    if not isinstance(detail, list):
        return None
    try:
        # One by one, because as a whole it would read as absent where an entry does not fit.
        entries = [models.ValidationError.from_dict(entry) for entry in detail]
    except ValueError:
        return None
    data = models.HTTPValidationError.from_dict({**members, "detail": []})
    data.detail = entries
    return data
