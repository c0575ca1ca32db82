"""The only code that sends or sleeps: it drives one call, sync or async."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._flow import Done, Flow, Send, Wait
from ._http import Answer, Clients, Reading

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


def drive(flow: Flow[T], clients: Clients) -> T:
    """Run a call to its end."""
    client, library = clients.sync()
    try:
        step = next(flow)
        while not isinstance(step, Done):
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                step = flow.send(None)
                continue
            try:
                answer = _send(client, library, step)
            except library.RequestError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
        return cast("T", step.result)
    finally:
        flow.close()


def _send(client: Any, library: ModuleType, step: Send) -> Answer:
    response = client.send(step.build(client), stream=True, follow_redirects=False)
    reading = Reading(library, response, bounded=not step.is_sample)
    try:
        for block in response.iter_bytes():
            if reading.add(block):
                break
    except library.RequestError as error:
        reading.lost(error)
    finally:
        response.close()
    return reading.finish()


async def drive_async(flow: Flow[T], clients: Clients) -> T:
    """Run a call to its end without blocking the event loop."""
    client, library = await clients.of_loop()
    try:
        step = next(flow)
        while not isinstance(step, Done):
            if isinstance(step, Wait):
                from anyio import sleep

                await sleep(step.seconds)
                step = flow.send(None)
                continue
            try:
                answer = await _send_async(client, library, step)
            except library.RequestError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
        return cast("T", step.result)
    finally:
        flow.close()


async def _send_async(client: Any, library: ModuleType, step: Send) -> Answer:
    response = await client.send(step.build(client), stream=True, follow_redirects=False)
    reading = Reading(library, response, bounded=not step.is_sample)
    try:
        async for block in response.aiter_bytes():
            if reading.add(block):
                break
    except library.RequestError as error:
        reading.lost(error)
    finally:
        await response.aclose()
    return reading.finish()
