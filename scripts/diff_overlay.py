"""Tell what changed in the public surface of a package, from its sources: none of it is run."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from scripts.diff_values import BREAKING, COMPATIBLE, Finding, Value, compare_members, compare_value

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | Function
RECORDS = ("NamedTuple",)  # classes whose fields are the arguments that make them


@dataclass
class Entry:
    """One public name.

    Attributes:
        kind: class, function, async function, attribute or name (of the generated package).
        arguments: What it takes.
        value: What it gives or holds.
        bases: The public classes that it is one of.
    """

    kind: str
    arguments: dict[str, Value] = field(default_factory=dict)
    value: Value = field(default_factory=Value)
    bases: frozenset[str] = frozenset()


class Package:
    """The sources of a package, by path, such as `errors.py` and `local/__init__.py`.

    Types are read with the new names of classes that were `renamed`, so that this is not told at each of their uses.
    """

    def __init__(self, name: str, files: Mapping[str, str], renamed: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.renamed = renamed or {}
        self.modules: dict[str, dict[str, ast.stmt | tuple[str, str]]] = {}
        self.packages: set[str] = set()
        for path, source in sorted(files.items()):
            if path.endswith(".py"):
                module = path.removesuffix(".py").removesuffix("__init__").strip("/").replace("/", ".")
                parts = module.split(".") if module else []
                base = parts if path.endswith("__init__.py") else parts[:-1]
                self.packages |= {module} if base == parts else set()
                self.modules[module] = dict(self._names(ast.parse(source).body, base))

    def _names(self, body: list[ast.stmt], base: list[str]) -> Iterator[tuple[str, ast.stmt | tuple[str, str]]]:
        """Give what a module defines or imports; an import as a pair of module and name."""
        for node in body:
            if isinstance(node, Definition):
                yield node.name, node
            elif isinstance(node, ast.Assign):
                yield from ((target.id, node) for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id, node
            elif isinstance(node, ast.ImportFrom):
                start = base[: len(base) + 1 - node.level] if node.level else []
                module = ".".join([*([self.name] if node.level else []), *start, *filter(None, [node.module])])
                yield from ((each.asname or each.name, (module, each.name)) for each in node.names)
            elif isinstance(node, ast.If | ast.Try):  # if TYPE_CHECKING: what a checker sees is what users are promised
                yield from self._names(node.body, base)

    def find(self, module: str, name: str) -> tuple[str, str, ast.stmt | str | None]:
        """Follow imports to where a name is defined: module, name, and the statement.

        In place of a statement stands `module` for a module of the package, and None for what lies outside.
        """
        inner = f"{module}.{name}".strip(".")
        found = self.modules.get(module, {}).get(name)
        if inner in self.modules and (found is None or isinstance(found, tuple)):
            return inner, "", "module"
        if isinstance(found, tuple):
            root, _, rest = found[0].partition(".")
            return self.find(rest, found[1]) if root == self.name else (*found, None)
        return module, name, found

    def public(self) -> Iterator[tuple[str, str, str]]:
        """Give each public name with its module, the package's own first, and how users write it."""
        for module, names in self.modules.items():
            if not any(part.startswith("_") for part in module.split(".")):
                listed = names.get("__all__")
                if isinstance(listed, ast.Assign):
                    public = [str(each) for each in ast.literal_eval(listed.value)]
                else:
                    public = [each for each in names if isinstance(names[each], Definition) and each[0] != "_"]
                yield from ((module, name, f"{module}.{name}".strip(".")) for name in public)

    def surface(self) -> dict[str, Entry]:
        """Read all that is public; what has several names goes by its first."""
        found: dict[str, Entry] = {}
        seen = set()
        listed = {self.find("", name) for module, name, _ in self.public() if not module}
        imported = {"", *self.packages, *(home for home, name, node in listed if node == "module")}
        for module, name, path in self.public():
            home, own_name, node = self.find(module, name)
            if node == "module" or (home, own_name) in seen:
                continue
            seen.add((home, own_name))
            if isinstance(node, ast.ClassDef):
                members = self._class(home, node, path)
                if module not in imported:  # users get such objects, but do not make them
                    members.pop(f"{path}.__init__", None)
                found |= members
            elif isinstance(node, Function):
                found[path] = self._function(home, node, bound=False)
            else:
                found[path] = Entry("name" if node is None else "attribute")
        return found

    def kept(self) -> set[str]:
        """Name what models.py provides by itself, not by a plain import from the generated package."""
        names = [(name, self.find(module, name)) for module, name, _ in self.public() if module == "models"]
        return {name for name, (_, own_name, node) in names if node is not None or own_name != name}

    def _class(self, module: str, node: ast.ClassDef, path: str) -> dict[str, Entry]:
        """Read a class with its members and those of its private bases."""
        bases: set[str] = set()
        members: dict[str, Entry] = {}
        for base, home, definition in self._bases(module, node):
            hidden = definition is not None and (base[0] == "_" or any(part[:1] == "_" for part in home.split(".")))
            if definition is not None:
                inherited = self._class(home, definition, path)
                bases |= inherited.pop(path).bases
                members |= inherited if hidden else {}
            if not hidden:
                bases.add(base)
        results: dict[str, Value] = {}
        for part in node.body:
            for name, entry in self._member(module, part):
                if "overload" in _decorators(part):  # the first one tells what the plainest call gives
                    results.setdefault(name, entry.value)
                entry.value = results.get(name, entry.value)
                if name[0] != "_" or name == "__init__":
                    members[f"{path}.{name}"] = entry
                if name == "__init__" and isinstance(part, Definition):
                    members |= {f"{path}.{name}": Entry("attribute") for name in _set_on_self(part)} | members
        if bases.intersection(RECORDS):
            fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
            arguments = {
                str(ast.unparse(part.target)): self._value(module, part.annotation, part.value, position=position)
                for position, part in enumerate(fields)
            }
            members[f"{path}.__init__"] = Entry("function", arguments)
        return {path: Entry("class", bases=frozenset(bases)), **members}

    def _bases(self, module: str, node: ast.ClassDef) -> Iterator[tuple[str, str, ast.ClassDef | None]]:
        """Give the bases of a class with their modules, the first last, so that it wins."""
        for base in reversed(node.bases):
            plain = base.value if isinstance(base, ast.Subscript) else base
            home, name, found = self.find(module, ast.unparse(plain))
            yield name, home, found if isinstance(found, ast.ClassDef) else None

    def _member(self, module: str, node: ast.stmt) -> Iterator[tuple[str, Entry]]:
        if isinstance(node, Function):
            decorators = _decorators(node)
            entry = self._function(module, node, bound="staticmethod" not in decorators)
            yield node.name, replace(entry, kind="attribute") if "property" in decorators else entry
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, Entry("attribute", value=self._value(module, node.annotation, node.value, given=True))
        elif isinstance(node, ast.Assign):
            yield from ((target.id, Entry("attribute")) for target in node.targets if isinstance(target, ast.Name))

    def _function(self, module: str, node: Function, *, bound: bool) -> Entry:
        given = node.args
        positional = [*given.posonlyargs, *given.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
        found = {}
        for position, (each, default) in enumerate(zip(positional, [*defaults, *given.defaults], strict=True)):
            if position or not bound:
                value = self._value(module, each.annotation, default, position=position - bound)
                found[each.arg] = (
                    replace(value, rest={"positional only": "yes"}) if each in given.posonlyargs else value
                )
        for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            found[each.arg] = self._value(module, each.annotation, default)
        if given.vararg:
            found[f"*{given.vararg.arg}"] = replace(self._value(module, given.vararg.annotation, None), required=False)
        if given.kwarg:
            found |= self._options(module, given.kwarg)
        kind = "async function" if isinstance(node, ast.AsyncFunctionDef) else "function"
        return Entry(kind, found, self._value(module, node.returns, None))

    def _options(self, module: str, node: ast.arg) -> dict[str, Value]:
        """Read `**options: Unpack[SomeTypedDict]` as the arguments that it stands for."""
        if isinstance(node.annotation, ast.Subscript) and ast.unparse(node.annotation.value).endswith("Unpack"):
            home, _, found = self.find(module, ast.unparse(node.annotation.slice))
            if isinstance(found, ast.ClassDef):
                parts = [part for part in found.body if isinstance(part, ast.AnnAssign)]
                values = {ast.unparse(part.target): self._value(home, part.annotation, None) for part in parts}
                return {name: replace(value, required=False) for name, value in values.items()}
        return {f"**{node.arg}": replace(self._value(module, node.annotation, None), required=False)}

    def _value(
        self,
        module: str,
        annotation: ast.expr | None,
        default: ast.expr | None,
        *,
        position: int | None = None,
        given: bool = False,
    ) -> Value:
        """Read an annotation and a default; `given` says that the value is there even without a default."""
        types: set[str] = set()
        choices: set[str] = set()
        expanded = _Aliases(self, module).visit(copy.deepcopy(annotation)) if annotation else None
        for each in _alternatives(expanded) if expanded else ():
            if isinstance(each, ast.Subscript) and _is_literal(each):
                parts = each.slice.elts if isinstance(each.slice, ast.Tuple) else [each.slice]
                values = [ast.literal_eval(part) for part in parts]
                types |= {type(value).__name__ for value in values}
                choices |= {str(value) for value in values}
            else:
                plain = re.sub(r"(\w+\.)+(?=\w)", "", ast.unparse(each))  # however its module is imported
                types.add(re.sub(r"\w+", lambda word: self.renamed.get(word[0], word[0]), plain))
        text = None
        if default is not None:
            _, _, found = self.find(module, ast.unparse(default)) if isinstance(default, ast.Name) else ("", "", None)
            constant = found.value if isinstance(found, ast.Assign | ast.AnnAssign) else None
            text = ast.unparse(constant if isinstance(constant, ast.Constant) else default)
        return Value(frozenset(types), given or default is None, text, frozenset(choices) or None, {}, {}, "", position)


class _Aliases(ast.NodeTransformer):
    """Writes the aliases of a package out."""

    def __init__(self, package: Package, module: str) -> None:
        self.package = package
        self.module = module

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Put what an alias stands for in its place."""
        home, _, found = self.package.find(self.module, node.id)
        value = found.value if isinstance(found, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Subscript | ast.BinOp) or (
            isinstance(value, ast.Constant) and isinstance(value.value, str)
        ):
            expanded: ast.AST = _Aliases(self.package, home).visit(copy.deepcopy(value))
            return expanded
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Read a type that is written as text."""
        if isinstance(node.value, str):
            expanded: ast.AST = self.visit(ast.parse(node.value, mode="eval").body)
            return expanded
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Leave the texts of a Literal alone."""
        return node if _is_literal(node) else self.generic_visit(node)


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal")


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """Split a type at `|`."""
    if isinstance(node, ast.BinOp):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    else:
        yield node


def _decorators(node: ast.stmt) -> set[str]:
    decorated = node.decorator_list if isinstance(node, Definition) else []
    return {ast.unparse(each).rpartition(".")[2] for each in decorated}


def _set_on_self(node: ast.stmt) -> set[str]:
    """Name the public attributes that a method sets on its object."""
    return {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and isinstance(part.ctx, ast.Store)
        and isinstance(part.value, ast.Name)
        and part.value.id == "self"
        and part.attr[0] != "_"
    }


def surface_findings(old: dict[str, Entry], new: dict[str, Entry]) -> list[Finding]:
    """List what changed; an asynchronous twin that changed just like its other half is told along with it."""
    found = {path: _compare(path, old.get(path), new.get(path)) for path in [*old, *(new.keys() - old.keys())]}
    gone = {path for path in old if path not in new}
    came = {path for path in new if path not in old}
    lines: list[Finding] = []
    for path in sorted(found):
        if path.rpartition(".")[0] in gone | came:
            continue  # its class says it
        twin, half = f"{path}_async", path.removesuffix("_async")
        if half != path and _alike(found.get(half, []), found[path], half, path):
            continue
        along = " (and its async twin)" if _alike(found[path], found.get(twin, []), path, twin) else ""
        lines += [Finding(rating, text + along) for rating, text in found[path]]
    return lines


def _alike(half: list[Finding], twin: list[Finding], name: str, twin_name: str) -> bool:
    return bool(twin) and [Finding(rating, text.replace(twin_name, name)) for rating, text in twin] == half


def _compare(path: str, old: Entry | None, new: Entry | None) -> list[Finding]:
    if path.endswith(".__init__") and (old is None or new is None):
        old, new = old or Entry("function"), new or Entry("function")
    if new is None:
        return [Finding(BREAKING, f"removed: {path}")]
    if old is None:
        return [Finding(COMPATIBLE, f"added: {path}")]
    found = []
    if old.kind != new.kind and "name" not in (old.kind, new.kind):
        found.append(Finding(BREAKING, f"{path}: is now: {new.kind}, was: {old.kind}"))
    found += [Finding(BREAKING, f"{path}: base class removed: {base}") for base in sorted(old.bases - new.bases)]
    found += [Finding(COMPATIBLE, f"{path}: base class added: {base}") for base in sorted(new.bases - old.bases)]
    made = f"{path.removesuffix('.__init__')}()"
    found += compare_members(old.arguments, new.arguments, noun="argument", place=made, sent=True)
    what = f"{made}: result" if "function" in new.kind else f"{path}: value"
    results = compare_value(old.value, new.value, sent=False)
    return found + [Finding(rating, f"{what}: {text}") for rating, text in results]
