# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass as _dataclass
from dataclasses import field as _field
from typing import Any, Literal, Self

from ..errors import (
    MISSING,
    SetAside,
    missing_member,
    parse_datetime,
    unexpected,
    unexpected_item,
)

_KNOWN = frozenset(
    {
        "id",
        "name",
        "created_at",
        "user_id",
        "slug",
        "languages",
        "gender",
        "age",
        "tags",
        "color",
        "description",
        "retention_notice",
        "trimmed_seconds",
        "type",
        "kind",
    }
)
_ABSENT: dict[str, Any] = {
    "languages": [],
    "retention_notice": 30,
}
_REQUIRED = {
    "id": "a string",
    "name": "a string",
    "created_at": "a date-time",
    "user_id": "a string or null",
}


@_dataclass(slots=True, weakref_slot=True, repr=False)
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
    languages: list[str] = _field(default_factory=list)
    gender: str | None = None
    age: int | None = None
    tags: list[str] | None = None
    color: str | None = None
    description: str | None = None
    retention_notice: int = 30
    trimmed_seconds: float | None = None
    type_: Literal["custom", "preset"] | str | None = None
    kind: Literal["ivc", "pvc"] | str | None = None
    additional_properties: dict[str, Any] = _field(init=False, default_factory=dict)

    @property
    def type(self) -> Literal["custom", "preset"] | str | None:
        """The same as type_, by its name in the API."""
        return self.type_

    @type.setter
    def type(self, value: Literal["custom", "preset"] | str | None) -> None:
        self.type_ = value

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them.

        Dates are text in ISO form, and unknown members are there too. from_dict reads it again.
        """
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
        for _name, _value in self.additional_properties.items():
            if _members.get(_name) == _ABSENT.get(_name):  # else the member was set since
                _members[_name] = _value
        return _members

    def to_json(self, *, indent: int | None = None) -> str:
        """Give to_dict as JSON text, on one line or with so many blanks a level."""
        from ..display import write_json  # here and below: few programs need it

        return write_json(self.to_dict(), indent)

    def __repr__(self) -> str:
        from ..display import show

        return show(self)

    def _repr_html_(self) -> str:
        from ..display import show_html

        return show_html(self)

    @classmethod
    def from_dict(cls, _src: Mapping[str, Any]) -> Self:
        """Read one from parsed JSON.

        An InvalidValueError names the place of what does not fit. In an optional member it is none: the member reads as
        absent, additional_properties has what was sent, and the log says so.
        """
        _aside = SetAside()
        _model = cls._from_dict(_src, _aside)
        if _aside:
            _aside.log()
        return _model

    @classmethod
    def _from_dict(cls, _src: Mapping[str, Any], _aside: SetAside) -> Self:
        if type(_src) is not dict:
            if not isinstance(_src, Mapping):
                raise unexpected(_src, "an object")
            _src = dict(_src)
        try:
            id = _src["id"]
            name = _src["name"]
            created_at = _src["created_at"]
            user_id = _src["user_id"]
        except KeyError as _error:
            raise missing_member(_error, _REQUIRED) from None
        _absent = 0
        if type(id) is not str:
            raise unexpected(id, "a string", "id")

        if type(name) is not str:
            raise unexpected(name, "a string", "name")

        created_at = parse_datetime(created_at, "created_at")

        if type(user_id) is not str:
            if user_id is not None:
                raise unexpected(user_id, "a string or null", "user_id")

        slug = _src.get("slug", MISSING)
        if type(slug) is not str:
            if slug is MISSING:
                _absent += 1
                slug = None
            elif slug is not None:
                _aside.add(_src, "VoiceResponse", "slug", unexpected(slug, "a string or null", "slug"))
                _absent += 1
                slug = None

        languages = _src.get("languages", MISSING)
        if type(languages) is not list:
            if languages is MISSING:
                _absent += 1
                languages = []
            elif languages is None:
                languages = []
            else:
                _aside.add(_src, "VoiceResponse", "languages", unexpected(languages, "a list", "languages"))
                _absent += 1
                languages = []
        else:
            for _item in languages:
                if type(_item) is not str:
                    _aside.add(
                        _src, "VoiceResponse", "languages", unexpected_item(languages, (str,), "a string", "languages")
                    )
                    _absent += 1
                    languages = []
                    break

        gender = _src.get("gender", MISSING)
        if type(gender) is not str:
            if gender is MISSING:
                _absent += 1
                gender = None
            elif gender is not None:
                _aside.add(_src, "VoiceResponse", "gender", unexpected(gender, "a string or null", "gender"))
                _absent += 1
                gender = None

        age = _src.get("age", MISSING)
        if type(age) is not int:
            if age is MISSING:
                _absent += 1
                age = None
            elif age is not None:
                if type(age) is float and age.is_integer():
                    age = int(age)
                else:
                    _aside.add(_src, "VoiceResponse", "age", unexpected(age, "an integer or null", "age"))
                    _absent += 1
                    age = None

        tags = _src.get("tags", MISSING)
        if type(tags) is not list:
            if tags is MISSING:
                _absent += 1
                tags = None
            elif tags is not None:
                _aside.add(_src, "VoiceResponse", "tags", unexpected(tags, "a list or null", "tags"))
                _absent += 1
                tags = None
        else:
            for _item in tags:
                if type(_item) is not str:
                    _aside.add(_src, "VoiceResponse", "tags", unexpected_item(tags, (str,), "a string", "tags"))
                    _absent += 1
                    tags = None
                    break

        color = _src.get("color", MISSING)
        if type(color) is not str:
            if color is MISSING:
                _absent += 1
                color = None
            elif color is not None:
                _aside.add(_src, "VoiceResponse", "color", unexpected(color, "a string or null", "color"))
                _absent += 1
                color = None

        description = _src.get("description", MISSING)
        if type(description) is not str:
            if description is MISSING:
                _absent += 1
                description = None
            elif description is not None:
                _aside.add(
                    _src, "VoiceResponse", "description", unexpected(description, "a string or null", "description")
                )
                _absent += 1
                description = None

        retention_notice = _src.get("retention_notice", MISSING)
        if type(retention_notice) is not int:
            if retention_notice is MISSING:
                _absent += 1
                retention_notice = 30
            elif retention_notice is None:
                retention_notice = 30
            else:
                if type(retention_notice) is float and retention_notice.is_integer():
                    retention_notice = int(retention_notice)
                else:
                    _aside.add(
                        _src,
                        "VoiceResponse",
                        "retention_notice",
                        unexpected(retention_notice, "an integer", "retention_notice"),
                    )
                    _absent += 1
                    retention_notice = 30

        trimmed_seconds = _src.get("trimmed_seconds", MISSING)
        if type(trimmed_seconds) is not float and type(trimmed_seconds) is not int:
            if trimmed_seconds is MISSING:
                _absent += 1
                trimmed_seconds = None
            elif trimmed_seconds is not None:
                _aside.add(
                    _src,
                    "VoiceResponse",
                    "trimmed_seconds",
                    unexpected(trimmed_seconds, "a number or null", "trimmed_seconds"),
                )
                _absent += 1
                trimmed_seconds = None

        type_ = _src.get("type", MISSING)
        if type(type_) is not str:
            if type_ is MISSING:
                _absent += 1
                type_ = None
            elif type_ is not None:
                _aside.add(_src, "VoiceResponse", "type", unexpected(type_, "a string", "type"))
                _absent += 1
                type_ = None

        kind = _src.get("kind", MISSING)
        if type(kind) is not str:
            if kind is MISSING:
                _absent += 1
                kind = None
            elif kind is not None:
                _aside.add(_src, "VoiceResponse", "kind", unexpected(kind, "a string", "kind"))
                _absent += 1
                kind = None

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
            {}
            if len(_src) + _absent == 15
            else _aside.additional(_src, "VoiceResponse", _KNOWN)
            if _aside
            else {key: value for key, value in _src.items() if key not in _KNOWN}
        )
        return _model
