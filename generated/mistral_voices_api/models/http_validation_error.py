# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as _dataclass
from dataclasses import field as _field
from typing import Any, Self

from ..errors import (
    MISSING,
    InvalidValueError,
    SetAside,
    unexpected,
)
from ..models.validation_error import ValidationError

_KNOWN = frozenset(
    {
        "detail",
    }
)
_ABSENT: dict[str, Any] = {
    "detail": [],
}


@_dataclass(slots=True, weakref_slot=True, repr=False)
class HTTPValidationError:
    """Which values of a request were not accepted.

    Attributes:
        detail: One entry for each value.
    """

    detail: list[ValidationError] = _field(default_factory=list)
    additional_properties: dict[str, Any] = _field(init=False, default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them.

        Dates are text in ISO form, and unknown members are there too. from_dict reads it again.
        """
        _members: dict[str, Any] = {
            "detail": [item.to_dict() for item in self.detail],
        }
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
        _absent = 0
        detail = _src.get("detail", MISSING)
        if type(detail) is not list:
            if detail is MISSING:
                _absent += 1
                detail = []
            elif detail is None:
                detail = []
            else:
                _aside.add(_src, "HTTPValidationError", "detail", unexpected(detail, "a list", "detail"))
                _absent += 1
                detail = []
        else:
            _items, detail = detail, []
            _read = ValidationError._from_dict  # bound once, which is 4 percent of decoding
            try:
                for _item in _items:
                    detail.append(_read(_item, _aside))
            except InvalidValueError as _error:
                _aside.add(_src, "HTTPValidationError", "detail", _error.under(f"detail[{len(detail)}]"))
                _absent += 1
                detail = []

        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.detail = detail
        _model.additional_properties = (
            {}
            if len(_src) + _absent == 1
            else _aside.additional(_src, "HTTPValidationError", _KNOWN)
            if _aside
            else {key: value for key, value in _src.items() if key not in _KNOWN}
        )
        return _model
