# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from typing import Literal

SearchVoicesType = Literal["all", "custom", "preset"]

SEARCH_VOICES_TYPE_VALUES: set[SearchVoicesType] = {
    "all",
    "custom",
    "preset",
}


def check_search_voices_type(value: str) -> SearchVoicesType:
    if value in SEARCH_VOICES_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SEARCH_VOICES_TYPE_VALUES!r}")
