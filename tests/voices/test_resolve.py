"""The one voice that is meant by a text, without I/O; and `find`, which does it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mistral_voices import Mistral, errors
from mistral_voices._core.request import Send
from mistral_voices.local import VoicesServer
from mistral_voices.voices.resolve import check_name_or_id, fold, resolve
from tests.harness import KEY, ClientKind, Reply, run_steps

from .test_pagination import OPTIONS, voice

VOICES = [
    voice(1, name="Ada", slug="ada-en"),
    voice(2, name="Eva"),
    voice(3, name="EVA"),
    voice(4, name="Adam", slug="Bo"),
    voice(5, name="v1"),
    voice(6, name="Straße", slug=".."),
    voice(7, name="dots", slug="."),
    voice(8, name="Rene\u0301e"),  # as a Mac writes é in the name of a file
    voice(9, name="Roger - Laid-Back", slug="eva-2"),
    voice(10, name="Jean\u00a0 Luc "),
    voice(11, name="山田\u3000花子"),
    voice(12, name="Ol\u200bga"),
    voice(13, name="\uff21\uff22\uff23"),
    voice(14, name="twin", slug="x1"),
    voice(15, name="twin", slug="x2"),
    voice(16, name="Twin"),
    voice(17, name="TWIN"),
]
GONE = Reply(404, {"message": "gone"})
ODD = Reply(422, {"detail": []})


class Catalogue:
    """A server with all these voices; what its search finds is in names byte for byte, but in whatever case."""

    def __init__(self, missing: Reply = GONE, search: Reply | None = None, query: Reply | None = None) -> None:
        self.missing, self.without_search, self.refusal = missing, search, query
        self.requests: list[str] = []

    def __call__(self, send: Send) -> Reply:
        path, query = send.path, {name: text for name, (text,) in parse_qs(urlsplit(send.url).query).items()}
        if path == "/v1/audio/voices":
            self.requests.append(f"list {query['offset']}")
            page = {"items": VOICES[int(query["offset"]) :], "total": len(VOICES), "page": 1}
            return Reply(200, {**page, "page_size": 100, "total_pages": 1})
        if path != "/v2/audio/voices":
            self.requests.append("get")
            return next((Reply(200, each) for each in VOICES if path == f"/v1/audio/voices/{each['id']}"), self.missing)
        self.requests.append("query" if "query" in query else "all")
        assert query["page_size"] == "100"
        if self.without_search is not None or ("query" in query and self.refusal is not None):
            return self.without_search or self.refusal or GONE
        found = [each for each in VOICES if query.get("query", "").lower() in each["name"].lower()]
        start = int(query.get("page_token", "0"))
        token = str(start + 9) if len(found) > start + 9 else None
        return Reply(200, {"data": found[start : start + 9], "next_page_token": token})


BY_QUERY, BY_ALL = ["get", "query"], ["get", "query", "all", "all"]
BY_OFFSET = ["get", "query", *(f"list {offset}" for offset in (0, len(VOICES) - 1, len(VOICES)))]
# A text, the voice that it means, and the requests that this takes.
FOUND: list[tuple[str, str, list[str]]] = [
    ("v1", "v1", ["get"]),
    ("Ada", "v1", BY_QUERY),  # though Adam contains it too
    ("ADA", "v1", BY_QUERY),
    (" ada\n", "v1", BY_QUERY),
    ("Eva", "v2", BY_QUERY),  # exactly so, though EVA is there too
    ("EVA", "v3", BY_QUERY),
    ("ada-en", "v1", BY_ALL),
    ("Ada-EN", "v1", BY_ALL),
    ("bo", "v4", BY_ALL),
    ("STRASSE", "v6", BY_ALL),  # lower() does not find ß in it
    ("..", "v6", BY_ALL[1:]),
    (".", "v7", BY_ALL[1:]),
    ("Renée", "v8", BY_ALL),
    ("rene\u0301e", "v8", BY_QUERY),
    ("roger \u2009-\u00a0laid-back", "v9", BY_ALL),
    ("Roger - Laid-Back", "v9", BY_QUERY),
    ("jean luc", "v10", BY_ALL),
    ("山田 花子", "v11", BY_ALL),
    ("Olga", "v12", BY_ALL),
    ("\ufeffABC\u200e", "v13", BY_ALL),
    ("x2", "v15", BY_ALL),
]


@pytest.mark.parametrize(("wanted", "found", "requests"), FOUND)
@pytest.mark.parametrize("missing", [GONE, ODD, Reply(400), Reply(414)])
def test_found(wanted: str, found: str, requests: list[str], missing: Reply) -> None:
    server = Catalogue(missing)
    assert (run_steps(resolve(wanted, OPTIONS), [server]).id, server.requests) == (found, requests)


@pytest.mark.parametrize(("wanted", "found", "requests"), FOUND)
@pytest.mark.parametrize("status", [404, 405])
def test_found_where_there_is_no_search(wanted: str, found: str, requests: list[str], status: int) -> None:
    server = Catalogue(search=Reply(status))
    assert run_steps(resolve(wanted, OPTIONS), [server]).id == found
    by_id = requests[: requests.count("get")]
    assert server.requests in (["get"], by_id + BY_OFFSET[1:])


@pytest.mark.parametrize("refusal", [ODD, Reply(400), Reply(414)])
def test_a_query_that_is_refused_is_not_needed(refusal: Reply) -> None:
    server = Catalogue(query=refusal)
    assert run_steps(resolve("ADA", OPTIONS), [server]).id == "v1"
    assert server.requests == BY_ALL


def test_long_texts_are_sent_in_part() -> None:
    queries: list[str] = []

    def reply(send: Send) -> Reply:
        queries.extend(parse_qs(urlsplit(send.url).query).get("query", ()))
        return Catalogue()(send)

    for length in (101, 5000, 70_000):
        with pytest.raises(errors.NotFoundError, match=rf"^{NO_VOICE} '\U0001f600{{100}}\.\.\.'; nothing comes close$"):
            run_steps(resolve("\U0001f600" * length, OPTIONS), [reply])
    assert queries == ["\U0001f600" * 100] * 3


NO_VOICE = "There is no voice with the id, slug or name"
# A text that means no voice, and what the error says is close to it.
CLOSE = {
    "Addam": "close matches: 'Adam', 'Ada'",
    "Roger": "close matches: 'Roger - Laid-Back'",
    "laid-back": "close matches: 'Roger - Laid-Back'",
    "Rogr": "close matches: 'Roger - Laid-Back'",
    "Adam (old and new, the second one)": "close matches: 'Adam'",
    "ren": "close matches: 'Rene\u0301e'",
    "花": "close matches: '山田\\u3000花子'",
    "v": "close matches: 'v1', 'EVA', 'eva-2'",
    "qqqqqq": "nothing comes close",
}


@pytest.mark.parametrize(("wanted", "advice"), CLOSE.items())
@pytest.mark.parametrize(("missing", "search"), [(GONE, None), (ODD, None), (GONE, Reply(404))])
def test_nothing_is_found(wanted: str, advice: str, missing: Reply, search: Reply | None) -> None:
    server = Catalogue(missing, search)
    with pytest.raises(errors.NotFoundError) as caught:
        run_steps(resolve(wanted, OPTIONS), [server])
    message = f"{NO_VOICE} {wanted!r}; {advice}"
    assert (str(caught.value), caught.value.message, caught.value.args) == (message, message, (message,))
    assert caught.value.status_code == (404 if missing is GONE else None)
    assert server.requests == (BY_ALL if search is None else BY_OFFSET)


AMBIGUOUS = [
    ("eva ", ["v2", "v3"], BY_QUERY),
    ("twin", ["v14", "v15"], BY_QUERY),
    ("tWin", ["v14", "v15", "v16", "v17"], BY_QUERY),
]


@pytest.mark.parametrize(("wanted", "ids", "requests"), AMBIGUOUS)
def test_several_are_found(wanted: str, ids: list[str], requests: list[str]) -> None:
    server = Catalogue()
    with pytest.raises(errors.AmbiguousVoiceError) as caught:
        run_steps(resolve(wanted, OPTIONS), [server])
    error = caught.value
    assert isinstance(error, errors.MistralError)
    assert isinstance(error, ValueError)
    assert str(error) == f"name_or_id: {len(ids)} voices have the name {wanted!r}; take one by its id: {', '.join(ids)}"
    assert ([each.id for each in error.voices], error.status_code) == (ids, None)
    assert server.requests == requests
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (str(other), other.voices, type(other)) == (str(error), error.voices, errors.AmbiguousVoiceError)


def test_of_a_long_text_a_message_shows_the_beginning() -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        run_steps(resolve("x" * 5000, OPTIONS), [Catalogue()])
    assert str(caught.value) == f"{NO_VOICE} {'x' * 100 + '...'!r}; nothing comes close"


def test_many_are_found() -> None:
    page = {"data": [voice(number, name="Ada") for number in range(30)], "next_page_token": None}
    with pytest.raises(
        errors.AmbiguousVoiceError, match=r"30 voices have the name 'Ada'.*: v0, .*, v9, \.\.\.$"
    ) as caught:
        run_steps(resolve("Ada", OPTIONS), [GONE, page])
    assert len(caught.value.voices) == 30


def test_other_errors_are_raised() -> None:
    with pytest.raises(errors.AuthenticationError):
        run_steps(resolve("Ada", OPTIONS), [Reply(401)])
    for replies in ([GONE, Reply(403)], [Reply(403)], [GONE, GONE, Reply(422)], [GONE, ODD, Reply(422)]):
        with pytest.raises(errors.MistralError) as caught:
            run_steps(resolve("Ada", OPTIONS), replies)
        assert caught.value.status_code == replies[-1].status


SAME = ["Zoë Straße", "zoe\u0308 STRASSE", " Zoë\u3000\u2009straße\t", "ＺＯË\u00a0strasse", "\ufeffZoë Stra\u00adße"]


def test_what_is_the_same_text() -> None:
    assert {fold(text) for text in SAME} == {"zoë strasse"}
    assert (fold("\uff21\u212b"), fold("№ 5 ﬁn")) == (fold("a\u00c5"), "no 5 fin")
    assert fold("\u0390") == fold("\u03aa\u0301")  # which folding the case takes apart
    assert len({fold(text) for text in ("Zoe", "Zoë", "Zo", "Zo e")}) == 4


def test_what_cannot_mean_a_voice() -> None:
    wrong: Any = 7
    with pytest.raises(TypeError, match="name_or_id must be text, not int"):
        check_name_or_id(wrong)
    for text in (" \n", "\u3000", "\u200b"):
        with pytest.raises(ValueError, match="name_or_id is empty"):
            check_name_or_id(text)
    with pytest.raises(ValueError, match="name_or_id holds half of a surrogate pair"):
        check_name_or_id("Ada\ud800")


def test_find(client_kind: ClientKind) -> None:
    server = client_kind.replies(Reply(404), {"data": VOICES, "next_page_token": None})
    mistral = client_kind.mistral(server)
    assert client_kind.call(mistral, "find", name_or_id="straße", http_headers={"x-mine": "1"}).id == "v6"
    assert [request.headers["x-mine"] for request in server.requests] == ["1", "1"]
    with pytest.raises(ValueError, match="name_or_id is empty"):
        client_kind.call(mistral, "find", name_or_id="")
    assert len(server.requests) == 2


@pytest.fixture(scope="module")
def large() -> Iterator[VoicesServer]:
    """A server with 2,000 voices, of which 100 are called Roger and something."""
    seed = [{"id": f"v{number}", "name": f"Voice {number}"} for number in range(1900)]
    seed += [{"id": f"r{number}", "name": f"Roger {number:02}"} for number in range(100)]
    seed[1950]["name"] = "Roger"
    with VoicesServer(seed=seed) as server:
        server.serve()
        yield server


@pytest.mark.parametrize("kind", [ClientKind(httpx, False), ClientKind(httpx, True)], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("wanted", "found"), [("Roger", "r50"), ("roger", "r50"), ("ROGER 99", "r99"), ("voice 1234", "v1234")]
)
def test_few_requests_find_one_of_many(large: VoicesServer, kind: ClientKind, wanted: str, found: str) -> None:
    before = len(large.requests)
    with Mistral(KEY, server_url=large.url) as mistral:
        assert kind.call(mistral, "find", name_or_id=wanted).id == found
    assert len(large.requests) - before <= 3
