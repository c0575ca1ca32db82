"""YAML as it is written and read here: by libyaml where PyYAML has it, ten times as fast."""

import re
from typing import Any

import yaml

FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FAST_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def dump(value: Any) -> str:
    """Write a value as readable YAML."""
    options: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 120}
    try:
        return str(yaml.dump(value, Dumper=FAST_DUMPER, **options))
    except UnicodeEncodeError:  # half of a surrogate pair, which libyaml cannot write
        return str(yaml.dump(value, Dumper=yaml.SafeDumper, **options))


def load(text: str, name: str) -> Any:
    """Read YAML.

    Raises:
        ValueError: It is none; the message names the file by `name`, and the line.
    """
    try:
        return _load_by_item(text) or _load(text)
    except yaml.YAMLError:
        pass  # either it is none, or it is too much for libyaml; Python's own says more, too
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ValueError(f"{name}{line}: this is no YAML: {getattr(error, 'problem', None) or error}") from error


def _load(text: str) -> Any:
    return yaml.load(text, Loader=FAST_LOADER)  # noqa: S506 - a safe loader


def _load_by_item(text: str) -> Any:
    """Read a file as a backup writes it, a voice at a time: all at once takes 25 KB of memory for each; else None."""
    head, mark, rest = text.partition("\nvoices:\n- ")
    if not mark:
        return None
    try:
        items = [_load(item) for item in re.split(r"\n(?=- )", f"- {rest}")]
        return {**_load(head), "voices": [item for (item,) in items]}
    except (yaml.YAMLError, TypeError, ValueError):  # of another form, or damaged
        return None
