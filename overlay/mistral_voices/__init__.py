"""Clone, list, edit and delete voices at Mistral.

Usage::

    from mistral_voices import Mistral

    with Mistral() as mistral:  # the key comes from MISTRAL_API_KEY
        voice = mistral.audio.voices.create(name="Ada", sample_audio=base64_text)
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import errors, models, utils
    from .client import Mistral
else:
    # Names load at first use (PEP 562): a script pays for nothing that it does not touch.
    def __getattr__(name):
        from importlib import import_module

        if name == "Mistral":
            return import_module(f"{__name__}.client").Mistral
        if name in __all__:
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})


__version__ = "0.1.0"
__all__ = ["Mistral", "errors", "models", "utils"]
