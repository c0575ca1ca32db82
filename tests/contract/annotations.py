"""Types as sets of words, so that what a schema says can be compared to what an annotation says."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from types import ModuleType
from typing import Any

from .document import Document, Schema, is_nullable, resolve

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
    if inner:
        return frozenset({f"{name}[{', '.join(' | '.join(sorted(words(each))) for each in inner)}]"})
    return frozenset({name})


def schema_words(document: Document, schema: Schema, name: str = "", *, received: bool = False) -> frozenset[str]:
    """Say the same of a schema; `name` is that of a class for an object that stands in place."""
    reference = schema.get("$ref", "").rpartition("/")[2]
    schema = resolve(document, schema)
    kind = schema.get("type")
    if "anyOf" in schema:
        return frozenset().union(*(schema_words(document, each, name, received=received) for each in schema["anyOf"]))
    if "enum" in schema:  # an answer may have any other value too
        return frozenset(map(repr, schema["enum"])) | ({"str"} if received else set())
    if kind == "array":
        items = schema_words(document, schema["items"], name, received=received)
        return frozenset({f"list[{' | '.join(sorted(items))}]"})
    if kind == "object":
        return frozenset({reference or name})
    return frozenset({"datetime" if schema.get("format") == "date-time" else NAMES[kind]})


def field_words(document: Document, schema: Schema, name: str, *, required: bool) -> frozenset[str]:
    """Say what a member of an answer reads as: None where it may be absent and has no default."""
    found = schema_words(document, schema, name, received=True)
    absent = not required and "default" not in resolve(document, schema) and not is_nullable(document, schema)
    return found | {"None"} if absent else found


class Names(Mapping[str, Any]):
    """Names for reading annotations; one that is imported for type checkers only is a class of that name."""

    def __init__(self, *namespaces: Mapping[str, Any]) -> None:
        self._namespaces = namespaces

    def __getitem__(self, name: str) -> Any:
        for namespace in (*self._namespaces, vars(__import__("builtins"))):
            if name in namespace:
                return namespace[name]
        return type(name, (), {"__class_getitem__": classmethod(lambda cls, item: cls)})

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def read(annotation: Any, *namespaces: Mapping[str, Any]) -> frozenset[str]:
    """Read an annotation, which may be text, and give its words."""
    if isinstance(annotation, str):
        annotation = eval(annotation, {}, Names(*namespaces))  # our own source
    return words(annotation)


def _models(package: ModuleType) -> dict[str, Any]:
    return {name: getattr(package.models, name) for name in package.models.__all__}


def annotation_words(package: ModuleType, function: Callable[..., Any], name: str) -> frozenset[str]:
    """Give the words of an argument's annotation, or of the one of `return`."""
    function = inspect.unwrap(function)
    home = vars(sys.modules[function.__module__])
    return read(function.__annotations__.get(name, Any), home, _models(package))


def attribute_words(package: ModuleType, model: type[Any]) -> dict[str, frozenset[str]]:
    """Give the attributes of a model, each with the words of its type."""
    home = vars(sys.modules[model.__module__])
    everything = sys.modules[model.__module__.rpartition(".")[0]]
    literals = {name: getattr(everything, name) for name in everything.__all__}  # they load when they are asked for
    attributes: Any = getattr(model, "__attrs_attrs__", None) or fields(model)
    return {
        each.name: read(each.type, home, literals, _models(package))
        for each in attributes
        if each.name != "additional_properties"
    }
