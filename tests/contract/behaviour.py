"""Checks of what the client does with a document: statuses, servers, the key, and what its docstrings say.

As in completeness.py, each gives one line for each problem.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

from .annotations import annotation_words
from .completeness import (
    OVERLAY,
    check_arguments,
    check_models,
    check_operations,
    check_results,
    home,
    implemented,
)
from .document import Document, Field, Operation, alternatives, is_nullable, operations
from .known import check_known
from .requests import hold_refusals, hold_requests
from .responses import CLASSES, hold_responses
from .values import BOUNDS

Check = Callable[[Document, ModuleType], Iterable[str]]


def check_statuses(document: Document, package: ModuleType) -> Iterator[str]:
    """Each documented status has a class of its own, and a 2XX is one that can be read."""
    flow = f"{OVERLAY}/_core/flow.py"
    for operation in operations(document):
        if "200" not in operation.responses:
            yield f"{operation}: the document has no response 200, the only one that {flow} reads"
        for name in operation.responses:
            if not name.isdigit():
                yield f"{operation}: the status {name!r} is no number, which nothing in the client reads"
            elif int(name) < 300 and name != "200":
                yield f"{operation}: the status {name} is refused: read it in {flow}"
            elif 300 <= int(name) < 500 and int(name) not in CLASSES:
                yield (
                    f"{operation}: the status {name} has no class of its own: add it to STATUS_ERRORS in "
                    f"{OVERLAY}/errors.py and to CLASSES in tests/contract/responses.py"
                )


def check_servers(document: Document, package: ModuleType) -> Iterator[str]:
    """The servers of the document are those that `server=` knows."""
    from mistral_voices.client import SERVERS

    place = f"SERVERS in {OVERLAY}/client.py"
    documented = {each.get("x-server-name", ""): each["url"] for each in document.get("servers", ())}
    for name in sorted({*SERVERS, *documented}):
        known, wanted = SERVERS.get(name), documented.get(name)
        if known != wanted:
            yield f"the server {name!r} is {known} in the client, {wanted} in the document: mend {place}"
    words = annotation_words(package.Mistral.__init__, "server")
    if words != {"None", *map(repr, documented)}:
        yield f"the argument `server` is {sorted(words)}, the document has {sorted(documented)}: mend {place}"
    if [*documented][:1] != [*SERVERS][:1]:
        yield f"the first server of the document, {[*documented][:1]}, is not the default: mend {place}"


def check_security(document: Document, package: ModuleType) -> Iterator[str]:
    """Every operation wants the key as a bearer token, which is how the client sends it."""
    schemes = document["components"].get("securitySchemes", {})
    for operation in operations(document):
        wanted = operation.content.get("security", document.get("security", []))
        used = [schemes.get(name, {}) for each in wanted for name in each]
        if len(wanted) != 1 or [(each.get("type"), each.get("scheme")) for each in used] != [("http", "bearer")]:
            yield f"{operation}: the document wants {wanted}, the client sends a bearer token: {OVERLAY}/_core/flow.py"


def check_docstrings(document: Document, package: ModuleType) -> Iterator[str]:
    """Each method says its endpoint, its arguments with their bounds, and the errors of its statuses."""
    for operation, method in implemented(document, package):
        text = inspect.getdoc(method) or ""
        for problem in _docstring_problems(operation, text):
            yield f"{operation}: the docstring of {home(method)} {problem}"
        for name in [*inspect.signature(method).parameters][1:]:
            if not re.search(rf"^    (\*\*)?{name}: ", text, re.MULTILINE):
                yield f"{operation}: the docstring of {home(method)} does not describe {name}"


def _docstring_problems(operation: Operation, text: str) -> Iterator[str]:
    if f"Endpoint: {operation.verb} {operation.path}" not in text.splitlines():
        yield "does not end with the endpoint"
    for field in operation.fields:
        found = re.search(rf"^    {field.python_name}: ((?:.|\n {{6,}})*)", text, re.MULTILINE)
        if found is not None:
            yield from _argument_problems(field, " ".join(found[1].split()))
    named = {name for name in ("NotFoundError", "HTTPValidationError") if f"errors.{name}:" in text}
    documented = {CLASSES[int(each)] for each in operation.responses if each in ("404", "422")}
    if named != documented:
        yield f"names {sorted(named)}, the document's statuses are {sorted(documented)}"


def _argument_problems(field: Field, text: str) -> Iterator[str]:
    wanted = {schema[each] for schema in alternatives(field.schema) for each in BOUNDS if each in schema}
    numbers = {int(each.replace(",", "")) for each in re.findall(r"\b\d[\d,]*\b", text)}
    if numbers != wanted:
        yield f"names {sorted(numbers)} as bounds of {field.python_name}, not {sorted(wanted)}"
    if ("None sends null" in text) != (is_nullable(field.schema) and not field.required):
        yield f"says otherwise whether None sends null as {field.python_name}"


def check_local_server(document: Document, package: ModuleType) -> Iterator[str]:
    """The local server, which reads the document, can be made, and a voice lives and dies in it."""
    from mistral_voices.local import VoicesServer

    with VoicesServer() as server:
        voices = package.Mistral(api_key="key", client=server.client()).audio.voices
        made = voices.create(name="Eva", sample_audio="UklGRg==", languages=["en"])
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
        yield f"{operation}: {type(error).__name__}: {error}"


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
    check_known,
    check_requests,
    check_local_server,
)
# Those that go over the same ground as the others, more thoroughly.
SLOW = frozenset({check_requests, check_local_server})
