"""For every operation: what leaves and what comes back is what the document describes, sync and async."""

from __future__ import annotations

import pytest

from scripts.openapi import load

from .document import DOCUMENT, Operation, operations
from .requests import hold_refusals, hold_requests
from .responses import hold_errors, hold_responses

OPERATIONS = list(operations(load(DOCUMENT)))
EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)


@EVERY_OPERATION
def test_what_leaves_is_what_the_document_describes(operation: Operation) -> None:
    hold_requests(operation)


@EVERY_OPERATION
def test_what_the_document_forbids_does_not_leave(operation: Operation) -> None:
    hold_refusals(operation)


@EVERY_OPERATION
def test_responses_keep_their_data_or_are_refused_by_place(operation: Operation) -> None:
    hold_responses(operation)


def test_error_status_raises_its_class_whatever_the_body() -> None:
    """One operation stands for all: the mapping of errors does not know them."""
    hold_errors(max(OPERATIONS, key=lambda each: len(each.responses)))
