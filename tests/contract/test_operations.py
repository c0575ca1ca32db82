"""For every operation: what leaves and what comes back is what the document describes, sync and async."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import mistral_voices
from scripts.openapi import load

from .behaviour import public_models, signature_problems
from .document import DOCUMENT, Operation, is_generated, operations
from .requests import hold_refusals, hold_requests
from .responses import hold_errors, hold_responses

OPERATIONS = list(operations(load(DOCUMENT)))
EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)


def report(hold: Callable[[Operation], None], operation: Operation) -> None:
    """Fail with the finding alone; where the signature is wrong already, test_completeness names it, once."""
    if not is_generated():
        pytest.skip("test_completeness.py fails until `make generate` has run")
    if None in public_models(mistral_voices).values():
        pytest.skip("test_completeness.py fails and names the models that are gone")
    if any(each.startswith(str(operation)) for each in signature_problems(load(DOCUMENT), mistral_voices)):
        pytest.skip("test_completeness.py fails and names what the method lacks")
    try:
        hold(operation)
    except AssertionError as error:
        problem = str(error)
    else:
        return
    pytest.fail(f"{operation}: {problem}", pytrace=False)


@EVERY_OPERATION
def test_what_leaves_is_what_the_document_describes(operation: Operation) -> None:
    report(hold_requests, operation)


@EVERY_OPERATION
def test_what_the_document_forbids_does_not_leave(operation: Operation) -> None:
    report(hold_refusals, operation)


@EVERY_OPERATION
def test_responses_keep_their_data_or_are_refused_by_place(operation: Operation) -> None:
    report(hold_responses, operation)


def test_error_status_raises_its_class_whatever_the_body() -> None:
    """One operation stands for all: the mapping of errors does not know them."""
    report(hold_errors, max(OPERATIONS, key=lambda each: len(each.responses)))
