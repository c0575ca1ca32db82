"""The errors as users hold them: one tree, headers, pickling and copying."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import httpx
import pytest

from mistral_voices import errors, models

ERRORS = [getattr(errors, name) for name in errors.__all__]


def test_all_errors_are_public_in_one_tree_that_the_docstring_shows() -> None:
    def below(kind: type) -> set[type]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    assert below(errors.MistralError) == set(ERRORS)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in ERRORS)


def test_defaults() -> None:
    error = errors.MistralError("It failed")
    kept = {"message": "It failed", "status_code": None, "body": "", "raw_response": None, "request_id": None}
    assert vars(error) == {**kept, "headers": {}, "outcome_unknown": False, "_lookup": None}
    assert (str(error), type(error.headers)) == ("It failed", errors.Headers)
    assert errors.NotFoundError("x").already_deleted is False
    assert errors.RateLimitError("x").retry_after is errors.HTTPValidationError("x").data is None
    assert errors.ResponseValidationError("x").cause is None


def test_candidates_are_for_the_error_of_the_call_itself() -> None:
    with pytest.raises(RuntimeError, match="is for the error of a create with outcome_unknown itself, not for a copy"):
        errors.MistralError("It failed").candidates()


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_error_pickles_and_copies(kind: type[errors.MistralError], protocol: int) -> None:
    request = httpx.Request("GET", "https://x", headers={"authorization": "secret"})
    error = kind(
        "It failed",
        status_code=418,
        body="tea",
        headers=errors.Headers([("A", "1"), ("a", "2")]),
        raw_response=httpx.Response(418, request=request),
        request_id="r",
        outcome_unknown=True,
    )
    error.add_note("a note")
    data = models.HTTPValidationError(detail=[])
    extra = {"data": data, "cause": ValueError("x"), "retry_after": 1.5, "already_deleted": True}
    for name in extra.keys() & set(dir(kind)):
        setattr(error, name, extra[name])
    error._lookup = object()  # type: ignore[assignment]  # a client that no process can send
    pickled = pickle.dumps(error, protocol)
    assert b"secret" not in pickled
    for other in (pickle.loads(pickled), copy.copy(error), copy.deepcopy(error)):
        assert (type(other), str(other), other.args) == (kind, "It failed", error.args)
        assert {**vars(other), "cause": None} == {**vars(error), "raw_response": None, "_lookup": None, "cause": None}
        assert repr(getattr(other, "cause", None)) == repr(getattr(error, "cause", None))


def test_headers_are_read_only_and_know_no_case() -> None:
    headers: Any = errors.Headers([("A", "1"), ("b", "2"), ("a", "3")])
    with pytest.raises(TypeError):
        headers["B"] = "2"
    assert (len(headers), list(headers), "B" in headers, headers.get("c")) == (2, ["a", "b"], True, None)
    assert headers["A"] == "1, 3"
    assert repr(headers) == "Headers({'a': '1, 3', 'b': '2'})"
