"""Controlling the server from another process: the addresses below /_local, described in the package's docstring."""

from collections.abc import Callable
from typing import Any

from mistral_voices.local._exchange import Answer, Request, error_answer, json_answer, read_json
from mistral_voices.local._faults import Faults, read_fault
from mistral_voices.local._received import ReceivedRequest, ReceivedRequests
from mistral_voices.local._search import PageSizes

PREFIX = "/_local/"


def answer_control(request: Request, faults: Faults, requests: ReceivedRequests, pages: PageSizes) -> Answer:
    """Answer a request whose path begins with `PREFIX`."""
    actions: dict[tuple[str, str], Callable[[], Answer]] = {
        ("POST", "fail"): lambda: _fail(request.body, faults),
        ("POST", "pages"): lambda: _shape(request.body, pages),
        ("DELETE", "faults"): lambda: _clear(faults),
        ("GET", "requests"): lambda: json_answer({"requests": [_show(each) for each in requests[:]]}),
        ("DELETE", "requests"): lambda: _clear(requests),
    }
    action = actions.get((request.method, request.path.removeprefix(PREFIX)))
    if action is None:
        known = ", ".join(f"{method} {PREFIX}{name}" for method, name in actions)
        return error_answer(404, f"The local server is controlled by {known}", "path_not_found")
    return action()


def _fail(body: bytes, faults: Faults) -> Answer:
    try:
        faults.add(read_fault(read_json(body)))
    except ValueError as error:
        return error_answer(400, str(error), "bad_fault")
    return json_answer({"waiting": faults.count()})


def _shape(body: bytes, pages: PageSizes) -> Answer:
    try:
        pages.set(read_json(body))
    except ValueError as error:
        return error_answer(400, str(error), "bad_shape")
    return json_answer({})


def _clear(kept: Faults | ReceivedRequests) -> Answer:
    kept.clear()
    return json_answer({})


def _show(request: ReceivedRequest) -> dict[str, Any]:
    try:
        body = request.body.decode() if request.body is not None else None
    except UnicodeDecodeError:
        body = None
    return {
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "body": body,
        "body_length": request.body_length,
    }
