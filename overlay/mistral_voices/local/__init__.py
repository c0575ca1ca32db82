"""A local voices server: the voices API over SQLite, for tests and for trying things out.

With a server of its own, a test decides what happens:

    from mistral_voices.local import VoicesServer

    with VoicesServer(seed=[{"id": "clara", "name": "Clara"}]) as server:
        url = server.serve()  # over HTTP, on loopback; or, with no socket:
        client = server.client()  # an httpx.Client
        later = server.async_client()  # an httpx.AsyncClient

        server.fail(429, times=2, headers={"Retry-After": "1"})  # the next two requests
        server.fail(drop="after", method="POST")  # the next POST: done, but its response is lost
        server.fail(drop="after", method="POST", every=3)  # every third POST from now on
        server.shape_pages([3, 0, 10])  # the next searches: a short page, an empty one with a cursor, a usual one
        ...
        assert [request.method for request in server.requests] == ["POST", "POST", "POST"]

It needs the extra ``local``: ``pip install "mistral-voices[local]"``. As a command:

    python -m mistral_voices.local --port 0 --data voices.sqlite --seed voices.yaml

A server is controlled from other processes at addresses of its own, which need no key and are not counted; what is
posted there is JSON, and has ``application/json`` as its content type:

- ``POST /_local/fail``: a JSON object with the arguments of `VoicesServer.fail` as members, all optional:
  ``{"status": 429, "times": 2, "every": 3, "headers": {"Retry-After": "1"}, "body": {"detail": "slow down"},
  "delay": 0.5, "drop": "after", "cut": 10, "method": "GET", "path": "/v1/audio/voices/{voice_id}"}``. Responds 200 with
  ``{"waiting": 2}``, the number of requests that will fail (null where there is no end), or 400 with a message that
  names the member.
- ``DELETE /_local/faults`` forgets all faults that are still waiting.
- ``POST /_local/pages``: a JSON object with the arguments of `VoicesServer.shape_pages`:
  ``{"sizes": [3, 0, 10], "repeat": true}``.
- ``GET /_local/requests``: what arrived, oldest first: ``{"requests": [{"method", "target", "headers", "body",
  "body_length"}, ...]}``; ``body`` is text, null where it was long or not UTF-8.
- ``DELETE /_local/requests`` forgets what arrived.
"""

from mistral_voices.local._received import ReceivedRequest, ReceivedRequests
from mistral_voices.local._server import VoicesServer

__all__ = ["ReceivedRequest", "ReceivedRequests", "VoicesServer"]
