"""What comes back from an operation: allowed answers keep their data, forbidden ones are refused by place."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from .answer_values import answers, filled, full, json_values, same, spoiled
from .calls import Outcome, Pair, Reply
from .document import JSON, Document, Operation, loosened, resolve
from .requests import quiet

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


class Judge:
    """Tells by jsonschema, formats included, whether the document allows an answer."""

    def __init__(self, document: Document, schema: Mapping[str, Any]) -> None:
        whole = {**loosened(resolve(document, schema)), "components": loosened(document["components"])}
        self._validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)

    def allows(self, value: Any) -> bool:
        return bool(self._validator.is_valid(value))


def needed(document: Document, operation: Operation) -> dict[str, Any]:
    """Give the arguments without which an operation cannot be called."""
    return {each.python_name: full(document, each.schema) for each in operation.fields if each.required}


def given_back(result: Any) -> Any:
    """Turn a result into JSON."""
    return result.to_dict() if hasattr(result, "to_dict") else result


def hold_answers(document: Document, package: ModuleType, operation: Operation, examples: int) -> None:
    """Fail unless all that the document allows as an answer 200 is parsed and gives back the same data."""
    types = operation.success_types()
    assert types, f"{operation} has no answer 200"
    for media_type, schema in types.items():
        if media_type == JSON:
            _hold_json(document, package, operation, examples)
        else:
            known = media_type.startswith("audio/") or media_type == "application/octet-stream"
            assert known, f"nothing reads {media_type}: add it to _operations.py"
            assert schema.get("format") == "binary", f"audio is bytes, the document says {schema}"
            _hold_audio(document, package, operation, examples, media_type)


def _hold_json(document: Document, package: ModuleType, operation: Operation, examples: int) -> None:
    schema = operation.success_types()[JSON]
    judge = Judge(document, schema)
    with Pair(package) as pair:

        @quiet(examples)
        @given(answers(document, schema))
        def hold(value: Any) -> None:
            assert judge.allows(value), f"the strategy makes what the document forbids: {value!r}"
            expected = filled(document, schema, value)
            reply = Reply(200, json.dumps(value).encode(), JSON)
            for outcome in pair.call(operation.method, needed(document, operation), reply):
                found = given_back(outcome.get())
                assert same(expected, found), f"sent {expected!r}, got back {found!r}"

        hold()


def _hold_audio(document: Document, package: ModuleType, operation: Operation, examples: int, media_type: str) -> None:
    with Pair(package) as pair:

        @quiet(examples)
        @given(st.binary(max_size=50))
        def hold(value: bytes) -> None:
            reply = Reply(200, value, media_type)
            for outcome in pair.call(operation.method, needed(document, operation), reply):
                assert outcome.get() == base64.b64encode(value).decode(), f"sent {value!r}, got {outcome!r}"

        hold()


def hold_spoiled(document: Document, package: ModuleType, operation: Operation, examples: int) -> None:
    """Fail unless all that the document forbids in an answer 200 is refused, and the place is named."""
    schema = operation.success_types()[JSON]
    judge = Judge(document, schema)
    arguments = needed(document, operation)
    with Pair(package) as pair:

        def refuse(place: str, value: Any) -> None:
            assert not judge.allows(value), f"the document allows this: {place}: {value!r}"
            reply = Reply(200, json.dumps(value).encode(), JSON)
            for outcome in pair.call(operation.method, arguments, reply):
                shown = f"{place or 'the answer'}: {value!r:.300}"
                error = outcome.error
                assert isinstance(error, package.errors.ResponseValidationError), f"{shown} gave {outcome!r:.300}"
                assert str(error.cause).startswith(f"{place or 'the answer'}: "), (
                    f"{shown}: {error} names another place"
                )
                assert str(error.cause) in str(error)

        for place, value in spoiled(document, schema, full(document, schema)):
            refuse(place, value)

        @quiet(examples)
        @given(st.data())
        def hold(data: st.DataObject) -> None:
            base = data.draw(answers(document, schema))
            refuse(*data.draw(st.sampled_from([*spoiled(document, schema, base)])))

        hold()


def hold_statuses(document: Document, package: ModuleType, operation: Operation, examples: int) -> None:
    """Fail unless each documented error status raises its class, whatever the body."""
    arguments = needed(document, operation)
    with Pair(package) as pair:
        for name, response in operation.responses.items():
            if not name.isdigit() or int(name) < 300:
                continue
            status = int(name)
            schema = response.get("content", {}).get(JSON, {}).get("schema", {})

            @quiet(examples)
            @given(bodies(document, schema))
            def hold(reply: Reply) -> None:
                reply = reply._replace(status=status)  # noqa: B023 - called within the loop
                for outcome in pair.call(operation.method, arguments, reply):
                    judge_error(document, package, schema, reply, outcome)  # noqa: B023

            hold()


def bodies(document: Document, schema: Mapping[str, Any]) -> st.SearchStrategy[Reply]:
    """Bodies of errors: as documented, any JSON, and anything at all."""
    values = (answers(document, schema) if schema else json_values()) | json_values()
    documented = values.map(lambda value: Reply(0, json.dumps(value).encode(), JSON))
    return documented | st.builds(Reply, st.just(0), st.binary(max_size=30), st.sampled_from([JSON, "text/html", None]))


def judge_error(
    document: Document, package: ModuleType, schema: Mapping[str, Any], reply: Reply, outcome: Outcome
) -> None:
    """Fail unless an error is of the class of its status and holds the body."""
    status = reply.status
    error: Any = outcome.error
    value: Any = None
    try:
        value = json.loads(reply.content)
        is_json = True
    except ValueError:
        is_json = False
    name = CLASSES.get(status, "ServerError" if status >= 500 else "SDKError")
    name = name if is_json or status != 422 else "SDKError"
    assert type(error) is getattr(package.errors, name), f"{status} with {reply.content!r} gave {outcome!r}"
    assert error.status_code == status, f"sent {status}, the error has {error.status_code}"
    body = reply.content.decode("utf-8", "replace")
    assert error.body == body, f"sent {body!r}, the error has {error.body!r}"
    # Without `detail` the body is of no known form, though the document allows to leave it out: then data is None.
    if name == "HTTPValidationError" and Judge(document, schema).allows(value) and "detail" in value:
        found = error.data.to_dict() if error.data else None
        assert same(filled(document, schema, value), found), f"sent {value!r}, got back {found!r}"
