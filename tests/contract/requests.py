"""What leaves for an operation, held to the document: nothing lacks, and nothing is undeclared."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.harness import KEY, Reply

from .calls import Pair
from .document import JSON, OWN_HEADERS, OWN_TYPES, Field, Operation, full
from .values import allowed_arguments, forbidden_arguments

GIVEN_HEADERS = {"x-given": "kept"}
HEADERS = {"host", "accept", "accept-encoding", "connection", "user-agent", "authorization", *GIVEN_HEADERS}
BODY_HEADERS = {"content-length", "content-type"}
# The HTTP libraries take addresses of 65,536 characters, and one character may need twelve of them.
LONGEST = {"path": 4_000, "query": 400}
# An id that would name another path is refused.
NO_IDS = ("", ".", "..")
# Text that decodes to nothing, or that the overlay takes for the name of a file.
NO_SAMPLES = ["", __file__]
MISSING: Any = object()


def hold_requests(operation: Operation) -> None:
    """Fail unless what leaves is what the document describes, whatever the arguments."""
    pair = Pair()
    for arguments in allowed(operation):
        for outcome in pair.call(operation.method, {**arguments, "http_headers": GIVEN_HEADERS}, good_reply(operation)):
            assert not isinstance(outcome, Exception), f"refused: {outcome!r}"
        assert len(pair.requests) == 2, "not one request a call"
        for request in pair.requests:
            problems = undeclared(operation, request, arguments)
            assert not problems, "; ".join(problems)


def hold_refusals(operation: Operation) -> None:
    """Fail unless every argument outside of the document is refused and nothing is sent."""
    pair, reply = Pair(), good_reply(operation)
    for each in operation.fields:
        bad = forbidden_arguments(each.schema, each.required)
        if (operation.method, each.name) in OWN_TYPES:
            bad += NO_SAMPLES
        if each.place == "path":
            bad += NO_IDS
        for value in bad:
            for outcome in pair.call(operation.method, {**operation.needed(), each.python_name: value}, reply):
                shown = f"{operation.method}({each.python_name}={value!r:.60})"
                assert not pair.requests, f"{shown} was sent"
                assert isinstance(outcome, (TypeError, ValueError)), f"{shown}: {outcome!r}"
                assert each.python_name in str(outcome), f"{shown}: {outcome} does not name the argument"


def good_reply(operation: Operation) -> Reply:
    """Give a success of the document."""
    return Reply(int(operation.success), full(operation.success_types().get(JSON, {})))


def allowed(operation: Operation) -> Iterator[dict[str, Any]]:
    """Arguments over their whole range: each optional one alone, and all together, left out or None too."""
    values = {each.python_name: _allowed(operation, each) for each in operation.fields}
    needed = operation.needed()
    yield needed
    yield from ({**needed, name: choices[-1]} for name, choices in values.items())
    for number in range(max(map(len, values.values()))):
        yield {name: choices[number % len(choices)] for name, choices in values.items()}


def _allowed(operation: Operation, field: Field) -> list[Any]:
    found = allowed_arguments(field.schema, LONGEST.get(field.place, 100_000))
    if field.place == "path":
        found = [value for value in found if value not in NO_IDS]
    if (operation.method, field.name) in OWN_TYPES:
        found = [text for text in found if text and not os.path.exists(text)] + [bytes(16), b"RIFF"]
    return found if field.required else [None, *found]


def undeclared(operation: Operation, request: Any, given: Mapping[str, Any]) -> list[str]:
    """Name all in a request that the document does not declare, or that is not what was given."""
    path, _, query = request.url.raw_path.decode().partition("?")
    values = [(each, _sent_value(each, given)) for each in operation.fields]
    problems = []
    in_path = {f"{{{each.name}}}": value for each, value in values if each.place == "path"}
    wanted = [in_path.get(each, each) for each in operation.path.split("/")]
    if request.method != operation.verb or wanted != [*map(unquote, path.split("/"))]:
        problems.append(f"{request.method} {path} is not {operation.verb} {operation.path}")
    in_query = [(each.name, value) for each, value in values if each.place == "query" and value is not MISSING]
    expected = [(name, str(item)) for name, value in in_query for item in (value if type(value) is list else [value])]
    found = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    if sorted(found) != sorted(expected):
        problems.append(f"the query is {found}, expected {expected}")
    members = {each.name: value for each, value in values if each.place == "body" and value is not MISSING}
    body = json.loads(request.content) if request.content else MISSING
    if operation.body_types and body != members:
        problems.append(f"the body is {difference(body, members)}")
    if not operation.body_types and body is not MISSING:
        problems.append("a body is sent, and the document has none")
    return problems + _header_problems(operation, request)


def difference(found: Any, wanted: Any) -> str:
    """Show how two JSON values differ: of objects, only the members that do."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        names = [name for name in {**wanted, **found} if found.get(name, MISSING) != wanted.get(name, MISSING)]
        found, wanted = ({name: each[name] for name in names if name in each} for each in (found, wanted))
    return f"{found!r:.300}, expected {wanted!r:.300}"


def _header_problems(operation: Operation, request: Any) -> list[str]:
    declared = HEADERS | OWN_HEADERS.get(operation.method, set()) | (BODY_HEADERS if operation.body_types else set())
    problems = [f"the header {name!r} is not in the list" for name in request.headers if name.lower() not in declared]
    if request.headers.get("authorization") != f"Bearer {KEY}":
        problems.append("the key is not sent as a bearer token")
    if GIVEN_HEADERS.items() - dict(request.headers).items():
        problems.append("http_headers are not sent")
    if operation.body_types and request.headers.get("content-type") not in operation.body_types:
        problems.append(f"the body is {request.headers.get('content-type')}, expected one of {operation.body_types}")
    accepted = [each.partition(";")[0].strip() for each in request.headers.get("accept", "").split(",")]
    documented = operation.success_types()
    for media_type in documented:
        if not {media_type, f"{media_type.partition('/')[0]}/*", "*/*"} & {*accepted}:
            problems.append(f"the response may be {media_type}, which Accept does not name: {accepted}")
    for media_type in accepted:
        if "*" not in media_type and media_type not in documented:
            problems.append(f"Accept names {media_type}, which the document does not")
    return problems


def _sent_value(field: Field, given: Mapping[str, Any]) -> Any:
    value = given.get(field.python_name, MISSING)
    if value is None and field.place == "body":
        return None if field.can_send_null else MISSING
    if value is None or value is MISSING:
        return MISSING if field.default is None else field.default
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
