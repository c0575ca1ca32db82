"""What `make mutations` does to the document, one change at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

Change = Callable[[dict[str, Any]], None]


class Mutation(NamedTuple):
    """One change of the document; `harmless` is the reason why no check needs to find it once it is generated."""

    name: str
    apply: Change
    harmless: str = ""


def at(document: Any, *place: str) -> Any:
    """Find what stands at a place; an entry of a list is found by its name."""
    for step in place:
        if isinstance(document, list):
            document = next(each for each in document if step in (each.get("name"), each.get("x-server-name")))
        else:
            document = document[step]
    return document


def put(*place: str, value: Any) -> Change:
    """Set what stands at a place, or add it."""

    def change(document: dict[str, Any]) -> None:
        at(document, *place[:-1])[place[-1]] = copy.deepcopy(value)

    return change


def drop(*place: str) -> Change:
    """Remove what stands at a place."""

    def change(document: dict[str, Any]) -> None:
        container = at(document, *place[:-1])
        if isinstance(container, list):
            container.remove(place[-1] if place[-1] in container else at(container, place[-1]))
        else:
            del container[place[-1]]

    return change


def append(*place: str, value: Any) -> Change:
    """Add to a list."""
    return lambda document: at(document, *place).append(copy.deepcopy(value))


def rename(*place: str, to: str) -> Change:
    """Give a member another name, where it stands."""

    def change(document: dict[str, Any]) -> None:
        container = at(document, *place[:-1])
        members = [(to if name == place[-1] else name, each) for name, each in container.items()]
        container.clear()
        container.update(members)

    return change


def replace(old: str, new: str) -> Change:
    """Replace a text wherever it stands, in names too."""

    def changed(node: Any) -> Any:
        if isinstance(node, dict):
            return {changed(name): changed(each) for name, each in node.items()}
        if isinstance(node, list):
            return [changed(each) for each in node]
        return node.replace(old, new) if isinstance(node, str) else node

    def change(document: dict[str, Any]) -> None:
        result = changed(document)
        document.clear()
        document.update(result)

    return change


def nullable(kind: str, **rules: Any) -> dict[str, Any]:
    """Make a schema of one type that allows null."""
    return {"anyOf": [{"type": kind, **rules}, {"type": "null"}], "description": "New."}


PATHS = ("paths", "/v1/audio/voices", "/v1/audio/voices/{voice_id}", "/v1/audio/voices/{voice_id}/sample")
LIST, CREATE = ("paths", PATHS[1], "get"), ("paths", PATHS[1], "post")
GET, UPDATE, DELETE = (("paths", PATHS[2], verb) for verb in ("get", "patch", "delete"))
SAMPLE = ("paths", PATHS[3], "get")
SEARCH = ("paths", "/v2/audio/voices", "get")
LISTED, SEARCHED = (*LIST, "parameters"), (*SEARCH, "parameters")
LIMIT = (*LISTED, "limit", "schema")
SCHEMAS = ("components", "schemas")
VOICE = (*SCHEMAS, "VoiceResponse", "properties")
CREATE_REQUIRED = (*SCHEMAS, "VoiceCreateRequest", "required")
CREATED = (*SCHEMAS, "VoiceCreateRequest", "properties")
UPDATED = (*SCHEMAS, "VoiceUpdateRequest", "properties")
TEXT = {"type": "string", "description": "New."}
JSON = ("content", "application/json")
CLONE = {
    "operationId": "clone_voice",
    "summary": "Clone",
    "tags": ["audio.voices"],
    "parameters": [{"$ref": "#/components/parameters/VoiceId"}],
    "responses": {
        "200": {
            "description": "The voice.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/VoiceResponse"}}},
        }
    },
}
COUNTRY = {"name": "country", "in": "query", "required": False, "description": "Where.", "schema": {"type": "string"}}
NO_ERROR = {"description": "It is not possible."}
WORDS = "words for people: nothing depends on them"

MUTATIONS = [
    # operations
    Mutation("add an operation", put("paths", f"{PATHS[2]}/clone", value={"post": CLONE})),
    Mutation("drop an operation", drop(*DELETE)),
    Mutation("rename an operation", put(*LIST, "operationId", value="voices_list")),
    Mutation("two operations of one name", put(*UPDATE, "operationId", value="get_voice")),
    Mutation("change a method", rename(*UPDATE, to="put")),
    Mutation("change a path", rename(*PATHS[:2], to="/v1/audio/voice")),
    Mutation("change all tags", replace("audio.voices", "audio.speakers")),
    # parameters
    Mutation("add a query parameter", append(*LISTED, value=COUNTRY)),
    Mutation("drop a query parameter", drop(*SEARCHED, "language")),
    Mutation("rename a query parameter", put(*SEARCHED, "query", "name", value="text")),
    Mutation("rename a path parameter", replace("voice_id", "id")),
    Mutation("move a parameter into a header", put(*LISTED, "offset", "in", value="header")),
    Mutation("drop the default of a query parameter", drop(*LIMIT, "default")),
    Mutation("change the default of a query parameter", put(*LIMIT, "default", value=20)),
    Mutation("change the type of a query parameter", put(*SEARCHED, "page_token", "schema", "type", value="integer")),
    Mutation(
        "change the type of a path parameter",
        put("components", "parameters", "VoiceId", "schema", "type", value="integer"),
    ),
    Mutation("send a list in one value", put(*SEARCHED, "language", "explode", value=False)),
    Mutation("tighten a bound", put(*LIMIT, "maximum", value=50)),
    Mutation("drop a bound", drop(*LIMIT, "maximum")),
    Mutation("add a bound", put(*SEARCHED, "page_size", "schema", "maximum", value=500)),
    Mutation("add an enum value to a query parameter", append(*LISTED, "type", "schema", "enum", value="shared")),
    # what is sent
    Mutation("add a sent property", put(*CREATED, "mood", value=TEXT)),
    Mutation("drop a sent property", drop(*CREATED, "slug")),
    Mutation("rename a sent property", rename(*CREATED, "color", to="colour")),
    Mutation("require a sent property", append(*CREATE_REQUIRED, value="slug")),
    Mutation("no longer require a sent property", drop(*CREATE_REQUIRED, "sample_audio")),
    Mutation("change the type of a sent property", put(*CREATED, "age", value=nullable("string"))),
    Mutation("forbid null in a sent property", put(*UPDATED, "gender", value=TEXT)),
    Mutation(
        "allow null in a sent property", put(*CREATED, "retention_notice", value={**nullable("integer"), "default": 30})
    ),
    Mutation("change the default of a sent property", put(*CREATED, "retention_notice", "default", value=7)),
    Mutation(
        "drop a default that is not sent",
        drop(*CREATED, "languages", "default"),
        "what is left out is not sent: the service has its own default",
    ),
    Mutation("tighten a length", put(*UPDATED, "description", value=nullable("string", maxLength=400))),
    Mutation("add a rule that nothing checks", put(*CREATED, "name", "pattern", value="^a")),
    Mutation("forget that a schema is sent", drop(*SCHEMAS, "VoiceCreateRequest", "x-sent")),
    Mutation("change the media type of a body", rename(*CREATE, "requestBody", *JSON, to="multipart/form-data")),
    # what comes back
    Mutation("add a received property", put(*VOICE, "mood", value=TEXT)),
    Mutation("drop a received property", drop(*VOICE, "color")),
    Mutation("rename a received property", rename(*VOICE, "trimmed_seconds", to="trimmed")),
    Mutation("require a received property", append(*SCHEMAS, "VoiceResponse", "required", value="slug")),
    Mutation("change the type of a received property", put(*VOICE, "age", value=nullable("string"))),
    Mutation("forbid null in a received property", put(*VOICE, "slug", value=TEXT)),
    Mutation("allow null in a received property", put(*VOICE, "name", value=nullable("string"))),
    Mutation("change the default of a received property", put(*VOICE, "retention_notice", "default", value=7)),
    Mutation("drop the format of a date", drop(*VOICE, "created_at", "format")),
    Mutation("make a date-time a date", put(*VOICE, "created_at", "format", value="date")),
    Mutation("add an enum value to an answer", append(*VOICE, "type", "enum", value="shared")),
    Mutation(
        "shorten what is received",
        put(*VOICE, "description", value=nullable("string", maxLength=9)),
        "lengths never reject an answer",
    ),
    Mutation(
        "answer with another schema",
        put(*GET, "responses", "200", *JSON, "schema", "$ref", value="#/components/schemas/VoiceListResponse"),
    ),
    Mutation(
        "point to a schema that is not there",
        put(*GET, "responses", "200", *JSON, "schema", "$ref", value="#/components/schemas/Nobody"),
    ),
    Mutation("rename a schema", replace("VoiceListPage", "VoicePage")),
    Mutation("add a schema", put(*SCHEMAS, "Recipe", value={"type": "object", "properties": {"a": TEXT}})),
    Mutation(
        "change an entry of a 422",
        put(*SCHEMAS, "ValidationError", "properties", "loc", "items", value={"type": "string"}),
    ),
    Mutation("change the media type of an answer", rename(*GET, "responses", "200", *JSON, to="text/plain")),
    Mutation(
        "change the media type of the sample",
        rename(*SAMPLE, "responses", "200", "content", "audio/wav", to="audio/mpeg"),
    ),
    Mutation("drop a form of the sample", drop(*SAMPLE, "responses", "200", "content", "audio/wav")),
    # statuses
    Mutation("add a status without a class", put(*GET, "responses", "418", value=NO_ERROR)),
    Mutation(
        "add a status with a class",
        put(*GET, "responses", "409", value=NO_ERROR),
        "ConflictError is there, documented or not",
    ),
    Mutation("add another success", put(*CREATE, "responses", "202", value={"description": "It is being made."})),
    Mutation("change the success", rename(*CREATE, "responses", "200", to="201")),
    Mutation("drop a status that a docstring names", drop(*GET, "responses", "404")),
    Mutation(
        "drop a status of all operations",
        drop(*LIST, "responses", "429"),
        "RateLimitError is raised, documented or not",
    ),
    # the rest
    Mutation("add a server", append("servers", value={"url": "https://api.ap.mistral.ai", "x-server-name": "ap"})),
    Mutation("drop a server", drop("servers", "us")),
    Mutation("change the address of a server", put("servers", "global", "url", value="https://api.mistral.example")),
    Mutation(
        "send the key in another header",
        put("components", "securitySchemes", "ApiKey", value={"type": "apiKey", "in": "header", "name": "x-api-key"}),
    ),
    Mutation("need no key", put("security", value=[])),
    Mutation("say that it is OpenAPI 3.0", put("openapi", value="3.0.3")),
    Mutation("change a description", put(*LIST, "description", value="Other words."), WORDS),
]
