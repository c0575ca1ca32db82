"""The machinery of `make mutations`: a harmful change is found by name, and a row that is declared wrongly is shown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scripts.mutations import MUTATIONS, Mutation, MutationError, Verdict, judge, table


def test_a_harmful_mutation_is_found_by_name() -> None:
    verdict = judge(next(each for each in MUTATIONS if each.name == "change the default of a query parameter"))
    assert verdict.found[0][0] == "arguments"
    assert "list_voices" in verdict.found[0][1]
    assert verdict.problem == ""


def test_what_is_declared_wrongly_is_a_problem() -> None:
    harmful, harmless = (next(each for each in MUTATIONS if bool(each.harmless) is kind) for kind in (False, True))
    missed, needless = Verdict(harmful, []), Verdict(harmless, [("models", "found")])
    assert (missed.problem, needless.problem) == ("found by nothing", "declared harmless, but found")
    assert table([missed, needless]).count(" <-- ") == 2


@pytest.mark.parametrize(
    ("change", "misfit"),
    [
        ({"at": "$.gone", "put": {"a": 1}}, "$.gone matches 0 places, expected 1"),
        ({"at": "$.servers", "append": {"url": "a", "x": 1}}, "a is there already: choose another name"),
        ({"at": "$.paths['/a']", "rename": "/b"}, "/b is there already: choose another name"),
        ({"at": "$.paths['/a']", "put": {"get": {}}}, "makes it already: choose another value"),
        ({"replace": ["Nothing", "Other"]}, "makes it already: choose another value"),
    ],
)
def test_a_change_that_the_document_has_by_now_is_named_and_is_not_caught(change: dict[str, Any], misfit: str) -> None:
    document = {"servers": [{"url": "a"}], "paths": {"/a": {"get": {}}, "/b": {}}}
    with pytest.raises(MutationError, match=re.escape(misfit)) as raised:
        Mutation("", change).apply(document)
    problem = Verdict(Mutation("", change), [], str(raised.value)).problem
    assert problem.startswith("does not fit the document any more, fix it in scripts/mutations.yaml: ")


def test_the_list_is_long_and_its_names_differ() -> None:
    names = [each.name for each in MUTATIONS]
    assert len({*names}) == len(names) >= 30
