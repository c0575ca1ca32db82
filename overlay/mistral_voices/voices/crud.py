"""Create, get, update and delete voices."""

from __future__ import annotations

from typing import Literal, TypeAlias, Unpack, overload

from .. import models
from .._api import operations
from .._core.options import CallOptions
from .._media.progress import Progress
from .._media.upload import SampleAudio, prepare_sample
from .._transport.concurrency import in_thread_unless
from .._transport.send import Transport
from ..utils import UNSET, Unset
from .recovery import Created, Creation

# Voices has a method called `list`, so that list[str] cannot be written in the body of its classes.
Strings: TypeAlias = list[str] | tuple[str, ...]


class Crud:
    """The voices themselves, without their samples."""

    _transport: Transport
    _created: Created

    def create(
        self,
        *,
        name: str,
        sample_audio: SampleAudio,
        slug: str | Unset | None = UNSET,
        languages: Strings | Unset | None = UNSET,
        gender: str | Unset | None = UNSET,
        age: int | Unset | None = UNSET,
        tags: Strings | Unset | None = UNSET,
        color: str | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        retention_notice: int | None = 30,
        sample_filename: str | Unset | None = UNSET,
        recover: bool = False,
        on_progress: Progress | None = None,
        **options: Unpack[CallOptions],
    ) -> models.VoiceResponse:
        """Create a voice from a recording.

        A create is sent again only where the server cannot have acted (no connection, 429, 503 with Retry-After), so
        that no voice is made twice; a RetryConfig given as `retries` to this very call lifts that. When the outcome is
        in doubt, the error says so: `outcome_unknown`; its `candidates()` looks for the voice, and `recover=True` does
        so by itself. An argument that is left out is not sent.

        Args:
            name: Display name; several voices may share one.
            sample_audio: The audio file: a path (such as pathlib.Path), bytes or another buffer, a binary file that can
                be rewound, from where it stands, a pair of its name and one of these, or base64 text; at least 1
                byte. A path or file is encoded as it is sent, a block at a time. Of text, line breaks, the URL-safe
                alphabet and missing padding are put right. WAV, MP3, FLAC, AAC, AIFF, AMR, CAF, WMA and audio in Ogg,
                MP4 and WebM are known by their first bytes; that was tried with the client, not with the service.
            slug: Short name for use in addresses; None sends null.
            languages: Codes of the languages that the voice speaks, such as "en"; None means left out.
            gender: How the voice sounds, such as "female", "male" or "neutral"; None sends null.
            age: Age in years that the voice suggests; None sends null.
            tags: Free labels; None sends null.
            color: Colour that an interface may show; None sends null.
            description: Free text, at most 500 characters; None sends null.
            retention_notice: Days of notice before the sample is removed; None means left out.
            sample_filename: Name of the audio file: the service reads the format from its extension. Left out, it is
                that of the pair, path or file, with the extension that the first bytes show; None sends null.
            recover: Whether to look for the voice after an unknown outcome, up to three times within the bounds of the
                retries and never sending again, and to return it if there is exactly one that was made since the call
                began with what was sent.
            on_progress: Called in the thread of the call after each block with the bytes of the sample that have left
                and their total, from 0 at each attempt; not for text.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone. Unless
                a timeout is given, each phase may take 300 seconds, because cloning takes its time.

        Returns:
            The voice that was made.

        Raises:
            TypeError, ValueError: An argument is not what the API allows, or sample_audio is no file of audio, such as
                the path of a file as text, or a file that was read already; nothing was sent.
            OSError: The file cannot be read, or changed between two attempts.
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response cannot be read; the voice may have been made.
            errors.NoResponseError: No response came; `outcome_unknown` tells whether the voice may have been made.

        Endpoint: POST /v1/audio/voices
        """
        given = {
            "name": name,
            "slug": slug,
            "languages": languages,
            "gender": gender,
            "age": age,
            "tags": tags,
            "color": color,
            "description": description,
            "retention_notice": retention_notice,
            "sample_filename": sample_filename,
        }
        sample = prepare_sample(sample_audio, self._transport.logger)
        request = operations.create_voice(sample, on_progress, self._transport.logger, **given)
        return self._transport.drive(Creation(self._transport, self._created, recover, options).create(request))

    async def create_async(
        self,
        *,
        name: str,
        sample_audio: SampleAudio,
        slug: str | Unset | None = UNSET,
        languages: Strings | Unset | None = UNSET,
        gender: str | Unset | None = UNSET,
        age: int | Unset | None = UNSET,
        tags: Strings | Unset | None = UNSET,
        color: str | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        retention_notice: int | None = 30,
        sample_filename: str | Unset | None = UNSET,
        recover: bool = False,
        on_progress: Progress | None = None,
        **options: Unpack[CallOptions],
    ) -> models.VoiceResponse:
        """Create a voice from a recording.

        It is the async form of `create`: a path or file is read and encoded in a thread, a block at a time, and
        `on_progress` is called in the event loop. `create` describes the arguments, the result and the errors.
        """
        given = {
            "name": name,
            "slug": slug,
            "languages": languages,
            "gender": gender,
            "age": age,
            "tags": tags,
            "color": color,
            "description": description,
            "retention_notice": retention_notice,
            "sample_filename": sample_filename,
        }
        logger = self._transport.logger
        sample = await in_thread_unless(isinstance(sample_audio, bytes), prepare_sample, sample_audio, logger)
        request = operations.create_voice(sample, on_progress, logger, **given)
        creation = Creation(self._transport, self._created, recover, options)
        return await self._transport.drive_async(creation.create(request))

    def get(self, *, voice_id: str, **options: Unpack[CallOptions]) -> models.VoiceResponse:
        """Look up one voice, without its sample.

        Args:
            voice_id: The id of the voice; any text that is not empty, "." or "..".
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The voice.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.NotFoundError: There is no such voice (404).
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response cannot be read.
            errors.NoResponseError: No response came.

        Endpoint: GET /v1/audio/voices/{voice_id}
        """
        return self._transport.call(operations.get_voice(voice_id), options)

    async def get_async(self, *, voice_id: str, **options: Unpack[CallOptions]) -> models.VoiceResponse:
        """Look up one voice, without its sample.

        It is the async form of `get`: await it. `get` describes the arguments, the result and the errors.
        """
        return await self._transport.call_async(operations.get_voice(voice_id), options)

    def update(
        self,
        *,
        voice_id: str,
        name: str | Unset | None = UNSET,
        languages: Strings | Unset | None = UNSET,
        gender: str | Unset | None = UNSET,
        age: int | Unset | None = UNSET,
        tags: Strings | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        retention_notice: int | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> models.VoiceResponse:
        """Change what is said of a voice; its sample stays as it is.

        An argument that is left out stays as it is at the server; None clears it.

        Args:
            voice_id: The id of the voice; any text that is not empty, "." or "..".
            name: Display name; None sends null.
            languages: Codes of the languages that the voice speaks, such as "en"; None sends null.
            gender: How the voice sounds, such as "female", "male" or "neutral"; None sends null.
            age: Age in years that the voice suggests; None sends null.
            tags: Free labels; None sends null.
            description: Free text, at most 500 characters; None sends null.
            retention_notice: Days of notice before the sample is removed; None sends null.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The voice as it is now.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.NotFoundError: There is no such voice (404).
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response cannot be read.
            errors.NoResponseError: No response came.

        Endpoint: PATCH /v1/audio/voices/{voice_id}
        """
        request = operations.update_voice(
            voice_id,
            name=name,
            languages=languages,
            gender=gender,
            age=age,
            tags=tags,
            description=description,
            retention_notice=retention_notice,
        )
        return self._transport.call(request, options)

    async def update_async(
        self,
        *,
        voice_id: str,
        name: str | Unset | None = UNSET,
        languages: Strings | Unset | None = UNSET,
        gender: str | Unset | None = UNSET,
        age: int | Unset | None = UNSET,
        tags: Strings | Unset | None = UNSET,
        description: str | Unset | None = UNSET,
        retention_notice: int | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> models.VoiceResponse:
        """Change what is said of a voice; its sample stays as it is.

        It is the async form of `update`: await it. `update` describes the arguments, the result and the errors.
        """
        request = operations.update_voice(
            voice_id,
            name=name,
            languages=languages,
            gender=gender,
            age=age,
            tags=tags,
            description=description,
            retention_notice=retention_notice,
        )
        return await self._transport.call_async(request, options)

    @overload
    def delete(
        self, *, voice_id: str, missing_ok: Literal[False] = False, **options: Unpack[CallOptions]
    ) -> models.VoiceResponse: ...

    @overload
    def delete(
        self, *, voice_id: str, missing_ok: bool, **options: Unpack[CallOptions]
    ) -> models.VoiceResponse | None: ...

    def delete(
        self, *, voice_id: str, missing_ok: bool = False, **options: Unpack[CallOptions]
    ) -> models.VoiceResponse | None:
        """Delete a voice of the account; voices that come with the service cannot be deleted.

        Args:
            voice_id: The id of the voice; any text that is not empty, "." or "..".
            missing_ok: Whether it is no error that there is no such voice.
            **options: `retries`, `server_url`, `timeout_ms`, `http_headers`, `on_response` for this call alone.

        Returns:
            The voice as it was; None when there was none and `missing_ok` is True.

        Raises:
            TypeError, ValueError: An argument is not what the API allows; nothing was sent.
            errors.NotFoundError: There is no such voice (404); `already_deleted` when it is this call that deleted it,
                in an earlier attempt whose response was lost.
            errors.HTTPValidationError: The server did not accept an argument (422).
            errors.SDKError: Another 3XX, 4XX or 5XX.
            errors.ResponseValidationError: The response cannot be read, or has no body; the message says that the voice
                is deleted all the same, whatever `missing_ok`.
            errors.NoResponseError: No response came.

        Endpoint: DELETE /v1/audio/voices/{voice_id}
        """
        return self._transport.call(operations.delete_voice(voice_id, missing_ok), options)

    @overload
    async def delete_async(
        self, *, voice_id: str, missing_ok: Literal[False] = False, **options: Unpack[CallOptions]
    ) -> models.VoiceResponse: ...

    @overload
    async def delete_async(
        self, *, voice_id: str, missing_ok: bool, **options: Unpack[CallOptions]
    ) -> models.VoiceResponse | None: ...

    async def delete_async(
        self, *, voice_id: str, missing_ok: bool = False, **options: Unpack[CallOptions]
    ) -> models.VoiceResponse | None:
        """Delete a voice of the account; voices that come with the service cannot be deleted.

        It is the async form of `delete`: await it. `delete` describes the arguments, the result and the errors.
        """
        return await self._transport.call_async(operations.delete_voice(voice_id, missing_ok), options)
