"""Sample audio as text: base64, checked before it is sent."""

import os

# No path is longer; longer text needs not be looked up in the file system.
LONGEST_PATH = 4096


def check_sample_text(text: str) -> str:
    """Check text that was given as sample_audio, and give what is sent."""
    if not text:
        raise ValueError("sample_audio is empty: pass base64 text, bytes, a path or a binary file")
    if text[:5].lower() == "data:":
        raise ValueError("sample_audio is a data URI: pass only what stands after the comma")
    if len(text) <= LONGEST_PATH and "\0" not in text and os.path.exists(text):
        raise ValueError(
            f"sample_audio is the name of a file, but text is taken for base64: pass pathlib.Path({text!r}) "
            "to send the file"
        )
    return text
