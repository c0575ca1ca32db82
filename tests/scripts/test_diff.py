"""What a changed document means for a Python user, told from small documents."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import diff
from scripts.diff_document import document_findings
from scripts.diff_values import BREAKING, COMPATIBLE, INTERNAL

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "diff"
OLD: dict[str, Any] = yaml.safe_load((SAMPLES / "old.yaml").read_text(encoding="utf-8"))
Document = dict[str, Any]
Change = Callable[[Document], object]


def get(document: Document) -> Any:
    return document["paths"]["/boats"]["get"]


def parameter(document: Document, name: str) -> Any:
    return next(each for each in get(document)["parameters"] if each["name"] == name)


def schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def field(document: Document, name: str, of: str = "Boat") -> Any:
    return schema(document, of)["properties"][name]


def rename_schema(document: Document, old: str, new: str) -> None:
    text = (
        yaml.safe_dump(document).replace(f"schemas/{old}'", f"schemas/{new}'").replace(f"    {old}:\n", f"    {new}:\n")
    )
    document.clear()
    document.update(yaml.safe_load(text))


def rename_path_parameter(document: Document) -> None:
    item = document["paths"].pop("/boats/{boat_id}")
    item["delete"]["parameters"][0]["name"] = "hull"
    document["paths"]["/boats/{hull}"] = item


def move(document: Document) -> None:
    document["paths"]["/v2/boats/{boat_id}"] = document["paths"].pop("/boats/{boat_id}")


NULLABLE = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
FERRY = {"operationId": "ferry", "tags": ["harbour"], "responses": {"200": {"description": "Done."}}}
DOCUMENTS: list[tuple[str, Change, str]] = [
    # Operations
    (COMPATIBLE, lambda d: d["paths"].update({"/ferry": {"get": FERRY}}), "operation added: ferry (GET /ferry)"),
    (BREAKING, lambda d: d["paths"].pop("/boats/{boat_id}"), "operation removed: sink_boat (DELETE /boats/{boat_id})"),
    (
        INTERNAL,
        lambda d: get(d).update(operationId="boats"),
        "operation renamed: mistral_voices_api.api.harbour.list_boats -> ",
    ),
    (
        INTERNAL,
        lambda d: get(d).update(tags=["the port"]),
        "harbour.list_boats -> mistral_voices_api.api.the_port.list_boats",
    ),
    (INTERNAL, move, "sink_boat: is now DELETE /v2/boats/{boat_id}, was DELETE /boats/{boat_id}"),
    (COMPATIBLE, lambda d: get(d).update(deprecated=True), "list_boats: is now deprecated"),
    (BREAKING, lambda d: get(d).update(security=[]), "list_boats: authentication is now []"),
    (BREAKING, lambda d: d.update(servers=[{"url": "https://b.example"}]), "server removed: https://boats.example"),
    (COMPATIBLE, lambda d: d["servers"].append({"url": "https://b.example"}), "server added: https://b.example"),
    (BREAKING, lambda d: d["components"]["securitySchemes"]["Key"].update(scheme="basic"), "authentication is now"),
    (INTERNAL, lambda d: d["info"].update(version="2.0.0"), "version of the document is now 2.0.0, was 1.0.0"),
    (INTERNAL, lambda d: get(d).update(summary="Boats"), "descriptions changed: 1"),
    (INTERNAL, lambda d: d["info"].update({"x-owner": "me"}), "nothing that is read here"),
    # Answers
    (COMPATIBLE, lambda d: get(d)["responses"].update({"409": {"description": "No."}}), "error status added: 409"),
    (COMPATIBLE, lambda d: get(d)["responses"].pop("404"), "list_boats: error status removed: 404"),
    (
        BREAKING,
        lambda d: get(d)["responses"].update({"202": {"description": "Later."}}),
        "list_boats: answer added: 202",
    ),
    (
        BREAKING,
        lambda d: get(d)["responses"]["200"]["content"]["application/json"].update(schema={"type": "string"}),
        "list_boats: answer 200: type is now string, was BoatList",
    ),
    (INTERNAL, lambda d: get(d)["responses"]["200"]["content"].update({"text/csv": {}}), "form added: text/csv"),
    # Arguments
    (
        BREAKING,
        lambda d: parameter(d, "limit")["schema"].update(default=20),
        "argument limit: default is now 20, was 10",
    ),
    (
        BREAKING,
        lambda d: field(d, "sails", "BoatPlan").update(default=2),
        "build_boat: argument sails: default is now 2",
    ),
    (BREAKING, lambda d: parameter(d, "limit")["schema"].pop("default"), "there is no default any more, was 10"),
    (BREAKING, lambda d: parameter(d, "owner").update(name="captain"), "argument renamed: owner -> captain"),
    (BREAKING, rename_path_parameter, "sink_boat: argument renamed: boat_id -> hull"),
    (BREAKING, lambda d: get(d)["parameters"].pop(), "list_boats: argument removed: owner"),
    (BREAKING, lambda d: schema(d, "BoatPlan")["properties"].pop("colour"), "build_boat: argument removed: colour"),
    (COMPATIBLE, lambda d: schema(d, "BoatPlan")["properties"].update(id={"type": "string"}), "argument added: id"),
    (
        BREAKING,
        lambda d: get(d)["parameters"].append({"name": "sea", "in": "query", "required": True, "schema": {}}),
        "list_boats: new required argument: sea",
    ),
    (BREAKING, lambda d: parameter(d, "owner").update(required=True), "list_boats: argument owner: is now required"),
    (COMPATIBLE, lambda d: schema(d, "BoatPlan").update(required=[]), "argument name: is no longer required"),
    (BREAKING, lambda d: parameter(d, "owner")["schema"].update(type="integer"), "type is now integer, was string"),
    (COMPATIBLE, lambda d: parameter(d, "limit")["schema"].update(type="number"), "type is now number, was integer"),
    (COMPATIBLE, lambda d: parameter(d, "owner")["schema"].update(type=["string", "null"]), "owner: may now be null"),
    (BREAKING, lambda d: field(d, "colour", "BoatPlan")["anyOf"].pop(), "colour: may no longer be null"),
    (
        BREAKING,
        lambda d: parameter(d, "limit")["schema"].update(maximum=40),
        "bound narrowed: maximum is now 40, was 50",
    ),
    (COMPATIBLE, lambda d: parameter(d, "limit")["schema"].update(minimum=0), "bound widened: minimum is now 0, was 1"),
    (BREAKING, lambda d: parameter(d, "owner")["schema"].update(minLength=2), "minLength is now 2, was absent"),
    (COMPATIBLE, lambda d: field(d, "name", "BoatPlan").pop("maxLength"), "maxLength is now absent, was 20"),
    (BREAKING, lambda d: parameter(d, "owner")["schema"].update(pattern="a+"), "pattern is now a+, was absent"),
    (
        COMPATIBLE,
        lambda d: parameter(d, "type")["schema"]["enum"].append("oar"),
        "argument type_: enum value added: oar",
    ),
    (
        BREAKING,
        lambda d: parameter(d, "type")["schema"]["enum"].remove("row"),
        "argument type_: enum value removed: row",
    ),
    (BREAKING, lambda d: parameter(d, "owner")["schema"].update(enum=["me"]), "allows only these values now: me"),
    (COMPATIBLE, lambda d: parameter(d, "type")["schema"].pop("enum"), "allows any value now, was one of row, sail"),
    (INTERNAL, lambda d: parameter(d, "owner").update({"in": "header"}), "owner: is now sent in the header"),
    (BREAKING, lambda d: schema(d, "Rig")["required"].append("wood"), "Rig: field wood: is now required"),
    (BREAKING, lambda d: field(d, "masts", "Rig").update(maximum=3), "Rig: field masts: bound narrowed: maximum"),
    # Fields
    (BREAKING, lambda d: schema(d, "Boat")["properties"].pop("built"), "Boat: field removed: built"),
    (COMPATIBLE, lambda d: schema(d, "Boat")["properties"].update(flag={"type": "string"}), "Boat: field added: flag"),
    (
        BREAKING,
        lambda d: field(d, "length").update(type="string"),
        "Boat: field length: type is now string, was integer",
    ),
    (
        BREAKING,
        lambda d: schema(d, "Boat")["properties"].update(length=NULLABLE),
        "Boat: field length: may now be null",
    ),
    (COMPATIBLE, lambda d: field(d, "built").update(type=["string", "null"]), "Boat: field built: "),
    (BREAKING, lambda d: schema(d, "Boat")["required"].remove("id"), "id: is no longer required: it may now be None"),
    (COMPATIBLE, lambda d: schema(d, "Boat")["required"].append("built"), "Boat: field built: is now required"),
    (BREAKING, lambda d: field(d, "crew").update(default=["Ada"]), 'crew: default is now ["Ada"], was []'),
    (COMPATIBLE, lambda d: field(d, "state")["enum"].append("lost"), "Boat: field state: enum value added: lost"),
    (COMPATIBLE, lambda d: field(d, "state")["enum"].remove("sunk"), "Boat: field state: enum value removed: sunk"),
    (COMPATIBLE, lambda d: field(d, "length").update(minimum=2), "Boat: field length: bound narrowed: minimum"),
    # Classes; users import Boat, BoatList and Trouble
    (BREAKING, lambda d: schema(d, "BoatPlan").update(additionalProperties=False), "BoatPlan: additionalProperties is"),
    (BREAKING, lambda d: rename_schema(d, "Boat", "Ship"), "class renamed: Boat -> Ship (users import models.Boat"),
    (
        COMPATIBLE,
        lambda d: rename_schema(d, "Trouble", "Problem"),
        "class renamed: Trouble -> Problem (models.py keeps",
    ),
    (
        INTERNAL,
        lambda d: rename_schema(d, "Rig", "Masts"),
        "class renamed: Rig -> Masts (models.py does not export it)",
    ),
    (COMPATIBLE, lambda d: d["components"]["schemas"].update(Oar={"type": "object"}), "class added: Oar"),
]


@pytest.mark.parametrize(("rating", "change", "text"), DOCUMENTS, ids=[text for _, _, text in DOCUMENTS])
def test_a_changed_document(rating: str, change: Change, text: str) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    found = document_findings(OLD, new, public={"Boat", "BoatList", "Trouble"}, kept={"Trouble"})
    assert [each for each in found if text in each.text and each.rating == rating], found
    assert diff.worst(found) == rating, found


def test_only_what_changed_is_told() -> None:
    new = copy.deepcopy(OLD)
    parameter(new, "limit")["schema"]["default"] = 20
    assert document_findings(OLD, new) == [(BREAKING, "list_boats: argument limit: default is now 20, was 10")]
    assert document_findings(OLD, copy.deepcopy(OLD)) == []


def test_a_new_argument_before_others_changes_no_descriptions() -> None:
    old = copy.deepcopy(OLD)
    parameter(old, "limit")["description"] = "How many."
    new = copy.deepcopy(old)
    get(new)["parameters"].insert(0, {"name": "sea", "in": "query", "description": "Where.", "schema": {}})
    assert document_findings(old, new) == [(COMPATIBLE, "list_boats: argument added: sea")]


def test_a_renamed_class_is_told_once() -> None:
    new = copy.deepcopy(OLD)
    rename_schema(new, "Boat", "Ship")
    assert len(document_findings(OLD, new)) == 1


def test_the_samples_of_the_self_test_are_rated_likewise_for_python() -> None:
    for name, rating in (("breaking", BREAKING), ("compatible", COMPATIBLE)):
        new = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
        assert diff.worst(document_findings(OLD, new)) == rating
