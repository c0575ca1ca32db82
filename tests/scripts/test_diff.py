"""What a changed document means for users where neither redocly nor griffe reports it, from small documents."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from scripts.diff import document_findings
from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL
from scripts.mutations import Mutation
from scripts.openapi import load

OLD = load(Path(__file__).resolve().parents[1] / "data" / "diff" / "old.yaml")


GET, BODY = "$.paths['/boats'].get", "$.paths['/boats'].post.requestBody.content['application/json']"
SCHEMAS = "$.components.schemas"
PLAN, BOAT = f"{SCHEMAS}.BoatPlan.properties", f"{SCHEMAS}.Boat.properties"
LIMIT, OK = f"{GET}.parameters[?@.name=='limit'].schema", f"{GET}.responses['200'].content['application/json']"
MEANS, ELSE = "(what is left out now means something else)", "(a call gives something else)"
NOW, AUTH = "GET /boats parameter limit: default is now", "(another authentication)"
FOLLOW = "(_api/operations.py must follow; users do not see it)"
GONE, RENAMED = "(an argument is gone)", "class renamed:"
KEEP = "(users import models.Boat; `Boat = Ship` in models.py would keep it)"
SHOWN = "GET /boats response 200 media type application/json"
# The change, its rating, and all that is reported; "" for what redocly or griffe reports.
CHANGES: list[tuple[dict[str, Any], str, str]] = [
    ({"at": LIMIT, "put": {"default": 20}}, BREAKING, f"{NOW} 20, was 10 {MEANS}"),
    ({"drop": f"{LIMIT}.default"}, BREAKING, f"{NOW} absent, was 10 {MEANS}"),
    ({"at": f"{PLAN}.sails", "put": {"default": 2}}, BREAKING, f"BoatPlan.sails: default is now 2, was 1 {MEANS}"),
    ({"at": f"{BOAT}.crew", "put": {"default": [1]}}, BREAKING, f"Boat.crew: default is now [1], was [] {MEANS}"),
    ({"replace": ["boat_id", "id"]}, BREAKING, "path renamed: /boats/{boat_id} -> /boats/{id} (its arguments follow)"),
    ({"drop": f"{PLAN}.colour"}, BREAKING, f"property removed: BoatPlan.colour {GONE}"),
    ({"drop": f"{SCHEMAS}.Rig.properties.wood"}, BREAKING, f"property removed: Rig.wood {GONE}"),
    ({"at": GET, "put": {"security": []}}, BREAKING, f'GET /boats: security is now [], was [{{"Key": []}}] {AUTH}'),
    ({"at": f"{GET}.responses", "put": {"202": {}}}, BREAKING, f"response added: GET /boats response 202 {ELSE}"),
    ({"at": OK, "put": {"schema": {"type": "string"}}}, BREAKING, f"{SHOWN}: type is now string, was BoatList {ELSE}"),
    (
        {"at": GET, "put": {"operationId": "all"}},
        INTERNAL,
        f"GET /boats: operationId is now all, was list_boats {FOLLOW}",
    ),
    ({"at": GET, "put": {"tags": ["port"]}}, INTERNAL, f'GET /boats: tags is now ["port"], was ["harbour"] {FOLLOW}'),
    ({"replace": ['Boat"', 'Ship"']}, BREAKING, f"{RENAMED} Boat -> Ship {KEEP}"),
    ({"replace": ["Trouble", "Fault"]}, COMPATIBLE, f"{RENAMED} Trouble -> Fault (models.py keeps the name Trouble)"),
    ({"replace": ["Rig", "Masts"]}, INTERNAL, f"{RENAMED} Rig -> Masts (models.py does not export it)"),
    ({}, "", ""),
    ({"at": f"{GET}.parameters[?@.name=='owner']", "put": {"name": "captain"}}, "", ""),
    ({"drop": f"{BOAT}.built"}, "", ""),
    ({"drop": f"{GET}.responses['404']"}, "", ""),
    ({"drop": "$.paths['/boats']"}, "", ""),
    ({"at": GET, "put": {"description": "Other words."}}, "", ""),
]


@pytest.mark.parametrize(("change", "rating", "text"), CHANGES)
def test_a_changed_document(change: dict[str, Any], rating: str, text: str) -> None:
    new = copy.deepcopy(OLD)
    Mutation("", change).apply(new)
    found = document_findings(OLD, new, public={"Boat", "BoatList", "Trouble"}, kept={"Trouble"})
    assert found == ([(rating, text)] if text else [])


def test_an_argument_of_a_body_without_a_name_is_reported_too() -> None:
    old = copy.deepcopy(OLD)
    Mutation("", {"at": BODY, "put": {"schema": old["components"]["schemas"]["BoatPlan"]}}).apply(old)
    new = copy.deepcopy(old)
    Mutation("", {"drop": f"{BODY}.schema.properties.sails"}).apply(new)
    assert [rating for rating, _ in document_findings(old, new)] == [BREAKING]
