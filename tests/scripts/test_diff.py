"""What a changed document means for users where neither redocly nor griffe reports it, from small documents."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.diff import document_findings
from scripts.diff_surface import BREAKING
from scripts.mutations import Mutation
from scripts.openapi import load

DATA = Path(__file__).resolve().parents[1] / "data" / "diff"
OLD = load(DATA / "old.yaml")
CHANGES = yaml.safe_load((DATA / "changes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: str(case["change"]))
def test_a_changed_document(case: dict[str, Any]) -> None:
    new = copy.deepcopy(OLD)
    Mutation("", case["change"]).apply(new)
    found = document_findings(OLD, new, public={"Boat", "BoatList", "Trouble"}, kept={"Trouble"})
    assert found == ([(case["rating"], case["text"])] if "text" in case else [])


def test_an_argument_of_a_body_without_a_name_is_reported_too() -> None:
    old, body = copy.deepcopy(OLD), "$.paths['/boats'].post.requestBody.content['application/json']"
    Mutation("", {"at": body, "put": {"schema": old["components"]["schemas"]["BoatPlan"]}}).apply(old)
    new = copy.deepcopy(old)
    Mutation("", {"drop": f"{body}.schema.properties.sails"}).apply(new)
    assert [rating for rating, _ in document_findings(old, new)] == [BREAKING]
