# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as _dataclass
from dataclasses import field as _field
from typing import Any, Self

from ..errors import (
    SetAside,
    unexpected,
)


@_dataclass(slots=True, weakref_slot=True, repr=False)
class ValidationErrorCtx:
    """What the rule says, such as a bound."""

    additional_properties: dict[str, Any] = _field(init=False, default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them.

        Dates are text in ISO form, and unknown members are there too. from_dict reads it again.
        """
        _members: dict[str, Any] = {}
        _members.update(self.additional_properties)
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
        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.additional_properties = dict(_src)
        return _model
