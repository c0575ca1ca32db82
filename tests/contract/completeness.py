"""Goes through the document and names what the client lacks, has too much of, or has otherwise.

Each `check_*` takes a document and the package `mistral_voices`, and gives one line for each problem, which says where
to mend it. `make mutations` runs the same functions on documents that were changed on purpose.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from scripts import openapi

from .annotations import annotation_words, schema_words, shown
from .document import (
    OWN_ARGUMENTS,
    OWN_METHODS,
    OWN_RESULTS,
    OWN_TYPES,
    Document,
    Field,
    Operation,
    is_nullable,
    operations,
)

OVERLAY = "overlay/mistral_voices"
VOICES = f"{OVERLAY}/voices"
OPTION = inspect.Parameter.VAR_KEYWORD
NO_DEFAULT = inspect.Parameter.empty


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
    return f"{method.__name__} in {inspect.getfile(method).removeprefix(f'{openapi.ROOT}/')}"


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
    if not (twin.__doc__ or "").startswith(f"`{name}` for asyncio"):
        yield f'the docstring of {home(twin)} does not begin with "`{name}` for asyncio"'
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
            for problem in _argument_problems(package, operation, field, parameter, words):
                yield f"{operation}: the argument {field.python_name} {problem}: mend {home(method)}"
        for name, parameter in found.items():
            if parameter.kind != OPTION and name not in OWN_ARGUMENTS.get(operation.method, ()):
                yield f"{operation}: the document has no {name!r}: remove the argument from {home(method)}"


def _argument_problems(
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
    """Each method gives the schema of its response 200; audio is given as text."""
    for operation, method in implemented(document, package):
        found = annotation_words(method, "return")
        for media_type, schema in operation.success_types().items():
            wanted = schema_words(schema) | OWN_RESULTS.get(operation.method, set())
            if found != wanted:
                words = f"{shown(found)}, the document says {shown(wanted)} ({media_type})"
                yield f"{operation} gives {words}: mend {home(method)}"


def check_models(document: Document, package: ModuleType) -> Iterator[str]:
    """Each schema is a class that users can import; that each is made as the document says, `make drift` checks."""
    public, schemas = {*package.models.__all__}, {*document["components"]["schemas"]}
    for name in sorted(schemas - {name for name in public if hasattr(package.models, name)}):
        yield f"the schema {name} is not a public model: add it to {OVERLAY}/models.py, then run `make generate`"
    for name in sorted(public - schemas - {"ValidationErrorCtx"}):
        yield f"models.{name} is no schema: remove it from {OVERLAY}/models.py"
