"""Tell what a change of the document means for a Python user of the client that is generated from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from scripts.diff_values import (
    BREAKING,
    COMPATIBLE,
    INTERNAL,
    LOWER,
    UPPER,
    Finding,
    Value,
    compare_members,
    compare_value,
)
from scripts.generate import resolve
from scripts.import_extract import NAMED, PROSE, bare, closure, operations
from scripts.import_facts import schemas
from scripts.import_report import rename, renames

READ = {"$ref", "type", "format", "items", "anyOf", "oneOf", "default", "enum", "const", *LOWER, *UPPER, *PROSE}


@dataclass(frozen=True)
class Operation:
    """What a user can notice of one operation."""

    name: str
    where: str
    module: str
    security: str
    deprecated: bool
    arguments: dict[str, Value]
    takes: frozenset[str]
    answers: dict[str, dict[str, Value]]


def document_findings(
    old: dict[str, Any], new: dict[str, Any], *, public: Set[str] = frozenset(), kept: Set[str] = frozenset()
) -> list[Finding]:
    """List what changed.

    Args:
        old: The document before.
        new: The document now.
        public: The classes that users import, by the overlay before.
        kept: Those of them that the overlay now provides by itself, under a name that the document no longer has.
    """
    renamed = renames(schemas(old), schemas(new))
    found = [
        Finding(*_lost(name, public, kept, f"class renamed: {name} -> {now}", now)) for name, now in renamed.items()
    ]
    texts = _prose(old), _prose(new)
    old_named, old = old, rename(old, renamed)
    for name in schemas(old).keys() - schemas(new).keys():
        found.append(Finding(*_lost(name, public, kept, f"class removed: {name}", "")))
    found += [Finding(COMPATIBLE, f"class added: {name}") for name in schemas(new).keys() - schemas(old).keys()]
    found.sort(key=lambda each: each.text)
    found += _compare_operations(_operations(old), _operations(new))
    bodies = _bodies(old) | _bodies(new)
    for side, sent in ((_received, False), (_nested, True)):
        for name in sorted(side(old) & side(new)):
            wholes = [_whole(document, name) for document in (old, new)]
            found += [Finding(each, f"{name}: {text}") for each, text in compare_value(*wholes, sent=sent)]
            if not (sent and name in bodies):
                before, now = _fields(old, name), _fields(new, name)
                found += compare_members(before, now, noun="field", place=name, sent=sent)
    found += _compare_frame(old, new)
    changed = sum(texts[0][at] != texts[1][at] for at in texts[0].keys() & texts[1].keys())
    if changed:
        found.append(Finding(INTERNAL, f"descriptions changed: {changed} (docstrings of generated/ follow)"))
    if not found and old_named != new:
        found.append(Finding(INTERNAL, "the document changed, but nothing that is read here: see its part on the wire"))
    return list(dict.fromkeys(found))


def _lost(name: str, public: Set[str], kept: Set[str], text: str, now: str) -> tuple[str, str]:
    """Rate a class that is gone under its name."""
    if name not in public:
        return INTERNAL, f"{text} (models.py does not export it)"
    if name in kept:
        return COMPATIBLE, f"{text} (models.py keeps the name {name})"
    remedy = f"; `{name} = {now}` in models.py would keep it" if now else ""
    return BREAKING, f"{text} (users import models.{name}{remedy})"


def _compare_operations(old: dict[str, Operation], new: dict[str, Operation]) -> Iterator[Finding]:
    by_name = {operation.name: key for key, operation in new.items() if key not in old}
    pairs = {key: key if key in new else by_name.get(operation.name, "") for key, operation in old.items()}
    for key, before in old.items():
        if not pairs[key]:
            yield Finding(BREAKING, f"operation removed: {before.name} ({before.where})")
        else:
            yield from _compare_operation(before, new[pairs[key]])
    for key in new.keys() - pairs.values():
        yield Finding(COMPATIBLE, f"operation added: {new[key].name} ({new[key].where})")


def _compare_operation(old: Operation, new: Operation) -> Iterator[Finding]:
    name = new.name
    if old.name != name or old.module != new.module:
        what = "module moved" if old.module != new.module else "operation renamed"
        ways = " -> ".join(f"mistral_voices_api.api.{each.module}.{each.name}" for each in (old, new))
        yield Finding(INTERNAL, f"{what}: {ways} (_operations.py must follow; users do not see it)")
    if _key(old) != _key(new):
        yield Finding(INTERNAL, f"{name}: is now {new.where}, was {old.where} (the generated request follows)")
    if old.security != new.security:
        yield Finding(BREAKING, f"{name}: authentication is now {new.security}, was {old.security}")
    if old.deprecated != new.deprecated:
        yield Finding(COMPATIBLE, f"{name}: is {'now' if new.deprecated else 'no longer'} deprecated")
    if old.takes != new.takes:
        said = [" or ".join(sorted(each.takes)) or "no body" for each in (new, old)]
        yield Finding(INTERNAL, f"{name}: sends {said[0]}, was {said[1]}")
    yield from compare_members(old.arguments, new.arguments, noun="argument", place=name, sent=True)
    yield from _compare_answers(old, new)


def _compare_answers(old: Operation, new: Operation) -> Iterator[Finding]:
    name = new.name
    for status in sorted(old.answers.keys() | new.answers.keys()):
        before, now = old.answers.get(status), new.answers.get(status)
        if before is None or now is None:
            kind = "answer" if status.startswith("2") else "error status"
            rating = BREAKING if status.startswith("2") else COMPATIBLE
            yield Finding(rating, f"{name}: {kind} {'removed' if now is None else 'added'}: {status}")
            continue
        for media in sorted(before.keys() | now.keys()):
            if media in before and media in now:
                for rating, text in compare_value(before[media], now[media], sent=False):
                    yield Finding(rating, f"{name}: answer {status}: {text}")
            else:
                verb = "removed" if media in before else "added"
                yield Finding(INTERNAL, f"{name}: answer {status}: form {verb}: {media} (the overlay must read it)")


def _compare_frame(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Finding]:
    """Compare what belongs to no operation."""
    before, now = ({each["url"] for each in document.get("servers", ())} for document in (old, new))
    yield from (Finding(BREAKING, f"server removed: {url}") for url in sorted(before - now))
    yield from (Finding(COMPATIBLE, f"server added: {url}") for url in sorted(now - before))
    schemes = [bare(document.get("components", {}).get("securitySchemes"), names=True) for document in (old, new)]
    if schemes[0] != schemes[1]:
        yield Finding(BREAKING, f"authentication is now {_text(schemes[1])}, was {_text(schemes[0])}")
    for what, ways in (("OpenAPI version", ("openapi",)), ("version of the document", ("info", "version"))):
        versions = []
        for document in (old, new):
            node: Any = document
            for key in ways:
                node = node.get(key, {})
            versions.append(node)
        if versions[0] != versions[1]:
            yield Finding(INTERNAL, f"{what} is now {versions[1]}, was {versions[0]}")


def _key(operation: Operation) -> str:
    """Name an operation by its method and path, whatever the path's parameters are called."""
    return "/".join("{}" if part.startswith("{") else part for part in operation.where.split("/"))


def _operations(document: dict[str, Any]) -> dict[str, Operation]:
    found = {}
    for where, item, node in operations(document):
        arguments = {}
        for each in [*item.get("parameters", ()), *node.get("parameters", ())]:
            parameter = resolve(document, each)
            required = parameter.get("required", False)
            value = read(document, parameter.get("schema", {}), required=required, place=parameter["in"])
            arguments[_python(parameter["name"])] = value
        body = resolve(document, node.get("requestBody", {})).get("content", {})
        for media in body.values():
            schema = resolve(document, media.get("schema", {}))
            for name, part in schema.get("properties", {}).items():
                value = read(document, part, required=name in schema.get("required", ()), place="body")
                arguments[_python(name)] = value
        answers = {}
        for status, each in node.get("responses", {}).items():
            content = resolve(document, each).get("content", {})
            answers[str(status)] = {
                media: read(document, part.get("schema", {}), required=True) for media, part in content.items()
            }
        name = node.get("operationId", where)
        module = str(PythonIdentifier((node.get("tags") or ["default"])[0], "tag"))
        security = _text(node.get("security", document.get("security")))
        deprecated = node.get("deprecated", False)
        operation = Operation(name, where, module, security, deprecated, arguments, frozenset(body), answers)
        found[_key(operation)] = operation
    return found


def _python(name: str) -> str:
    return str(PythonIdentifier(name, "field_"))


def _fields(document: dict[str, Any], name: str) -> dict[str, Value]:
    schema = schemas(document)[name]
    required = schema.get("required", ())
    return {
        _python(key): read(document, part, required=key in required)
        for key, part in schema.get("properties", {}).items()
    }


def _whole(document: dict[str, Any], name: str) -> Value:
    """Read what is said of a class as a whole; other schemas are read where they are used."""
    schema = schemas(document)[name]
    if schema.get("type") != "object" and "properties" not in schema:
        return Value()
    own = {key: said for key, said in schema.items() if key not in ("properties", "required")}
    return read(document, own, required=True)


def read(document: dict[str, Any], schema: Any, *, required: bool, place: str = "") -> Value:
    """Read what a schema says; classes go by their names, all else by what it holds."""
    types: set[str] = set()
    choices: set[str] = set()
    bounds: dict[str, float] = {}
    rest: dict[str, str] = {}
    for each in _alternatives(document, schema):
        reference = each.get("$ref")
        if reference:
            types.add(reference.rpartition("/")[2])
            continue
        names = each.get("type", "anything")
        for name in [names] if isinstance(names, str) else names:
            if name == "array":
                inner = read(document, each.get("items", {}), required=True)
                types.add(f"list of {' or '.join(sorted(inner.types))}")
                choices |= inner.choices or set()
                bounds |= {f"item {keyword}": bound for keyword, bound in inner.bounds.items()}
                rest |= {f"item {keyword}": said for keyword, said in inner.rest.items()}
            else:
                types.add(f"{name} ({each['format']})" if "format" in each and name != "null" else name)
        choices |= {str(value) for value in each.get("enum", [each["const"]] if "const" in each else ())}
        bounds |= {keyword: each[keyword] for keyword in (*LOWER, *UPPER) if keyword in each}
        rest |= {
            key: _text(bare(said, names=key in NAMED))
            for key, said in each.items()
            if key not in READ and not key.startswith("x-")
        }
    default = resolve(document, schema).get("default") if isinstance(schema, dict) else None
    said = None if default is None else _text(default)
    return Value(frozenset(types), required, said, frozenset(choices) if choices else None, bounds, rest, place)


def _alternatives(document: dict[str, Any], schema: Any) -> Iterator[dict[str, Any]]:
    """Give the forms that a value may have; of references only those to classes are left."""
    if not isinstance(schema, dict):
        return
    target = resolve(document, schema)
    if "$ref" in schema and (target.get("type") == "object" or "properties" in target):
        yield schema
    elif combined := target.get("anyOf", target.get("oneOf")):
        for each in combined:
            yield from _alternatives(document, each)
    else:
        yield target


def _bodies(document: dict[str, Any]) -> set[str]:
    """Name the classes whose fields are the arguments of an operation."""
    contents = [resolve(document, node.get("requestBody", {})) for _, _, node in operations(document)]
    schemas_ = [media.get("schema", {}) for content in contents for media in content.get("content", {}).values()]
    return {schema["$ref"].rpartition("/")[2] for schema in schemas_ if "$ref" in schema}


def _received(document: dict[str, Any]) -> set[str]:
    """Name the classes that answers hold."""
    return _reached(document, [node.get("responses", {}) for _, _, node in operations(document)])


def _nested(document: dict[str, Any]) -> set[str]:
    """Name the classes that requests hold."""
    parts = [
        [item.get("parameters", ()), node.get("parameters", ()), node.get("requestBody", {})]
        for _, item, node in operations(document)
    ]
    return _reached(document, parts)


def _reached(document: dict[str, Any], part: Any) -> set[str]:
    return {name for kind, name in closure(document, part) if kind == "schemas"}


def _prose(node: Any, at: tuple[str, ...] = (), *, names: bool = False) -> dict[tuple[str, ...], str]:
    """Find all texts for people, by where they stand."""
    found: dict[tuple[str, ...], str] = {}
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        if isinstance(node, dict) and key in PROSE and not names:
            found[*at, key] = _text(value)
        else:
            label = value.get("name", key) if isinstance(node, list) and isinstance(value, dict) else key
            found |= _prose(value, (*at, str(label)), names=not names and key in NAMED)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, sort_keys=True)
