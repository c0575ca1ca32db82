"""Read OpenAPI documents: load and write them, follow their references, list their operations and schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from mistral_voices.local import _document

ROOT = Path(__file__).resolve().parent.parent
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


class DocumentError(Exception):
    """A document cannot be used; the message says why."""


def load(path: Path) -> dict[str, Any]:
    """Read a YAML or JSON file that must hold a mapping."""
    try:
        document = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"{path} is neither YAML nor JSON, or is cut off: {error}") from error
    if not isinstance(document, dict):
        raise DocumentError(f"{path} holds no OpenAPI document but {type(document).__name__}")
    return document


def dump(document: dict[str, Any]) -> str:
    """Write a document in the form of `yaml.safe_dump(sort_keys=False)`, without aliases."""
    return yaml.dump(document, Dumper=_PlainDumper, sort_keys=False)


class _PlainDumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref` to what it stands for; DocumentError when that is not there."""
    place = "/".join(("components", *component(node["$ref"]))) if "$ref" in node else ""
    try:
        return cast("dict[str, Any]", _document.resolve(document, node))
    except (KeyError, TypeError) as error:
        raise DocumentError(f"{place} is referred to, but is not there: is it cut off?") from error


def component(reference: str) -> tuple[str, str]:
    """Say which component a reference names: its kind and name."""
    start, *rest = reference.split("/")
    if start != "#" or len(rest) != 3 or rest[0] != "components":
        raise DocumentError(f"the reference {reference} leads out of the document's components, which is not supported")
    return rest[1], unquote(rest[2]).replace("~1", "/").replace("~0", "~")


def references(node: Any) -> Iterator[str]:
    """Give every reference within a part of a document, those of discriminators included."""
    if isinstance(node, list):
        for each in node:
            yield from references(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            elif key == "discriminator" and isinstance(value, dict) and isinstance(value.get("mapping"), dict):
                for target in value["mapping"].values():
                    yield target if "/" in target else f"#/components/schemas/{target}"
            else:
                yield from references(value)


def closure(document: dict[str, Any], part: Any) -> dict[tuple[str, str], Any]:
    """Find all components that a part of a document needs, through any number of references."""
    found: dict[tuple[str, str], Any] = {}
    waiting = list(references(part))
    while waiting:
        reference = waiting.pop()
        if component(reference) not in found:
            found[component(reference)] = target = resolve(document, {"$ref": reference})
            waiting.extend(references(target))
    return found


def validate(document: dict[str, Any]) -> None:
    """Refuse what is no valid OpenAPI document."""
    closure(document, document)
    errors = [
        f"{' > '.join(map(str, error.absolute_path)) or 'document'}: {error.message.splitlines()[0]}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    if errors:
        raise DocumentError("\n- ".join(["this is not a valid OpenAPI document:", *errors]))


def schemas(document: dict[str, Any]) -> dict[str, Any]:
    """Give the schemas of a document by name."""
    found: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return found


def schemas_of(document: dict[str, Any], part: Any) -> set[str]:
    """Name the schemas that a part of a document needs."""
    return {name for kind, name in closure(document, part) if kind == "schemas"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each operation as `GET /path`, with the parameters of its path among its own."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                parameters = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                yield f"{method.upper()} {path}", {**item[method], "parameters": parameters}


def sent(document: dict[str, Any]) -> set[str]:
    """Name the schemas that requests use."""
    return schemas_of(document, [[each["parameters"], each.get("requestBody")] for _, each in operations(document)])
