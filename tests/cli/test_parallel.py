"""What ends a command that does many things, and what only one of them meets."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from mistral_voices import errors
from mistral_voices.cli.parallel import each_until_all_would_fail


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
