"""The machinery of `make mutations`: harmful changes are found by name, harmless ones are not."""

from __future__ import annotations

from scripts.mutations import MUTATIONS, Verdict, judge_all, table

NAMES = ["change the default of a query parameter", "change a description"]


def test_a_few_mutations_are_judged() -> None:
    chosen = [each for each in MUTATIONS if each.name in NAMES]
    harmful, harmless = judge_all(chosen)
    assert harmful.found[0][0] == "arguments"
    assert "list_voices" in harmful.found[0][1]
    assert harmless.found == []
    assert (harmful.problem, harmless.problem) == ("", "")


def test_what_is_declared_wrongly_is_a_problem() -> None:
    harmful, harmless = (next(each for each in MUTATIONS if bool(each.harmless) is kind) for kind in (False, True))
    unnoticed, needless = Verdict(harmful, []), Verdict(harmless, [("models", "found")])
    assert (unnoticed.problem, needless.problem) == ("found by nothing", "declared harmless, but found")
    assert table([unnoticed, needless]).count(" <-- ") == 2


def test_the_list_is_long_and_its_names_differ() -> None:
    names = [each.name for each in MUTATIONS]
    assert len(names) >= 30
    assert len(set(names)) == len(names)
    assert all(name in names for name in NAMES)
