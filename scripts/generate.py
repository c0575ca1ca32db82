"""Generate `generated/` from `openapi/voices.yaml`, or with --check report where the two differ.

The generator and its formatter are pinned in pyproject.toml, and the formatter runs without any settings of this
project, so that the output depends on the document, the templates and these pins alone. Nothing is written before the
whole package stands in a temporary folder; then it takes the place of the old one.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.generate_arguments import BY_PATCH, GenerationError, arguments
from scripts.openapi import ROOT, DocumentError, load, operations, resolve, schemas, validate

HEADER = "# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.\n"
README = f"""# Do not edit

Everything in this folder is written by `make generate` (`python scripts/generate.py`) from `openapi/voices.yaml`,
with openapi-python-client {version("openapi-python-client")} and the templates in `openapi/templates`.
Change the document or a template and run it again; `make check` fails when the two differ.
"""


def run(*command: str, purpose: str) -> None:
    """Run a tool of this environment; its output is shown only when it fails, of a traceback the last line."""
    plain = {**os.environ, "COLUMNS": "160", "_TYPER_STANDARD_TRACEBACK": "1"}
    done = subprocess.run([sys.executable, "-m", *command], env=plain, capture_output=True, text=True, check=False)
    if done.returncode:
        output = f"{done.stdout}{done.stderr}".strip()
        last = output.splitlines()[-1] if "Traceback" in output else f"\n{output}"
        raise GenerationError(f"{purpose} failed: {last}")


def generate(document: dict[str, Any], *options: str) -> None:
    """Run the generator; where a template has no rule for a member, name every place that may be meant."""
    try:
        run("openapi_python_client", "generate", *options, "--fail-on-warning", purpose="the generator")
    except GenerationError as error:
        if (found := re.search(r"TemplateNotFound: (\S+ has no rule for the member (.*))", str(error))) is None:
            raise
        name = re.sub(r"(_type_\d+)? \(.*", "", found[2])
        places = [
            f"{each}.{name}" for each, schema in schemas(document).items() if name in schema.get("properties", ())
        ]
        where = f" ({' or '.join(places)})" if places else ""
        raise GenerationError(f"openapi/templates/{found[1]}{where}: {BY_PATCH}, or write the rule there") from None


def undescribed(document: dict[str, Any]) -> Iterator[str]:
    """Name what has no description, each with the patch that should give it one."""
    for name, operation in operations(document):
        parameters = [resolve(document, each) for each in operation["parameters"]]
        parts = {name: operation.get("summary")}
        parts |= {f"{name} parameter {each['name']}": each.get("description") for each in parameters}
        yield from (f"{part}: openapi/patches/020-operations.yaml" for part, words in parts.items() if not words)
    for name, schema in schemas(document).items():
        members = {f"{name}.{key}": each for key, each in schema.get("properties", {}).items()}
        for part, each in {name: schema, **members}.items():
            if not each.get("description"):
                yield f"{part}: openapi/patches/060-descriptions.yaml"


def build(openapi: Path, target: Path) -> None:
    """Write the whole of `generated/` into an empty folder."""
    path, templates, package = openapi / "voices.yaml", openapi / "templates", target / "mistral_voices_api"
    document = load(path)
    validate(document)
    if lacking := [*undescribed(document)]:
        raise GenerationError("\n- ".join(["these have no description, which becomes a docstring:", *lacking]))
    for _, operation in operations(document):
        first = min(map(str, operation["responses"]))
        content = resolve(document, operation["responses"].get(first, {})).get("content", {})
        if first[0] != "2" or "application/json" not in content:
            name = operation.get("operationId")
            raise GenerationError(
                f"{name} has no 2XX response in JSON as its first, which the templates need: describe it by a patch"
            )
    if not (templates / "model.py.jinja").is_file():
        raise GenerationError("the templates are missing from openapi/templates")
    settings = ["--path", str(path), "--config", str(openapi / "generator.yaml"), "--meta", "none"]
    destination = ["--custom-template-path", str(templates), "--output-path", str(package)]
    rules = arguments(document)
    generate(document, *settings, *destination)
    (package / "client.py").unlink()  # the stock HTTP client, which endpoint_module.py.jinja leaves without use
    jinja = jinja2.Environment(loader=jinja2.FileSystemLoader(templates), trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    for name in ("arguments.py", "display.py"):
        module = jinja.get_template(f"{name}.jinja").render(operations=rules)
        (package / name).write_text(module, encoding="utf-8")
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
