"""One call as a generator: attempt, judge, wait, parse. It does no I/O; a driver sends and sleeps for it.

The generator yields Send and Wait steps, and returns the result. To a Send it is sent the Response, or a
TransportError is thrown in. A generator that makes several calls uses these with `yield from`.
"""

import random as _random
import time
from collections.abc import Callable
from logging import INFO, Logger
from typing import Any, TypeVar, cast

from ..errors import MistralError, NotFoundError, ResponseValidationError
from .error_mapping import add_to_message, from_status, from_transport_error, from_unreadable
from .logs import LOGGER, log_attempt, report_response, warn_of_end, warn_of_plain_http
from .options import Options
from .request import Request, Send, Steps, Wait
from .response import SUCCESSES, Response, TransportError
from .retry import delay, may_have_acted, retry_after, was_lost

T = TypeVar("T")


def call(request: Request[T], options: Options) -> Steps[T]:
    """Make a call: retry what may be retried, and return the result or raise the error."""
    result, _ = yield from exchange(request, options)
    return result


def exchange(
    request: Request[T],
    options: Options,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
    random: Callable[[], float] = _random.random,
) -> Steps[tuple[T, Response]]:
    """Make a call, and return the result with the response that it was made from."""
    logger = options.logger or LOGGER
    warn_of_plain_http(logger, options.server_url)
    began = clock()
    attempt = 0
    in_doubt = lost = False
    while True:
        attempt += 1
        send = Send.prepare(request, options, options.key.read(), attempt)
        started = clock()
        outcome: Response | TransportError
        error: MistralError
        cause: Exception | None = None
        try:
            outcome = yield send
        except TransportError as failure:
            outcome = failure
        seconds = clock() - started
        if isinstance(outcome, TransportError):
            cause, error = outcome.cause, _no_response(send, outcome)
        else:
            try:
                result = _parse(options, logger, send, outcome, now(), seconds)
            except MistralError as refused:
                error = refused
            else:
                if logger.isEnabledFor(INFO):
                    log_attempt(logger, send, outcome, seconds=seconds, wait=None)
                return result, outcome
        in_doubt = in_doubt or may_have_acted(outcome, now())
        lost = lost or was_lost(outcome)
        wait = delay(options.retry, attempt, clock() - began, now(), outcome, random(), creates=request.creates)
        if logger.isEnabledFor(INFO):
            log_attempt(logger, send, outcome, seconds=seconds, wait=wait)
        if wait is None:
            break
        yield Wait(wait)
    if isinstance(error, NotFoundError) and request.missing_ok:
        return cast("tuple[T, Response]", (None, outcome))
    raise _explained(request, error, in_doubt=in_doubt, lost=lost) from cause


def _no_response(send: Send, failure: TransportError) -> MistralError:
    """Make the error, unless the client was closed before the first attempt: what others did must not be hidden."""
    if send.attempt == 1 and failure.is_unsendable and isinstance(failure.cause, RuntimeError):
        raise failure.cause from None
    return from_transport_error(send, failure)


def _parse(options: Options, logger: Logger, send: Send, response: Response, now: float, seconds: float) -> Any:
    """Make the result from a response, of which on_response hears first, or raise what the response says."""
    if options.on_response is not None:
        report_response(options.on_response, logger, send, response, seconds)
    status = response.status_code
    if not 200 <= status < 300:
        raise from_status(send, response, retry_after(response.headers, now))
    if status not in SUCCESSES:
        raise from_unreadable(send, response, f"the status is {status}, so it is a part of what was requested")
    if status in (204, 205):
        raise from_unreadable(send, response, f"the status is {status}, so it has no body")
    if response.unreadable is not None:
        raise from_unreadable(send, response, response.unreadable)
    try:
        result = send.request.parse(response=response)
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise from_unreadable(send, response, str(error) or type(error).__name__) from None
    if "deprecation" in response.headers or "sunset" in response.headers:
        warn_of_end(logger, send, response)
    return result


def _explained(request: Request[T], error: MistralError, *, in_doubt: bool, lost: bool) -> MistralError:
    """Say in the error what earlier attempts may have done."""
    if request.creates and in_doubt:
        error.outcome_unknown = True
        add_to_message(error, "the voice may have been made all the same: candidates() looks for it")
    if request.deletes and lost and isinstance(error, NotFoundError):
        error.already_deleted = True
        add_to_message(error, "an earlier attempt of this call, whose response was lost, most likely deleted the voice")
    if request.deletes and isinstance(error, ResponseValidationError):
        will_be = "will be" if error.status_code == 202 else "is"
        add_to_message(error, f"the status {error.status_code} says that the voice {will_be} deleted")
    return error
