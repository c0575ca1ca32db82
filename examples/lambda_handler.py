"""A handler for AWS Lambda and what works alike: a recording comes as base64, the voice's id goes back.

The client is made once, outside the handler: a warm start goes on with its connection, and a cold one is short, because
the client loads the HTTP library at its first call.
"""

import json
from typing import Any

from mistral_voices import Mistral, errors

mistral = Mistral(timeout_ms=20_000, retry_config=1)  # less than the handler's own time limit


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """POST {"name": ..., "sample": base64} makes a voice."""
    del context
    try:
        request = json.loads(event["body"])
        voice = mistral.audio.voices.create(name=request["name"], sample_audio=request["sample"], recover=True)
    except errors.MistralError as error:
        status = 502 if error.status_code in (None, 401) else error.status_code  # 401 was our own key
        return respond(status, {"message": error.message, "request_id": error.request_id})
    except (KeyError, TypeError, ValueError) as error:  # nothing was sent
        return respond(400, {"message": str(error)})
    return respond(201, {"id": voice.id})


def respond(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
