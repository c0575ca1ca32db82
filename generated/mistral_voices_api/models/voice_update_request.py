# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from typing import Any

from attrs import define as _attrs_define

from ..types import UNSET, Unset


@_attrs_define
class VoiceUpdateRequest:
    """What to change of a voice.

    Attributes:
        name: Display name of the voice; several voices may share one.
        languages: Languages that the voice speaks, as codes such as en or fr.
        gender: How the voice sounds; female, male and neutral are in use, others may follow.
        age: Age in years that the voice suggests.
        tags: Free labels.
        description: Free text about the voice, at most 500 characters.
        retention_notice: Days of notice before the sample is removed.
    """

    name: str | None | Unset = UNSET
    languages: list[str] | None | Unset = UNSET
    gender: str | None | Unset = UNSET
    age: int | None | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    description: str | None | Unset = UNSET
    retention_notice: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them, without those that are left out.

        Dates are text in ISO form.
        """
        _members: dict[str, Any] = {}
        if self.name is not UNSET:
            _members["name"] = self.name
        if self.languages is not UNSET:
            _members["languages"] = self.languages
        if self.gender is not UNSET:
            _members["gender"] = self.gender
        if self.age is not UNSET:
            _members["age"] = self.age
        if self.tags is not UNSET:
            _members["tags"] = self.tags
        if self.description is not UNSET:
            _members["description"] = self.description
        if self.retention_notice is not UNSET:
            _members["retention_notice"] = self.retention_notice
        return _members

    def to_json(self, *, indent: int | None = None) -> str:
        """Give to_dict as JSON text, on one line or with so many blanks a level."""
        from ..display import write_json  # here and below: few programs need it

        return write_json(self.to_dict(), indent)
