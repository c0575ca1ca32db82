"""Client and document have the same operations, members, statuses and servers, and what is public is listed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

import pytest

import mistral_voices
from mistral_voices import errors
from mistral_voices._core.options import CallOptions
from mistral_voices.cli.listing import FIELDS
from mistral_voices.voices import Voices
from scripts.mutations import MUTATIONS, MutationError
from scripts.openapi import ROOT, load

from .behaviour import (
    CHECKS,
    SLOW,
    Check,
    check_local_server,
    check_models,
    check_requests,
    check_results,
    check_security,
    findings,
    public_models,
    signature_problems,
)
from .document import DOCUMENT, is_generated, resolve
from .known import check_known

# test_operations.py does the one that is left out.
QUICK = [check for check in CHECKS if check is not check_requests]


def test_generated_is_made_of_this_document() -> None:
    if not is_generated():
        pytest.fail("generated/ is older than openapi/voices.yaml: run `make generate` first", pytrace=False)


@pytest.mark.parametrize("check", QUICK, ids=lambda check: check.__name__.removeprefix("check_"))
def test_client_and_document_agree(check: Check) -> None:
    if check is not check_models and None in public_models(mistral_voices).values():
        pytest.skip("[models] fails and names what is gone")
    if check in (check_known, check_local_server) and not is_generated():
        pytest.skip("test_generated_is_made_of_this_document fails")
    if check in (check_known, check_local_server) and signature_problems(load(DOCUMENT), mistral_voices):
        pytest.skip("[operations] or [arguments] fails and names what the methods lack")
    if problems := findings(check, load(DOCUMENT), mistral_voices):
        pytest.fail("\n".join(problems), pytrace=False)


OVERLAY = "overlay/mistral_voices"
# A mutation of the document by its name: what says so before `make generate`, and which place it names.
NAMED = {
    "add an operation": ("clone_voice", f"voices/crud.py, {OVERLAY}/voices/listing.py", "_api/operations.py"),
    "add a query parameter": ("'country'", f"add `country` to list in {OVERLAY}/voices/listing.py"),
    "add a sent property": ("'mood'", f"add `mood` to create in {OVERLAY}/voices/crud.py"),
    "add an enum value to a query parameter": ("'shared'", f"fix list in {OVERLAY}/voices/listing.py"),
    "add a status without a class": ("418", f"STATUS_ERRORS and __all__ of {OVERLAY}/errors.py"),
    "add a schema": ("Recipe", f"{OVERLAY}/models.py"),
    "add a server": ("'ap'", f"SERVERS in {OVERLAY}/client.py"),
    "change a method into POST": ("update_voice (POST", "creates=True", "_api/operations.py"),
    "drop a query parameter": ("'language'", f"remove the argument from search in {OVERLAY}/voices/listing.py"),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_new_in_the_document_is_named(name: str) -> None:
    if None in public_models(mistral_voices).values():
        pytest.skip("[models] fails and names what is gone")
    document = load(DOCUMENT)
    try:
        next(each for each in MUTATIONS if each.name == name).apply(document)
    except MutationError as error:
        pytest.skip(f"{name} in scripts/mutations.yaml does not fit the document any more: {error}")
    quick = [check for check in CHECKS if check not in SLOW]
    problems = [problem for check in quick for problem in findings(check, document, mistral_voices)]
    assert any(all(word in problem for word in NAMED[name]) for problem in problems), problems
    for path in re.findall(r"[\w/]+\.py\b", " ".join(problems)):
        assert (ROOT / path).is_file(), f"a message names {path}"


def test_classes_have_the_names_that_the_generator_gives_them() -> None:
    document = load(DOCUMENT)
    schemas = document["components"]["schemas"]
    for name in ("VoiceResponse", "VoiceUpdateRequest"):
        schemas[name.replace("Voice", "Voice-")] = schemas.pop(name)
    schemas["Sort-Order"] = {"type": "string", "enum": ["name", "created_at"]}
    assert [*check_models(document, mistral_voices)] == []
    reference = {"$ref": "#/components/schemas/Voice-Response"}
    assert resolve(document, {"schema": reference})["schema"]["x-name"] == "VoiceResponse"


def test_the_command_line_shows_all_that_a_voice_has() -> None:
    members = load(DOCUMENT)["components"]["schemas"]["VoiceResponse"]["properties"]
    if different := {*FIELDS} ^ {*members}:
        pytest.fail(f"FIELDS in {OVERLAY}/cli/listing.py lacks or has too much: {sorted(different)}", pytrace=False)


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_the_tables_show_every_operation(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    methods = [name for name, _ in inspect.getmembers(Voices, inspect.isfunction) if not name.endswith("_async")]
    if lacking := [name for name in methods if name[0] != "_" and f"`{name}(" not in text]:
        pytest.fail(f"the table of operations in {page} lacks {', '.join(lacking)}", pytrace=False)


def test_the_trees_show_every_error() -> None:
    trees = {
        "docs/errors.md": (ROOT / "docs/errors.md").read_text("utf-8"),
        f"{OVERLAY}/errors.py": errors.__doc__ or "",
    }
    for place, text in trees.items():
        if lacking := [name for name in errors.__all__ if name not in text]:
            pytest.fail(f"the tree of errors in {place} lacks {', '.join(lacking)}", pytrace=False)


def test_every_docstring_names_all_options() -> None:
    described = {"with_options": mistral_voices.Mistral.with_options}
    described |= {
        name: method
        for name, method in inspect.getmembers(Voices, inspect.isfunction)
        if not name.endswith("_async") and "options" in inspect.signature(method).parameters
    }
    assert {"with_options", "create", "iterate", "find"} <= described.keys()
    for name, method in described.items():
        text = re.search(r"\*\*options: ((?:.|\n {6,})*)", inspect.getdoc(method) or "")
        assert text is not None, name
        assert {*CallOptions.__annotations__} == {*re.findall(r"`(\w+)`", text[1])}, name


def test_a_check_that_cannot_run_says_where_in_one_line() -> None:
    document = load(DOCUMENT)
    del document["components"]["schemas"]["VoiceResponse"]
    (problem,) = findings(check_results, document, mistral_voices)
    assert problem.startswith("KeyError: 'VoiceResponse' (overlay/mistral_voices/local/_document.py line ")


def test_another_key_of_all_operations_is_one_finding() -> None:
    document = load(DOCUMENT)
    document["components"]["securitySchemes"]["ApiKey"] = {"type": "apiKey", "in": "header", "name": "x-api-key"}
    (problem,) = check_security(document, mistral_voices)
    assert "_core/request.py" in problem


# Classes that users are given but never name.
GIVEN = {"Headers", "RawResponse"}


def test_what_is_public_is_in_all() -> None:
    for found in pkgutil.walk_packages(mistral_voices.__path__, "mistral_voices."):
        # What lies below voices, and below cli, is reached through it alone.
        if "._" in found.name or found.name.startswith(("mistral_voices.voices.", "mistral_voices.cli.")):
            continue
        module = importlib.import_module(found.name)
        own = {
            name
            for name, value in vars(module).items()
            if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__
        }
        assert {name for name in own - GIVEN if name[0] != "_"} <= set(module.__all__), found.name
