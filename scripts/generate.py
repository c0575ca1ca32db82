"""Generate `generated/` from `openapi/voices.yaml`, or with --check report where the two differ.

The generator and its formatter are pinned in pyproject.toml, and the formatter runs without any settings of this
project, so that the output depends on the document, the templates and these pins alone. Nothing is written before the
whole package stands in a temporary folder; then it takes the place of the old one.
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

import jinja2
from openapi_python_client.strings import PythonIdentifier

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.openapi import ROOT, DocumentError, load, operations, resolve, validate

HEADER = "# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.\n"
README = f"""# Do not edit

Everything in this folder is written by `make generate` (`python scripts/generate.py`) from `openapi/voices.yaml`,
with openapi-python-client {version("openapi-python-client")} and the templates in `openapi/templates`.
Change the document or a template and run it again; `make check` fails when the two differ.
"""
TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list"}
BOUNDS = {"minimum": "minimum", "maximum": "maximum", "minLength": "min_length", "maxLength": "max_length"}
KNOWN = {"type", "description", "title", "default", "anyOf", "items", "enum", "example", "examples", "deprecated"}
KNOWN |= {*BOUNDS, "x-sent"}
# Checked where samples are read (_media/sample_text.py), and the contract tests find an argument that is not.
KNOWN |= {"contentEncoding"}


class GenerationError(Exception):
    """The package cannot be generated; the message says why and what to do."""


def argument(document: dict[str, Any], where: str, schema: dict[str, Any], required: bool) -> str:
    """Write what `Argument` takes for one argument."""
    alternatives = [resolve(document, each) for each in schema.get("anyOf", [schema])]
    concrete = [each for each in alternatives if each.get("type") != "null"]
    rules = {"types": _types(concrete)}
    rules |= {"required": "True"} if required else {}
    rules |= {"nullable": "True"} if len(concrete) < len(alternatives) else {}
    for each in concrete:
        if "items" in each:
            items = resolve(document, each["items"])
            rules["items"] = _types(items.get("anyOf", [items]))
        if "enum" in each:
            rules["enum"] = repr(tuple(each["enum"]))
        rules |= {name: repr(each[keyword]) for keyword, name in BOUNDS.items() if keyword in each}
        if unknown := each.keys() - KNOWN:
            raise GenerationError(
                f"{where} uses {', '.join(sorted(unknown))}, which nothing checks before sending: add it to `Argument` "
                "in openapi/templates/arguments.py.jinja and to the check in overlay/mistral_voices/_api/arguments.py"
            )
    return ", ".join(f"{name}={rule}" for name, rule in rules.items())


def _types(schemas: list[dict[str, Any]]) -> str:
    return "".join(["(", *(f"{TYPES[each['type']]}, " for each in schemas), ")"])


def arguments(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Write the rules of every argument by operation and name."""
    found: dict[str, dict[str, str]] = {}
    for _, operation in operations(document):
        parameters = [resolve(document, each) for each in operation["parameters"]]
        fields = [(each["name"], each["schema"], each.get("required", False)) for each in parameters]
        for media_type in operation.get("requestBody", {}).get("content", {}).values():
            body = resolve(document, media_type["schema"])
            fields += [(key, each, key in body.get("required", ())) for key, each in body["properties"].items()]
        name = operation["operationId"]
        found[name] = {}
        for key, schema, required in fields:
            rules = argument(document, f"{name}.{key}", resolve(document, schema), required)
            found[name][str(PythonIdentifier(key, "field_"))] = rules
    return found


def run(*command: str, purpose: str) -> None:
    """Run a tool of this environment; its output is shown only when it fails."""
    plain = {**os.environ, "COLUMNS": "160", "_TYPER_STANDARD_TRACEBACK": "1"}
    done = subprocess.run([sys.executable, "-m", *command], env=plain, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GenerationError(f"{purpose} failed:\n{done.stdout}{done.stderr}")


def build(openapi: Path, target: Path) -> None:
    """Write the whole of `generated/` into an empty folder."""
    path, templates, package = openapi / "voices.yaml", openapi / "templates", target / "mistral_voices_api"
    document = load(path)
    validate(document)
    for _, operation in operations(document):
        if "application/json" not in resolve(document, operation["responses"].get("200", {})).get("content", {}):
            name = operation.get("operationId")
            raise GenerationError(
                f"{name} has no 200 response in JSON, which the templates need: describe it by a patch"
            )
    if not (templates / "model.py.jinja").is_file():
        raise GenerationError("the templates are missing from openapi/templates")
    settings = ["--path", str(path), "--config", str(openapi / "generator.yaml"), "--meta", "none"]
    destination = ["--custom-template-path", str(templates), "--output-path", str(package), "--fail-on-warning"]
    run("openapi_python_client", "generate", *settings, *destination, purpose="the generator")
    (package / "client.py").unlink()  # the stock HTTP client, which endpoint_module.py.jinja leaves without use
    jinja = jinja2.Environment(loader=jinja2.FileSystemLoader(templates), trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    module = jinja.get_template("arguments.py.jinja").render(operations=arguments(document))
    (package / "arguments.py").write_text(module, encoding="utf-8")
    isolated = ["--isolated", "--no-cache", "--line-length", "120", "--target-version", "py311", str(package)]
    run("ruff", "check", "--fix-only", "--select", "F401,F541,I", *isolated, purpose="the formatter")
    run("ruff", "format", *isolated, purpose="the formatter")
    for each in package.rglob("*.py"):
        each.write_text(HEADER + each.read_text(encoding="utf-8"), encoding="utf-8")
    (package / "py.typed").write_text("", encoding="utf-8")
    shutil.copyfile(path, package / path.name)
    (target / "README.md").write_text(README, encoding="utf-8")


def files(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder, by their path in it."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def differences(expected: dict[str, bytes], found: dict[str, bytes]) -> Iterator[str]:
    """Name each file that is missing, is stray or differs."""
    for name in sorted({*expected, *found}):
        if expected.get(name) != found.get(name):
            word = "missing" if name not in found else "stray" if name not in expected else "different"
            yield f"{word}: generated/{name}"


def main() -> int:
    """Generate, or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; name what differs and exit with 1")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project, where openapi/ and generated/ lie")
    given = parser.parse_args()
    generated = given.root / "generated"
    with tempfile.TemporaryDirectory(dir=given.root, prefix=".generate-") as temporary:
        target = Path(temporary) / "generated"
        target.mkdir()
        try:
            build(given.root / "openapi", target)
        except (DocumentError, GenerationError) as error:
            print(f"generate: {error}\ngenerated/ is as it was.", file=sys.stderr)
            return 1
        changes = "\n".join(differences(files(target), files(generated)))
        if not changes:
            print("generated/ is what the document says.")
        elif given.check:
            print(f"{changes}\ngenerated/ is not what openapi/voices.yaml says: run `make generate`.", file=sys.stderr)
        else:
            if generated.exists():
                os.replace(generated, Path(temporary) / "old")
            os.replace(target, generated)
            print(f"{changes}\ngenerated/ is now what the document says.")
        return int(bool(changes) and given.check)


if __name__ == "__main__":
    sys.exit(main())
