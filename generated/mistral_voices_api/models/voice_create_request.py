# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from typing import Any

from attrs import define as _attrs_define

from ..types import UNSET, Unset


@_attrs_define
class VoiceCreateRequest:
    """A voice to be made.

    Attributes:
        name: Display name of the voice; several voices may share one.
        sample_audio: The audio file as base64 text.
        slug: Short name for use in addresses; null when the voice has none.
        languages: Languages that the voice speaks, as codes such as en or fr.
        gender: How the voice sounds; female, male and neutral are in use, others may follow.
        age: Age in years that the voice suggests.
        tags: Free labels.
        color: Colour that an interface may show beside the voice.
        description: Free text about the voice, at most 500 characters.
        retention_notice: Days of notice before the sample is removed.
        sample_filename: Name of the audio file; the service reads the format from its extension.
    """

    name: str
    sample_audio: str
    slug: str | None | Unset = UNSET
    languages: list[str] | Unset = UNSET
    gender: str | None | Unset = UNSET
    age: int | None | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    color: str | None | Unset = UNSET
    description: str | None | Unset = UNSET
    retention_notice: int | Unset = UNSET
    sample_filename: str | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them, without those that are left out.

        Dates are text in ISO form.
        """
        _members: dict[str, Any] = {
            "name": self.name,
            "sample_audio": self.sample_audio,
        }
        if self.slug is not UNSET:
            _members["slug"] = self.slug
        if self.languages is not UNSET:
            _members["languages"] = self.languages
        if self.gender is not UNSET:
            _members["gender"] = self.gender
        if self.age is not UNSET:
            _members["age"] = self.age
        if self.tags is not UNSET:
            _members["tags"] = self.tags
        if self.color is not UNSET:
            _members["color"] = self.color
        if self.description is not UNSET:
            _members["description"] = self.description
        if self.retention_notice is not UNSET:
            _members["retention_notice"] = self.retention_notice
        if self.sample_filename is not UNSET:
            _members["sample_filename"] = self.sample_filename
        return _members

    def to_json(self, *, indent: int | None = None) -> str:
        """Give to_dict as JSON text, on one line or with so many blanks a level."""
        from ..display import write_json  # here and below: few programs need it

        return write_json(self.to_dict(), indent)
