"""Controlling the server from another process: the addresses below /_local, described in the package's docstring."""

from collections.abc import Callable
from typing import Any

from mistral_voices.local._exchange import JSON, ServerRequest, ServerResponse, error_response, json_response, read_json
from mistral_voices.local._faults import Faults
from mistral_voices.local._received import ReceivedRequest, ReceivedRequests
from mistral_voices.local._search import PageSizes

PREFIX = "/_local/"
_ERROR_CODES = {"fail": "bad_fault", "pages": "bad_shape"}


def handle_control(
    request: ServerRequest, faults: Faults, requests: ReceivedRequests, pages: PageSizes
) -> ServerResponse:
    """Serve a request whose path begins with `PREFIX`."""
    name = request.path.removeprefix(PREFIX)
    actions: dict[tuple[str, str], Callable[[], Any]] = {
        ("POST", "fail"): lambda: {"waiting": faults.add(read_json(request.body))},
        ("POST", "pages"): lambda: pages.set(read_json(request.body)),
        ("DELETE", "faults"): faults.clear,
        ("GET", "requests"): lambda: {"requests": [_show(each) for each in requests[:]]},
        ("DELETE", "requests"): requests.clear,
    }
    action = actions.get((request.method, name))
    if action is None:
        known = ", ".join(f"{method} {PREFIX}{name}" for method, name in actions)
        return error_response(404, f"The local server is controlled by {known}", "path_not_found")
    if request.method == "POST" and request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        # What a page of another site can send without a question beforehand has another type.
        return error_response(415, f"Send the command with the header content-type: {JSON}", "not_json")
    try:
        return json_response(action() or {})
    except ValueError as error:
        return error_response(400, str(error), _ERROR_CODES[name])


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
