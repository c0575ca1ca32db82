"""Exit statuses of commands of which several parts failed."""

from __future__ import annotations

import pytest

from mistral_voices import errors
from mistral_voices.cli.failures import status_of

ABSENT = errors.NotFoundError("absent", status_code=404)
REFUSED = errors.AuthenticationError("refused", status_code=401)
LOST = errors.NoResponseError("lost", outcome_unknown=True)


@pytest.mark.parametrize(
    ("failed", "status"),
    [
        ([], 0),
        ([ABSENT], 3),
        ([ABSENT, ABSENT], 3),
        ([REFUSED], 4),
        ([ABSENT, REFUSED], 1),
        ([ValueError("it is text")], 1),
        ([ABSENT, LOST, ValueError("it is text")], 5),
    ],
    ids=repr,
)
def test_the_worst_counts_else_what_they_have_in_common(failed: list[Exception], status: int) -> None:
    assert status_of(failed) == status
