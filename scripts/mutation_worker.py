"""Run the contract checks on one changed project, `python mutation_worker.py FOLDER`, and print what they find as JSON.

`make mutations` starts it with the changed project's generated package first on the path.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(folder: Path) -> list[tuple[str, str]]:
    """Give the check and the message of each finding; the slow checks are left out once one is found."""
    import mistral_voices
    import mistral_voices_api
    from tests.contract.behaviour import CHECKS, SLOW
    from tests.contract.document import load

    generated = folder / "generated"
    if not Path(mistral_voices_api.__file__).is_relative_to(generated):
        raise RuntimeError(f"the package under test is {mistral_voices_api.__file__}, expected one in {generated}")
    document = load(folder / "openapi" / "voices.yaml")
    found: list[tuple[str, str]] = []
    for check in CHECKS:
        if found and check in SLOW:
            continue
        name = check.__name__.removeprefix("check_")
        try:
            found += [(name, problem) for problem in check(document, mistral_voices)]
        except Exception as error:  # noqa: BLE001 - a check that cannot even run has found something
            found.append((name, f"{type(error).__name__}: {error}"))
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
