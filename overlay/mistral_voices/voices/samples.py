"""Sample audio of voices."""

import os
from pathlib import Path
from typing import Unpack

from .._api import operations
from .._core.options import CallOptions
from .._media.download import Download, MemoryTarget
from .._media.files import FileTarget
from .._media.progress import Progress
from .._transport.concurrency import in_thread, shielded_in_thread
from .._transport.send import Transport


class Samples:
    """The recordings that voices were made from."""

    _transport: Transport

    def get_sample_audio(self, *, voice_id: str, **options: Unpack[CallOptions]) -> str:
        """Fetch the sample of a voice as base64 text, whether the server sends text or the audio itself.

        Args:
            voice_id: The id of the voice; any text that is not empty, "." or "..".
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The audio file as base64 text; `base64.b64decode` gives its bytes.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.NotFoundError: There is no such voice (404).
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response is neither base64 text nor audio.
            errors.NoResponseError: No response came.

        Endpoint: GET /v1/audio/voices/{voice_id}/sample
        """
        return self._transport.call(operations.get_voice_sample(voice_id), options)

    async def get_sample_audio_async(self, *, voice_id: str, **options: Unpack[CallOptions]) -> str:
        """Fetch the sample of a voice as base64 text, whether the server sends text or the audio itself.

        It is the async form of `get_sample_audio`: await it.
        `get_sample_audio` describes the arguments, the result and the errors.
        """
        return await self._transport.call_async(operations.get_voice_sample(voice_id), options)

    def read_sample_audio(self, *, voice_id: str, **options: Unpack[CallOptions]) -> bytes:
        """Fetch the sample of a voice as the bytes of its audio file, whichever form the server sends.

        Args:
            voice_id: The id of the voice; any text that is not empty, "." or "..".
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The audio file.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.NotFoundError: There is no such voice (404).
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response is neither audio nor base64 text.
            errors.NoResponseError: No response came, or not the whole of it.

        Endpoint: GET /v1/audio/voices/{voice_id}/sample
        """
        target = MemoryTarget()
        self._transport.call(operations.download_voice_sample(voice_id, Download(target)), options)
        return target.audio()

    async def read_sample_audio_async(self, *, voice_id: str, **options: Unpack[CallOptions]) -> bytes:
        """Fetch the sample of a voice as the bytes of its audio file, whichever form the server sends.

        It is the async form of `read_sample_audio`: await it.
        `read_sample_audio` describes the arguments, the result and the errors.
        """
        target = MemoryTarget()
        await self._transport.call_async(operations.download_voice_sample(voice_id, Download(target)), options)
        return target.audio()

    def save_sample_audio(
        self,
        *,
        voice_id: str,
        path: str | os.PathLike[str],
        overwrite: bool = False,
        on_progress: Progress | None = None,
        **options: Unpack[CallOptions],
    ) -> Path:
        """Save the sample of a voice as a file, block by block; the file appears when it is whole, or not at all.

        An existing file keeps its access rights and is written through symbolic links. What cannot be replaced (a FIFO,
        a device, `/dev/stdout`, a mounted file) is written straight through when the sample is whole.

        Args:
            voice_id: The id of the voice; any text that is not empty, "." or "..".
            path: The file to write. A folder takes a file named after the id; there, and where nothing has the name and
                it ends in no audio extension, the one that the sample shows is added.
            overwrite: Whether a file of that name is replaced.
            on_progress: Called in the thread of the call after each block, with the bytes of the response so far and
                their total (None where the server did not say), from the start at each attempt.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The path of the file, with the extension that was added.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            FileExistsError: There is such a file, and `overwrite` is False; nothing was sent.
            OSError: The file cannot be written, because the folder is missing or the disk full, say; it names the path.
            errors.NotFoundError: There is no such voice (404).
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response is neither audio nor base64 text.
            errors.NoResponseError: No response came, or not the whole of it.

        Endpoint: GET /v1/audio/voices/{voice_id}/sample
        """
        target = FileTarget(voice_id, path, overwrite=overwrite)
        request = operations.download_voice_sample(voice_id, Download(target, on_progress))
        try:
            target.open()
            self._transport.call(request, options)
            while (saved := target.commit()) is None:
                pass
            return saved
        finally:
            target.discard()

    async def save_sample_audio_async(
        self,
        *,
        voice_id: str,
        path: str | os.PathLike[str],
        overwrite: bool = False,
        on_progress: Progress | None = None,
        **options: Unpack[CallOptions],
    ) -> Path:
        """Save the sample of a voice as a file, block by block; the file appears when it is whole, or not at all.

        It is the async form of `save_sample_audio`: the file is opened, written and put in place in a thread. A call
        that is cancelled leaves no file behind. `save_sample_audio` describes the arguments, the result and the errors.
        """
        target = FileTarget(voice_id, path, overwrite=overwrite)
        request = operations.download_voice_sample(voice_id, Download(target, on_progress))
        try:
            await in_thread(target.open)
            await self._transport.call_async(request, options)
            while (saved := await in_thread(target.commit)) is None:
                pass  # nobody reads the FIFO yet: here the call can be cancelled
            return saved
        finally:
            await shielded_in_thread(target.discard)
