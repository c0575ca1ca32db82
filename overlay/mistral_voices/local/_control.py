"""Controlling the server from another process: the addresses below /_local, described in the package's docstring."""

from collections.abc import Callable

from mistral_voices.local._exchange import ServerRequest, ServerResponse, error_response, json_response, read_json
from mistral_voices.local._faults import Faults
from mistral_voices.local._received import ReceivedRequest, ReceivedRequests
from mistral_voices.local._search import PageSizes

PREFIX = "/_local/"


def handle_control(
    request: ServerRequest, faults: Faults, requests: ReceivedRequests, pages: PageSizes
) -> ServerResponse:
    """Serve a request whose path begins with `PREFIX`."""
    actions: dict[tuple[str, str], Callable[[], ServerResponse]] = {
        ("POST", "fail"): lambda: _fail(request.body, faults),
        ("POST", "pages"): lambda: _shape(request.body, pages),
        ("DELETE", "faults"): lambda: _clear(faults),
        ("GET", "requests"): lambda: json_response({"requests": [_show(each) for each in requests[:]]}),
        ("DELETE", "requests"): lambda: _clear(requests),
    }
    action = actions.get((request.method, request.path.removeprefix(PREFIX)))
    if action is None:
        known = ", ".join(f"{method} {PREFIX}{name}" for method, name in actions)
        return error_response(404, f"The local server is controlled by {known}", "path_not_found")
    return action()


def _fail(body: bytes, faults: Faults) -> ServerResponse:
    try:
        faults.add(read_json(body))
    except ValueError as error:
        return error_response(400, str(error), "bad_fault")
    return json_response({"waiting": faults.count()})


def _shape(body: bytes, pages: PageSizes) -> ServerResponse:
    try:
        pages.set(read_json(body))
    except ValueError as error:
        return error_response(400, str(error), "bad_shape")
    return json_response({})


def _clear(kept: Faults | ReceivedRequests) -> ServerResponse:
    kept.clear()
    return json_response({})


def _show(request: ReceivedRequest) -> dict[str, object]:
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
