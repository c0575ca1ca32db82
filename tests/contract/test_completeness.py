"""Client and document have the same operations, arguments, members, statuses and servers, by walking the document."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

import mistral_voices
from mistral_voices import errors, models
from scripts.mutations import MUTATIONS
from tests.harness import CALLS, ClientKind, Fails

from .behaviour import CHECKS, SLOW, Check, check_answers, check_requests
from .document import load

DOCUMENT = load()


# test_requests.py and test_answers.py do more of the two that are left out.
QUICK = [check for check in CHECKS if check not in (check_requests, check_answers)]


@pytest.mark.parametrize("check", QUICK, ids=lambda check: check.__name__.removeprefix("check_"))
def test_client_and_document_agree(check: Check) -> None:
    assert check(DOCUMENT, mistral_voices) == []


# A mutation of the document by its name: what says so before `make generate`, and which place it names.
NAMED = {
    "add an operation": ("clone_voice", "_operations.py"),
    "add a query parameter": ("'country'", "add `country` to list in overlay/"),
    "add a sent property": ("'mood'", "add `mood` to create in overlay/"),
    "add a received property": ("VoiceResponse.mood", "make generate"),
    "add an enum value to a query parameter": ("'shared'", "mend list in overlay/"),
    "add an enum value to a response": ("'shared'", "make generate"),
    "add a status without a class": ("418", "STATUS_ERRORS in overlay/mistral_voices/errors.py"),
    "add a schema": ("Recipe", "overlay/mistral_voices/models.py"),
    "add a server": ("'ap'", "SERVERS in overlay/mistral_voices/client.py"),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_new_in_the_document_is_named(name: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    next(each for each in MUTATIONS if each.name == name).apply(document)
    problems = [problem for check in CHECKS if check not in SLOW for problem in check(document, mistral_voices)]
    assert any(all(word in problem for word in NAMED[name]) for problem in problems), problems


def public_modules() -> list[str]:
    found = ["mistral_voices"]
    for module in pkgutil.walk_packages(mistral_voices.__path__, "mistral_voices."):
        # What lies below voices is reached through it alone.
        if "._" not in module.name and not module.name.startswith("mistral_voices.voices."):
            found.append(module.name)
    return found


# Classes that users are given but never name.
GIVEN = {"mistral_voices.errors": {"Headers", "RawResponse"}}


@pytest.mark.parametrize("name", public_modules())
def test_all_is_the_public_surface(name: str) -> None:
    module = importlib.import_module(name)
    listed = list(module.__all__)
    assert listed == sorted(set(listed), key=lambda each: (not each.isupper(), not each[0].isupper(), each))
    assert set(listed) <= set(dir(module))
    own = {each for each, value in vars(module).items() if not each.startswith("_") and is_own(module, value)}
    assert own - GIVEN.get(name, set()) <= set(listed)


def is_own(module: ModuleType, value: Any) -> bool:
    return (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__


ERRORS = [getattr(errors, name) for name in errors.__all__]


def test_every_error_is_public() -> None:
    found = [errors.MistralError]
    for kind in found:
        found += kind.__subclasses__()
    assert {kind for kind in found if kind.__module__ == errors.__name__} == set(ERRORS)


@pytest.mark.parametrize("kind", ERRORS)
def test_error_pickles(kind: type[errors.MistralError]) -> None:
    headers = errors.Headers([("Retry-After", "7")])
    error = kind("no", status_code=418, body="b", headers=headers, request_id="r", outcome_unknown=True)
    error.raw_response = httpx.Response(418)
    for name in ("retry_after", "already_deleted", "cause", "data"):
        if hasattr(error, name):
            data = models.HTTPValidationError(detail=[])
            setattr(error, name, {"cause": ValueError("place"), "data": data}.get(name, 7))
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert (str(twin), twin.args, repr(twin.__cause__)) == (str(error), error.args, "None")
        assert without_response(twin) == without_response(error)
        assert twin.raw_response is None


def without_response(error: errors.MistralError) -> dict[str, Any]:
    return {name: repr(value) for name, value in vars(error).items() if name != "raw_response"}


# Mistakes in the use of the library, of which the client makes none; and the base of all.
NOT_RAISED = {"CookieConflict", "HTTPError", "HTTPStatusError", "InvalidURL", "StreamError"}
NOT_RAISED |= {"StreamConsumed", "StreamClosed", "ResponseNotRead", "RequestNotRead"}


WAYS = [
    (library, is_async, name)
    for library in (httpx, httpx2)
    for is_async in (False, True)
    for name in sorted(set(library.__all__) - NOT_RAISED)
    if inspect.isclass(getattr(library, name)) and issubclass(getattr(library, name), Exception)
]


@pytest.mark.parametrize(("library", "is_async", "name"), WAYS)
def test_every_transport_error_is_mapped(library: ModuleType, is_async: bool, name: str) -> None:
    original = getattr(library, name)
    client_kind = ClientKind(library, is_async)
    server = client_kind.replies(Fails(name))
    is_timeout = issubclass(original, library.TimeoutException)
    for method, arguments in CALLS.items():
        with pytest.raises(errors.NoResponseError) as caught:
            client_kind.call(client_kind.mistral(server, retry_config=None), method, **arguments)
        assert type(caught.value) is (errors.RequestTimeoutError if is_timeout else errors.NoResponseError)
        assert type(caught.value.__cause__) is original
