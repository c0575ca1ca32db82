"""How often a request leaves when the server fails."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from tests.harness import Reply

from .calls import Pair
from .document import Document, operations

FAILED = Reply(500, b"", {"retry-after": "0"})


def check_attempts(document: Document, package: ModuleType) -> Iterator[str]:
    """A POST that the server may have carried out is not sent again: it would be done twice."""
    pair = Pair()
    for operation in operations(document):
        if operation.verb == "POST" and hasattr(package.Mistral(api_key="key").audio.voices, operation.method):
            pair.call(operation.method, {**operation.needed(), "retries": 1}, FAILED)
            if len(pair.requests) > 2:  # one for each client; none where the method lacks an argument
                yield (
                    f"{operation} is sent again after a 500, and done twice: give its request `creates=True` and "
                    "`metadata` in overlay/mistral_voices/_api/operations.py, and send it through Creation as `create` "
                    "does (or say in tests/contract/attempts.py why it does no harm)"
                )
