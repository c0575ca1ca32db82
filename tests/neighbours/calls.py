"""One call as a user makes it, sync or async."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mistral_voices import Mistral

both = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def run(mistral: Mistral, is_async: bool, name: str, /, **arguments: Any) -> Any:
    """Call an operation or its twin, and close the client."""

    async def call() -> Any:
        async with mistral:
            return await getattr(mistral.audio.voices, f"{name}_async")(**arguments)

    if is_async:
        return asyncio.run(call())
    with mistral:
        return getattr(mistral.audio.voices, name)(**arguments)
