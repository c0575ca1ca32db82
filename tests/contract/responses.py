"""What a call makes of a response: allowed ones keep their data, forbidden ones are refused by place."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mistral_voices import errors
from tests.harness import Reply

from .calls import Outcome, Pair
from .document import JSON, Operation, Schema, full
from .requests import quiet
from .response_values import Values, allowed_values, filled, json_values, same, spoiled

# The class of each status; any other is ServerError from 500 and SDKError below.
CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "HTTPValidationError",
    429: "RateLimitError",
}
# What a value may be without the response being refused: bounds, lengths and enumerations are no reason.
LOOSE = frozenset({"enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"})


def loosened(node: Any) -> Any:
    """Copy a schema without the rules that never reject a response."""
    if isinstance(node, list):
        return [loosened(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    copy = {name: loosened(each) for name, each in node.items() if name != "properties" and name not in LOOSE}
    if "properties" in node:  # a property may well be called `minimum`
        copy["properties"] = {name: loosened(each) for name, each in node["properties"].items()}
    return copy


def judge_of(schema: Schema) -> Draft202012Validator:
    """Give what says by jsonschema, formats included, whether the document allows a response."""
    return Draft202012Validator(loosened(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


def reply_of(content: bytes, content_type: str | None = JSON, status: int = 200) -> Reply:
    """Make a reply of bytes."""
    return Reply(status, content, {"content-type": content_type} if content_type else {})


def hold_responses(operation: Operation, examples: int) -> None:
    """Fail unless all that the document allows as a response 200 is parsed and gives back the same data."""
    types = operation.success_types()
    assert types, f"{operation} has no response 200"
    for media_type, schema in types.items():
        if media_type == JSON:
            _hold_json(operation, examples)
        else:
            known = media_type.startswith("audio/") or media_type == "application/octet-stream"
            assert known, f"nothing reads {media_type}: add it to overlay/mistral_voices/_api/operations.py"
            assert schema.get("format") == "binary", f"audio is bytes, the document says {schema}"
            _hold_audio(operation, examples, media_type)


def _hold_json(operation: Operation, examples: int) -> None:
    schema = operation.success_types()[JSON]
    judge = judge_of(schema)
    pair = Pair()

    @quiet(examples)
    @given(allowed_values(schema))
    def hold(value: Any) -> None:
        assert judge.is_valid(value), f"the strategy makes what the document forbids: {value!r}"
        expected = filled(schema, value)
        for outcome in pair.call(operation.method, operation.needed(), Reply(200, value)):
            result = outcome.get()
            found = result.to_dict() if hasattr(result, "to_dict") else result
            assert same(expected, found), f"sent {expected!r}, got back {found!r}"

    hold()


def _hold_audio(operation: Operation, examples: int, media_type: str) -> None:
    pair = Pair()

    @quiet(examples)
    @given(st.binary(max_size=50))
    def hold(value: bytes) -> None:
        for outcome in pair.call(operation.method, operation.needed(), reply_of(value, media_type)):
            assert outcome.get() == base64.b64encode(value).decode(), f"sent {value!r}, got {outcome!r}"

    hold()


def hold_spoiled(operation: Operation, examples: int) -> None:
    """Fail unless all that the document forbids in a response 200 is refused, and the place is named."""
    schema = operation.success_types()[JSON]
    judge = judge_of(schema)
    pair = Pair()

    def refuse(place: str, value: Any) -> None:
        assert not judge.is_valid(value), f"the document allows this: {place}: {value!r}"
        for outcome in pair.call(operation.method, operation.needed(), Reply(200, value)):
            shown = f"{place or 'the answer'}: {value!r:.300}"
            error = outcome.error
            assert isinstance(error, errors.ResponseValidationError), f"{shown} gave {outcome!r:.300}"
            cause = str(error.cause)
            assert cause.startswith(f"{place or 'the answer'}: "), f"{shown}: {error} names another place"
            assert cause in str(error)

    for place, value in spoiled(schema, full(schema)):
        refuse(place, value)

    @quiet(examples)
    @given(st.data())
    def hold(data: st.DataObject) -> None:
        base = data.draw(allowed_values(schema))
        refuse(*data.draw(st.sampled_from([*spoiled(schema, base)])))

    hold()


def hold_statuses(operation: Operation, examples: int) -> None:
    """Fail unless each documented error status raises its class, whatever the body."""
    pair = Pair()
    for name, response in operation.responses.items():
        if not name.isdigit() or int(name) < 300:
            continue
        schema = response.get("content", {}).get(JSON, {}).get("schema", {})

        @quiet(examples)
        @given(bodies(schema, int(name)))
        def hold(reply: Reply) -> None:
            for outcome in pair.call(operation.method, operation.needed(), reply):
                judge_error(schema, reply, outcome)  # noqa: B023 - called within the loop

        hold()


def bodies(schema: Schema, status: int) -> Values:
    """Replies of an error status: with bodies as documented, with any JSON, and with anything at all."""
    values = (allowed_values(schema) if schema else json_values()) | json_values()
    documented = values.map(lambda value: reply_of(json.dumps(value).encode(), JSON, status))
    types = st.sampled_from([JSON, "text/html", None])
    return documented | st.builds(reply_of, st.binary(max_size=30), types, st.just(status))


def judge_error(schema: Schema, reply: Reply, outcome: Outcome) -> None:
    """Fail unless an error is of the class of its status and holds the body."""
    status, error = reply.status, outcome.error
    value: Any = None
    try:
        value = json.loads(reply.body)
        is_json = True
    except ValueError:
        is_json = False
    name = CLASSES.get(status, "ServerError" if status >= 500 else "SDKError")
    name = name if is_json or status != 422 else "SDKError"
    assert isinstance(error, errors.MistralError), f"{status} with {reply.body!r} gave {outcome!r}"
    assert type(error) is getattr(errors, name), f"{status} with {reply.body!r} gave {outcome!r}"
    assert error.status_code == status, f"sent {status}, the error has {error.status_code}"
    body = reply.body.decode("utf-8", "replace")
    assert error.body == body, f"sent {body!r}, the error has {error.body!r}"
    # Without `detail` the body is of no known form, though the document allows to leave it out: then data is None.
    if isinstance(error, errors.HTTPValidationError) and judge_of(schema).is_valid(value) and "detail" in value:
        found = error.data.to_dict() if error.data else None
        assert same(filled(schema, value), found), f"sent {value!r}, got back {found!r}"
