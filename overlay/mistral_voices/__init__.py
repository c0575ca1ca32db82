"""Clone, list, edit and delete voices at Mistral.

A first program:

    from pathlib import Path

    from mistral_voices import Mistral

    with Mistral() as mistral:  # the key comes from MISTRAL_API_KEY
        voice = mistral.audio.voices.create(name="Ada", sample_audio=Path("ada.wav"))
"""

from typing import TYPE_CHECKING

from ._version import __version__ as __version__

if TYPE_CHECKING:
    from . import errors, models, utils
    from .client import Mistral
else:
    # Names load at first use (PEP 562): a program pays for nothing that it does not touch. The imports are written out,
    # so that tools which freeze programs find them.
    def __getattr__(name):
        match name:
            case "Mistral":
                from .client import Mistral as value  # noqa: N813 - a class among modules
            case "errors":
                import mistral_voices.errors as value
            case "models":
                import mistral_voices.models as value
            case "utils":
                import mistral_voices.utils as value
            case _:
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return value

    def __dir__():
        return sorted({*globals(), *__all__})


__all__ = ["Mistral", "errors", "models", "utils"]
