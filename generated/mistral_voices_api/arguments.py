# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""What the API allows of each argument; the overlay checks it before sending."""

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
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None


ARGUMENTS: dict[str, dict[str, Argument]] = {
    "list_voices": {
        "limit": Argument(types=(int,), minimum=1, maximum=100),
        "offset": Argument(types=(int,), minimum=0),
        "type_": Argument(types=(str,), enum=("all", "custom", "preset")),
    },
    "create_voice": {
        "name": Argument(types=(str,), required=True),
        "sample_audio": Argument(types=(str,), required=True, min_length=1),
        "slug": Argument(types=(str,), nullable=True),
        "languages": Argument(types=(list,), items=(str,)),
        "gender": Argument(types=(str,), nullable=True),
        "age": Argument(types=(int,), nullable=True),
        "tags": Argument(types=(list,), nullable=True, items=(str,)),
        "color": Argument(types=(str,), nullable=True),
        "description": Argument(types=(str,), nullable=True, max_length=500),
        "retention_notice": Argument(types=(int,)),
        "sample_filename": Argument(types=(str,), nullable=True),
    },
    "get_voice": {
        "voice_id": Argument(types=(str,), required=True),
    },
    "delete_voice": {
        "voice_id": Argument(types=(str,), required=True),
    },
    "update_voice": {
        "voice_id": Argument(types=(str,), required=True),
        "name": Argument(types=(str,), nullable=True),
        "languages": Argument(types=(list,), nullable=True, items=(str,)),
        "gender": Argument(types=(str,), nullable=True),
        "age": Argument(types=(int,), nullable=True),
        "tags": Argument(types=(list,), nullable=True, items=(str,)),
        "description": Argument(types=(str,), nullable=True, max_length=500),
        "retention_notice": Argument(types=(int,), nullable=True),
    },
    "get_voice_sample": {
        "voice_id": Argument(types=(str,), required=True),
    },
    "search_voices": {
        "page_size": Argument(types=(int,), minimum=1),
        "page_token": Argument(types=(str,)),
        "type_": Argument(types=(str,), enum=("all", "custom", "preset")),
        "gender": Argument(types=(list,), items=(str,)),
        "language": Argument(types=(list,), items=(str,)),
        "query": Argument(types=(str,)),
        "kind": Argument(types=(str,), enum=("ivc", "pvc")),
    },
}
