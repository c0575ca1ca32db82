"""What a call says besides its result: a log line an attempt, `on_response`, and that an operation will end."""

import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Coroutine

from ..errors import Headers
from ..utils import ResponseInfo
from .error_mapping import request_id_of
from .redaction import SECRET_HEADERS, Redaction
from .request import Send
from .response import Response, TransportError
from .server_url import is_loopback

# Looked up once: a signal that raises within the look-up would leave the lock of `logging` taken, for all threads.
LOGGER = logging.getLogger("mistral_voices")

_warned: set[str] = set()
_plain: set[str] = set()


def default_logger() -> logging.Logger:
    """Give the logger `mistral_voices`, which MISTRAL_DEBUG makes write to standard error."""
    wanted = os.environ.get("MISTRAL_DEBUG", "").strip().lower() in ("1", "true", "yes", "on")
    if wanted and not any(handler.get_name() == "MISTRAL_DEBUG" for handler in LOGGER.handlers):
        handler = logging.StreamHandler()
        handler.set_name("MISTRAL_DEBUG")
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        LOGGER.addHandler(handler)
        LOGGER.setLevel(logging.DEBUG)
    return LOGGER


def log_attempt(
    logger: logging.Logger, send: Send, outcome: Response | TransportError, *, seconds: float, wait: float | None
) -> None:
    """Write one line for an attempt; `wait` is how long before the next, None when there is none."""
    if isinstance(outcome, TransportError):
        result, request_id = type(outcome.cause).__name__, None
    else:
        result, request_id = str(outcome.status_code), request_id_of(outcome.headers, Redaction(send).hide)
    logger.info(
        "%s %s %s in %.0f ms (attempt %d, request id %s)%s",
        send.request.method,
        send.path,
        result,
        seconds * 1000,
        send.attempt,
        request_id or "-",
        "" if wait is None else f", again in {wait:.2f} s",
    )


def report_response(
    on_response: Callable[[ResponseInfo], object],
    logger: logging.Logger,
    send: Send,
    response: Response,
    seconds: float,
) -> None:
    """Call a user's function for a response; that it fails is logged, and changes nothing for the call."""
    redaction = Redaction(send)
    shown = ((name, value) for name, value in response.headers.items() if name.lower() not in SECRET_HEADERS)
    headers = Headers((name, redaction.hide(value)) for name, value in shown)
    method, request_id = send.request.method, request_id_of(headers)
    info = ResponseInfo(method, send.path, response.status_code, headers, request_id, send.attempt, seconds)
    try:
        returned = on_response(info)
    except Exception:  # the function is the user's, and may raise anything; signals of the system pass
        logger.warning("on_response failed; the call goes on", exc_info=True)
        return
    if isinstance(returned, Coroutine):
        returned.close()  # it would otherwise warn that nobody awaited it
        logger.warning("on_response gave a coroutine, which nobody awaits: it must be a plain function")


def warn_of_end(logger: logging.Logger, send: Send, response: Response) -> None:
    """Warn, once for an operation, when the server says that it is deprecated or when it ends."""
    deprecation, sunset = response.headers.get("deprecation"), response.headers.get("sunset")
    operation = re.sub(r"(/voices/)[^/]+", r"\1{voice_id}", f"{send.request.method} {send.path}")
    if operation in _warned:
        return
    _warned.add(operation)
    message = f"{operation} is deprecated"
    if deprecation is not None:
        message += f" (Deprecation: {deprecation[:80]})"
    if sunset is not None:
        message += f" and ends on {sunset[:80]}"
    try:
        warnings.warn(message, DeprecationWarning, stacklevel=_levels_to_user())
    except Warning:  # where warnings are errors, this one would take the result away: a create has been done
        logger.warning("%s", message)


def warn_of_plain_http(logger: logging.Logger, server_url: str) -> None:
    """Warn, once for a server, when the key leaves this machine and everybody on the way can read it."""
    if not server_url.startswith("http:") or server_url in _plain:
        return
    _plain.add(server_url)
    from urllib.parse import urlsplit  # 2 ms that calls over https are spared

    parts = urlsplit(server_url)
    if not is_loopback(parts.hostname or ""):
        host = parts.netloc
        logger.warning("the key and all data go to %s over plain http, where others can read them: use https", host)


def _levels_to_user() -> int:
    """Count the frames from the one that warns to the first that is not ours, so that the user's line is shown."""
    package = __name__.partition(".")[0]
    levels = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame = frame.f_back
        levels += 1
    return levels
