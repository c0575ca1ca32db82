"""What a call makes of a response: allowed ones keep their data, forbidden ones are refused by place."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from mistral_voices import errors
from tests.harness import Reply

from .calls import Pair
from .document import JSON, Operation, Schema, full
from .requests import difference
from .values import ANYTHING, ODD_TEXT, Judge, allowed_responses, filled, judge, spoiled

# The class of each status; any other is ServerError from 500 and SDKError below.
CLASSES = {400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError"}
CLASSES |= {409: "ConflictError", 422: "HTTPValidationError", 429: "RateLimitError"}


def wrong_places(schema: Schema, value: Any) -> set[str]:
    """Give the places of what makes a response unreadable, as the client names them."""
    return {place for error in judge(schema).iter_errors(value) for place in _places(error)}


def _places(error: Any) -> Iterator[str]:
    while error.context:  # of alternatives, the one that fits furthest
        error = max(error.context, key=lambda each: len(each.absolute_path))
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    missing = error.validator_value if error.validator == "required" else ()
    for place in [f"{path}.{name}" for name in missing if name not in error.instance] or [path]:
        yield place.removeprefix(".") or "the response"


def hold_responses(operation: Operation) -> None:
    """Fail unless a success keeps its data where the document allows it, and is refused by place elsewhere."""
    types = operation.success_types()
    assert types, f"{operation} has no response 2XX"
    for media_type, schema in types.items():
        if media_type == JSON:
            _hold_json(operation, schema)
            continue
        known = media_type.startswith("audio/") or media_type == "application/octet-stream"
        assert known, f"nothing reads {media_type}: add it to overlay/mistral_voices/_api/operations.py"
        assert schema.get("format") == "binary", f"audio is bytes, the document says {schema}"
        for value in (b"\0", b"RIFF", bytes(range(256))):
            reply = Reply(int(operation.success), value, {"content-type": media_type})
            outcomes = Pair().call(operation.method, operation.needed(), reply)
            assert outcomes == [base64.b64encode(value).decode()] * 2, f"sent {value!r}, got {outcomes!r}"
        _hold_refused(operation, Reply(int(operation.success), b"", {"content-type": media_type}))


def _hold_json(operation: Operation, schema: Schema) -> None:
    pair = Pair()
    for value in allowed_responses(schema):
        for outcome in pair.call(operation.method, operation.needed(), Reply(int(operation.success), value)):
            assert_same(schema, value, outcome)
    for value in spoiled(full(schema)):
        places = wrong_places(schema, value)
        for outcome in pair.call(operation.method, operation.needed(), Reply(int(operation.success), value)):
            if not places:
                assert_same(schema, value, outcome)
                continue
            shown = f"{value!r:.300}, which is wrong at {places}, gave {outcome!r:.300}"
            assert isinstance(outcome, errors.ResponseValidationError), shown
            assert str(outcome.cause).partition(": ")[0] in places, shown
            assert str(outcome.cause) in str(outcome)
    if "contentEncoding" in schema:
        for value in ODD_TEXT:
            if not Judge(schema).is_valid(value):
                _hold_refused(operation, Reply(int(operation.success), value))


def _hold_refused(operation: Operation, reply: Reply) -> None:
    for outcome in Pair().call(operation.method, operation.needed(), reply):
        assert isinstance(outcome, errors.ResponseValidationError), f"sent {reply!r}, got {outcome!r}"


def assert_same(schema: Schema, sent: Any, parsed: Any) -> None:
    """Fail unless what was parsed gives back what was sent, compared as JSON."""
    assert not isinstance(parsed, Exception), f"sent {sent!r}, got {parsed!r}"
    found = parsed.to_dict() if hasattr(parsed, "to_dict") else parsed
    wanted = filled(schema, sent)
    same = json.dumps(wanted, sort_keys=True) == json.dumps(found, sort_keys=True)
    assert same, f"of a response, what was read is {difference(found, wanted)}"


def hold_errors(operation: Operation) -> None:
    """Fail unless each documented error status raises its class and holds the body, whatever that is."""
    pair = Pair()
    for name, response in operation.responses.items():
        if name[0] == "2":
            continue
        schema = response.get("content", {}).get(JSON, {}).get("schema", {})
        values = [*allowed_responses(schema), *spoiled(full(schema)), *ANYTHING]
        for body in (*(json.dumps(value).encode() for value in values), b"", b"\xff", b'{"detail": ['):
            for content_type in (JSON, "text/html"):
                reply = Reply(int(name), body, {"content-type": content_type})
                for outcome in pair.call(operation.method, operation.needed(), reply):
                    judge_error(schema, reply, outcome)


def judge_error(schema: Schema, reply: Reply, outcome: Any) -> None:
    """Fail unless an error is of the class of its status and holds the body."""
    status, body, _ = reply
    try:
        value, is_json = json.loads(body), True
    except ValueError:
        value, is_json = None, False
    name = CLASSES.get(status, "ServerError" if status >= 500 else "SDKError")
    shown = f"{status} with {body!r} gave {outcome!r}"
    assert type(outcome) is getattr(errors, name if is_json or status != 422 else "SDKError"), shown
    assert (outcome.status_code, outcome.body) == (status, body.decode("utf-8", "replace")), shown
    # Without a good `detail` the body is of no known form, though the document does not require it: then data is None.
    is_invalid = isinstance(outcome, errors.HTTPValidationError) and isinstance(value, dict)
    if is_invalid and judge(schema["properties"]["detail"]).is_valid(value.get("detail")):
        assert_same(schema, value, outcome.data)
