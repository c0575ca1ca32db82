"""The only code that sends or sleeps: it drives one call, sync or async."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._flow import Done, Flow, Send, Wait
from ._http import Answer, Clients, Opened, Reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from ._sources import Source

T = TypeVar("T")


def drive(flow: Flow[T], clients: Clients) -> T:
    """Run a call to its end."""
    opened = clients.sync()
    try:
        step = next(flow)
        while not isinstance(step, Done):
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                step = flow.send(None)
                continue
            try:
                answer = _send(opened, step)
            except opened.library.RequestError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
        return cast("T", step.result)
    finally:
        flow.close()


def _send(opened: Opened, step: Send) -> Answer:
    client, library = opened.client, opened.library
    content = step.content if step.content is None or isinstance(step.content, bytes) else _blocks(step.content)
    response = client.send(step.build(opened, content), stream=True, follow_redirects=False)
    try:
        reading = Reading(library, response, sink=step.sink, bounded=not step.is_sample)
        try:
            for block in response.iter_bytes():
                if reading.add(block):
                    break
                reading.told()
        except library.RequestError as error:
            reading.lost(error)
        return reading.finish()
    finally:
        response.close()


def _blocks(source: Source) -> Iterator[bytes]:
    for number, block in enumerate(source.blocks()):
        yield block
        source.told(number)


async def drive_async(flow: Flow[T], clients: Clients) -> T:
    """Run a call to its end without blocking the event loop."""
    opened = await clients.of_loop()
    try:
        step = next(flow)
        while not isinstance(step, Done):
            if isinstance(step, Wait):
                from anyio import sleep

                await sleep(step.seconds)
                step = flow.send(None)
                continue
            try:
                answer = await _send_async(opened, step)
            except opened.library.RequestError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
        return cast("T", step.result)
    finally:
        flow.close()


async def _send_async(opened: Opened, step: Send) -> Answer:
    client, library = opened.client, opened.library
    content = step.content if step.content is None or isinstance(step.content, bytes) else _blocks_async(step.content)
    response = await client.send(step.build(opened, content), stream=True, follow_redirects=False)
    try:
        reading = Reading(library, response, sink=step.sink, bounded=not step.is_sample)
        try:
            async for block in response.aiter_bytes():
                if await _off_the_loop(reading.in_memory, reading.add, block):
                    break
                reading.told()
        except library.RequestError as error:
            reading.lost(error)
        return reading.finish()
    finally:
        await response.aclose()


async def _blocks_async(source: Source) -> AsyncIterator[bytes]:
    with closing(source.blocks()) as blocks:

        def following() -> bytes:
            return next(blocks, b"")

        number = 0
        while block := await _off_the_loop(source.in_memory, following):
            yield block
            source.told(number)
            number += 1


async def _off_the_loop(in_memory: bool, work: Callable[..., T], *arguments: Any) -> T:
    """Do work that may touch a file in a thread."""
    if in_memory:
        return work(*arguments)
    from anyio.to_thread import run_sync

    return await run_sync(work, *arguments)
