"""A Celery task that makes a voice in the background; its result is plain JSON, as `to_dict` gives it.

MISTRAL_API_KEY=... celery -A celery_task worker
>>> from celery_task import clone
>>> clone.delay("Ada", "/recordings/ada.wav").get()["id"]
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery

from mistral_voices import Mistral, errors

app = Celery(
    "voices", broker=os.environ.get("BROKER", "memory://"), backend=os.environ.get("BACKEND", "cache+memory://")
)
mistral = Mistral()  # a worker process that is forked makes connections of its own


@app.task(bind=True, max_retries=5)
def clone(self: Any, name: str, path: str) -> dict[str, Any]:
    """Make a voice of a recording.

    A task may run twice, when a worker was killed: the name is the key by which it finds what it made before.
    """
    voices = mistral.audio.voices
    try:
        return voices.find(name).to_dict()
    except errors.NotFoundError:
        pass
    try:
        return voices.create(name=name, sample_audio=Path(path), recover=True).to_dict()
    except errors.RateLimitError as error:
        # The client has retried for a minute: longer waits belong to the queue, which frees the worker meanwhile.
        raise self.retry(exc=error, countdown=error.retry_after or 60) from None
