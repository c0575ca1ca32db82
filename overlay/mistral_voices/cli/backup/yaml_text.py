"""YAML as it is written and read here: by libyaml where PyYAML has it, ten times as fast."""

import codecs
import re
import reprlib
from pathlib import Path
from typing import Any

import yaml

FAST_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
DEEPEST = 200
# Where PyYAML's own dumper leaves one of these as it is, the loader takes it for the end of a line.
LINE_ENDS = frozenset("\x85\u2028\u2029")


class Checks:
    """A part of a loader: it refuses, with its line, what would be lost, or would end the loader or the process."""

    _depth = 0

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Go one level down, not without end: libyaml does so on the stack of the process.

        PyYAML's own only looks for resolvers by path, of which there are none.
        """
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=parent.start_mark)

    def ascend_resolver(self) -> None:
        """Go one level up."""
        self._depth -= 1

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Make the value of a node; of a date of month 13, say, Python's own error does not say where it stands."""
        try:
            return super().construct_object(node, deep)  # type: ignore[misc]
        except (ValueError, OverflowError, LookupError, AttributeError) as error:
            kind = node.tag.rpartition(":")[2]
            problem = f"{reprlib.repr(node.value)} is no {kind}; quote it if it is text"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error

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


Loader: Any = type("Loader", (Checks, yaml.SafeLoader), {})
FastLoader: Any = type("FastLoader", (Checks, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), {})


def dump(value: Any) -> str:
    """Write a value as readable YAML."""
    try:
        text = _dump(value, FAST_DUMPER)
    except UnicodeEncodeError:  # half of a surrogate pair, which libyaml cannot write
        text = _dump(value, yaml.SafeDumper)
    return text if LINE_ENDS.isdisjoint(text) else _dump(value, yaml.SafeDumper, allow_unicode=False)


def _dump(value: Any, dumper: Any, *, allow_unicode: bool = True) -> str:
    return str(yaml.dump(value, Dumper=dumper, allow_unicode=allow_unicode, sort_keys=False, width=120))


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
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"{error.reason}: #x{error.character:04x}"
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark
        line, problem = mark.line + 1, f"{error.problem}"
    raise ValueError(f"{path}, line {line}: this is no YAML: {problem}")


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
