"""The folders of the user's own in which the command line keeps what is not asked for by name."""

from __future__ import annotations

import os
from pathlib import Path


def user_folder(variable: str, usual: str) -> Path:
    """Give our folder below the one that a variable names, else LOCALAPPDATA, else the usual one in the home.

    Raises:
        FileNotFoundError: There is no home.
    """
    given = os.environ.get(variable) or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    if given and Path(given).is_absolute():
        return Path(given) / "mistral-voices"
    try:
        return Path.home() / usual / "mistral-voices"
    except RuntimeError:
        raise FileNotFoundError(f"There is no home folder: set HOME or {variable}") from None
