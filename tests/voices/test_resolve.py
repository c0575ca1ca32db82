"""The one voice that is meant by a text, without I/O; and `find`, which does it."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_voices import errors
from mistral_voices._core.request import Send
from mistral_voices.voices.resolve import check_name_or_id, resolve
from tests.harness import ClientKind, Reply, run_steps

from .test_pagination import OPTIONS, ByCursor, voice

VOICES = [
    voice(1, name="Ada", slug="ada-en"),
    voice(2, name="Eva"),
    voice(3, name="EVA"),
    voice(4, name="ada-en"),
    voice(5, name="v1"),
    voice(6, name="Straße", slug=".."),
    voice(7, name="dots", slug="."),
]


class Catalogue(ByCursor):
    def __init__(self, missing: Reply) -> None:
        super().__init__((VOICES[:3], "1"), (VOICES[3:], None))
        self.missing = missing
        self.paths: list[str] = []

    def __call__(self, send: Send) -> Reply:
        self.paths.append(send.path)
        if send.path == "/v2/audio/voices":
            return super().__call__(send)
        known = {f"/v1/audio/voices/{each['id']}": each for each in VOICES}
        return Reply(200, known[send.path]) if send.path in known else self.missing


GONE = Reply(404, {"message": "gone"})
FOUND = {"v1": "v1", "ada-en": "v1", "ADA": "v1", "v5": "v5", "STRASSE": "v6", "..": "v6", ".": "v7", "ADA-EN": "v4"}


@pytest.mark.parametrize(("wanted", "found"), FOUND.items())
@pytest.mark.parametrize("missing", [GONE, Reply(422, {"detail": []})])
def test_found(wanted: str, found: str, missing: Reply) -> None:
    server = Catalogue(missing)
    assert run_steps(resolve(wanted, OPTIONS), [server]).id == found
    by_id, search = [f"/v1/audio/voices/{wanted}"], ["/v2/audio/voices"] * 2
    assert server.paths == (by_id if wanted == found else search if wanted in "..." else by_id + search)
    assert all(query["page_size"] == ["100"] for query in server.queries)


NO_VOICE = "There is no voice with the id, slug or name"
NOT_FOUND: list[tuple[str, type[Exception], str]] = [
    ("Adda", errors.NotFoundError, f"{NO_VOICE} 'Adda'; close matches: 'Ada', 'ada-en'"),
    ("qqqqqq", errors.NotFoundError, f"{NO_VOICE} 'qqqqqq'; nor any like it"),
    ("eva", ValueError, "name_or_id: 2 voices have the name 'eva'; take one by its id: v2, v3"),
]


@pytest.mark.parametrize(("wanted", "error", "message"), NOT_FOUND)
@pytest.mark.parametrize("missing", [GONE, Reply(422, {"detail": []})])
def test_nothing_or_too_much_is_found(wanted: str, error: type[Exception], message: str, missing: Reply) -> None:
    with pytest.raises(error) as caught:
        run_steps(resolve(wanted, OPTIONS), [Catalogue(missing)])
    assert (str(caught.value), caught.value.args) == (message, (message,))
    if isinstance(caught.value, errors.NotFoundError):
        assert caught.value.message == message
        assert caught.value.status_code == (404 if missing is GONE else None)


def test_what_cannot_mean_a_voice() -> None:
    wrong: Any = 7
    with pytest.raises(TypeError, match="name_or_id must be text, not int"):
        check_name_or_id(wrong)
    with pytest.raises(ValueError, match="name_or_id is empty"):
        check_name_or_id(" \n")
    with pytest.raises(errors.AuthenticationError):
        run_steps(resolve("Ada", OPTIONS), [Reply(401)])


def test_find(client_kind: ClientKind) -> None:
    server = client_kind.replies(Reply(404), {"data": VOICES, "next_page_token": None})
    mistral = client_kind.mistral(server)
    assert client_kind.call(mistral, "find", name_or_id="straße", http_headers={"x-mine": "1"}).id == "v6"
    assert [request.headers["x-mine"] for request in server.requests] == ["1", "1"]
    with pytest.raises(ValueError, match="name_or_id is empty"):
        client_kind.call(mistral, "find", name_or_id="")
    assert len(server.requests) == 2
