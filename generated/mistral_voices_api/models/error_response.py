# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as _dataclass
from dataclasses import field as _field
from typing import Any, Self

from ..errors import (
    MISSING,
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
_REQUIRED = {
    "object": "a string",
    "message": "a string",
}


@_dataclass(slots=True, weakref_slot=True)
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

    def to_dict(self) -> dict[str, Any]:
        """Give the members as JSON holds them."""
        _members: dict[str, Any] = {
            "object": self.object_,
            "message": self.message,
            "type": self.type_,
            "param": self.param,
            "code": self.code,
        }
        _members.update(self.additional_properties)
        return _members

    @classmethod
    def from_dict(cls, _src: Mapping[str, Any]) -> Self:
        """Read one from parsed JSON; an InvalidValueError names the place of what does not fit."""
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
                raise unexpected(type_, "a string or null", "type")

        param = _src.get("param", MISSING)
        if type(param) is not str:
            if param is MISSING:
                _absent += 1
                param = None
            elif param is not None:
                raise unexpected(param, "a string or null", "param")

        code = _src.get("code", MISSING)
        if type(code) is not str:
            if code is MISSING:
                _absent += 1
                code = None
            elif code is not None:
                raise unexpected(code, "a string or null", "code")

        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.object_ = object_
        _model.message = message
        _model.type_ = type_
        _model.param = param
        _model.code = code
        _model.additional_properties = (
            {} if len(_src) + _absent == 5 else {key: value for key, value in _src.items() if key not in _KNOWN}
        )
        return _model
