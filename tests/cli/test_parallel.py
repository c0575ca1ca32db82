"""What ends a command that does many things, and what only one of them meets."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from mistral_voices import errors
from mistral_voices.cli.parallel import each_done, each_until_all_would_fail


@pytest.mark.parametrize(
    ("error", "is_end"),
    [
        (errors.AuthenticationError("refused", status_code=401), True),
        (errors.RateLimitError("too many", status_code=429), True),
        (errors.NoResponseError("lost"), True),
        (errors.NoResponseError("lost", outcome_unknown=True), False),
        (errors.NotFoundError("absent", status_code=404), False),
        (errors.ServerError("broken", status_code=500), False),
        (ValueError("too long"), False),
        (OSError(28, "No space left on device"), True),
        (KeyError("a mistake of ours"), True),
    ],
    ids=repr,
)
def test_after_an_error_that_all_would_meet_nothing_begins(error: Exception, is_end: bool) -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 2:
            raise error
        return item

    given: list[object] = []
    with pytest.raises(type(error)) if is_end else nullcontext():
        given.extend(outcome for _, outcome in each_until_all_would_fail(work, range(5), 1))
    assert begun == ([0, 1, 2] if is_end else [0, 1, 2, 3, 4])
    assert given == ([0, 1] if is_end else [0, 1, error, 3, 4])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the size of a stack has other limits")
@pytest.mark.parametrize("threads", [0, 2])
def test_without_a_further_thread_all_is_done_all_the_same(threads: int) -> None:
    end = threading.Event()

    def items() -> Iterator[int]:
        yield from range(threads)
        threading.stack_size(1 << 60)  # more than there are addresses
        yield from range(threads, 5)

    def work(item: int) -> str:
        if item == threads:
            end.set()
        assert end.wait(20)
        if item == 3:
            raise ValueError("this one fails")
        return threading.current_thread().name

    try:
        done = {item: str(result) for item, result in each_done(work, items(), threads + 2)}
    finally:
        threading.stack_size(0)
    main = {item for item, name in done.items() if name == "MainThread"}
    assert main == {*range(threads, 5)} - {3}
    assert (len(done), done[3]) == (5, "this one fails")


def test_a_signal_that_whoever_began_it_ignores_ends_nothing() -> None:
    def work(item: int) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return item

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert sorted(item for item, _ in each_done(work, range(3))) == [0, 1, 2]
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
