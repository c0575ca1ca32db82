# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..errors import MISSING, parse_datetime, parse_integer, unexpected, unexpected_item

if TYPE_CHECKING:
    from ..models.voice_response_kind import VoiceResponseKind
    from ..models.voice_response_type import VoiceResponseType

_ABSENT: dict[str, Any] = {
    "id": MISSING,
    "name": MISSING,
    "created_at": MISSING,
    "user_id": MISSING,
    "slug": None,
    "languages": MISSING,
    "gender": None,
    "age": None,
    "tags": None,
    "color": None,
    "description": None,
    "retention_notice": 30,
    "trimmed_seconds": None,
    "type": MISSING,
    "kind": MISSING,
}


@_attrs_define
class VoiceResponse:
    """One voice, without its sample.

    Attributes:
        id: Id of the voice; any text, not only a UUID.
        name: Display name of the voice; several voices may share one.
        created_at: When the voice was made.
        user_id: Owner of the voice; null for one that comes with the service.
        slug: Short name for use in addresses; null when the voice has none.
        languages: Languages that the voice speaks, as codes such as en or fr.
        gender: How the voice sounds; female, male and neutral are in use, others may follow.
        age: Age in years that the voice suggests.
        tags: Free labels.
        color: Colour that an interface may show beside the voice.
        description: Free text about the voice, at most 500 characters.
        retention_notice: Days of notice before the sample is removed.
        trimmed_seconds: Seconds that were cut from the sample when the voice was made.
        type_: Whether the voice belongs to the account or comes with the service; other values may follow.
        kind: How the voice was cloned, instantly (ivc) or professionally (pvc); other values may follow.
    """

    id: str
    name: str
    created_at: datetime.datetime
    user_id: str | None
    slug: str | None = None
    languages: list[str] = _attrs_field(factory=list)
    gender: str | None = None
    age: int | None = None
    tags: list[str] | None = None
    color: str | None = None
    description: str | None = None
    retention_notice: int = 30
    trimmed_seconds: float | None = None
    type_: VoiceResponseType | str | None = None
    kind: VoiceResponseKind | str | None = None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the members as JSON holds them."""
        _members: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "created_at": self.created_at.isoformat(),
            "user_id": self.user_id,
            "slug": self.slug,
            "languages": self.languages,
            "gender": self.gender,
            "age": self.age,
            "tags": self.tags,
            "color": self.color,
            "description": self.description,
            "retention_notice": self.retention_notice,
            "trimmed_seconds": self.trimmed_seconds,
        }
        if self.type_ is not None:
            _members["type"] = self.type_
        if self.kind is not None:
            _members["kind"] = self.kind
        _members.update(self.additional_properties)
        return _members

    @classmethod
    def from_dict(cls, _src: Mapping[str, Any]) -> Self:
        """Read one from parsed JSON; an InvalidValueError names the place of what does not fit."""
        if type(_src) is not dict:
            if not isinstance(_src, Mapping):
                raise unexpected(_src, "an object")
            _src = dict(_src)
        if len(_src) < 15:
            _src = {**_ABSENT, **_src}
        try:
            id = _src["id"]
            name = _src["name"]
            created_at = _src["created_at"]
            user_id = _src["user_id"]
            slug = _src["slug"]
            languages = _src["languages"]
            gender = _src["gender"]
            age = _src["age"]
            tags = _src["tags"]
            color = _src["color"]
            description = _src["description"]
            retention_notice = _src["retention_notice"]
            trimmed_seconds = _src["trimmed_seconds"]
            type_ = _src["type"]
            kind = _src["kind"]
        except KeyError:
            return cls.from_dict({**_ABSENT, **_src})
        if type(id) is not str:
            raise unexpected(id, "a string", "id")

        if type(name) is not str:
            raise unexpected(name, "a string", "name")

        created_at = parse_datetime(created_at, "created_at")

        if user_id is not None and type(user_id) is not str:
            raise unexpected(user_id, "a string or null", "user_id")

        if slug is not None and type(slug) is not str:
            raise unexpected(slug, "a string or null", "slug")

        if languages is MISSING:
            languages = []
        else:
            if type(languages) is not list:
                raise unexpected(languages, "a list", "languages")
            for _item in languages:
                if type(_item) is not str:
                    raise unexpected_item(languages, (str,), "a string", "languages")

        if gender is not None and type(gender) is not str:
            raise unexpected(gender, "a string or null", "gender")

        if age is not None and type(age) is not int:
            age = parse_integer(age, "an integer or null", "age")

        if tags is not None and type(tags) is not list:
            raise unexpected(tags, "a list or null", "tags")
        if tags is not None:
            for _item in tags:
                if type(_item) is not str:
                    raise unexpected_item(tags, (str,), "a string", "tags")

        if color is not None and type(color) is not str:
            raise unexpected(color, "a string or null", "color")

        if description is not None and type(description) is not str:
            raise unexpected(description, "a string or null", "description")

        if type(retention_notice) is not int:
            retention_notice = parse_integer(retention_notice, "an integer", "retention_notice")

        if trimmed_seconds is not None and type(trimmed_seconds) is not float and type(trimmed_seconds) is not int:
            raise unexpected(trimmed_seconds, "a number or null", "trimmed_seconds")

        if type_ is MISSING:
            type_ = None
        else:
            if type(type_) is not str:
                raise unexpected(type_, "a string", "type")

        if kind is MISSING:
            kind = None
        else:
            if type(kind) is not str:
                raise unexpected(kind, "a string", "kind")

        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.id = id
        _model.name = name
        _model.created_at = created_at
        _model.user_id = user_id
        _model.slug = slug
        _model.languages = languages
        _model.gender = gender
        _model.age = age
        _model.tags = tags
        _model.color = color
        _model.description = description
        _model.retention_notice = retention_notice
        _model.trimmed_seconds = trimmed_seconds
        _model.type_ = type_
        _model.kind = kind
        _model.additional_properties = (
            {} if len(_src) == 15 else {key: value for key, value in _src.items() if key not in _ABSENT}
        )
        return _model
