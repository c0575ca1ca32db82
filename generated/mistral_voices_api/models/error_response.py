# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as _dataclass
from dataclasses import field as _field
from typing import Any, Self

from ..errors import (
    MISSING,
    SetAside,
    missing_member,
    unexpected,
)

_KNOWN = frozenset(
    {
        "object",
        "message",
        "type",
        "param",
        "code",
    }
)
_ABSENT: dict[str, Any] = {}
_REQUIRED = {
    "object": "a string",
    "message": "a string",
}


@_dataclass(slots=True, weakref_slot=True, repr=False)
class ErrorResponse:
    """The general error of the service.

    Attributes:
        object_: Always error.
        message: What went wrong, for people.
        type_: What went wrong, for programs, such as invalid_request_error.
        param: The parameter that is to blame, if one is.
        code: A finer code, if there is one.
    """

    object_: str
    message: str
    type_: str | None = None
    param: str | None = None
    code: str | None = None
    additional_properties: dict[str, Any] = _field(init=False, default_factory=dict)

    @property
    def object(self) -> str:
        """The same as object_, by its name in the API."""
        return self.object_

    @object.setter
    def object(self, value: str) -> None:
        self.object_ = value

    @property
    def type(self) -> str | None:
        """The same as type_, by its name in the API."""
        return self.type_

    @type.setter
    def type(self, value: str | None) -> None:
        self.type_ = value

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them.

        Dates are text in ISO form, and unknown members are there too. from_dict reads it again.
        """
        _members: dict[str, Any] = {
            "object": self.object_,
            "message": self.message,
            "type": self.type_,
            "param": self.param,
            "code": self.code,
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
            object_ = _src["object"]
            message = _src["message"]
        except KeyError as _error:
            raise missing_member(_error, _REQUIRED) from None
        _absent = 0
        if type(object_) is not str:
            raise unexpected(object_, "a string", "object")

        if type(message) is not str:
            raise unexpected(message, "a string", "message")

        type_ = _src.get("type", MISSING)
        if type(type_) is not str:
            if type_ is MISSING:
                _absent += 1
                type_ = None
            elif type_ is not None:
                _aside.add(_src, "ErrorResponse", "type", unexpected(type_, "a string or null", "type"))
                _absent += 1
                type_ = None

        param = _src.get("param", MISSING)
        if type(param) is not str:
            if param is MISSING:
                _absent += 1
                param = None
            elif param is not None:
                _aside.add(_src, "ErrorResponse", "param", unexpected(param, "a string or null", "param"))
                _absent += 1
                param = None

        code = _src.get("code", MISSING)
        if type(code) is not str:
            if code is MISSING:
                _absent += 1
                code = None
            elif code is not None:
                _aside.add(_src, "ErrorResponse", "code", unexpected(code, "a string or null", "code"))
                _absent += 1
                code = None

        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.object_ = object_
        _model.message = message
        _model.type_ = type_
        _model.param = param
        _model.code = code
        _model.additional_properties = (
            {}
            if len(_src) + _absent == 5
            else _aside.additional(_src, "ErrorResponse", _KNOWN)
            if _aside
            else {key: value for key, value in _src.items() if key not in _KNOWN}
        )
        return _model
