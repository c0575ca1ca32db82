# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
from typing import Literal

ListVoicesType = Literal["all", "custom", "preset"]

LIST_VOICES_TYPE_VALUES: set[ListVoicesType] = {
    "all",
    "custom",
    "preset",
}


def check_list_voices_type(value: str) -> ListVoicesType:
    if value in LIST_VOICES_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_VOICES_TYPE_VALUES!r}")
