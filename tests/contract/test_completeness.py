"""Client and document have the same operations, members, statuses and servers, and what is public is listed."""

from __future__ import annotations

import copy
import importlib
import inspect
import pkgutil
import re
from typing import Any

import pytest

import mistral_voices
from mistral_voices import errors
from scripts.mutations import MUTATIONS

from .behaviour import CHECKS, SLOW, Check, check_requests, check_responses
from .document import ROOT, load

DOCUMENT = load()
# test_operations.py does more of the two that are left out.
QUICK = [check for check in CHECKS if check not in (check_requests, check_responses)]


@pytest.mark.parametrize("check", QUICK, ids=lambda check: check.__name__.removeprefix("check_"))
def test_client_and_document_agree(check: Check) -> None:
    assert [*check(DOCUMENT, mistral_voices)] == []


# A mutation of the document by its name: what says so before `make generate`, and which place it names.
NAMED = {
    "add an operation": (
        "clone_voice",
        "voices/crud.py, overlay/mistral_voices/voices/listing.py",
        "_api/operations.py",
    ),
    "add a query parameter": ("'country'", "add `country` to list in overlay/mistral_voices/voices/crud.py"),
    "add a sent property": ("'mood'", "add `mood` to create in overlay/mistral_voices/voices/crud.py"),
    "add a received property": ("VoiceResponse.mood", "make generate"),
    "add an enum value to a query parameter": ("'shared'", "mend list in overlay/mistral_voices/voices/crud.py"),
    "add a status without a class": ("418", "STATUS_ERRORS in overlay/mistral_voices/errors.py"),
    "add a schema": ("Recipe", "overlay/mistral_voices/models.py"),
    "add a server": ("'ap'", "SERVERS in overlay/mistral_voices/client.py"),
    "drop a query parameter": (
        "'language'",
        "remove the argument from search in overlay/mistral_voices/voices/listing.py",
    ),
    "add a bound": ("maximum of the", "overlay/mistral_voices/_api/arguments.py"),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_new_in_the_document_is_named(name: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    next(each for each in MUTATIONS if each.name == name).apply(document)
    problems = problems_of(document)
    assert any(all(word in problem for word in NAMED[name]) for problem in problems), problems
    for path in re.findall(r"[\w/]+\.py\b", " ".join(problems)):
        assert (ROOT / path).is_file(), f"a message names {path}"


def test_a_new_enum_value_of_a_response_is_named() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["VoiceResponse"]["properties"]["type"]["enum"].append("shared")
    assert any("'shared'" in problem and "make generate" in problem for problem in problems_of(document))


def problems_of(document: Any) -> list[str]:
    return [problem for check in CHECKS if check not in SLOW for problem in check(document, mistral_voices)]


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
    own = {
        each
        for each, value in vars(module).items()
        if not each.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    }
    assert own - GIVEN.get(name, set()) <= set(listed)


def test_every_error_is_public() -> None:
    found = [errors.MistralError]
    for kind in found:
        found += kind.__subclasses__()
    assert {kind for kind in found if kind.__module__ == errors.__name__} == {
        getattr(errors, name) for name in errors.__all__
    }
