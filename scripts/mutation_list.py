"""What `make mutations` does to the document, one change at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from scripts.import_patches import JSONPATH

Change = Callable[[dict[str, Any]], None]


class Mutation(NamedTuple):
    """One change of the document; `harmless` is the reason why no check needs to find it once it is generated."""

    name: str
    apply: Change
    harmless: str = ""


def at(document: dict[str, Any], target: str) -> Any:
    """Find the one place that a JSONPath names."""
    (match,) = JSONPATH.finditer(target, document)
    return match


def put(target: str, members: dict[str, Any] | None = None, **more: Any) -> Change:
    """Set members of what stands at a place, or add them."""
    return lambda document: at(document, target).obj.update(copy.deepcopy({**(members or {}), **more}))


def drop(target: str) -> Change:
    """Remove what stands at a place."""

    def change(document: dict[str, Any]) -> None:
        match = at(document, target)
        del match.parent.obj[match.parts[-1]]

    return change


def append(target: str, value: Any) -> Change:
    """Add to a list."""
    return lambda document: at(document, target).obj.append(copy.deepcopy(value))


def rename(target: str, to: str) -> Change:
    """Give a member another name, where it stands."""

    def change(document: dict[str, Any]) -> None:
        match = at(document, target)
        members = [(to if name == match.parts[-1] else name, each) for name, each in match.parent.obj.items()]
        match.parent.obj.clear()
        match.parent.obj.update(members)

    return change


def replace(old: str, new: str) -> Change:
    """Replace a text wherever it stands, in names too."""

    def change(document: dict[str, Any]) -> None:
        result = json.loads(json.dumps(document).replace(old, new))
        document.clear()
        document.update(result)

    return change


def nullable(kind: str, **rules: Any) -> dict[str, Any]:
    """Make a schema of one type that allows null."""
    return {"anyOf": [{"type": kind, **rules}, {"type": "null"}], "description": "New."}


V1 = "$.paths['/v1/audio/voices']"
ONE = "$.paths['/v1/audio/voices/{voice_id}']"
LIST, CREATE, GET, UPDATE, DELETE = f"{V1}.get", f"{V1}.post", f"{ONE}.get", f"{ONE}.patch", f"{ONE}.delete"
SEARCH = "$.paths['/v2/audio/voices'].get"
SAMPLE = "$.paths['/v1/audio/voices/{voice_id}/sample'].get.responses['200'].content"
LISTED = f"{LIST}.parameters[?@.name=='%s']"
SEARCHED = f"{SEARCH}.parameters[?@.name=='%s']"
LIMIT = f"{LISTED % 'limit'}.schema"
ID = "$.components.parameters.VoiceId.schema"
SCHEMAS = "$.components.schemas"
RECEIVED, SENT = f"{SCHEMAS}.VoiceResponse", f"{SCHEMAS}.VoiceCreateRequest"
VOICE, CREATED, UPDATED = f"{RECEIVED}.properties", f"{SENT}.properties", f"{SCHEMAS}.VoiceUpdateRequest.properties"
LOC = f"{SCHEMAS}.ValidationError.properties.loc"
FOUND = f"{GET}.responses['200'].content['application/json']"
SERVER = "$.servers[?@['x-server-name']=='%s']"
TEXT = {"type": "string", "description": "New."}
REFERENCE = {"$ref": "#/components/schemas/VoiceResponse"}
CLONE = {
    "operationId": "clone_voice",
    "summary": "Clone",
    "tags": ["audio.voices"],
    "parameters": [{"$ref": "#/components/parameters/VoiceId"}],
    "responses": {"200": {"description": "The voice.", "content": {"application/json": {"schema": REFERENCE}}}},
}
COUNTRY = {"name": "country", "in": "query", "required": False, "description": "Where.", "schema": {"type": "string"}}
NO_ERROR, LATER = {"description": "It is not possible."}, {"description": "It is being made."}
AP = {"url": "https://api.ap.mistral.ai", "x-server-name": "ap"}
API_KEY = {"type": "apiKey", "in": "header", "name": "x-api-key"}
# Why a change is harmless.
UNSENT = "what is left out is not sent: the service has its own default"
WORDS = "words for people: nothing depends on them"

MUTATIONS = [
    # operations
    Mutation("add an operation", put("$.paths", {"/v1/audio/voices/{voice_id}/clone": {"post": CLONE}})),
    Mutation("drop an operation", drop(DELETE)),
    Mutation("rename an operation", put(LIST, operationId="voices_list")),
    Mutation("two operations of one name", put(UPDATE, operationId="get_voice")),
    Mutation("change a method", rename(UPDATE, "put")),
    Mutation("change a path", rename(V1, "/v1/audio/voice")),
    Mutation("change all tags", replace("audio.voices", "audio.speakers")),
    # parameters
    Mutation("add a query parameter", append(f"{LIST}.parameters", COUNTRY)),
    Mutation("drop a query parameter", drop(SEARCHED % "language")),
    Mutation("rename a query parameter", put(SEARCHED % "query", name="text")),
    Mutation("rename a path parameter", replace("voice_id", "id")),
    Mutation("move a parameter into a header", put(LISTED % "offset", {"in": "header"})),
    Mutation("drop the default of a query parameter", drop(f"{LIMIT}.default")),
    Mutation("change the default of a query parameter", put(LIMIT, default=20)),
    Mutation("change the type of a query parameter", put(f"{SEARCHED % 'page_token'}.schema", type="integer")),
    Mutation("change the type of a path parameter", put(ID, type="integer")),
    Mutation("send a list in one value", put(SEARCHED % "language", explode=False)),
    Mutation("tighten a bound", put(LIMIT, maximum=50)),
    Mutation("drop a bound", drop(f"{LIMIT}.maximum")),
    Mutation("add a bound", put(f"{SEARCHED % 'page_size'}.schema", maximum=500)),
    Mutation("add an enum value to a query parameter", append(f"{LISTED % 'type'}.schema.enum", "shared")),
    # what is sent
    Mutation("add a sent property", put(CREATED, mood=TEXT)),
    Mutation("drop a sent property", drop(f"{CREATED}.slug")),
    Mutation("rename a sent property", rename(f"{CREATED}.color", "colour")),
    Mutation("require a sent property", append(f"{SENT}.required", "slug")),
    Mutation("no longer require a sent property", drop(f"{SENT}.required[?@=='sample_audio']")),
    Mutation("change the type of a sent property", put(CREATED, age=nullable("string"))),
    Mutation("forbid null in a sent property", put(UPDATED, gender=TEXT)),
    Mutation("allow null in a sent property", put(CREATED, retention_notice={**nullable("integer"), "default": 30})),
    Mutation("change the default of a sent property", put(f"{CREATED}.retention_notice", default=7)),
    Mutation("drop a default that is not sent", drop(f"{CREATED}.languages.default"), UNSENT),
    Mutation("tighten a length", put(UPDATED, description=nullable("string", maxLength=400))),
    Mutation("add a rule that nothing checks", put(f"{CREATED}.name", pattern="^a")),
    Mutation("forget that a schema is sent", drop(f"{SENT}['x-sent']")),
    Mutation(
        "change the media type of a body",
        rename(f"{CREATE}.requestBody.content['application/json']", "multipart/form-data"),
    ),
    # what comes back
    Mutation("add a received property", put(VOICE, mood=TEXT)),
    Mutation("drop a received property", drop(f"{VOICE}.color")),
    Mutation("rename a received property", rename(f"{VOICE}.trimmed_seconds", "trimmed")),
    Mutation("require a received property", append(f"{RECEIVED}.required", "slug")),
    Mutation("change the type of a received property", put(VOICE, age=nullable("string"))),
    Mutation("forbid null in a received property", put(VOICE, slug=TEXT)),
    Mutation("allow null in a received property", put(VOICE, name=nullable("string"))),
    Mutation("change the default of a received property", put(f"{VOICE}.retention_notice", default=7)),
    Mutation("drop the format of a date", drop(f"{VOICE}.created_at.format")),
    Mutation("make a date-time a date", put(f"{VOICE}.created_at", format="date")),
    Mutation("add an enum value to a response", append(f"{VOICE}.type.enum", "shared")),
    Mutation(
        "shorten what is received",
        put(VOICE, description=nullable("string", maxLength=9)),
        "lengths never reject a response",
    ),
    Mutation("respond with another schema", put(f"{FOUND}.schema", {"$ref": "#/components/schemas/VoiceListResponse"})),
    Mutation("point to a schema that is not there", put(f"{FOUND}.schema", {"$ref": "#/components/schemas/Nobody"})),
    Mutation("rename a schema", replace("VoiceListPage", "VoicePage")),
    Mutation("add a schema", put(SCHEMAS, Recipe={"type": "object", "properties": {"a": TEXT}})),
    Mutation("change an entry of a 422", put(LOC, items={"type": "string"})),
    Mutation("change the media type of a response", rename(FOUND, "text/plain")),
    Mutation("change the media type of the sample", rename(f"{SAMPLE}['audio/wav']", "audio/mpeg")),
    Mutation("drop a form of the sample", drop(f"{SAMPLE}['audio/wav']")),
    # statuses
    Mutation("add a status without a class", put(f"{GET}.responses", {"418": NO_ERROR})),
    Mutation(
        "add a status with a class",
        put(f"{GET}.responses", {"409": NO_ERROR}),
        "ConflictError is there, documented or not",
    ),
    Mutation("add another success", put(f"{CREATE}.responses", {"202": LATER})),
    Mutation("change the success", rename(f"{CREATE}.responses['200']", "201")),
    Mutation("drop a status that a docstring names", drop(f"{GET}.responses['404']")),
    Mutation(
        "drop a status of all operations",
        drop(f"{LIST}.responses['429']"),
        "RateLimitError is raised, documented or not",
    ),
    # the rest
    Mutation("add a server", append("$.servers", AP)),
    Mutation("drop a server", drop(SERVER % "us")),
    Mutation("change the address of a server", put(SERVER % "global", url="https://api.mistral.example")),
    Mutation("send the key in another header", put("$.components.securitySchemes", ApiKey=API_KEY)),
    Mutation("need no key", put("$", security=[])),
    Mutation("say that it is OpenAPI 3.0", put("$", openapi="3.0.3")),
    Mutation("change a description", put(LIST, description="Other words."), WORDS),
]
