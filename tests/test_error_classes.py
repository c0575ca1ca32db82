"""The errors as users hold them: what they have, their headers, pickling and copying."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import httpx
import pytest

from mistral_voices import errors, models

ERRORS = [getattr(errors, name) for name in errors.__all__]


def test_docstring_shows_the_whole_tree() -> None:
    assert [kind.__name__ for kind in ERRORS if kind.__name__ not in (errors.__doc__ or "")] == []


def test_defaults() -> None:
    error = errors.MistralError("It failed")
    kept = {"message": "It failed", "status_code": None, "body": "", "raw_response": None, "request_id": None}
    assert vars(error) == {**kept, "headers": {}, "outcome_unknown": False, "_lookup": None}
    assert errors.NotFoundError("x").already_deleted is False
    assert errors.RateLimitError("x").retry_after is errors.HTTPValidationError("x").data is None
    assert errors.ResponseValidationError("x").cause is None
    with pytest.raises(RuntimeError, match="is for the error of a create with outcome_unknown itself, not for a copy"):
        error.candidates()


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_error_pickles_and_copies(kind: type[errors.MistralError], protocol: int) -> None:
    raw = httpx.Response(418, request=httpx.Request("GET", "https://x", headers={"authorization": "secret"}))
    headers = errors.Headers([("A", "1"), ("a", "2")])
    error = kind("It failed", status_code=418, body="tea", headers=headers, raw_response=raw, request_id="r")
    error.outcome_unknown = True
    error.add_note("a note")
    data = models.HTTPValidationError(detail=[])
    extra = {"data": data, "cause": ValueError("x"), "retry_after": 1.5, "already_deleted": True}
    for name in extra.keys() & set(dir(kind)):
        setattr(error, name, extra[name])
    error._lookup = object()  # type: ignore[assignment]  # what no process can send
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
    assert (headers["A"], repr(headers)) == ("1, 3", "Headers({'a': '1, 3', 'b': '2'})")
