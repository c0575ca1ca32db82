"""The machinery of `make mutations`: a harmful change is found by name, and a row that is declared wrongly is shown."""

from __future__ import annotations

from scripts.mutations import MUTATIONS, Verdict, judge, table


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


def test_the_list_is_long_and_its_names_differ() -> None:
    names = [each.name for each in MUTATIONS]
    assert len({*names}) == len(names) >= 30
