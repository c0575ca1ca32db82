"""List what changed in what users import, as griffe reads it from the Python files: none of them is run."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import griffe

BREAKING, COMPATIBLE, INTERNAL = "breaking", "compatible", "internal"
HANDED = ("audio", "voices")  # modules whose objects users are handed and never make
BY_NAME = "by name only"
Kind = griffe.ParameterKind
logging.getLogger("griffe").setLevel(logging.CRITICAL)  # of what it cannot read there is nothing to tell users


class Finding(NamedTuple):
    """One thing that changed, and what it means: breaking, compatible or internal (nothing that a user can see)."""

    rating: str
    text: str


class Argument(NamedTuple):
    """What a call takes: the alternatives of its type, none when nobody says, and its place among positional ones."""

    types: frozenset[str] = frozenset()
    required: bool = False
    default: str | None = None
    place: str = BY_NAME


@dataclass
class Entry:
    """One public name."""

    kind: str  # class, function, async function, attribute, or name for what lies outside of the package
    types: frozenset[str] = frozenset()  # the alternatives of what it gives or holds
    arguments: dict[str, Argument] = field(default_factory=dict)
    bases: frozenset[str] = frozenset()  # the public classes that it is one of
    inherited: bool = False  # whether a public class that it is one of has it too, and reports it


class Surface:
    """A package as users reach it, from the public modules at its top.

    `entries` has each name as users write it, such as `errors.SDKError.body`; what has several goes by its first.
    """

    def __init__(self, package: str, folders: Sequence[Path], renamed: Mapping[str, str] | None = None) -> None:
        """Read a package and those beside it; types are read with the new names of classes that were `renamed`."""
        # Without griffe's extension for dataclasses: it does not know attrs, and a model that changes from one to the
        # other has the arguments that its attributes say.
        loader = griffe.GriffeLoader(search_paths=folders, allow_inspection=False, extensions=griffe.Extensions())
        for path in (path for folder in folders for path in folder.glob("*/__init__.py")):
            loader.load(path.parent.name)
        self.objects, self.renamed = loader.modules_collection, renamed or {}
        public: dict[str, Any] = {}
        first: dict[str, str] = {}
        for module, name in self._exports(self.objects[package]):
            found = self._target(module.members.get(name))
            if found is None or first.setdefault(found.path, module.path) == module.path:
                public[f"{module.path}.{name}".removeprefix(f"{package}.")] = found
        self.classes = {found.path for found in public.values() if found is not None and found.is_class}
        self.entries = {path: entry for each in public.items() for path, entry in self._entries(*each)}

    def models(self) -> set[str]:
        """Name the classes that users import from models.py."""
        classes = (path for path, entry in self.entries.items() if entry.kind == "class")
        return {path.removeprefix("models.") for path in classes if path.startswith("models.")}

    def _exports(self, package: Any) -> Iterator[tuple[Any, str]]:
        """Give each public name with its module, the package's own first."""
        modules = [each for name, each in package.modules.items() if not name.startswith("_")]
        for module in [package, *modules]:
            own = [each for name, each in module.members.items() if name[0] != "_" and not each.is_alias]
            defined = [each.name for each in own if each.is_class or each.is_function]
            names = map(str, defined if module.exports is None else module.exports)
            yield from ((module, name) for name in names if name not in package.modules)

    def _target(self, found: Any) -> Any:
        """Follow imports and second names to where something is defined; None for what lies outside."""
        try:
            found = found.final_target if found is not None and found.is_alias else found
        except (griffe.AliasResolutionError, griffe.CyclicAliasError):
            return None
        if found is not None and found.is_attribute and found.parent.is_module:
            return self._named(found.value) if isinstance(found.value, griffe.ExprName) else found
        return found

    def _named(self, name: Any) -> Any:
        """Find what a name within the code stands for; None for what lies outside, and for what is no name."""
        try:
            return self._target(self.objects[name.canonical_path])
        except (AttributeError, KeyError):
            return None

    def _entries(self, path: str, found: Any) -> Iterator[tuple[str, Entry]]:
        """Read one public name, a class with all its public members."""
        if found is None or not found.is_class:
            yield path, self._member(found)
            return
        bases = [base for each in [found, *found.mro()] for base in each.bases]
        outside = [base for base in bases if (named := self._named(base)) is None or named.path in self.classes]
        names = frozenset(self._text(base).partition("[")[0] for base in outside)
        yield path, Entry("class", bases=names)
        for name, each in found.all_members.items():
            if name[0] != "_" or (name == "__init__" and path.partition(".")[0] not in HANDED):
                member = each.final_target if each.is_alias else each
                entry = self._member(member)
                entry.inherited = member.parent.path != found.path and member.parent.path in self.classes
                yield f"{path}.{name}", entry
        if "NamedTuple" in names:
            fields = [each for each in found.members.values() if each.is_attribute]
            arguments = {each.name: self._argument(each, each.value, f"number {n}") for n, each in enumerate(fields, 1)}
            yield f"{path}.__init__", Entry("function", arguments=arguments)

    def _member(self, found: Any) -> Entry:
        if found is None:
            return Entry("name")
        if not found.is_function:
            return Entry("attribute", self.types(found.annotation) if found.is_attribute else frozenset())
        plainest = (found.overloads or [found])[0]  # the first one says what the plainest call gives
        kind = "async function" if "async" in found.labels else "function"
        return Entry(kind, self.types(plainest.returns), dict(self._arguments(found)))

    def _arguments(self, function: Any) -> Iterator[tuple[str, Argument]]:
        bound = function.parent.is_class and "staticmethod" not in function.labels
        for number, each in enumerate([*function.parameters][bound:], 1):
            options = self._named(getattr(each.annotation, "slice", None))
            if each.kind is Kind.var_keyword and options is not None:  # **options: Unpack[SomeTypedDict]
                yield from ((name, Argument(self.types(one.annotation))) for name, one in options.all_members.items())
            elif each.kind in (Kind.var_positional, Kind.var_keyword):
                stars = "*" if each.kind is Kind.var_positional else "**"
                yield f"{stars}{each.name}", Argument(self.types(each.annotation))
            else:
                only = " only" if each.kind is Kind.positional_only else ""
                place = BY_NAME if each.kind is Kind.keyword_only else f"number {number}{only}"
                yield each.name, self._argument(each, each.default, place)

    def _argument(self, found: Any, default: Any, place: str) -> Argument:
        """Read what stands for an argument; a default that is a constant of the package is read by its value."""
        named = self._named(default) if isinstance(default, griffe.ExprName) else None
        constant = named.value if named is not None and named.is_attribute else None
        text = None if default is None else constant if isinstance(constant, str) else str(default)
        return Argument(self.types(found.annotation), default is None, text, place)

    def types(self, annotation: Any) -> frozenset[str]:
        """Give the alternatives of a type, aliases written out; those of a Literal are its values."""
        if annotation is None:
            return frozenset()
        if isinstance(annotation, griffe.ExprBinOp):
            return self.types(annotation.left) | self.types(annotation.right)
        if (alias := self._alias(annotation)) is not None:
            return self.types(alias)
        if isinstance(annotation, griffe.ExprSubscript) and self._text(annotation.left) == "Literal":
            inner = annotation.slice
            return frozenset(map(str, inner.elements if isinstance(inner, griffe.ExprTuple) else [inner]))
        return frozenset([self._text(annotation)])

    def _alias(self, name: Any) -> griffe.Expr | None:
        """Give the type for which a name of the package stands."""
        found = self._named(name) if isinstance(name, griffe.ExprName | griffe.ExprAttribute) else None
        if found is None or not found.is_attribute:
            return None
        if isinstance(found.value, str) and str(found.annotation).endswith("TypeAlias"):
            return griffe.get_annotation(ast.parse(found.value, mode="eval").body, found.parent, parse_strings=True)
        return found.value if isinstance(found.value, griffe.ExprSubscript | griffe.ExprBinOp) else None

    def _text(self, annotation: Any) -> str:
        """Write a type, however its module is imported."""
        parts = [annotation] if isinstance(annotation, str) else annotation.iterate(flat=True)
        texts = (each if isinstance(each, str) else self._name(each) for each in parts)
        return re.sub(r"(\w+\.)+(?=\w)", "", "".join(texts))

    def _name(self, name: Any) -> str:
        alias = self._alias(name)
        return self.renamed.get(name.name, name.name) if alias is None else self._text(alias)


def surface_findings(old: Mapping[str, Entry], new: Mapping[str, Entry], sent: Collection[str] = ()) -> list[Finding]:
    """List what changed; an asynchronous twin that changed just like its other half is reported along with it.

    The attributes of models that are only `sent` may be allowed more without harm, as arguments may.
    """
    found = {path: list(_compare(path, old.get(path), new.get(path), sent)) for path in sorted({**old, **new})}
    lines: list[Finding] = []
    for path, findings in found.items():
        if path.rpartition(".")[0] in old.keys() ^ new.keys():
            continue  # its class says it
        twin, half = f"{path}_async", path.removesuffix("_async")
        if half != path and findings and _as(findings, path, half) == found.get(half):
            continue
        along = " (and its async twin)" if findings and _as(found.get(twin, []), twin, path) == findings else ""
        lines += [Finding(rating, text + along) for rating, text in findings]
    return lines


def _as(findings: list[Finding], name: str, other: str) -> list[Finding]:
    return [Finding(rating, text.replace(name, other)) for rating, text in findings]


def _compare(path: str, old: Entry | None, new: Entry | None, sent: Collection[str]) -> Iterator[Finding]:
    if all(each is None or each.inherited for each in (old, new)):
        return
    if path.endswith(".__init__"):
        old, new = old or Entry("function"), new or Entry("function")
    if old is None or new is None:
        yield Finding(BREAKING, f"removed: {path}") if new is None else Finding(COMPATIBLE, f"added: {path}")
        return
    if old.kind != new.kind and "name" not in (old.kind, new.kind):
        yield Finding(BREAKING, f"{path}: is now: {new.kind}, was: {old.kind}")
    yield from (Finding(BREAKING, f"{path}: base class removed: {base}") for base in sorted(old.bases - new.bases))
    yield from (Finding(COMPATIBLE, f"{path}: base class added: {base}") for base in sorted(new.bases - old.bases))
    made = f"{path.removesuffix('.__init__')}()"
    yield from _compare_arguments(old.arguments, new.arguments, made)
    what = f"{made}: result" if "function" in new.kind else f"{path}: value"
    is_sent = not new.arguments and path.split(".")[-2] in sent if "." in path else False
    yield from _compare_types(old.types, new.types, what, sent=is_sent)


def _compare_arguments(old: dict[str, Argument], new: dict[str, Argument], place: str) -> Iterator[Finding]:
    """Compare the arguments of a call, those that were renamed included."""
    gone, came = old.keys() - new.keys(), new.keys() - old.keys()
    for name in sorted(gone):
        alike = [each for each in came if new[each] == old[name]]
        if len(alike) == 1 and sum(old[each] == old[name] for each in gone) == 1:
            yield Finding(BREAKING, f"{place}: argument renamed: {name} -> {alike[0]}")
            came = came - {alike[0]}
        else:
            yield Finding(BREAKING, f"{place}: argument removed: {name}")
    for name in sorted(came):
        rating, verb = (BREAKING, "new required argument") if new[name].required else (COMPATIBLE, "argument added")
        yield Finding(rating, f"{place}: {verb}: {name}")
    for name in (name for name in old if name in new):
        before, now, where = old[name], new[name], f"{place}: argument {name}"
        if before.required != now.required:
            verb = "is now required" if now.required else "is no longer required"
            yield Finding(BREAKING if now.required else COMPATIBLE, f"{where}: {verb}")
        elif before.default != now.default:
            yield Finding(BREAKING, f"{where}: default is now {now.default}, was {before.default}")
        yield from _compare_types(before.types, now.types, where, sent=True)
        if before.place != now.place:
            wider = before.place in (BY_NAME, f"{now.place} only") and not now.place.endswith("only")
            text = f"{where}: position is now {now.place}, was {before.place}"
            yield Finding(COMPATIBLE if wider else BREAKING, text)


def _compare_types(old: frozenset[str], new: frozenset[str], where: str, *, sent: bool) -> Iterator[Finding]:
    """Compare types: what is sent may be allowed more without harm, what is received may be promised more."""
    if old == new or not (old and new):
        return
    for value in sorted(old ^ new):
        if value[0] in "'\"" and any(other[0] in "'\"" for other in old & new):
            rating = BREAKING if sent and value in old else COMPATIBLE  # those received are open in this client
            verb = "added" if value in new else "removed"
            yield Finding(rating, f"{where}: enum value {verb}: {value.strip(chr(39))}")
            old, new = old - {value}, new - {value}
    if old == new:
        return
    lost = [each for each in (old - new if sent else new - old) if not _within(each, new if sent else old)]
    if old ^ new == {"None"}:
        said = f"may {'now' if 'None' in new else 'no longer'} be None"
    else:
        now, was = (" or ".join(sorted(each, key=lambda name: (name == "None", name))) for each in (new, old))
        said = f"type is now {now}, was {was}"
    yield Finding(BREAKING if lost else COMPATIBLE, f"{where}: {said}")


def _within(name: str, types: frozenset[str]) -> bool:
    wider = {"Any", "object", "str" if name[0] in "'\"" else "float" if name == "int" else "Any"}
    return bool(wider & types)
