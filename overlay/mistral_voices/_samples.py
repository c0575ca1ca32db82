"""Sample audio of voices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from ._options import CallOptions
    from ._records import Run, RunAsync


class Samples:
    """The recordings that voices were made from."""

    def __init__(self, run: Run, run_async: RunAsync) -> None:
        self._run = run
        self._run_async = run_async

    def get_sample_audio(self, *, voice_id: str, **options: Unpack[CallOptions]) -> str:
        """Fetch the sample of a voice as base64 text, whether the server answers with text or with the audio itself.

        Args:
            voice_id: The id of the voice; any text that is not empty, "." or "..".
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers` for this call alone.

        Returns:
            The audio file as base64 text; `base64.b64decode` gives its bytes.

        Raises:
            TypeError, ValueError: An argument is not what the document allows; nothing was sent.
            errors.NotFoundError: There is no such voice (404).
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: The server answered another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The answer is neither JSON text nor audio.
            errors.NoResponseError: No answer came.

        Endpoint: GET /v1/audio/voices/{voice_id}/sample
        """
        from . import _operations

        return self._run(_operations.get_voice_sample(voice_id), options)

    async def get_sample_audio_async(self, *, voice_id: str, **options: Unpack[CallOptions]) -> str:
        """`get_sample_audio` for asyncio."""
        from . import _operations

        return await self._run_async(_operations.get_voice_sample(voice_id), options)
