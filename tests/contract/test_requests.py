"""For every operation, whatever its arguments: what leaves is what the document describes, sync and async."""

from __future__ import annotations

import pytest

import mistral_voices

from .document import Operation, load, operations
from .requests import hold_refusals, hold_requests

DOCUMENT = load()
EVERY_OPERATION = pytest.mark.parametrize("operation", list(operations(DOCUMENT)), ids=lambda each: each.name)


@EVERY_OPERATION
def test_what_leaves_is_what_the_document_describes(operation: Operation) -> None:
    hold_requests(DOCUMENT, mistral_voices, operation, examples=120)


@EVERY_OPERATION
def test_what_the_document_forbids_does_not_leave(operation: Operation) -> None:
    hold_refusals(DOCUMENT, mistral_voices, operation)
