"""Checks of what the client does with a document: bounds, statuses, servers, the key, and what its docstrings say.

As in completeness.py, each gives one line for each problem.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from .annotations import annotation_words
from .answers import CLASSES, hold_answers, hold_spoiled, hold_statuses, needed
from .calls import Pair, Reply
from .completeness import (
    OVERLAY,
    ROOM,
    check_argument_table,
    check_arguments,
    check_models,
    check_operations,
    check_results,
    voices_of,
)
from .document import JSON, Document, Operation, alternatives, is_nullable, operations
from .known import check_known
from .requests import good_reply, hold_refusals, hold_requests

Check = Callable[[Document, ModuleType], list[str]]
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


def check_bounds(document: Document, package: ModuleType) -> list[str]:
    """A value on each bound is sent, one beyond it is not."""
    problems = []
    for operation in existing(document, package):
        with Pair(package) as pair:
            for field in operation.fields:
                for schema in alternatives(document, field.schema):
                    for bound in BOUNDS:
                        if bound not in schema:
                            continue
                        for value, is_allowed in _around(schema, bound):
                            arguments = {**needed(document, operation), field.python_name: value}
                            outcomes = pair.call(operation.method, arguments, good_reply(document, operation))
                            sent = len(pair.requests) == 2
                            refused = all(isinstance(each.error, ValueError) for each in outcomes) and not pair.requests
                            if not (sent if is_allowed else refused):
                                problems.append(
                                    f"{operation}: {bound} of the {field.describe()} is not held at {value!r:.20}: see "
                                    f"`Argument` in scripts/generate.py and `check` in {OVERLAY}/_operations.py"
                                )
    return problems


def _around(schema: Any, bound: str) -> Iterator[tuple[Any, bool]]:
    limit = schema[bound]
    beyond = limit + (1 if bound.startswith("max") else -1)
    make: Callable[[int], Any] = {"L": lambda n: "d" * n, "I": lambda n: ["d"] * n}.get(bound[3], lambda n: n)
    yield make(limit), True
    if beyond >= 0 or bound == "minimum":
        yield make(beyond), False


def existing(document: Document, package: ModuleType) -> Iterator[Operation]:
    """Give the operations that the client has; check_operations names the others."""
    for operation in operations(document):
        if hasattr(voices_of(package), operation.method):
            yield operation


def check_statuses(document: Document, package: ModuleType) -> list[str]:
    """Each documented status has a class of its own, and a 2XX is one that can be read."""
    problems = []
    home = f"{OVERLAY}/errors.py"
    for operation in existing(document, package):
        with Pair(package) as pair:
            for name in operation.responses:
                if not name.isdigit():
                    problems.append(f"{operation}: the status {name!r} is no number, which nothing in the client reads")
                elif name == "200":
                    continue
                elif int(name) < 300:
                    problems.append(f"{operation}: the status {name} is refused: read it in {OVERLAY}/_flow.py")
                elif int(name) < 500 and int(name) not in CLASSES:
                    problems.append(
                        f"{operation}: the status {name} has no class of its own: add it to STATUS_ERRORS in {home} "
                        "and to CLASSES in tests/contract/answers.py"
                    )
                else:
                    wanted = getattr(package.errors, CLASSES.get(int(name), "ServerError"))
                    for outcome in pair.call(
                        operation.method, needed(document, operation), Reply(int(name), b"{}", JSON)
                    ):
                        if type(outcome.error) is not wanted:
                            problems.append(f"{operation}: {name} gives {outcome!r}, not {wanted.__name__}: see {home}")
        if "200" not in operation.responses:
            problems.append(f"{operation}: the document has no answer 200, the only one that {OVERLAY}/_flow.py reads")
    return problems


def check_servers(document: Document, package: ModuleType) -> list[str]:
    """The servers of the document are those that `server=` knows."""
    from mistral_voices.client import SERVERS

    home = f"SERVERS in {OVERLAY}/client.py"
    documented = {each.get("x-server-name", ""): each["url"] for each in document.get("servers", ())}
    problems = [
        f"the server {name!r} is {SERVERS.get(name)} in the client, {documented.get(name)} in the document: mend {home}"
        for name in sorted({*SERVERS, *documented})
        if SERVERS.get(name) != documented.get(name)
    ]
    words = annotation_words(package, package.Mistral.__init__, "server")
    if words != {"None", *map(repr, documented)}:
        problems.append(f"the argument `server` is {sorted(words)}, the document has {sorted(documented)}: mend {home}")
    if [*documented][:1] != [*SERVERS][:1]:
        problems.append(f"the first server of the document, {[*documented][:1]}, is not the default: mend {home}")
    return problems


def check_security(document: Document, package: ModuleType) -> list[str]:
    """Every operation wants the key as a bearer token, which is how the client sends it."""
    schemes = document["components"].get("securitySchemes", {})
    problems = []
    for operation in operations(document):
        wanted = operation.content.get("security", document.get("security", []))
        used = [schemes.get(name, {}) for each in wanted for name in each]
        if len(wanted) != 1 or [(each.get("type"), each.get("scheme")) for each in used] != [("http", "bearer")]:
            problems.append(
                f"{operation}: the document wants {wanted}, the client sends a bearer token: {OVERLAY}/_flow.py"
            )
    return problems


def check_docstrings(document: Document, package: ModuleType) -> list[str]:
    """Each method says its endpoint, its arguments with their bounds, and the errors of its statuses."""
    problems = []
    for operation in existing(document, package):
        text = inspect.getdoc(getattr(voices_of(package), operation.method)) or ""
        place = f"{operation}: the docstring of `{operation.method}` in {ROOM}"
        if f"Endpoint: {operation.verb} {operation.path}" not in text.splitlines():
            problems.append(f"{place} does not end with the endpoint")
        for field in operation.fields:
            found = re.search(rf"^    {field.python_name}: ((?:.|\n {{6,}})*)", text, re.MULTILINE)
            if found is None:
                problems.append(f"{place} does not describe {field.python_name}")
                continue
            said = " ".join(found[1].split())
            wanted = {
                schema[each] for schema in alternatives(document, field.schema) for each in BOUNDS if each in schema
            }
            numbers = {int(each.replace(",", "")) for each in re.findall(r"\b\d[\d,]*\b", said)}
            if numbers != wanted:
                problems.append(
                    f"{place} names {sorted(numbers)} as bounds of {field.python_name}, not {sorted(wanted)}"
                )
            if ("None sends null" in said) != (is_nullable(document, field.schema) and not field.required):
                problems.append(f"{place} says otherwise whether None sends null as {field.python_name}")
        named = {name for name in ("NotFoundError", "HTTPValidationError") if f"errors.{name}:" in text}
        documented = {CLASSES[int(each)] for each in operation.responses if each in ("404", "422")}
        if named != documented:
            problems.append(f"{place} names {sorted(named)}, the document's statuses are {sorted(documented)}")
    return problems


def check_local_server(document: Document, package: ModuleType) -> list[str]:
    """The local server can be made, and a voice lives and dies in it as the document describes."""
    from mistral_voices.local import VoicesServer

    with VoicesServer() as server:
        voices = package.Mistral(api_key="key", client=server.client()).audio.voices
        before = voices.list().total
        made = voices.create(name="Eva", sample_audio="UklGRg==", languages=["en"], description="d")
        found = voices.update(voice_id=made.id, name="Eve", description=None)
        page = voices.list(limit=1, type_="custom")
        facts = [
            voices.get(voice_id=made.id) == found,
            (found.name, found.description, found.languages) == ("Eve", None, ["en"]),
            (page.total, page.items) == (1, [found]),
            voices.list().total == before + 1,
            voices.get_sample_audio(voice_id=made.id) == "UklGRg==",
            voices.delete(voice_id=made.id) == found,
            voices.list().total == before,
        ]
    return [] if all(facts) else [f"the life of a voice in the local server went another way: {facts}"]


def check_requests(document: Document, package: ModuleType) -> list[str]:
    """A few of the cases of test_requests.py."""
    problems = []
    for operation in existing(document, package):
        problems += _failure(operation, lambda of: hold_requests(document, package, of, examples=4))
        problems += _failure(operation, lambda of: hold_refusals(document, package, of))
    return problems


def check_answers(document: Document, package: ModuleType) -> list[str]:
    """A few of the cases of test_answers.py; operations with the same answers stand for each other."""
    problems = []
    seen: list[Any] = []
    for operation in existing(document, package):
        if operation.responses not in seen:
            problems += _failure(operation, lambda of: hold_answers(document, package, of, examples=4))
            problems += _failure(operation, lambda of: hold_spoiled(document, package, of, examples=1))
            problems += _failure(operation, lambda of: hold_statuses(document, package, of, examples=4))
        seen.append(operation.responses)
    return problems


def _failure(operation: Operation, hold: Callable[[Operation], None]) -> list[str]:
    try:
        hold(operation)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return [f"{operation}: {type(error).__name__}: {error}"]
    return []


# What holds for every document, in the order in which the most telling comes first.
CHECKS: tuple[Check, ...] = (
    check_operations,
    check_arguments,
    check_results,
    check_argument_table,
    check_models,
    check_bounds,
    check_statuses,
    check_servers,
    check_security,
    check_docstrings,
    check_known,
    check_requests,
    check_answers,
    check_local_server,
)
# Those that ask again, more thoroughly, what the others ask too.
SLOW = frozenset({check_requests, check_answers, check_local_server})
