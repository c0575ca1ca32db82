"""Walks the document and names what the client lacks, has too much of, or has otherwise.

Each `check_*` takes a document and the package `mistral_voices`, and gives one line for each problem, which says where
to mend it. `make mutations` runs the same functions on documents that were changed on purpose.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from .annotations import annotation_words, attribute_words, field_words, schema_words
from .document import (
    OWN_ARGUMENTS,
    OWN_METHODS,
    OWN_RESULTS,
    OWN_TYPES,
    Document,
    Field,
    Operation,
    alternatives,
    default_of,
    is_nullable,
    operations,
    resolve,
)

OVERLAY = "overlay/mistral_voices"
ROOM = f"{OVERLAY}/_records.py, _listing.py or _samples.py"
GENERATE = "run `make generate`"
OPTION = inspect.Parameter.VAR_KEYWORD


def voices_of(package: ModuleType) -> type[Any]:
    """Give the class that has the operations."""
    return type(package.Mistral(api_key="key").audio.voices)


def check_operations(document: Document, package: ModuleType) -> list[str]:
    """Each operation has a method where its tag says, and a twin with the same signature; nothing else is public."""
    problems = []
    mistral = package.Mistral(api_key="key")
    for operation in operations(document):
        name = operation.method
        for tag in operation.content.get("tags", ["(none)"]):
            home = mistral
            for part in tag.split("."):
                home = getattr(home, part, None)
            if home is None:
                problems.append(
                    f"{operation}: the tag {tag} leads nowhere from Mistral(): add it to {OVERLAY}/client.py"
                )
            elif not hasattr(home, name) or not hasattr(home, f"{name}_async"):
                problems.append(
                    f"{operation}: {tag} has no `{name}` and `{name}_async`: add them to {ROOM}, and the request to "
                    "_operations.py (or say its method in METHODS of tests/contract/document.py)"
                )
    kind = voices_of(package)
    public = {name for name in dir(kind) if not name.startswith("_")}
    known = {operation.method for operation in operations(document)} | OWN_METHODS
    for name in sorted(public - known - {f"{each}_async" for each in known}):
        problems.append(f"Voices.{name} is no operation of the document: remove it from {ROOM}")
    for name in sorted(name for name in public if not name.endswith("_async")):
        problems += _twin_problems(kind, name)
    return problems


def _twin_problems(kind: type[Any], name: str) -> Iterator[str]:
    method, twin = getattr(kind, name), getattr(kind, f"{name}_async", None)
    if twin is None:
        yield f"Voices.{name} has no twin `{name}_async`: add it beside it"
        return
    one, other = inspect.signature(method), inspect.signature(twin)
    if [*one.parameters.values()] != [*other.parameters.values()]:
        yield f"Voices.{name} and {name}_async take different arguments: {one} and {other}"
    awaited = inspect.iscoroutinefunction(twin) and one.return_annotation != other.return_annotation
    if awaited and name not in OWN_METHODS:
        yield f"Voices.{name} and {name}_async give different types: {one.return_annotation}, {other.return_annotation}"


def check_arguments(document: Document, package: ModuleType) -> list[str]:
    """Each parameter and body property is an argument by keyword, of the same type and default."""
    problems = []
    kind = voices_of(package)
    for operation in operations(document):
        method = getattr(kind, operation.method, None)
        if method is None:
            continue  # check_operations says so
        found = {name: each for name, each in inspect.signature(method).parameters.items() if name != "self"}
        where = f"{operation.method} in {ROOM}"
        for field in operation.fields:
            parameter = found.pop(field.python_name, None)
            if parameter is None:
                problems.append(
                    f"{operation}: the {field.describe()} is no argument: add `{field.python_name}` to {where}"
                )
            else:
                given = annotation_words(package, method, field.python_name)
                problems += _argument_problems(document, package, operation, field, parameter, given)
        for name, parameter in found.items():
            if parameter.kind != OPTION and name not in OWN_ARGUMENTS.get(operation.method, ()):
                problems.append(f"{operation}: the document has no {name!r}: remove the argument from {where}")
    return problems


def _argument_problems(
    document: Document,
    package: ModuleType,
    operation: Operation,
    field: Field,
    parameter: inspect.Parameter,
    found: frozenset[str],
) -> Iterator[str]:
    place = f"{operation}: the argument {field.python_name}"
    mend = f"mend {operation.method} in {ROOM}"
    if parameter.kind != inspect.Parameter.KEYWORD_ONLY:
        yield f"{place} is not by keyword only: {mend}"
    default = default_of(operation, field)
    allowed: list[Any]
    if field.required:
        allowed = [inspect.Parameter.empty]
    elif default is not None:
        allowed = [default]
    elif is_nullable(document, field.schema):
        allowed = [package.utils.UNSET]
    else:
        allowed = [package.utils.UNSET, None]
    if not any(parameter.default is each or _equal(parameter.default, each) for each in allowed):
        shown = "no default" if field.required else f"the default {allowed[0]!r}"
        given = "no default" if parameter.default is inspect.Parameter.empty else f"the default {parameter.default!r}"
        yield f"{place} has {given}, the document says {shown}: {mend}"
    wanted = schema_words(document, field.schema)
    if not field.required:  # None and UNSET mean left out, where null is not allowed
        wanted |= {"None"} | ({"Unset"} if parameter.default is package.utils.UNSET else set())
    if found not in (wanted, OWN_TYPES.get((operation.method, field.name))):
        yield f"{place} is {_shown(found)}, the document says {_shown(wanted)}: {mend}"


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _shown(found: frozenset[str]) -> str:
    return " | ".join(sorted(found))


def check_results(document: Document, package: ModuleType) -> list[str]:
    """Each method gives the schema of its answer 200; audio is given as text."""
    problems = []
    kind = voices_of(package)
    for operation in operations(document):
        method = getattr(kind, operation.method, None)
        if method is None:
            continue  # check_operations says so
        found = annotation_words(package, method, "return")
        for media_type, schema in operation.success_types().items():
            wanted = schema_words(document, schema) | OWN_RESULTS.get(operation.method, set())
            if found != wanted:
                problems.append(
                    f"{operation} gives {_shown(found)}, the document says {_shown(wanted)} ({media_type}): "
                    f"mend {operation.method} in {ROOM}"
                )
    return problems


def check_argument_table(document: Document, package: ModuleType) -> list[str]:
    """The generated table of arguments, by which the overlay checks, has every rule of the document."""
    from mistral_voices_api.arguments import ARGUMENTS

    problems = []
    names = {operation.name for operation in operations(document)}
    for operation in operations(document):
        table = ARGUMENTS.get(operation.name, {})
        for field in operation.fields:
            place = f"{operation}: the {field.describe()}"
            if field.python_name not in table:
                problems.append(f"{place} is not in arguments.py: {GENERATE}")
                continue
            rule, wanted = table[field.python_name], _rules(document, field)
            for name, value in wanted.items():
                if getattr(rule, name) != value:
                    problems.append(f"{place} has {name}={getattr(rule, name)!r}, expected {value!r}: {GENERATE}")
        for name in table.keys() - {field.python_name for field in operation.fields}:
            problems.append(f"{operation}: {name!r} is in arguments.py, not in the document: {GENERATE}")
    return problems + [
        f"{name} is in arguments.py, not in the document: {GENERATE}" for name in ARGUMENTS.keys() - names
    ]


def _rules(document: Document, field: Field) -> dict[str, Any]:
    types = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list}
    concrete = alternatives(document, field.schema)

    def first(name: str) -> Any:
        return next((each[name] for each in concrete if name in each), None)

    items, enum = first("items"), first("enum")
    return {
        "types": tuple(types[each["type"]] for each in concrete),
        "required": field.required,
        "nullable": is_nullable(document, field.schema),
        "items": items and tuple(types[each["type"]] for each in alternatives(document, items)),
        "enum": enum and tuple(enum),
        "minimum": first("minimum"),
        "maximum": first("maximum"),
        "min_length": first("minLength"),
        "max_length": first("maxLength"),
    }


def check_models(document: Document, package: ModuleType) -> list[str]:
    """Each schema is a class that users can import, and each property an attribute of its type."""
    problems = []
    models = package.models
    for name, schema in document["components"]["schemas"].items():
        if not hasattr(models, name) or name not in models.__all__:
            problems.append(f"the schema {name} is not a public model: add it to {OVERLAY}/models.py, then {GENERATE}")
            continue
        found = attribute_words(package, getattr(models, name))
        for property_name, member in schema.get("properties", {}).items():
            field = Field(property_name, "body", resolve(document, member), property_name in schema.get("required", ()))
            words = found.pop(field.python_name, None)
            place = f"{name}.{field.python_name}"
            if words is None:
                problems.append(f"{place}: the document has this property, the model does not: {GENERATE}")
                continue
            inline = f"{name}{property_name.title()}"
            if schema.get("x-sent"):
                wanted = schema_words(document, member, inline) | (set() if field.required else {"Unset"})
            else:
                wanted = field_words(document, member, inline, required=field.required)
            if words != wanted:
                problems.append(f"{place} is {_shown(words)}, the document says {_shown(wanted)}: {GENERATE}")
        problems += [f"{name}.{each} is not in the document: {GENERATE}" for each in found]
    known = {*document["components"]["schemas"], "ValidationErrorCtx"}
    problems += [
        f"models.{name} is no schema: remove it from {OVERLAY}/models.py" for name in {*models.__all__} - known
    ]
    return problems
