"""What a changed document means for users where neither redocly nor griffe tells, from small documents."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.diff_document import document_findings
from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL
from scripts.openapi import load

OLD = load(Path(__file__).resolve().parents[1] / "data" / "diff" / "old.yaml")
Document = dict[str, Any]


def get(document: Document) -> Any:
    return document["paths"]["/boats"]["get"]


def parameter(document: Document, name: str) -> Any:
    return next(each for each in get(document)["parameters"] if each["name"] == name)


def schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def field(document: Document, name: str, of: str) -> Any:
    return schema(document, of)["properties"][name]


def response(document: Document) -> Any:
    return get(document)["responses"]["200"]["content"]["application/json"]


def rename_schema(document: Document, old: str, new: str) -> None:
    text = yaml.safe_dump(document).replace(f"schemas/{old}'", f"schemas/{new}'").replace(f"  {old}:\n", f"  {new}:\n")
    document.clear()
    document.update(yaml.safe_load(text))


def rename_path_parameter(document: Document) -> None:
    item = document["paths"].pop("/boats/{boat_id}")
    item["delete"]["parameters"][0]["name"] = "hull"
    document["paths"]["/boats/{hull}"] = item


def inline_body(document: Document) -> None:
    body = document["paths"]["/boats"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = copy.deepcopy(schema(document, "BoatPlan"))


GET, MEANS, ELSE = "GET /boats", "(what is left out now means something else)", "(a call gives something else)"
FOLLOW = "(_api/operations.py must follow; users do not see it)"
LIMIT, TAG = f"{GET} parameter limit: default is now", f'{GET}: tags is now ["port"], was ["harbour"] {FOLLOW}'
KEYLESS = f'{GET}: security is now [], was [{{"Key": []}}] (another authentication)'
CHANGES: list[tuple[Callable[[Document], object], list[tuple[str, str]]]] = [
    (lambda d: parameter(d, "limit")["schema"].update(default=20), [(BREAKING, f"{LIMIT} 20, was 10 {MEANS}")]),
    (lambda d: parameter(d, "limit")["schema"].pop("default"), [(BREAKING, f"{LIMIT} absent, was 10 {MEANS}")]),
    (
        lambda d: field(d, "sails", "BoatPlan").update(default=2),
        [(BREAKING, f"BoatPlan.sails: default is now 2, was 1 {MEANS}")],
    ),
    (
        lambda d: field(d, "crew", "Boat").update(default=["Ada"]),
        [(BREAKING, f'Boat.crew: default is now ["Ada"], was [] {MEANS}')],
    ),
    (
        rename_path_parameter,
        [
            (BREAKING, "path renamed: /boats/{boat_id} -> /boats/{hull} (its arguments follow)"),
        ],
    ),
    (
        lambda d: schema(d, "BoatPlan")["properties"].pop("colour"),
        [(BREAKING, "property removed: BoatPlan.colour (an argument is gone)")],
    ),
    (
        lambda d: schema(d, "Rig")["properties"].pop("wood"),
        [(BREAKING, "property removed: Rig.wood (an argument is gone)")],
    ),
    (lambda d: get(d).update(security=[]), [(BREAKING, KEYLESS)]),
    (
        lambda d: get(d)["responses"].update({"202": {"description": "Later."}}),
        [(BREAKING, f"response added: {GET} response 202 {ELSE}")],
    ),
    (
        lambda d: response(d).update(schema={"type": "string"}),
        [(BREAKING, f"{GET} response 200 media type application/json: type is now string, was BoatList {ELSE}")],
    ),
    (
        lambda d: get(d).update(operationId="boats"),
        [(INTERNAL, f"{GET}: operationId is now boats, was list_boats {FOLLOW}")],
    ),
    (lambda d: get(d).update(tags=["port"]), [(INTERNAL, TAG)]),
    (
        lambda d: rename_schema(d, "Boat", "Ship"),
        [
            (
                BREAKING,
                "class renamed: Boat -> Ship (users import models.Boat; `Boat = Ship` in models.py would keep it)",
            )
        ],
    ),
    (
        lambda d: rename_schema(d, "Trouble", "Problem"),
        [(COMPATIBLE, "class renamed: Trouble -> Problem (models.py keeps the name Trouble)")],
    ),
    (
        lambda d: rename_schema(d, "Rig", "Masts"),
        [(INTERNAL, "class renamed: Rig -> Masts (models.py does not export it)")],
    ),
    # What redocly or griffe tells is not told twice.
    (lambda d: None, []),
    (lambda d: parameter(d, "owner").update(name="captain"), []),
    (lambda d: schema(d, "Boat")["properties"].pop("built"), []),
    (lambda d: get(d)["responses"].pop("404"), []),
    (lambda d: d["paths"].pop("/boats"), []),
    (lambda d: get(d).update(description="Other words."), []),
]


@pytest.mark.parametrize(("change", "told"), CHANGES)
def test_a_changed_document(change: Callable[[Document], object], told: list[tuple[str, str]]) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    assert document_findings(OLD, new, public={"Boat", "BoatList", "Trouble"}, kept={"Trouble"}) == told


def test_an_argument_of_a_body_without_a_name_is_told_too() -> None:
    old = copy.deepcopy(OLD)
    inline_body(old)
    new = copy.deepcopy(old)
    del new["paths"]["/boats"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]["sails"]
    assert [rating for rating, _ in document_findings(old, new)] == [BREAKING]
