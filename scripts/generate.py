"""Generate `generated/` from `openapi/voices.yaml`, or with --check tell where the two differ.

The generator and its formatter are pinned, and the formatter runs without any settings of this project, so that the
output depends on the document, the templates and these pins alone. Nothing is written before the whole package stands
in a temporary folder; then it takes the place of the old one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openapi_spec_validator
import yaml
from openapi_python_client.strings import PythonIdentifier

ROOT = Path(__file__).resolve().parent.parent
OPENAPI = ROOT / "openapi"
DOCUMENT = OPENAPI / "voices.yaml"
GENERATED = ROOT / "generated"
PACKAGE = "mistral_voices_api"
PINS = {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")

HEADER = "# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.\n"
README = f"""# Do not edit

Everything in this folder is written by `make generate` (`python scripts/generate.py`) from `openapi/voices.yaml`,
with openapi-python-client {PINS["openapi-python-client"]} and the templates in `openapi/templates`.
Change the document or a template and run it again; `make check` fails when the two differ.
"""
ARGUMENTS_START = '''"""What the document allows of each argument; the overlay checks it before sending."""

from typing import NamedTuple


class Argument(NamedTuple):
    """The rules for one argument.

    Attributes:
        types: The Python types that it may have; null stands beside them as `nullable`.
        required: Whether it must be given.
        nullable: Whether null may be sent.
        items: The types that the items of a list may have; None for what is not a list.
        enum: The values that it may have; None for any.
        minimum: The smallest number; None for no bound.
        maximum: The largest number; None for no bound.
        min_length: The least characters of a text; None for no bound.
        max_length: The most characters of a text; None for no bound.
    """

    types: tuple[type, ...]
    required: bool = False
    nullable: bool = False
    items: tuple[type, ...] | None = None
    enum: tuple[str, ...] | None = None
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None


'''
TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list"}
BOUNDS = {"minimum": "minimum", "maximum": "maximum", "minLength": "min_length", "maxLength": "max_length"}
SILENT = {"type", "description", "title", "default", "anyOf", "items", "enum", "example", "examples", "deprecated"}


class GenerationError(Exception):
    """The package cannot be generated; the message says why and what to do."""


def read_document() -> dict[str, Any]:
    """Load the document and validate it, so that a bad one never reaches the generator."""
    try:
        document: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
        openapi_spec_validator.validate(document)
    except Exception as error:
        raise GenerationError(f"{DOCUMENT.relative_to(ROOT)} is not a valid OpenAPI document: {error}") from error
    for operation, _ in operations(document):
        content = resolve(document, operation["responses"].get("200", {})).get("content", {})
        if "application/json" not in content:
            raise GenerationError(
                f"{operation.get('operationId')} has no 200 answer in JSON, which endpoint_module.py.jinja needs: "
                "describe one by a patch, or teach the template another form"
            )
    return document


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref` within the document."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def argument(document: dict[str, Any], where: str, schema: dict[str, Any], required: bool) -> str:
    """Write the rules of one argument as an `Argument(...)` call."""
    alternatives = [resolve(document, each) for each in schema.get("anyOf", [schema])]
    concrete = [each for each in alternatives if each.get("type") != "null"]
    rules: dict[str, str] = {"types": _tuple(TYPES[each["type"]] for each in concrete)}
    if required:
        rules["required"] = "True"
    if len(concrete) < len(alternatives):
        rules["nullable"] = "True"
    for each in concrete:
        if "items" in each:
            items = resolve(document, each["items"])
            rules["items"] = _tuple(TYPES[one["type"]] for one in items.get("anyOf", [items]))
        if "enum" in each:
            rules["enum"] = _tuple(repr(value) for value in each["enum"])
        for keyword, name in BOUNDS.items():
            if keyword in each:
                rules[name] = repr(each[keyword])
        unknown = set(each) - SILENT - set(BOUNDS) - {"x-sent"}
        if unknown:
            raise GenerationError(
                f"{where} uses {', '.join(sorted(unknown))}, which nothing checks before sending: "
                "add it to `Argument` in scripts/generate.py and to `check` in overlay/mistral_voices/_operations.py"
            )
    return f"Argument({', '.join(f'{name}={rule}' for name, rule in rules.items())})"


def _tuple(values: Iterator[str]) -> str:
    found = list(values)
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def operations(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Give each operation of the document with its parameters, resolved."""
    for item in document["paths"].values():
        for method in METHODS:
            if method in item:
                parameters = item.get("parameters", []) + item[method].get("parameters", [])
                yield item[method], [resolve(document, each) for each in parameters]


def arguments_module(document: dict[str, Any]) -> str:
    """Write the module that holds the bounds of every argument."""
    lines = ["ARGUMENTS: dict[str, dict[str, Argument]] = {"]
    for operation, parameters in operations(document):
        name = operation["operationId"]
        fields = [(each["name"], each["schema"], each.get("required", False)) for each in parameters]
        for media_type in operation.get("requestBody", {}).get("content", {}).values():
            body = resolve(document, media_type["schema"])
            fields += [(key, each, key in body.get("required", ())) for key, each in body["properties"].items()]
        lines.append(f"    {name!r}: {{")
        for key, schema, required in fields:
            rules = argument(document, f"{name}.{key}", resolve(document, schema), required)
            lines.append(f"        {str(PythonIdentifier(key, 'field_'))!r}: {rules},")
        lines.append("    },")
    return ARGUMENTS_START + "\n".join([*lines, "}", ""])


def run(command: list[str], purpose: str) -> None:
    """Run a tool; its output is shown only when it fails."""
    plain = {**os.environ, "COLUMNS": "160", "_TYPER_STANDARD_TRACEBACK": "1"}
    done = subprocess.run(command, env=plain, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GenerationError(f"{purpose} failed:\n{done.stdout}{done.stderr}")


def build(target: Path) -> None:
    """Write the whole of `generated/` into an empty folder."""
    for tool, pin in PINS.items():
        if version(tool) != pin:
            raise GenerationError(f"{tool} is {version(tool)}, but {pin} is pinned: run `make setup`")
    document = read_document()
    templates = OPENAPI / "templates"
    if not (templates / "model.py.jinja").is_file():
        raise GenerationError(f"the templates are missing from {templates.relative_to(ROOT)}")
    package = target / PACKAGE
    settings = ["--path", str(DOCUMENT), "--config", str(OPENAPI / "generator.yaml"), "--meta", "none"]
    destination = ["--custom-template-path", str(templates), "--output-path", str(package), "--fail-on-warning"]
    run([sys.executable, "-m", "openapi_python_client", "generate", *settings, *destination], "the generator")
    (package / "client.py").unlink()  # the stock HTTP client, which endpoint_module.py.jinja leaves without use
    (package / "arguments.py").write_text(arguments_module(document), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    isolated = ["--isolated", "--no-cache", "--line-length", "120", "--target-version", "py311", str(package)]
    run([*ruff, "check", "--fix-only", "--select", "F401,F541,I", *isolated], "the formatter")
    run([*ruff, "format", *isolated], "the formatter")
    for path in package.rglob("*.py"):
        path.write_text(HEADER + path.read_text(encoding="utf-8"), encoding="utf-8")
    (package / "py.typed").write_text("", encoding="utf-8")
    shutil.copyfile(DOCUMENT, package / DOCUMENT.name)
    (target / "README.md").write_text(README, encoding="utf-8")


def files(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder, by their path in it."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def differences(expected: dict[str, bytes], found: dict[str, bytes]) -> list[str]:
    """Name each file that differs, is missing or is stray."""
    names = sorted(expected.keys() | found.keys())
    verdicts = {
        name: "missing" if name not in found else "stray" if name not in expected else "differs"
        for name in names
        if expected.get(name) != found.get(name)
    }
    return [f"{verdict}: generated/{name}" for name, verdict in verdicts.items()]


def swap(new: Path) -> None:
    """Put the new folder in the place of the old one; a failure leaves the old one whole."""
    old = GENERATED.with_name("generated.old")
    shutil.rmtree(old, ignore_errors=True)
    if GENERATED.exists():
        os.replace(GENERATED, old)
    try:
        os.replace(new, GENERATED)
    except OSError:
        os.replace(old, GENERATED)
        raise
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Generate, or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; name what differs and exit with 1")
    check: bool = parser.parse_args().check
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".generate-") as temporary:
        target = Path(temporary) / "generated"
        target.mkdir()
        try:
            build(target)
        except GenerationError as error:
            print(f"generate: {error}\ngenerated/ is as it was.", file=sys.stderr)
            return 1
        changes = differences(files(target), files(GENERATED))
        if not changes:
            print("generated/ is what the document says.")
            return 0
        if check:
            print("\n".join(changes), file=sys.stderr)
            print("generated/ is not what openapi/voices.yaml says: run `make generate`.", file=sys.stderr)
            return 1
        swap(target)
        print(
            "\n".join(changes)
            .replace("stray:", "removed:")
            .replace("missing:", "added:")
            .replace("differs:", "changed:")
        )
        return 0


if __name__ == "__main__":
    sys.exit(main())
