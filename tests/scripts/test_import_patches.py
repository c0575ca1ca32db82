"""Patches: what they target, updates and removals, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.import_patches import Action, PatchError, apply, read_actions

DOCUMENT: dict[str, Any] = {
    "info": {"title": "A", "tags": ["one"]},
    "paths": {"/a b": {"get": {"parameters": [{"name": "limit"}, {"name": "offset"}]}, "put": {"parameters": []}}},
}


ADDS, WAS = {"x-adds": True}, {"x-was": {"title": "A"}}


def patched(folder: Path, *actions: dict[str, Any], **members: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    patch = {"overlay": "1.0.0", "info": {"title": "P", "version": "1"}, "actions": list(actions), **members}
    (folder / "1.yaml").write_text(yaml.safe_dump(patch, sort_keys=False))
    return apply(DOCUMENT, read_actions(folder))


def action(target: str, update: Any = None, **members: Any) -> dict[str, Any]:
    change = {"remove": True, "x-was": "what is there"} if update is None else {"update": update}
    return {"target": target, "description": "Because.", **change, **members}


def test_finds() -> None:
    for target, found in (
        ("$", [()]),
        ("$.info", [("info",)]),
        ("$['info', 'info']", [("info",)]),
        ("$.paths['/a b'].get", [("paths", "/a b", "get")]),
        ("$.paths[*][*]", [("paths", "/a b", "get"), ("paths", "/a b", "put")]),
        ("$..parameters[?@.name=='offset']", [("paths", "/a b", "get", "parameters", 1)]),
        ("$.paths[*][*].parameters[?@.name=='offset']", [("paths", "/a b", "get", "parameters", 1)]),
        ("$.nothing", []),
        ("$.info.title.more", []),
    ):
        matches = Action("1.yaml", "P", 1, target, "Because.", None, adds=False, was=None).matches(DOCUMENT)
        assert [match.parts for match in matches] == found, target


@pytest.mark.parametrize("target", ["info", "$info", "$.info ", "$.paths['info", "$.a[?@.b==]", "$.a | $.b", "$.a.~"])
def test_what_is_no_jsonpath_is_an_error(tmp_path: Path, target: str) -> None:
    with pytest.raises(PatchError, match=r"1\.yaml action 2: .* is no JSONPath"):
        patched(tmp_path, action("$.info"), action(target))


def test_updates_and_removals(tmp_path: Path) -> None:
    result, errors, _ = patched(
        tmp_path,
        action(
            "$",
            {"paths": {"/a b": {"x-new": 1, "put": {"x-new": 2}}}, "info": {"title": "B", "tags": ["two"]}},
            **{"x-was": {"info": {"title": "A"}}},
        ),
        action("$.paths['/a b'].put.parameters", {"name": "new"}),
        *(
            action(f"$.paths['/a b'].get.parameters[?@.name=='{name}']", **{"x-was": {"name": name}})
            for name in ("limit", "offset")
        ),
        action("$.info", {"more": {"a": [1]}}, **{"x-adds": True}),
    )
    assert not errors
    assert result["info"] == {"title": "B", "tags": ["one", "two"], "more": {"a": [1]}}
    put = {"parameters": [{"name": "new"}], "x-new": 2}
    assert result["paths"]["/a b"] == {"get": {"parameters": []}, "put": put, "x-new": 1}
    # Members come in the order of the update, before those that it leaves alone.
    assert list(result) == ["paths", "info"]
    assert [list(result["info"]), list(result["paths"]["/a b"])] == [["more", "title", "tags"], ["x-new", "put", "get"]]
    assert DOCUMENT["info"]["title"] == "A"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (action("$.gone", {"a": 1}), "$.gone matches nothing"),
        (action("$.gone"), "$.gone matches nothing"),
        (action("$.info", {"gone": {"a": 1}}), "$.info.gone is not there"),
        (action("$.info", {"gone": ["a"]}), "$.info.gone is not there"),
        (action("$.info.title"), "plain value"),
        (action("$.info", {"tags": {"a": 1}}), "another kind"),
        (action("$.info", {"tags": ["one", "two"]}), "has one already"),
        (action("$.paths['/a b'].get.parameters", {"name": "limit", "in": ""}), "'limit', 'in': ''} already"),
        (action("$.info", "text"), "is a mapping"),
        (action("$"), "whole document"),
        (action("$.paths['/a b'].put"), '.put was "what is there" and is now {"parameters": []}; compare the two'),
        (action("$.info", {"title": "C"}), '$.info.title is there as "B", and the action adds "C"; compare the two'),
        (action("$.info", {"title": "C"}, **WAS), '.title is there as "B", and the action replaces "A" by "C"'),
        (
            action("$", {"paths": {"/a b": {"put": {"parameters": [], "x-new": 1}}}}, **ADDS),
            "$.paths./a b is there, and the action adds another get, put.x-new; compare the two",
        ),
    ],
)
def test_an_action_that_does_not_fit_is_named_with_its_reason(
    tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    _, errors, _ = patched(tmp_path, action("$.info", {"title": "B"}, **WAS), wrong, wrong)
    assert [error.split(": ")[0] for error in errors] == ["1.yaml action 2", "1.yaml action 3"]
    assert message in errors[0]
    assert "Because." in errors[0]


def test_an_action_that_changes_nothing_is_reported(tmp_path: Path) -> None:
    same = action("$.info", {"title": "A"}), action("$.info", {"tags": ["one"]})
    result, errors, needless = patched(tmp_path, *same, action("$.paths['/a b'].get.parameters", {"name": "limit"}))
    assert (result, errors) == (DOCUMENT, [])
    assert len(needless) == 3
    assert all(f"1.yaml action {number} is no longer needed" in text for number, text in enumerate(needless, 1))


def test_what_is_added_may_be_there_if_it_is_equal(tmp_path: Path) -> None:
    names = action("$.paths", {"/a b": DOCUMENT["paths"]["/a b"], "/new": {}}, **ADDS)
    result, errors, needless = patched(tmp_path, names, action("$.info", {"title": "A"}, **WAS))
    assert not errors
    assert list(result["paths"]) == ["/a b", "/new"]
    assert len(needless) == 1


NOTHING = {"target": "$.info", "description": "Because."}


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": "$.info", "remove": True},
        NOTHING,
        NOTHING | {"remove": False},
        NOTHING | {"remove": True, "update": {"a": 1}},
        NOTHING | {"update": None},
        NOTHING | {"updates": {"a": 1}},
        NOTHING | {"target": 1, "remove": True},
    ],
)
def test_an_action_that_is_written_wrong_is_an_error(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(PatchError, match=r"1\.yaml action 1"):
        patched(tmp_path, wrong)


@pytest.mark.parametrize("member", [{"overlay": "2.0.0"}, {"info": {}}, {"actions": {}}])
def test_a_file_that_is_no_overlay_is_an_error(tmp_path: Path, member: dict[str, Any]) -> None:
    with pytest.raises(PatchError, match=r"Overlay 1\.0\.0"):
        patched(tmp_path, **member)
