"""The only code that sends or sleeps: it drives one call, sync or async."""

from __future__ import annotations

import time
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._answers import Answer, Reading
from ._flow import Done, Flow, Send, Wait
from ._progress import ProgressError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from ._http import Clients, Opened
    from ._sources import Source

T = TypeVar("T")


def drive(flow: Flow[T], clients: Clients) -> T:
    """Run a call to its end."""
    clients.check_open()
    try:
        step = next(flow)
        while not isinstance(step, Done):
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                step = flow.send(None)
                continue
            opened = clients.sync(step.url)
            try:
                answer = _send(opened, step)
            except opened.library.RequestError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
        return cast("T", step.result)
    except ProgressError as error:
        raise error.raised from error.raised.__cause__
    finally:
        flow.close()


def _send(opened: Opened, step: Send) -> Answer:
    client, library = opened.client, opened.library
    if step.content is None or isinstance(step.content, bytes):
        response = client.send(step.build(opened, step.content), stream=True, follow_redirects=False)
    else:
        with closing(_blocks(step.content)) as content:  # an error would keep the file open as long as it is kept
            response = client.send(step.build(opened, content), stream=True, follow_redirects=False)
    try:
        reading = Reading(library, response, sink=step.sink, bounded=not step.is_sample)
        if step.sink is not None:
            reading.start()
        try:
            for block in response.iter_raw() if reading.is_raw else response.iter_bytes():
                if reading.add(block):
                    break
                reading.told()
        except library.RequestError as error:
            reading.lost(error)
        return reading.finish()
    finally:
        response.close()


def _blocks(source: Source) -> Generator[bytes]:
    with closing(source.blocks()) as blocks:
        for number, block in enumerate(blocks):
            yield block
            source.told(number)


async def drive_async(flow: Flow[T], clients: Clients) -> T:
    """Run a call to its end without blocking the event loop."""
    clients.check_open()
    try:
        step = next(flow)
        while not isinstance(step, Done):
            if isinstance(step, Wait):
                from anyio import sleep

                await sleep(step.seconds)
                step = flow.send(None)
                continue
            opened = await clients.of_loop(step.url)
            try:
                answer = await _send_async(opened, step)
            except opened.library.RequestError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
        return cast("T", step.result)
    except ProgressError as error:
        raise error.raised from error.raised.__cause__
    finally:
        flow.close()


async def _send_async(opened: Opened, step: Send) -> Answer:
    client, library = opened.client, opened.library
    if step.content is None or isinstance(step.content, bytes):
        response = await client.send(step.build(opened, step.content), stream=True, follow_redirects=False)
    else:
        async with aclosing(_blocks_async(step.content)) as content:
            response = await client.send(step.build(opened, content), stream=True, follow_redirects=False)
    try:
        reading = Reading(library, response, sink=step.sink, bounded=not step.is_sample)
        if step.sink is not None:
            await _off_the_loop(reading.in_memory, reading.start)
        try:
            async for block in response.aiter_raw() if reading.is_raw else response.aiter_bytes():
                if await _off_the_loop(reading.in_memory, reading.add, block):
                    break
                reading.told()
        except library.RequestError as error:
            reading.lost(error)
        return reading.finish()
    finally:
        await response.aclose()


async def _blocks_async(source: Source) -> AsyncGenerator[bytes]:
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
    return work(*arguments) if in_memory else await off_the_loop(work, *arguments)


async def off_the_loop(work: Callable[..., T], *arguments: Any) -> T:
    """Do work in a thread, and see it end even when the call is cancelled.

    asyncio's own cancellation, unlike anyio's, leaves the thread alone: it would go on with a file that is closed, or
    whose number is another file's by now. A task group waits.
    """
    from anyio import create_task_group
    from anyio.to_thread import run_sync

    results: list[T] = []
    failures: list[Exception] = []

    async def run() -> None:
        try:
            results.append(await run_sync(work, *arguments))
        except Exception as error:  # noqa: BLE001 - raised below, outside of the group
            failures.append(error)

    async with create_task_group() as group:
        group.start_soon(run)
    if failures:
        raise failures[0]
    return results[0]
