"""Modules that load when they are first used: an import statement within a function is paid for at every call."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module of this package; what is asked of it is kept, so asking again costs nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(import_module(f"mistral_voices.{self._name}"), attribute)
        setattr(self, attribute, value)
        return value
