"""When a call is retried, and after how long: pure decisions on what is given.

A create is retried only where the server cannot have acted, unless the call itself was given a RetryConfig.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..utils import BackoffStrategy, RetryConfig, Unset
from .response import Response, TransportError

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
# A gateway sends these in place of a server from which it got no response.
GATEWAY_STATUSES = frozenset({502, 504})
# Ten days; the operating system takes no more than some weeks.
LONGEST_MS = 864_000_000
# As a number; within 60 seconds there are hardly more.
MOST_RETRIES = 100


class RetryPolicy(NamedTuple):
    """When a call is retried, in seconds.

    Attributes:
        attempts: The most attempts; None when only the time bounds them.
        total: No attempt begins later than this after the first.
        initial: The wait before the first retry.
        longest: The longest wait that we choose ourselves.
        exponent: By how much each wait is longer than the one before.
        connection_errors: Whether lost connections and timeouts are retried.
        retries_creates: Whether a create is retried although the server may have acted.
        wait_factor: What each wait is multiplied by: tests against the local server need not wait.
    """

    attempts: int | None = 4
    total: float = 60.0
    initial: float = 0.5
    longest: float = 8.0
    exponent: float = 2.0
    connection_errors: bool = True
    retries_creates: bool = False
    wait_factor: float = 1.0


DEFAULT = RetryPolicy()
NO_RETRIES = RetryPolicy(attempts=1)


def read_retries(retries: RetryConfig | int | Unset | None, name: str) -> RetryPolicy:
    """Check the retries and make the policy: None means none, UNSET the default, a number at most so many."""
    if isinstance(retries, Unset):
        return DEFAULT
    if isinstance(retries, int) and not isinstance(retries, bool):
        if not 0 <= retries <= MOST_RETRIES:
            raise ValueError(f"{name} must be a number of retries from 0 to {MOST_RETRIES}")
        return DEFAULT._replace(attempts=retries + 1)
    if retries is None or (isinstance(retries, RetryConfig) and retries.strategy != "backoff"):
        return NO_RETRIES
    if not isinstance(retries, RetryConfig) or not isinstance(retries.backoff, BackoffStrategy):
        wanted = "a whole number of retries, None, or a utils.RetryConfig whose backoff is a utils.BackoffStrategy"
        raise TypeError(f"{name} must be {wanted}")
    initial, longest, exponent, total = retries.backoff
    for member, value in retries.backoff._asdict().items():
        least = 1 if member == "exponent" else 0
        if not isinstance(value, (int, float)) or not least <= value <= LONGEST_MS:
            raise ValueError(f"{name}: {member} must be a number from {least} to {LONGEST_MS:,}")
    connection_errors = bool(retries.retry_connection_errors)
    return RetryPolicy(None, total / 1000, initial / 1000, longest / 1000, exponent, connection_errors)


def delay(
    policy: RetryPolicy,
    attempt: int,
    elapsed: float,
    now: float,
    outcome: Response | TransportError,
    random: float,
    *,
    creates: bool = False,
) -> float | None:
    """Decide whether a failed attempt is retried.

    Args:
        policy: The rule.
        attempt: The number of this attempt, from 1.
        elapsed: Seconds since the first attempt began.
        now: The time in seconds since 1970, to which a date in Retry-After is compared where the response has no Date.
        outcome: The response, or why there is none.
        random: A number from 0 to 1, for the jitter.
        creates: Whether the request makes a voice.

    Returns:
        Seconds to wait before the next attempt; None when there is to be none.
    """
    if creates and not policy.retries_creates and may_have_acted(outcome, now):
        return None
    wanted = None
    if isinstance(outcome, TransportError):
        if not policy.connection_errors or not outcome.is_transient:
            return None
    elif outcome.status_code not in RETRIED_STATUSES:
        return None
    else:
        wanted = retry_after(outcome.headers, now)
    left = policy.total - elapsed
    if policy.attempts is not None and attempt >= policy.attempts:
        return None
    wait = backoff(policy, attempt) if wanted is None else wanted
    if policy.attempts is None:
        wait = max(wait, policy.initial)  # a Retry-After of 0 must not become a storm of attempts
    if wait > left:
        return None
    return min(with_jitter(policy, wait, random), left)


def backoff(policy: RetryPolicy, attempt: int) -> float:
    """Give the seconds before the next attempt, without jitter."""
    try:
        return min(policy.initial * policy.exponent ** (attempt - 1), policy.longest)
    except OverflowError:
        return policy.longest


def with_jitter(policy: RetryPolicy, wait: float, random: float) -> float:
    """Lengthen a wait by up to a quarter, so that clients which failed together do not come back together."""
    return policy.wait_factor * wait * (1 + random / 4)


def may_have_acted(outcome: Response | TransportError, now: float) -> bool:
    """Say whether the server may have done the work although the attempt failed."""
    if isinstance(outcome, TransportError):
        return outcome.was_sent
    if outcome.status_code == 503:
        return retry_after(outcome.headers, now) is None
    return outcome.status_code >= 500 or outcome.status_code < 300


def was_lost(outcome: Response | TransportError) -> bool:
    """Say whether the server may have acted and its response did not come through."""
    if isinstance(outcome, TransportError):
        return outcome.was_sent
    return outcome.status_code in GATEWAY_STATUSES


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read how many seconds the server wants us to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name)
        if value is None:
            continue
        if re.fullmatch(r"\s*[0-9]{1,15}(\.[0-9]*)?\s*", value):
            return float(value) / unit
        if unit == 1 and (until := _timestamp(value)) is not None:
            sent = _timestamp(headers.get("date") or "")  # the server's clock need not agree with ours
            return max(0.0, until - (now if sent is None else sent))
    return None


def _timestamp(date: str) -> float | None:
    from datetime import UTC  # 5 ms with what follows, for a form that few servers send
    from email.utils import parsedate_to_datetime

    try:
        parsed = parsedate_to_datetime(date)
        # A date without a zone is UTC, not the time of wherever this runs.
        return parsed.replace(tzinfo=parsed.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None
