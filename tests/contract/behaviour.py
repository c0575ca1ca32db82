"""Goes through the document and names what the client lacks, has too much of, or does otherwise.

Each `check_*` takes a document and the package `mistral_voices`, and gives one line for each problem, which says where
to mend it. `make mutations` runs the same functions on documents that were changed on purpose.
"""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from scripts.openapi import ROOT

from .annotations import annotation_words, schema_words, shown
from .attempts import check_attempts
from .document import (
    OWN_ARGUMENTS,
    OWN_METHODS,
    OWN_RESULTS,
    OWN_TYPES,
    Document,
    Field,
    Operation,
    alternatives,
    is_nullable,
    models,
    operations,
)
from .known import check_known
from .requests import hold_refusals, hold_requests
from .responses import CLASSES, hold_responses
from .values import BOUNDS

Check = Callable[[Document, ModuleType], Iterable[str]]
OVERLAY = "overlay/mistral_voices"
VOICES = f"{OVERLAY}/voices"
OPTION = inspect.Parameter.VAR_KEYWORD
NO_DEFAULT = inspect.Parameter.empty


def findings(check: Check, document: Document, package: ModuleType) -> list[str]:
    """Run a check; one that cannot even run has found something."""
    try:
        return [*check(document, package)]
    except Exception as error:  # noqa: BLE001
        return [raised(error)]


def raised(error: Exception) -> str:
    """Say in one line what was raised, and where in our own files."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.startswith(f"{ROOT}/")]
    last = ([each for each in frames if each.filename.startswith(f"{ROOT}/{OVERLAY}/")] or frames)[-1]
    return f"{type(error).__name__}: {error} ({last.filename.removeprefix(f'{ROOT}/')} line {last.lineno})"


def voices_of(package: ModuleType) -> type[Any]:
    """Give the class that has the operations."""
    return type(package.Mistral(api_key="key").audio.voices)


def implemented(document: Document, package: ModuleType) -> Iterator[tuple[Operation, Callable[..., Any]]]:
    """Give the operations that the client has, each with its method; check_operations names the others."""
    for operation in operations(document):
        method = getattr(voices_of(package), operation.method, None)
        if method is not None:
            yield operation, method


def home(method: Callable[..., Any]) -> str:
    """Say where a method is written."""
    method = inspect.unwrap(method)
    return f"{method.__name__} in {inspect.getfile(method).removeprefix(f'{ROOT}/')}"


def check_operations(document: Document, package: ModuleType) -> Iterator[str]:
    """Each operation has a method where its tag says, and a twin with the same signature; nothing else is public."""
    known = set(OWN_METHODS)
    for operation in operations(document):
        name = operation.method
        known.add(name)
        for tag in operation.content.get("tags", ["(none)"]):
            place: Any = package.Mistral(api_key="key")
            for part in tag.split("."):
                place = getattr(place, part, None)
            if place is None:
                yield f"{operation}: the tag {tag} leads nowhere from Mistral(): add it to {OVERLAY}/client.py"
            elif not hasattr(place, name) or not hasattr(place, f"{name}_async"):
                yield (
                    f"{operation}: {tag} has no `{name}` and `{name}_async`: add them to {VOICES}/crud.py, "
                    f"{VOICES}/listing.py or {VOICES}/samples.py, and the request to {OVERLAY}/_api/operations.py "
                    "(or say its method in METHODS of tests/contract/document.py)"
                )
    kind = voices_of(package)
    public = {name for name in dir(kind) if not name.startswith("_")}
    for name in sorted(public - known - {f"{each}_async" for each in known}):
        yield f"Voices.{name} is no operation of the document: remove it from {VOICES}"
    for name in sorted(name for name in public if not name.endswith("_async")):
        yield from _twin_problems(kind, name)


def _twin_problems(kind: type[Any], name: str) -> Iterator[str]:
    method, twin = getattr(kind, name), getattr(kind, f"{name}_async", None)
    if twin is None:
        yield f"Voices.{name} has no twin `{name}_async`: add it beside {home(method)}"
        return
    one, other = inspect.signature(method), inspect.signature(twin)
    if [*one.parameters.values()] != [*other.parameters.values()]:
        yield f"Voices.{name} and {name}_async take different arguments: {one} and {other}"
    (first, *_), told = (inspect.getdoc(method) or "").splitlines(), inspect.getdoc(twin) or ""
    where = f"`{name}` describes the arguments, the result and the errors."
    if not told.startswith(first.partition(":")[0]) or not " ".join(told.split()).endswith(where):
        yield f'the docstring of {home(twin)} does not begin with "{first}" and end with "{where}"'
    if name in OWN_METHODS:
        return
    if not inspect.iscoroutinefunction(twin) or one.return_annotation != other.return_annotation:
        yield f"Voices.{name} and {name}_async give different types: {one.return_annotation}, {other.return_annotation}"


def check_arguments(document: Document, package: ModuleType) -> Iterator[str]:
    """Each parameter and body property is an argument by keyword, of the same type and default."""
    for operation, method in implemented(document, package):
        found = {name: each for name, each in inspect.signature(method).parameters.items() if name != "self"}
        for field in operation.fields:
            parameter = found.pop(field.python_name, None)
            if parameter is None:
                yield f"{operation}: the {field} is no argument: add `{field.python_name}` to {home(method)}"
                continue
            words = annotation_words(method, field.python_name)
            for problem in _signature_problems(package, operation, field, parameter, words):
                yield f"{operation}: the argument {field.python_name} {problem}: fix {home(method)}"
        for name, parameter in found.items():
            if parameter.kind != OPTION and name not in OWN_ARGUMENTS.get(operation.method, ()):
                yield f"{operation}: the document has no {name!r}: remove the argument from {home(method)}"


def signature_problems(document: Document, package: ModuleType) -> list[str]:
    """Give what methods and arguments lack: where that is wrong, calls can only say it again."""
    return [*check_operations(document, package), *check_arguments(document, package)]


def _signature_problems(
    package: ModuleType, operation: Operation, field: Field, parameter: inspect.Parameter, words: frozenset[str]
) -> Iterator[str]:
    unset = package.utils.UNSET
    if parameter.kind != inspect.Parameter.KEYWORD_ONLY:
        yield "is not by keyword only"
    allowed = [unset] if is_nullable(field.schema) else [unset, None]
    if field.required:
        allowed = [NO_DEFAULT]
    elif field.default is not None:
        allowed = [field.default]
    default = parameter.default
    if not any(default is each or (type(default), default) == (type(each), each) for each in allowed):
        has, wanted = (
            "no default" if each is NO_DEFAULT else f"the default {each!r}" for each in (default, allowed[0])
        )
        yield f"has {has}, the document says {wanted}"
    expected = schema_words(field.schema)
    if not field.required:  # None and UNSET mean left out, where null is not allowed
        expected |= {"None"} | ({"Unset"} if default is unset else set())
    if words not in (expected, OWN_TYPES.get((operation.method, field.name))):
        yield f"is {shown(words)}, the document says {shown(expected)}"


def check_results(document: Document, package: ModuleType) -> Iterator[str]:
    """Each method gives the schema of its success; audio is given as text."""
    for operation, method in implemented(document, package):
        found = annotation_words(method, "return")
        for media_type, schema in operation.success_types().items():
            wanted = schema_words(schema) | OWN_RESULTS.get(operation.method, set())
            if found != wanted:
                words = f"{shown(found)}, the document says {shown(wanted)} ({media_type})"
                yield f"{operation} gives {words}: fix {home(method)}"


def check_models(document: Document, package: ModuleType) -> Iterator[str]:
    """Each schema is a class that users can import; that each is made as the document says, `make drift` checks."""
    public, schemas = public_models(package), {*models(document)}
    for name in sorted(schemas - {name for name, kind in public.items() if kind is not None}):
        yield f"the schema {name} is not a public model: add it to {OVERLAY}/models.py, then run `make generate`"
    for name, kind in sorted(public.items()):
        if kind is None or kind.__name__ not in schemas | {"ValidationErrorCtx"}:
            yield f"models.{name} is no schema: remove it from {OVERLAY}/models.py, or if renamed, keep it as an alias"


def public_models(package: ModuleType) -> dict[str, type[Any] | None]:
    """Give each model that users import with its class; None where there is none any more."""
    return {name: getattr(package.models, name, None) for name in package.models.__all__}


def check_statuses(document: Document, package: ModuleType) -> Iterator[str]:
    """Each documented status has a class of its own, and a 2XX is one that can be read as the first is."""
    flow = f"{OVERLAY}/_core/flow.py"
    for operation in operations(document):
        success = operation.responses.get(operation.success, {})
        invalid = operation.responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if invalid.get("x-name", "HTTPValidationError") != "HTTPValidationError":
            yield f"{operation}: {OVERLAY}/_core/error_mapping.py does not read a 422 as {invalid['x-name']}"
        for name, response in operation.responses.items():
            if not name.isdigit():
                yield f"{operation}: the status {name!r} is no number, which nothing in the client reads"
            elif int(name) < 300 and response.get("content") != success.get("content"):
                yield f"{operation}: {name} has another body than {operation.success}, as which {flow} reads it"
            elif 300 <= int(name) < 500 and int(name) not in CLASSES:
                yield (
                    f"{operation}: the status {name} has no class of its own: add one to the tree, STATUS_ERRORS and "
                    f"__all__ of {OVERLAY}/errors.py, and to CLASSES in tests/contract/responses.py"
                )


def check_servers(document: Document, package: ModuleType) -> Iterator[str]:
    """The servers of the document are those that `server=` knows."""
    from mistral_voices.client import SERVERS

    place = f"SERVERS in {OVERLAY}/client.py"
    documented = {each.get("x-server-name", ""): each["url"] for each in document.get("servers", ())}
    for name in sorted({*SERVERS, *documented}):
        known, wanted = SERVERS.get(name), documented.get(name)
        if known != wanted:
            yield f"the server {name!r} is {known} in the client, {wanted} in the document: fix {place}"
    words = annotation_words(package.Mistral.__init__, "server")
    if words != {"None", *map(repr, documented)}:
        yield f"the argument `server` is {sorted(words)}, the document has {sorted(documented)}: fix {place}"
    if [*documented][:1] != [*SERVERS][:1]:
        yield f"the first server of the document, {[*documented][:1]}, is not the default: fix {place}"


def check_security(document: Document, package: ModuleType) -> Iterator[str]:
    """Every operation wants the key as a bearer token, which is how the client sends it."""
    schemes = document["components"].get("securitySchemes", {})
    found: dict[str, list[str]] = {}
    for operation in operations(document):
        wanted = operation.content.get("security", document.get("security", []))
        used = [schemes.get(name, {}) for each in wanted for name in each]
        if len(wanted) != 1 or [(each.get("type"), each.get("scheme")) for each in used] != [("http", "bearer")]:
            found.setdefault(str(wanted and used), []).append(operation.name)
    for used_here, names in found.items():
        fix = f"fix {OVERLAY}/_core/request.py and local/_application.py"
        yield f"{', '.join(names)}: the document wants {used_here}, the client sends a bearer token: {fix}"


def check_docstrings(document: Document, package: ModuleType) -> Iterator[str]:
    """Each method says its endpoint, its arguments with their bounds, and the errors of its statuses."""
    for operation, method in implemented(document, package):
        text = inspect.getdoc(method) or ""
        for problem in _docstring_problems(operation, text):
            yield f"{operation}: the docstring of {home(method)} {problem}"
        for name in [*inspect.signature(method).parameters][1:]:
            if not re.search(rf"^    (\*\*)?{name}: ", text, re.MULTILINE):
                yield f"{operation}: the docstring of {home(method)} does not describe {name}"


def check_deprecated(document: Document, package: ModuleType) -> Iterator[str]:
    """What the document deprecates is marked for type checkers and in the docstring; nothing else is."""
    for operation, method in implemented(document, package):
        twin = getattr(voices_of(package), f"{operation.method}_async")
        is_deprecated = operation.content.get("deprecated", False)
        for each in (method, twin):
            if hasattr(each, "__deprecated__") != is_deprecated:
                yield f"{operation}: deprecated is {is_deprecated} in the document: fix @deprecated of {home(each)}"
        described = _argument_descriptions(inspect.getdoc(method) or "")
        described[""] = (inspect.getdoc(method) or "").partition("\n")[0]
        marked = {name for name, words in described.items() if "eprecated" in words}
        wanted = {field.python_name for field in operation.fields if field.schema.get("deprecated")}
        if marked != wanted | ({""} if is_deprecated else set()):
            names = ", ".join(sorted(name or "the method" for name in marked ^ wanted))
            yield f"{operation}: say in the docstring of {home(method)} what is deprecated ({names})"


def _argument_descriptions(text: str) -> dict[str, str]:
    found = re.findall(r"^    (\w+): ((?:.|\n {6,})*)", text, re.MULTILINE)
    return {name: " ".join(words.split()) for name, words in found}


def _docstring_problems(operation: Operation, text: str) -> Iterator[str]:
    if f"Endpoint: {operation.verb} {operation.path}" not in text.splitlines():
        yield "does not end with the endpoint"
    for field in operation.fields:
        found = re.search(rf"^    {field.python_name}: ((?:.|\n {{6,}})*)", text, re.MULTILINE)
        if found is not None:
            yield from _described_problems(field, " ".join(found[1].split()))
    named = {name for name in ("NotFoundError", "HTTPValidationError") if f"errors.{name}:" in text}
    documented = {CLASSES[int(each)] for each in operation.responses if each in ("404", "422")}
    if named != documented:
        yield f"names {sorted(named)}, the document's statuses are {sorted(documented)}"


def _described_problems(field: Field, text: str) -> Iterator[str]:
    wanted = {schema[each] for schema in alternatives(field.schema) for each in BOUNDS if each in schema}
    numbers = {float(each.replace(",", "")) for each in re.findall(r"\b\d[\d,]*(?:\.\d+)?\b", text)}
    if numbers != wanted:
        yield f"names {sorted(numbers)} as bounds of {field.python_name}, not {sorted(wanted)}"
    if ("None sends null" in text) != (field.can_send_null and not field.required):
        yield f"says otherwise whether None sends null as {field.python_name}"


def check_local_server(document: Document, package: ModuleType) -> Iterator[str]:
    """The local server, which reads the document, can be made, and a voice lives and dies in it."""
    from mistral_voices.local import VoicesServer

    with VoicesServer() as server:
        voices = package.Mistral(api_key="key", client=server.client()).audio.voices
        try:
            made = voices.create(name="Eva", sample_audio="UklGRg==", languages=["en"])
        except package.errors.ResponseValidationError as error:
            yield f"the local server gives no valid voice ({error.cause}): fix make_voice in {OVERLAY}/local/_seed.py"
            return
        found = [voices.update(voice_id=made.id), voices.find("Eva"), *voices.list(type_="custom").items]
        found.append(voices.delete(voice_id=made.id))
    if found != [made] * 4:
        yield f"the life of a voice in the local server went another way: {made}, {found}"


def check_requests(document: Document, package: ModuleType) -> Iterator[str]:
    """As test_operations.py does it."""
    for operation, _ in implemented(document, package):
        yield from _failure(operation, hold_requests)
        yield from _failure(operation, hold_refusals)
        yield from _failure(operation, hold_responses)


def _failure(operation: Operation, hold: Callable[[Operation], None]) -> Iterator[str]:
    try:
        hold(operation)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        yield f"{operation}: {raised(error)}"


# What holds for every document, in the order in which the most telling comes first.
CHECKS: tuple[Check, ...] = (
    check_operations,
    check_arguments,
    check_results,
    check_models,
    check_statuses,
    check_servers,
    check_security,
    check_docstrings,
    check_deprecated,
    check_attempts,
    check_known,
    check_requests,
    check_local_server,
)
# Those that go over the same ground as the others, more thoroughly.
SLOW = frozenset({check_requests, check_local_server})
