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
    unexpected_item,
)
from ..models.validation_error_ctx import ValidationErrorCtx

_KNOWN = frozenset(
    {
        "loc",
        "msg",
        "type",
        "input",
        "ctx",
    }
)
_ABSENT: dict[str, Any] = {}
_REQUIRED = {
    "loc": "a list",
    "msg": "a string",
    "type": "a string",
}


@_dataclass(slots=True, weakref_slot=True, repr=False)
class ValidationError:
    """One value that was not accepted.

    Attributes:
        loc: Where the value stands: names of members and positions in lists.
        msg: What is wrong with it, for people.
        type_: What is wrong with it, for programs.
        input_: The value itself.
        ctx: What the rule says, such as a bound.
    """

    loc: list[str | int]
    msg: str
    type_: str
    input_: Any = None
    ctx: ValidationErrorCtx | None = None
    additional_properties: dict[str, Any] = _field(init=False, default_factory=dict)

    @property
    def type(self) -> str:
        """The same as type_, by its name in the API."""
        return self.type_

    @type.setter
    def type(self, value: str) -> None:
        self.type_ = value

    @property
    def input(self) -> Any:
        """The same as input_, by its name in the API."""
        return self.input_

    @input.setter
    def input(self, value: Any) -> None:
        self.input_ = value

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them.

        Dates are text in ISO form, and unknown members are there too. from_dict reads it again.
        """
        _members: dict[str, Any] = {
            "loc": self.loc,
            "msg": self.msg,
            "type": self.type_,
            "input": self.input_,
        }
        if self.ctx is not None:
            _members["ctx"] = self.ctx.to_dict()
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
            loc = _src["loc"]
            msg = _src["msg"]
            type_ = _src["type"]
        except KeyError as _error:
            raise missing_member(_error, _REQUIRED) from None
        _absent = 0
        if type(loc) is not list:
            raise unexpected(loc, "a list", "loc")
        else:
            for _item in loc:
                if type(_item) not in (str, int):
                    raise unexpected_item(loc, (str, int), "a string or an integer", "loc")

        if type(msg) is not str:
            raise unexpected(msg, "a string", "msg")

        if type(type_) is not str:
            raise unexpected(type_, "a string", "type")

        input_ = _src.get("input", MISSING)
        if input_ is MISSING:
            _absent += 1
            input_ = None

        ctx = _src.get("ctx", MISSING)
        if ctx is MISSING:
            _absent += 1
            ctx = None
        elif ctx is not None:
            try:
                ctx = ValidationErrorCtx._from_dict(ctx, _aside)
            except InvalidValueError as _error:
                _aside.add(_src, "ValidationError", "ctx", _error.under("ctx"))
                _absent += 1
                ctx = None

        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.loc = loc
        _model.msg = msg
        _model.type_ = type_
        _model.input_ = input_
        _model.ctx = ctx
        _model.additional_properties = (
            {}
            if len(_src) + _absent == 5
            else _aside.additional(_src, "ValidationError", _KNOWN)
            if _aside
            else {key: value for key, value in _src.items() if key not in _KNOWN}
        )
        return _model
