# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""Types that the modules of this package share."""

from typing import Any, Literal, Protocol


class Unset:
    """The type of UNSET: a member that is left out of a request."""

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Unset = Unset()


class Response(Protocol):
    """What the operations need of an HTTP response."""

    @property
    def status_code(self) -> int:
        """The status of the response."""

    def json(self) -> Any:
        """Give the body as parsed JSON."""
