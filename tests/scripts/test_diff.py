"""What a changed document means for users where neither redocly nor griffe reports it, from small documents."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from scripts.diff_document import document_findings
from scripts.diff_surface import BREAKING, COMPATIBLE, INTERNAL
from scripts.mutation_list import Change, drop, put, replace
from scripts.openapi import load

OLD = load(Path(__file__).resolve().parents[1] / "data" / "diff" / "old.yaml")


GET, BODY = "$.paths['/boats'].get", "$.paths['/boats'].post.requestBody.content['application/json']"
PLAN, SCHEMAS = "$.components.schemas.BoatPlan.properties", "$.components.schemas"
LIMIT, OK = f"{GET}.parameters[?@.name=='limit'].schema", f"{GET}.responses['200'].content['application/json']"
MEANS, ELSE = "(what is left out now means something else)", "(a call gives something else)"
FOLLOW = "(_api/operations.py must follow; users do not see it)"
GONE, RENAMED, KEEP = "(an argument is gone)", "class renamed:", "models.py would keep it)"
SHOWN = "GET /boats response 200 media type application/json"
# The change, its rating, and all that is reported; "" for what redocly or griffe reports.
CHANGES: list[tuple[Change, str, str]] = [
    (put(LIMIT, default=20), BREAKING, f"GET /boats parameter limit: default is now 20, was 10 {MEANS}"),
    (drop(f"{LIMIT}.default"), BREAKING, f"GET /boats parameter limit: default is now absent, was 10 {MEANS}"),
    (put(f"{PLAN}.sails", default=2), BREAKING, f"BoatPlan.sails: default is now 2, was 1 {MEANS}"),
    (put(f"{SCHEMAS}.Boat.properties.crew", default=[1]), BREAKING, f"Boat.crew: default is now [1], was [] {MEANS}"),
    (replace("boat_id", "hull"), BREAKING, "path renamed: /boats/{boat_id} -> /boats/{hull} (its arguments follow)"),
    (drop(f"{PLAN}.colour"), BREAKING, f"property removed: BoatPlan.colour {GONE}"),
    (drop(f"{SCHEMAS}.Rig.properties.wood"), BREAKING, f"property removed: Rig.wood {GONE}"),
    (put(GET, security=[]), BREAKING, 'GET /boats: security is now [], was [{"Key": []}] (another authentication)'),
    (put(f"{GET}.responses", {"202": {}}), BREAKING, f"response added: GET /boats response 202 {ELSE}"),
    (put(OK, schema={"type": "string"}), BREAKING, f"{SHOWN}: type is now string, was BoatList {ELSE}"),
    (put(GET, operationId="boats"), INTERNAL, f"GET /boats: operationId is now boats, was list_boats {FOLLOW}"),
    (put(GET, tags=["port"]), INTERNAL, f'GET /boats: tags is now ["port"], was ["harbour"] {FOLLOW}'),
    (replace('Boat"', 'Ship"'), BREAKING, f"{RENAMED} Boat -> Ship (users import models.Boat; `Boat = Ship` in {KEEP}"),
    (replace("Trouble", "Fault"), COMPATIBLE, f"{RENAMED} Trouble -> Fault (models.py keeps the name Trouble)"),
    (replace("Rig", "Masts"), INTERNAL, f"{RENAMED} Rig -> Masts (models.py does not export it)"),
    (lambda document: None, "", ""),
    (put(f"{GET}.parameters[?@.name=='owner']", name="captain"), "", ""),
    (drop(f"{SCHEMAS}.Boat.properties.built"), "", ""),
    (drop(f"{GET}.responses['404']"), "", ""),
    (drop("$.paths['/boats']"), "", ""),
    (put(GET, description="Other words."), "", ""),
]


@pytest.mark.parametrize(("change", "rating", "text"), CHANGES)
def test_a_changed_document(change: Change, rating: str, text: str) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    found = document_findings(OLD, new, public={"Boat", "BoatList", "Trouble"}, kept={"Trouble"})
    assert found == ([(rating, text)] if text else [])


def test_an_argument_of_a_body_without_a_name_is_reported_too() -> None:
    old = copy.deepcopy(OLD)
    put(BODY, schema=old["components"]["schemas"]["BoatPlan"])(old)
    new = copy.deepcopy(old)
    drop(f"{BODY}.schema.properties.sails")(new)
    assert [rating for rating, _ in document_findings(old, new)] == [BREAKING]
