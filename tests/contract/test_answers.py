"""For every operation and status: what the document allows keeps its data, what it forbids is refused by place."""

from __future__ import annotations

import pytest

import mistral_voices

from .answers import hold_answers, hold_spoiled, hold_statuses
from .document import JSON, Operation, load, operations

DOCUMENT = load()
OPERATIONS = list(operations(DOCUMENT))
EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)


@EVERY_OPERATION
def test_allowed_answer_gives_back_the_same_data(operation: Operation) -> None:
    hold_answers(DOCUMENT, mistral_voices, operation, examples=120)


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if JSON in each.success_types()], ids=lambda each: each.name
)
def test_forbidden_answer_is_refused_and_the_place_named(operation: Operation) -> None:
    hold_spoiled(DOCUMENT, mistral_voices, operation, examples=30)


@EVERY_OPERATION
def test_error_status_raises_its_class_whatever_the_body(operation: Operation) -> None:
    hold_statuses(DOCUMENT, mistral_voices, operation, examples=40)
