"""Names of audio files: the one that a sample is sent under, and the extension that a saved one gets."""

import os
from typing import NamedTuple

from .formats import CONTENT_TYPES, EXTENSIONS, FORMATS, HEADERLESS

# For audio of which neither its first bytes nor the server say what it is.
UNKNOWN = ".bin"
# What a sample without a name is called.
NAMELESS = "sample"


class SampleName(NamedTuple):
    """The name that a sample is sent under.

    Attributes:
        filename: The name; None when there is none to send.
        warning: What the log says about it at WARNING, since it was put right or tells no format; None when it is good.
    """

    filename: str | None
    warning: str | None


def sample_filename(name: str | None, found: str | None) -> SampleName:
    """Name a sample for the service, which reads the format from the extension.

    Args:
        name: The name of the user's file, without folders; None or "" when it has none.
        found: The extension of the format that its first bytes show; None when they show none.
    """
    if found is None:
        if has_audio_extension(name or "") and _suffix(name or "") not in HEADERLESS:
            return SampleName(name, None)
        what = f"{name!r} does not tell" if name else "without a name, nothing tells"
        return SampleName(
            name or None,
            f"sample_audio: its first bytes are of no known audio format, and {what} the service which one it is; "
            'pass sample_filename with the extension of its format, such as "ada.wav"',
        )
    if not name:
        return SampleName(NAMELESS + found, None)
    right = name.rstrip(". ")
    if not has_audio_extension(right) and has_audio_extension(within := os.path.splitext(right)[0]):
        right = within  # such as ada.wav.gz, which was unpacked as it was opened
    stem, suffix = _split(right)
    if suffix not in (found, *FORMATS[found][1]) or not stem:
        right = ((stem if has_audio_extension(right) else right) or NAMELESS) + found
    if right == name:
        return SampleName(name, None)
    return SampleName(
        right,
        f"sample_audio: {name!r} is sent as {right!r}, for its first bytes are those of {found}; "
        "a given sample_filename is kept as it is",
    )


def has_audio_extension(name: str) -> bool:
    """Say whether a name ends in the extension of an audio format, in any case of its letters."""
    suffix = _suffix(name)
    return suffix in CONTENT_TYPES or suffix in HEADERLESS


def saved_extension(content_type: str | None, found: str | None) -> str:
    """Give the extension that a saved sample gets.

    Args:
        content_type: The bare type that the server gave; "" or None when there is none.
        found: The extension of the format that its first bytes show; None when they show none.
    """
    return found or EXTENSIONS.get(content_type or "", UNKNOWN)


def _suffix(name: str) -> str:
    return _split(name)[1]


def _split(name: str) -> tuple[str, str]:
    """Give a name without its suffix, and the suffix; of ".wav", which is hidden to the system, that is all."""
    stem, suffix = os.path.splitext(f"_{name}")
    return stem[1:], suffix.lower()
