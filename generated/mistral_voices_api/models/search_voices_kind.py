# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from typing import Literal

SearchVoicesKind = Literal["ivc", "pvc"]

SEARCH_VOICES_KIND_VALUES: set[SearchVoicesKind] = {
    "ivc",
    "pvc",
}


def check_search_voices_kind(value: str) -> SearchVoicesKind:
    if value in SEARCH_VOICES_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SEARCH_VOICES_KIND_VALUES!r}")
