"""The command line: `mistral-voices`, which the extra `cli` installs."""

import sys


def main() -> int:
    """Run the command with the arguments of the process and give its exit status."""
    try:
        from .app import run

        return run(sys.argv[1:])
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("click", "yaml", "wcwidth"):
            raise
        print(f'mistral-voices needs {error.name}: pip install "mistral-voices[cli]"', file=sys.stderr)  # noqa: T201
        return 1


__all__ = ["main"]
