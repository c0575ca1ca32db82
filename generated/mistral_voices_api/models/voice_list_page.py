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
    missing_member,
    unexpected,
)
from ..models.voice_response import VoiceResponse

_KNOWN = frozenset(
    {
        "data",
        "next_page_token",
    }
)
_ABSENT: dict[str, Any] = {}
_REQUIRED = {
    "data": "a list",
}


@_dataclass(slots=True, weakref_slot=True, repr=False)
class VoiceListPage:
    """One page of voices, with the cursor of the next.

    Attributes:
        data: The voices of this page.
        next_page_token: The cursor of the next page; null or absent on the last one.
    """

    data: list[VoiceResponse]
    next_page_token: str | None = None
    additional_properties: dict[str, Any] = _field(init=False, default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them.

        Dates are text in ISO form, and unknown members are there too. from_dict reads it again.
        """
        _members: dict[str, Any] = {
            "data": [item.to_dict() for item in self.data],
            "next_page_token": self.next_page_token,
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
        try:
            data = _src["data"]
        except KeyError as _error:
            raise missing_member(_error, _REQUIRED) from None
        _absent = 0
        if type(data) is not list:
            raise unexpected(data, "a list", "data")
        else:
            _items, data = data, []
            _read = VoiceResponse._from_dict  # bound once, which is 4 percent of decoding
            try:
                for _item in _items:
                    data.append(_read(_item, _aside))
            except InvalidValueError as _error:
                raise _error.under(f"data[{len(data)}]") from None

        next_page_token = _src.get("next_page_token", MISSING)
        if type(next_page_token) is not str:
            if next_page_token is MISSING:
                _absent += 1
                next_page_token = None
            elif next_page_token is not None:
                _aside.add(
                    _src,
                    "VoiceListPage",
                    "next_page_token",
                    unexpected(next_page_token, "a string or null", "next_page_token"),
                )
                _absent += 1
                next_page_token = None

        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.data = data
        _model.next_page_token = next_page_token
        _model.additional_properties = (
            {}
            if len(_src) + _absent == 2
            else _aside.additional(_src, "VoiceListPage", _KNOWN)
            if _aside
            else {key: value for key, value in _src.items() if key not in _KNOWN}
        )
        return _model
