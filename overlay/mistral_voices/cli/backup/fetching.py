"""Fetching the recording of one voice: an error of it alone is told from one that all would meet."""

from pathlib import Path

from mistral_voices import Mistral, errors


def fetch_sample(mistral: Mistral, voice_id: str, path: Path) -> Path:
    """Save the sample of a voice in a folder, or at a path without its extension; give the file.

    Raises:
        ValueError: The download breaks off, though the API responds: it is this sample alone.
        errors.MistralError: The API refuses it, or does not respond at all.
        OSError: The file cannot be written.
    """
    voices = mistral.audio.voices
    try:
        return voices.save_sample_audio(voice_id=voice_id, path=path, overwrite=True)
    except errors.NoResponseError as error:
        voices.get(voice_id=voice_id)
        raise ValueError(error.message) from error
