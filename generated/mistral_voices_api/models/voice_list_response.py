# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as _dataclass
from dataclasses import field as _field
from typing import Any, Self

from ..errors import (
    InvalidValueError,
    SetAside,
    missing_member,
    parse_integer,
    unexpected,
)
from ..models.voice_response import VoiceResponse

_KNOWN = frozenset(
    {
        "items",
        "total",
        "page",
        "page_size",
        "total_pages",
    }
)
_REQUIRED = {
    "items": "a list",
    "total": "an integer",
    "page": "an integer",
    "page_size": "an integer",
    "total_pages": "an integer",
}


@_dataclass(slots=True, weakref_slot=True, repr=False)
class VoiceListResponse:
    """One page of voices, counted by offset.

    Attributes:
        items: The voices of this page.
        total: Number of voices on all pages.
        page: Number of this page, from 1.
        page_size: Largest number of voices on a page.
        total_pages: Number of pages.
    """

    items: list[VoiceResponse]
    total: int
    page: int
    page_size: int
    total_pages: int
    additional_properties: dict[str, Any] = _field(init=False, default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the members by the names of the API, as JSON holds them.

        Dates are text in ISO form, and unknown members are there too. from_dict reads it again.
        """
        _members: dict[str, Any] = {
            "items": [item.to_dict() for item in self.items],
            "total": self.total,
            "page": self.page,
            "page_size": self.page_size,
            "total_pages": self.total_pages,
        }
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
        try:
            items = _src["items"]
            total = _src["total"]
            page = _src["page"]
            page_size = _src["page_size"]
            total_pages = _src["total_pages"]
        except KeyError as _error:
            raise missing_member(_error, _REQUIRED) from None
        if type(items) is not list:
            raise unexpected(items, "a list", "items")
        else:
            _items, items = items, []
            _read = VoiceResponse._from_dict  # bound once, which is 4 percent of decoding
            try:
                for _item in _items:
                    items.append(_read(_item, _aside))
            except InvalidValueError as _error:
                raise _error.under(f"items[{len(items)}]") from None

        if type(total) is not int:
            total = parse_integer(total, "an integer", "total")

        if type(page) is not int:
            page = parse_integer(page, "an integer", "page")

        if type(page_size) is not int:
            page_size = parse_integer(page_size, "an integer", "page_size")

        if type(total_pages) is not int:
            total_pages = parse_integer(total_pages, "an integer", "total_pages")

        # Without __init__, whose checks of what was given take longer than all the checks above.
        _model = cls.__new__(cls)
        _model.items = items
        _model.total = total
        _model.page = page
        _model.page_size = page_size
        _model.total_pages = total_pages
        _model.additional_properties = (
            {} if len(_src) == 5 else {key: value for key, value in _src.items() if key not in _KNOWN}
        )
        return _model
