"""One call as a generator: attempt, judge, wait, read. It does no I/O; a driver sends and sleeps for it.

The generator yields Send and Wait steps, and returns the result. To a Send it is given the Answer, or the HTTP
library's error is thrown in. A script is a generator that makes several calls so, with `yield from`.
"""

from __future__ import annotations

import random as _random
import re
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from . import _failures, _notices
from ._http import CONNECT_SECONDS, NEVER_REPEATED, NEVER_SENT, OTHER_SECONDS, Opened, Timeout, is_one_of
from .errors import MistralError, NotFoundError

if TYPE_CHECKING:
    from ._answers import Answer
    from ._options import Policy, Settings
    from ._sinks import Sink
    from ._sources import Source

T = TypeVar("T")

REPEATED_STATUSES = frozenset({429, 500, 502, 503, 504})
# A gateway answers these in place of a server whose answer it did not get.
GATEWAY_STATUSES = frozenset({502, 504})


class Call(Generic[T]):
    """What an operation asks for, whatever the options of the call.

    Attributes:
        method: The HTTP method.
        path: The path with the query, below the address of the server.
        read: Makes the result from a 2XX; raises ValueError when it cannot.
        headers: The headers that belong to the operation.
        content: The body, or what gives it anew at each attempt; None for none.
        sink: Takes the body of a 2XX, block by block; None keeps it in memory.
        seconds: How long each phase but connecting may take, unless an option says otherwise.
        creates: Whether repeating it blindly could make a second voice.
        deletes: Whether a 404 after a lost answer means that it worked.
        is_sample: Whether the answer may be large, so that its whole time is not bounded.
        secret: Text that no error may repeat.
    """

    __slots__ = (
        "content",
        "creates",
        "deletes",
        "headers",
        "is_sample",
        "method",
        "path",
        "read",
        "seconds",
        "secret",
        "sink",
    )

    def __init__(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], T],
        *,
        headers: dict[str, str],
        content: bytes | Source | None = None,
        sink: Sink | None = None,
    ) -> None:
        self.method: str = method
        self.path: str = path
        self.read: Callable[[Answer], T] = read
        self.headers: dict[str, str] = headers
        self.content: bytes | Source | None = content
        self.sink: Sink | None = sink
        self.seconds: float = OTHER_SECONDS
        self.creates: bool = False
        self.deletes: bool = False
        self.is_sample: bool = False
        self.secret: str = ""


class Send:
    """Send this request and give back the answer."""

    __slots__ = (
        "_call",
        "_headers",
        "_settings",
        "attempt",
        "content",
        "is_sample",
        "method",
        "sink",
        "timeout",
        "url",
    )

    def __init__(self, call: Call[Any], settings: Settings, *, own_client: bool, attempt: int) -> None:
        self.method = call.method
        self.url = settings.server_url + call.path
        self.content = call.content
        self.sink = call.sink
        self.is_sample = call.is_sample
        self.attempt = attempt
        self.timeout: Timeout | None = None
        if (each := settings.timeout) is not None:
            self.timeout = (each, each, each, each)
        elif own_client and call.seconds != OTHER_SECONDS:  # our own client has the usual ones by itself
            self.timeout = (CONNECT_SECONDS, call.seconds, call.seconds, call.seconds)
        self._call = call
        self._settings = settings
        self._headers = {"authorization": f"Bearer {settings.key.read()}", **call.headers, **settings.headers}

    def build(self, opened: Opened, content: Any) -> Any:
        """Make the request of the client's own library, with the content in the form that this client takes."""
        return opened.request(self.method, self.url, self._headers, content, self.timeout)

    def context(self) -> _failures.Context:
        """Say what an error or the log tells of this request."""
        call, sent = self._call, self._headers["authorization"].rpartition(" ")[2]
        return _failures.Context(
            method=self.method,
            path=call.path.partition("?")[0],
            url=self.url,
            attempt=self.attempt,
            is_sample=call.is_sample,
            sample=call.secret if call.creates else None,
            secrets=(sent, call.secret, *_failures.secrets_in(self._settings.headers)),
        )

    def __repr__(self) -> str:
        return f"Send({self.method} {self.url})"


class Wait(NamedTuple):
    """Wait this long before the next step."""

    seconds: float


class Done(NamedTuple, Generic[T]):
    """All has succeeded. A step of its own: StopIteration could also come from a user's code below a driver."""

    result: T


# To a Send it is sent an Answer, to a Wait None.
Steps: TypeAlias = Generator[Send | Wait, Any, T]
Flow: TypeAlias = Generator[Send | Wait | Done[T], Any, None]


class Ask(Protocol):
    """Makes one call within a script: `result = yield from ask(call)`."""

    def __call__(self, call: Call[T]) -> Steps[T]: ...


Script: TypeAlias = Callable[[Ask], Steps[T]]


def finish(steps: Steps[T]) -> Flow[T]:
    """Let steps end in Done."""
    yield Done((yield from steps))


def run(
    call: Call[T],
    settings: Settings,
    *,
    own_client: bool,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
    random: Callable[[], float] = _random.random,
) -> Steps[T]:
    """Make a call: repeat what may be repeated, and return the result or raise the error."""
    logger = settings.logger
    began = clock()
    attempt = 0
    may_have_acted = False
    was_lost = False
    while True:
        attempt += 1
        send = Send(call, settings, own_client=own_client, attempt=attempt)
        started = clock()
        outcome: Answer | Exception
        error: MistralError
        cause: Exception | None = None
        try:
            answer: Answer = yield send
        except Exception as lost:  # noqa: BLE001 - a driver throws in nothing but the library's RequestError
            outcome = cause = lost
            error = _failures.from_transport(send.context(), lost)
        else:
            outcome = answer
            try:
                result = _read(call, send, answer, now())
            except MistralError as failed:
                error = failed
            else:
                _notices.log(logger, send, outcome, seconds=clock() - started, wait=None)
                _notices.warn_of_end(send, answer)
                return result
        elapsed = clock() - started
        acted = may_act(outcome, now())
        may_have_acted = may_have_acted or acted
        was_lost = was_lost or (acted and (error.status_code is None or error.status_code in GATEWAY_STATUSES))
        wait = None
        if not (call.creates and acted and not settings.policy_is_of_call):
            wait = pause(settings.policy, attempt, clock() - began, now(), outcome, random())
        _notices.log(logger, send, outcome, seconds=elapsed, wait=wait)
        if wait is None:
            if call.creates and may_have_acted:
                error.outcome_unknown = True
                _say(error, "the voice may have been made all the same: candidates() looks for it")
            if call.deletes and was_lost and isinstance(error, NotFoundError):
                error.already_deleted = True
                _say(error, "an earlier attempt of this call, whose answer was lost, most likely deleted the voice")
            raise error from cause
        yield Wait(wait)


def _read(call: Call[T], send: Send, answer: Answer, now: float) -> T:
    """Make the result from an answer, or raise what the answer says."""
    if not 200 <= answer.status_code < 300:
        raise _failures.from_status(send.context(), answer, retry_after(answer.headers, now))
    if answer.status_code != 200:
        raise _failures.from_unreadable(send.context(), answer, f"the status is {answer.status_code}, expected 200")
    if answer.unreadable is not None:
        raise _failures.from_unreadable(send.context(), answer, str(answer.unreadable))
    try:
        return call.read(answer)
    except ValueError as error:
        raise _failures.from_unreadable(send.context(), answer, str(error)) from None


def _say(error: MistralError, more: str) -> None:
    error.message += f"; {more}"
    error.args = (error.message,)


def may_act(outcome: Answer | Exception, now: float) -> bool:
    """Tell whether the server may have done the work although the attempt failed."""
    if isinstance(outcome, Exception):
        return not is_one_of(outcome, NEVER_SENT)
    if outcome.status_code == 503:
        return retry_after(outcome.headers, now) is None
    return outcome.status_code >= 500 or outcome.status_code < 300


def pause(
    policy: Policy, attempt: int, elapsed: float, now: float, outcome: Answer | Exception, random: float
) -> float | None:
    """Decide whether a failed attempt is repeated.

    Args:
        policy: The rule.
        attempt: The number of this attempt, from 1.
        elapsed: Seconds since the first attempt began.
        now: The time in seconds since 1970, to which a date in Retry-After is compared.
        outcome: The answer, or the library's error.
        random: A number from 0 to 1, for the jitter.

    Returns:
        Seconds to wait before the next attempt; None when there is to be none.
    """
    asked = None
    if isinstance(outcome, Exception):
        if not policy.connection_errors or is_one_of(outcome, NEVER_REPEATED):
            return None
    elif outcome.status_code not in REPEATED_STATUSES:
        return None
    else:
        asked = retry_after(outcome.headers, now)
    left = policy.total - elapsed
    if policy.attempts is not None and attempt >= policy.attempts:
        return None
    wait = interval(policy, attempt) if asked is None else asked
    if policy.attempts is None:
        wait = max(wait, policy.initial)  # a Retry-After of 0 must not become a storm of attempts
    if wait > left:
        return None
    return min(wait * (1 + random / 4), left)


def interval(policy: Policy, attempt: int) -> float:
    """Give the seconds before the next attempt, without jitter."""
    try:
        return min(policy.initial * policy.exponent ** (attempt - 1), policy.longest)
    except OverflowError:
        return policy.longest


def retry_after(headers: Any, now: float) -> float | None:
    """Read how many seconds the server asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name)
        if value is None:
            continue
        if re.fullmatch(r"\s*[0-9]{1,15}(\.[0-9]*)?\s*", value):
            return float(value) / unit
        if unit == 1 and (seconds := _seconds_until(value, now)) is not None:
            return seconds
    return None


def _seconds_until(date: str, now: float) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        return None
