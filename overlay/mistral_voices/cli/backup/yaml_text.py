"""YAML as it is written and read here: by libyaml where PyYAML has it, ten times as fast."""

import codecs
import re
from pathlib import Path
from typing import Any

import yaml

FAST_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class KeysOnce:
    """A part of a loader: it refuses a key that stands twice in a mapping, of which the first would be lost."""

    def flatten_mapping(self, node: Any) -> None:
        """Merge what stands under <<; after that a key may be there twice, where the mapping says it anew."""
        keys = [] if hasattr(node, "is_flat") else [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        node.is_flat = True
        seen: set[tuple[str, str]] = set()
        for key in keys:
            if (key.tag, key.value) in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} stands there twice", problem_mark=key.start_mark)
            seen.add((key.tag, key.value))
        super().flatten_mapping(node)  # type: ignore[misc]


Loader: Any = type("Loader", (KeysOnce, yaml.SafeLoader), {})
FastLoader: Any = type("FastLoader", (KeysOnce, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), {})


def dump(value: Any) -> str:
    """Write a value as readable YAML."""
    options: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 120}
    try:
        return str(yaml.dump(value, Dumper=FAST_DUMPER, **options))
    except UnicodeEncodeError:  # half of a surrogate pair, which libyaml cannot write
        return str(yaml.dump(value, Dumper=yaml.SafeDumper, **options))


def read(path: Path) -> Any:
    """Read a file of YAML, in UTF-8, or in UTF-16 as PowerShell writes it.

    Raises:
        ValueError: It is none; the message names the file and the line.
        OSError: It cannot be read.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: this is no text in UTF-8: {error.reason} at byte {error.start}") from error
    try:
        return _load_by_item(text) or _load(text)
    except yaml.YAMLError:
        pass  # either it is none, or it is too much for libyaml; Python's own says more, too
    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ValueError(f"{path}{line}: this is no YAML: {getattr(error, 'problem', None) or error}") from error


def _load(text: str) -> Any:
    return yaml.load(text, Loader=FastLoader)  # noqa: S506 - a safe loader


def _load_by_item(text: str) -> Any:
    """Read a file as a backup writes it, a voice at a time: all at once takes 25 KB of memory for each; else None."""
    head, mark, rest = text.partition("\nvoices:\n- ")
    if not mark:
        return None
    try:
        items = [_load(item) for item in re.split(r"\n(?=- )", f"- {rest}")]
        members = _load(head)
        return None if "voices" in members else {**members, "voices": [item for (item,) in items]}
    except (yaml.YAMLError, TypeError, ValueError):  # of another form, or damaged
        return None
