"""What a call can raise when the server or the connection fails.

    MistralError
    ├── SDKError                     any 3XX, 4XX or 5XX without a more exact class
    │   ├── BadRequestError          400
    │   ├── AuthenticationError      401
    │   ├── PermissionDeniedError    403
    │   ├── NotFoundError            404
    │   ├── ConflictError            409
    │   ├── RateLimitError           429
    │   └── ServerError              5XX
    ├── HTTPValidationError          422 with a JSON body
    ├── ResponseValidationError      a 2XX that cannot be read
    ├── AmbiguousVoiceError          `find`: several voices fit
    └── NoResponseError              no response at all
        └── RequestTimeoutError      no response in time

Bad arguments raise TypeError or ValueError before anything is sent, a call after closing raises RuntimeError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from . import models

E = TypeVar("E", bound="MistralError")


class RawResponse(Protocol):
    """The HTTP library's own response, as far as both libraries have it in common."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class _Lookup(Protocol):
    """Looks for the voice of a create whose outcome is unknown; the call that failed hands it to its error."""

    def candidates(self) -> list[models.VoiceResponse]: ...
    async def candidates_async(self) -> list[models.VoiceResponse]: ...


class Headers(Mapping[str, str]):
    """Headers of a response: read-only, and found whatever the case of their names."""

    __slots__ = ("_values",)

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


class MistralError(Exception):
    """A call failed.

    Attributes:
        message: What went wrong; the server's own sentence comes first.
        status_code: The HTTP status; None when there was no response.
        body: The body of the response as text, with undecodable bytes replaced; "" when there was none.
        headers: The headers of the response, read-only and case-insensitive.
        raw_response: The HTTP library's response; None when there was none, and after pickling or copying.
        request_id: The id by which the service finds the request in its logs; None when it gave none.
        outcome_unknown: True when a create may have made the voice although the call failed.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        raw_response: RawResponse | None = None,
        request_id: str | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.message: str = message
        self.status_code: int | None = status_code
        self.body: str = body
        self.headers: Mapping[str, str] = Headers() if headers is None else headers
        self.raw_response: RawResponse | None = raw_response
        self.request_id: str | None = request_id
        self.outcome_unknown: bool = outcome_unknown
        self._lookup: _Lookup | None = None

    def candidates(self) -> list[models.VoiceResponse]:
        """Look for the voice of a create whose outcome is unknown.

        Returns:
            The voices of the account that may be it: made since the call began (by the server's clock, as the Date
            header of its response tells it), with what was sent, and not made by another create of this client. Empty
            when the server has not made it, or not yet.

        Raises:
            RuntimeError: The error is not about such a create, or it was pickled or copied, or the client is closed.
            errors.MistralError: The look-up failed; ResponseValidationError when the response has no Date header.

        Endpoint: GET /v2/audio/voices, else GET /v1/audio/voices
        """
        return self._given_lookup().candidates()

    async def candidates_async(self) -> list[models.VoiceResponse]:
        """Look for the voice of a create whose outcome is unknown.

        It is the async form of `candidates`: await it. `candidates` describes the result and the errors.
        """
        return await self._given_lookup().candidates_async()

    def _given_lookup(self) -> _Lookup:
        if self._lookup is None:
            raise RuntimeError(
                "candidates() is for the error of a create with outcome_unknown itself, not for a copy or another error"
            )
        return self._lookup

    def __reduce__(self) -> tuple[Any, ...]:
        # The HTTP library's response and the client stay behind: they hold the key.
        return _rebuild, (type(self), {**self.__dict__, "raw_response": None, "_lookup": None})


def _rebuild(kind: type[E], attributes: dict[str, Any]) -> E:
    error = kind.__new__(kind, attributes["message"])
    error.__dict__.update(attributes)
    return error


class SDKError(MistralError):
    """A 3XX, 4XX or 5XX that has no more exact class."""


class BadRequestError(SDKError):
    """400: the server does not understand the request."""


class AuthenticationError(SDKError):
    """401: the API key is missing, wrong or no longer valid."""


class PermissionDeniedError(SDKError):
    """403: the API key may not do this."""


class NotFoundError(SDKError):
    """404: there is no such voice.

    Attributes:
        already_deleted: True when this call had sent the delete before and its response was lost: most likely it is
            this call that deleted the voice.
    """

    already_deleted: bool = False


class ConflictError(SDKError):
    """409: the request contradicts what is there, such as a slug that is taken."""


class RateLimitError(SDKError):
    """429: too many requests.

    Attributes:
        retry_after: The seconds that the server wants the client to wait; None when it did not say.
    """

    retry_after: float | None = None


class ServerError(SDKError):
    """5XX: the server failed."""


class HTTPValidationError(MistralError):
    """422: the server did not accept a value; the message names it and the reason.

    Attributes:
        data: The body, with `detail` always a list; None when the body has another form.
    """

    data: models.HTTPValidationError | None = None


class ResponseValidationError(MistralError):
    """A 2XX whose body the API does not describe; the message names the place.

    Attributes:
        cause: What was wrong with the response.
    """

    cause: Exception | None = None


class AmbiguousVoiceError(MistralError, ValueError):
    """Several voices fit what `find` was given; the message lists their ids.

    Attributes:
        voices: The voices that fit.
    """

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message, **more)
        self.voices: list[models.VoiceResponse] = []


class NoResponseError(MistralError):
    """No response: the connection could not be made or was lost. `__cause__` is the HTTP library's error."""


class RequestTimeoutError(NoResponseError):
    """No response in time; the message names the phase."""


STATUS_ERRORS: dict[int, type[SDKError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitError,
}

__all__ = [
    "AmbiguousVoiceError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "HTTPValidationError",
    "MistralError",
    "NoResponseError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestTimeoutError",
    "ResponseValidationError",
    "SDKError",
    "ServerError",
]
