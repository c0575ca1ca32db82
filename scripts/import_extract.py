"""Take the voices part out of the vendor's document: facts without prose, in an order that depends on them alone.

What is said of voices and is neither taken nor left out by openapi/scope.yaml stops the import.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

from scripts.openapi import ROOT, DocumentError, closure, load, operations, resolve

SCOPE = ROOT / "openapi" / "scope.yaml"
VOICES = re.compile("(?<!in)voice", re.IGNORECASE)  # not "invoice"

words = str.split
PROSE = words("description summary title example examples externalDocs contact license termsOfService $comment")
LITERAL = words("default enum const security dependentRequired")
OUTSIDE = {"default", "deprecated", "readOnly", "writeOnly"}  # what belongs to a member, whatever its type
# The children of these are named by the API: whatever they are called, they are not keywords.
NAMED = words("""paths webhooks properties patternProperties dependentSchemas $defs definitions schemas parameters
    responses requestBodies headers securitySchemes content links callbacks pathItems encoding variables mapping""")
# The order of members in what we write; others follow by name. `required[]` is the list of a schema.
KEYWORDS = words("""$ref openapi info servers security title version url name in required operationId summary type
    scheme x-sent description deprecated license identifier x-server-name tags securitySchemes parameters requestBody
    responses paths components get put post patch delete headers content schemas schema anyOf properties items enum
    format minimum maximum minLength maxLength default required[]""")


def bare(node: Any, *, names: bool = False, where: str = "the document") -> Any:
    """Copy a part of a document without prose and extensions; with `names` its keys are names, not keywords.

    Members that have no value, as a cut leaves them, are refused.
    """
    if node is None:
        raise DocumentError(f"{where.removeprefix('the document/')} has no value: is the file cut off?")
    if isinstance(node, list):
        return [bare(each, where=where) for each in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in ((str(key), value) for key, value in node.items()):
        if key in LITERAL and not names:
            result[key] = copy.deepcopy(value)
        elif key == "scopes" and not names:
            result[key] = dict.fromkeys(value, "")
        elif names or (key not in PROSE and not key.startswith("x-")):
            result[key] = bare(value, names=key in NAMED and not names, where=f"{where}/{key}")
    return result if names else _without_type_list(result)


def _without_type_list(schema: dict[str, Any]) -> dict[str, Any]:
    """Write `type: [string, "null"]` as the anyOf that says the same; rules of a type go with it."""
    if not isinstance(schema.get("type"), list):
        return schema
    outside = {key: schema[key] for key in schema.keys() & OUTSIDE}
    rules = {key: value for key, value in schema.items() if key not in {"type", *OUTSIDE}}
    kinds = [{"type": kind, **(rules if kind != "null" else {})} for kind in schema["type"]]
    return {**outside, "anyOf": sorted(kinds, key=lambda each: each["type"] == "null")}


def arranged(node: Any, *, names: bool = False, by_name: bool = False) -> Any:
    """Put members into our order: keywords as in KEYWORDS, paths and statuses by name, other names as they come.

    With `by_name` all names and parameters are sorted, so that the vendor's order plays no part.
    """
    if isinstance(node, list):
        return [arranged(each, by_name=by_name) for each in node]
    if not isinstance(node, dict):
        return node
    if names:
        keys = sorted(node, key=lambda name: name if by_name or name[:1] in "/123456789" else "~")
        return {key: arranged(node[key], by_name=by_name) for key in keys}
    result = {}
    for key in sorted(node, key=lambda key: _rank(key, node[key])):
        value = node[key]
        result[key] = value if key in LITERAL else arranged(value, names=key in NAMED, by_name=by_name)
    if isinstance(node.get("required"), list):
        places = {name: place for place, name in enumerate(result.get("properties", ()))}
        result["required"].sort(key=lambda name: (places.get(name, len(places)), name))
    if by_name and isinstance(node.get("parameters"), list):
        result["parameters"].sort(key=lambda each: (each.get("name", ""), each.get("in", ""), each.get("$ref", "")))
    return result


def _rank(key: str, value: object) -> tuple[int, str]:
    word = "required[]" if key == "required" and isinstance(value, list) else key
    return (KEYWORDS.index(word), "") if word in KEYWORDS else (len(KEYWORDS), key)


def check_scope(document: dict[str, Any], scope: dict[str, Any], taken: set[str]) -> None:
    """Refuse operations that are said to be about voices, and of which the scope does not say whether they are ours."""
    about = {name: [name, each.get("tags"), each.get("operationId")] for name, each in operations(document)}
    about |= {f"webhook {name}": [name] for name in document.get("webhooks", ())}
    left_out = scope.get("left out") or {}
    lost = [name for name, said in about.items() if VOICES.search(json.dumps(said)) and name not in taken]
    if unknown := [name for name in lost if name not in left_out]:
        raise DocumentError(
            "these say that they are about voices, and are not taken: " + "; ".join(sorted(unknown)) + ". Take their "
            "paths, or name them as left out with the reason, in openapi/scope.yaml"
        )
    if gone := left_out.keys() - lost:
        raise DocumentError(f"openapi/scope.yaml leaves out what is not there: {'; '.join(sorted(gone))}. Drop it")


def extract(document: dict[str, Any], scope: Path = SCOPE) -> dict[str, Any]:
    """Take out the voices operations with all that they need, as facts in a stable order."""
    kind, version = ("Swagger", "swagger") if "swagger" in document else ("OpenAPI", "openapi")
    if not str(document.get("openapi", "")).startswith("3.1."):
        raise DocumentError(f"this is {kind} {document.get(version, '(no version)')}; OpenAPI 3.1 is needed")
    facts = bare(document)
    rules = load(scope)
    known = facts.get("paths", {})
    ours = {path: item for path, item in known.items() if any(re.search(each, path) for each in rules["taken"])}
    facts["paths"] = ours
    found = dict(operations(facts))
    check_scope({**facts, "paths": known}, rules, {*found})
    if not found:
        raise DocumentError("there are no voices operations (/v1/audio/voices or the like): is the file cut off?")
    security = {name: operation.get("security", facts.get("security")) for name, operation in found.items()}
    lacking = [name for name, needs in security.items() if needs is None]
    if lacking or not facts.get("servers"):
        raise DocumentError(f"{[*lacking, 'the document'][0]} has no security or servers: is the file cut off?")
    needed = closure(facts, facts["paths"])
    for scheme in {scheme for needs in security.values() for need in needs for scheme in need}:
        needed["securitySchemes", scheme] = resolve(facts, {"$ref": f"#/components/securitySchemes/{scheme}"})
    components: dict[str, dict[str, Any]] = {}
    for (kind, name), content in sorted(needed.items(), key=lambda item: item[0]):
        components.setdefault(kind, {})[name] = content
    used = {tag for operation in found.values() for tag in operation.get("tags", ())}
    taken = {key: facts[key] for key in ("openapi", "info", "servers", "security", "paths") if key in facts}
    tags = [{"name": tag["name"]} for tag in facts.get("tags", ()) if tag["name"] in used]
    result: dict[str, Any] = arranged({**taken, "tags": tags, "components": components}, by_name=True)
    return result
