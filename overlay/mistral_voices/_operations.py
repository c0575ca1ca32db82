"""The one door to the generated package: it checks arguments, builds requests and says how answers are read."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from ._flow import Call
from ._lazy import LazyModule
from ._options import check_flag
from ._progress import check_progress
from .utils import UNSET

if TYPE_CHECKING:
    from mistral_voices_api.arguments import Argument

    from . import _formats, _sinks, _sources
    from ._answers import Answer
    from ._progress import Progress
    from ._sources import Sample
    from .models import VoiceListPage, VoiceListResponse, VoiceResponse
else:
    _formats, _sinks, _sources = LazyModule("_formats"), LazyModule("_sinks"), LazyModule("_sources")

T = TypeVar("T")

# Cloning takes its time.
CREATE_SECONDS = 300.0
# The HTTP libraries take addresses of 65,536 characters, and one character may need twelve.
LONGEST_ID = 4096
LARGEST_INTEGER = 2**63 - 1


@cache
def _generated(name: str) -> Any:
    """Load a module of the generated package, once; an import statement would be paid for at each call."""
    return import_module(f"mistral_voices_api.{name}")


def list_voices(**given: Any) -> Call[VoiceListResponse]:
    """GET /v1/audio/voices."""
    operation = _generated("api.audio_voices.list_voices")
    return _call(operation._get_kwargs(**check("list_voices", given)), _reader(operation._parse_response))


def search_voices(**given: Any) -> Call[VoiceListPage]:
    """GET /v2/audio/voices."""
    operation = _generated("api.audio_voices.search_voices")
    return _call(operation._get_kwargs(**check("search_voices", given)), _reader(operation._parse_response))


def create_voice(sample: str | Sample, on_progress: Progress | None, **given: Any) -> Call[VoiceResponse]:
    """POST /v1/audio/voices; a sample that is not text is encoded as it is sent."""
    operation = _generated("api.audio_voices.create_voice")
    request_of = _generated("models.voice_create_request").VoiceCreateRequest
    check_progress(on_progress)
    if not isinstance(sample, str) and given["sample_filename"] is UNSET and sample.filename is not None:
        given["sample_filename"] = sample.filename
    text = sample if isinstance(sample, str) else ""
    body = request_of(**check("create_voice", {**given, "sample_audio": text}))
    request = operation._get_kwargs(body=body)
    if isinstance(sample, str):
        call = _call(request, _reader(operation._parse_response))
    else:
        source = _sources.Source(request.pop("json"), "sample_audio", sample, on_progress)
        call = _call(request, _reader(operation._parse_response))
        call.content = source
        call.headers["content-length"] = str(source.length)
    # The same for every attempt: a server that heeds it makes one voice however often the request arrives.
    call.headers["idempotency-key"] = os.urandom(16).hex()
    call.creates = True
    call.seconds = CREATE_SECONDS
    call.secret = body.sample_audio
    return call


def sent_metadata(**given: Any) -> dict[str, Any]:
    """Give those members of a create that its voice shows again, as they are sent."""
    return {name: value for name, value in check("create_voice", given).items() if name != "sample_filename"}


def get_voice(voice_id: str) -> Call[VoiceResponse]:
    """GET /v1/audio/voices/{voice_id}."""
    operation = _generated("api.audio_voices.get_voice")
    return _call(operation._get_kwargs(**_segment("get_voice", voice_id)), _reader(operation._parse_response))


def update_voice(voice_id: str, **given: Any) -> Call[VoiceResponse]:
    """PATCH /v1/audio/voices/{voice_id}."""
    operation = _generated("api.audio_voices.update_voice")
    request_of = _generated("models.voice_update_request").VoiceUpdateRequest
    segment = _segment("update_voice", voice_id)
    body = request_of(**check("update_voice", given))
    return _call(operation._get_kwargs(**segment, body=body), _reader(operation._parse_response))


def delete_voice(voice_id: str, missing_ok: bool) -> Call[VoiceResponse]:
    """DELETE /v1/audio/voices/{voice_id}."""
    check_flag("missing_ok", missing_ok)
    operation = _generated("api.audio_voices.delete_voice")
    call = _call(operation._get_kwargs(**_segment("delete_voice", voice_id)), _reader(operation._parse_response))
    call.deletes = True
    return call


def get_voice_sample(voice_id: str) -> Call[str]:
    """GET /v1/audio/voices/{voice_id}/sample, as base64 text whichever form the server answers in."""
    operation = _generated("api.audio_voices.get_voice_sample")

    def read(answer: Answer) -> str:
        content_type = _formats.media_type(answer.headers.get("content-type", ""))
        if content_type == _sinks.JSON:
            text: str = operation._parse_response(response=answer)
            return text
        if _sinks.is_audio(content_type):
            return base64.b64encode(answer.content).decode("ascii")
        raise ValueError(f"the content type is {content_type}, expected audio or JSON")

    return _sample_call(voice_id, read)


def stream_voice_sample(voice_id: str) -> Call[None]:
    """GET /v1/audio/voices/{voice_id}/sample, whose audio goes into the call's sink."""
    return _sample_call(voice_id, lambda answer: None)


def _sample_call(voice_id: str, read: Callable[[Answer], T]) -> Call[T]:
    operation = _generated("api.audio_voices.get_voice_sample")
    call = _call(operation._get_kwargs(**_segment("get_voice_sample", voice_id)), read)
    # Identity: so the announced length is that of the sample.
    accepted = f"audio/wav, audio/*;q=0.9, application/octet-stream;q=0.8, {_sinks.JSON};q=0.7"
    call.headers = {"accept": accepted, "accept-encoding": "identity"}
    call.is_sample = True
    return call


def _reader(parse: Callable[..., T]) -> Callable[[Answer], T]:
    return lambda answer: parse(response=answer)


def _call(request: dict[str, Any], read: Callable[[Answer], T]) -> Call[T]:
    """Turn what the generated package builds into a call."""
    path: str = request["url"]
    if "params" in request:
        path += "?" + urlencode(request["params"], doseq=True)
    headers = {name.lower(): value for name, value in request.get("headers", {}).items()}
    content = None
    if "json" in request:
        content = json.dumps(request["json"], ensure_ascii=False, separators=(",", ":")).encode()
    return Call(request["method"].upper(), path, read, headers=headers, content=content)


def _segment(operation: str, voice_id: str) -> dict[str, str]:
    """Check an id that becomes one segment of the path, whatever it contains."""
    checked: dict[str, str] = check(operation, {"voice_id": voice_id})
    if checked["voice_id"] in ("", ".", ".."):
        raise ValueError(f"voice_id must be the id of a voice, not {checked['voice_id']!r}: it would name another path")
    if len(checked["voice_id"]) > LONGEST_ID:
        raise ValueError(f"voice_id must have at most {LONGEST_ID:,} characters: no address can be longer")
    return checked


def check(operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Hold arguments to the document before anything is sent.

    An argument that is UNSET is left out, and so is None where the document does not allow null.

    Raises:
        TypeError: A value has the wrong type.
        ValueError: A value is out of its bounds.
    """
    rules = _generated("arguments").ARGUMENTS[operation]
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if rules[name].required and (value is None or value is UNSET):
            raise TypeError(f"{name} must be {_expected(rules[name])}, not {value}")
        if value is UNSET:
            continue
        if value is not None:
            checked[name] = _checked(name, value, rules[name])
        elif rules[name].nullable:
            checked[name] = None
    return checked


def _checked(name: str, given: Any, rule: Argument) -> Any:
    value: Any = _plain(given)
    kind: type = type(value)
    if kind not in rule.types and not (kind is int and float in rule.types):
        raise TypeError(f"{name} must be {_expected(rule)}, not {kind.__name__}")
    if rule.items is not None and kind is list:
        value = [_plain(item) for item in value]
        for index, item in enumerate(value):
            if type(item) not in rule.items:
                raise TypeError(f"{name}[{index}] must be {_names(rule.items)}, not {type(item).__name__}")
            _check_text(f"{name}[{index}]", item)
    _check_text(name, value)
    if rule.enum is not None and value not in rule.enum:
        raise ValueError(f"{name} must be {_expected(rule)}, not {value[:50]!r}")
    if kind is int and not -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER:
        raise ValueError(f"{name} must be {_expected(rule)}, and no server takes one of more than 64 bits")
    if (rule.minimum is not None and value < rule.minimum) or (rule.maximum is not None and value > rule.maximum):
        raise ValueError(f"{name} must be {_expected(rule)}, not {value}")
    if rule.max_length is not None and len(value) > rule.max_length:
        raise ValueError(f"{name} must have at most {rule.max_length} characters, not {len(value)}")
    if rule.min_length is not None and len(value) < rule.min_length:
        raise ValueError(f"{name} must have at least {rule.min_length} characters, not {len(value)}")
    return value


def _plain(value: object) -> Any:
    """Turn members of enumerations, and other kinds of text and integers, into plain ones."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value


def _check_text(name: str, value: Any) -> None:
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{name} holds half of a surrogate pair, which cannot be sent: encode it anew") from None


def _expected(rule: Argument) -> str:
    if rule.enum is not None:
        return "one of " + ", ".join(map(repr, rule.enum))
    text = _names(rule.types)
    if rule.items is not None:
        text += f" whose items are each {_names(rule.items)}"
    if rule.minimum is not None and rule.maximum is not None:
        text += f" from {rule.minimum} to {rule.maximum}"
    elif rule.minimum is not None:
        text += f" of at least {rule.minimum}"
    elif rule.maximum is not None:
        text += f" of at most {rule.maximum}"
    return text


def _names(types: tuple[type, ...]) -> str:
    names = {str: "text", int: "an integer", float: "a number", bool: "True or False", list: "a list"}
    return " or ".join(names[each] for each in types)
