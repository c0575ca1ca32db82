"""What backup, restore and copy show: their plans and their results, for people and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..failures import DONE, FAILED, NOT_FOUND, describe, describe_resumable, status_of
from ..options import settings
from ..output import paint, plural, say, visible, write, write_json
from .folder import Entry, Folder
from .restoring import Restored, Step
from .saving import Plan, Result

SIGNS = {"create": ("+", "green"), "in doubt": ("?", "yellow"), "damaged": ("!", "red"), "impossible": ("-", "yellow")}
MOST_NAMED = 20


def named(entries: Sequence[Entry]) -> str:
    """Name voices in one line, not more than fit."""
    names = [f"{visible(entry.name)} ({visible(entry.id)})" for entry in entries[:MOST_NAMED]]
    more = len(entries) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def backup_plan(todo: Plan, *, prune: bool) -> None:
    """Show what a backup would do."""
    if settings().get("json"):
        ids = {"save": [entry.id for entry in todo.missing], "gone": [entry.id for entry in todo.gone]}
        write_json({"plan": {**ids, "voices": len(todo.entries), "damaged": todo.damaged, "prune": prune}})
        return
    for entry in todo.missing:
        write(f"{paint('+', sys.stdout, fg='green')} save {named([entry])}")
    for entry in todo.gone:
        what = f"{paint('-', sys.stdout, fg='red')} take out" if prune else "  keep, though it is gone,"
        write(f"{what} {named([entry])}")
    write(f"{plural(len(todo.entries), 'voice')}, {plural(len(todo.missing), 'sample')} to save.")


def backup_result(folder: Folder, todo: Plan, result: Result, *, prune: bool) -> int:
    """Show what a backup did, and give the exit status."""
    lost = [entry for entry in [*([] if prune else todo.gone), *result.without_sample] if entry.error]
    status = FAILED if result.failed or lost else DONE
    if settings().get("json"):
        members: dict[str, Any] = {
            "folder": str(folder.path),
            "server": todo.server,
            "voices": result.voices,
            "saved": result.saved,
            "gone": [entry.id for entry in todo.gone],
            "pruned": prune,
            "damaged": todo.damaged,
            "without_sample": [entry.id for entry in result.without_sample],
            "failed": [
                {"id": entry.id, "name": entry.name, "message": describe(error)[0]} for entry, error in result.failed
            ],
        }
        write_json({"backup": members})
        return status
    for damage in todo.damaged:
        say(visible(f"Damaged: {damage}"))
    if lost:
        say(f"Neither the folder nor the account has the sample of {named(lost)} any more.")
    for entry, error in result.failed:
        say(f"The sample of {named([entry])} was not saved: {visible(describe(error)[0])}")
    if result.without_sample:
        say(f"The account has no sample of {named(result.without_sample)}.")
    if todo.gone and not prune:
        say(f"No longer in the account, and kept here: {named(todo.gone)}. --prune takes them out.")
    write(f"{plural(result.voices, 'voice')} in {folder.path}, {plural(result.saved, 'sample')} saved now.")
    return status


def restore_plan(steps: Iterable[Step], target: str, *, to_result: bool) -> None:
    """Show what a restore would do."""
    steps = [*steps]
    line, stream = (write, sys.stdout) if to_result else (say, sys.stderr)
    for step in steps:
        if step.action in SIGNS:
            sign, colour = SIGNS[step.action]
            reason = f": {visible(step.reason)}" if step.reason else ""
            line(f"{paint(sign, stream, fg=colour)} {step.action} {named([step.entry])}{reason}")
    there = sum(step.action == "there" for step in steps)
    create = sum(step.action == "create" for step in steps)
    line(f"{plural(create, 'voice')} to create at {target}, {there} there already.")


def restore_result(steps: Sequence[Step], result: Restored, record: Path) -> int:
    """Show what a restore did, and give the exit status; with JSON all steps."""
    status = restore_status(steps, result)
    if settings().get("json"):
        write_json({"restore": steps_json(steps, result)})
        return status
    for entry, error in result.failed:
        say(visible(f"{entry.name} ({entry.id}) was not created: {describe_resumable(error)}"))
    for entry, new in result.created:
        write(f"{visible(entry.id)}\t{visible(new)}\t{visible(entry.name)}")
    there = sum(step.action == "there" for step in steps)
    doubtful = sum(step.action == "in doubt" for step in steps)
    remedy = "rename or delete what has the name there, if it is another voice, and run it again"
    say(
        f"{plural(len(result.created), 'voice')} created, {there} there already"
        + (f", {doubtful} in doubt: {remedy}" if doubtful else "")
        + (f". Old and new ids: {record}" if result.created else "")
    )
    return status


def restore_status(steps: Iterable[Step], result: Restored) -> int:
    """Give the exit status of a restore: what is worst."""
    actions = {step.action for step in steps}
    if status := status_of([error for _, error in result.failed]):
        return status
    return FAILED if "damaged" in actions else NOT_FOUND if "in doubt" in actions else DONE


def steps_json(steps: Iterable[Step], result: Restored) -> list[dict[str, Any]]:
    """Give the steps as JSON has them."""
    created = {entry.id: new for entry, new in result.created}
    failed = {entry.id: describe(error)[0] for entry, error in result.failed}
    return [
        {
            "action": "failed" if step.entry.id in failed else "created" if step.entry.id in created else step.action,
            "old": step.entry.id,
            "new": created.get(step.entry.id, step.new),
            "name": step.entry.name,
            "reason": failed.get(step.entry.id, step.reason) or None,
        }
        for step in steps
    ]
