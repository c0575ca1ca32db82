"""Types as sets of words, so that what a schema says can be compared to what an annotation says."""

from __future__ import annotations

import builtins
import inspect
import sys
import types
import typing
from collections.abc import Callable
from typing import Any

from .document import Schema

NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", None: "Any"}


def words(annotation: Any) -> frozenset[str]:
    """Give the members of a union, each as a word: str, None, list[int | str], 'preset' for a literal."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return frozenset().union(*map(words, inner))
    if origin is typing.Literal:
        return frozenset(map(repr, inner))
    if annotation in (None, type(None)):
        return frozenset({"None"})
    name = getattr(origin or annotation, "__name__", str(annotation))
    if origin is tuple and inner[1:] == (Ellipsis,):  # taken wherever a list is
        name, inner = "list", inner[:1]
    if inner:
        return frozenset({f"{name}[{', '.join(shown(words(each)) for each in inner)}]"})
    return frozenset({name})


def shown(found: frozenset[str]) -> str:
    """Write words as an annotation."""
    return " | ".join(sorted(found))


def schema_words(schema: Schema) -> frozenset[str]:
    """Say the same of a schema."""
    kind = schema.get("type")
    if "anyOf" in schema:
        return frozenset().union(*(schema_words(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return frozenset(map(repr, schema["enum"]))
    if kind == "array":
        return frozenset({f"list[{shown(schema_words(schema['items']))}]"})
    if kind == "object":
        return frozenset({schema["x-name"]})
    return frozenset({"datetime" if schema.get("format") == "date-time" else NAMES[kind]})


class Names(dict[str, Any]):
    """Names for reading annotations; one that is imported for type checkers only is a class of that name."""

    def __missing__(self, name: str) -> Any:
        return type(name, (), {"__class_getitem__": classmethod(lambda cls, item: cls)})


def _read(annotation: Any, names: dict[str, Any]) -> frozenset[str]:
    if isinstance(annotation, str):
        annotation = eval(annotation, {}, Names({**vars(builtins), **names}))  # our own source
    return words(annotation)


def annotation_words(function: Callable[..., Any], name: str) -> frozenset[str]:
    """Give the words of an argument's annotation, or of the one of `return`."""
    function = inspect.unwrap(function)
    return _read(function.__annotations__.get(name, Any), vars(sys.modules[function.__module__]))


def attribute_words(model: type[Any]) -> dict[str, frozenset[str]]:
    """Give the attributes of a model, each with the words of its type."""
    found = {name: words(each) for name, each in typing.get_type_hints(model).items()}
    found.pop("additional_properties", None)
    return found
