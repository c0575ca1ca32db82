"""The only code that sends or sleeps: it drives the steps of a call, sync or async.

Nothing is decided here, since it would be decided twice: decisions are the flow's.
"""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing, nullcontext
from logging import Logger
from typing import TypeVar

from .._core.flow import call
from .._core.logs import default_logger
from .._core.options import CallOptions, Options
from .._core.request import Request, Send, Steps, Wait
from .._core.response import Response, TransportError
from .._media.progress import ProgressError
from .._media.upload import Upload
from .body import PIECE, BodyReader, response_of_hook
from .clients import Clients
from .concurrency import in_thread_unless, sleep
from .transport_errors import clear_locals, is_of_library, map_error

T = TypeVar("T")


class Transport:
    """Makes the calls of one Mistral, with its clients and options."""

    def __init__(self, clients: Clients, options: Options) -> None:
        self._clients = clients
        self.logger: Logger = options.logger or default_logger()
        self.options: Options = options._replace(logger=self.logger)

    def merged(self, given: CallOptions) -> Options:
        """Give the options of a call: the client's, with those that were given in their place."""
        return self.options.merge_call(given) if given else self.options

    def call(self, request: Request[T], given: CallOptions) -> T:
        """Make one call."""
        return self.drive(call(request, self.merged(given)))

    async def call_async(self, request: Request[T], given: CallOptions) -> T:
        """`call` for asyncio."""
        return await self.drive_async(call(request, self.merged(given)))

    def drive(self, steps: Steps[T]) -> T:
        """Send and wait as the steps say, and give their result."""
        if self._clients.is_closed:
            self._clients.check_open()  # before the key is asked for
        outcome: Response | TransportError | None = None
        try:
            while True:
                try:
                    step = steps.throw(outcome) if isinstance(outcome, TransportError) else steps.send(outcome)
                except StopIteration as end:
                    result: T = end.value
                    return result
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                    outcome = None
                else:
                    outcome = _send(self._clients, step)
        except ProgressError as error:
            clear_locals(error)
            raise error.raised from error.raised.__cause__
        except BaseException as error:
            clear_locals(error)
            raise
        finally:
            steps.close()

    async def drive_async(self, steps: Steps[T]) -> T:
        """`drive` for asyncio."""
        if self._clients.is_closed:
            self._clients.check_open()  # before the key is asked for
        outcome: Response | TransportError | None = None
        try:
            while True:
                try:
                    step = steps.throw(outcome) if isinstance(outcome, TransportError) else steps.send(outcome)
                except StopIteration as end:
                    result: T = end.value
                    return result
                if isinstance(step, Wait):
                    await sleep(step.seconds)
                    outcome = None
                else:
                    outcome = await _send_async(self._clients, step)
        except ProgressError as error:
            clear_locals(error)
            raise error.raised from error.raised.__cause__
        except BaseException as error:
            clear_locals(error)
            raise
        finally:
            steps.close()


def _send(clients: Clients, send: Send) -> Response | TransportError:
    try:
        http = clients.sync(send.url)
    except TransportError as failure:  # of the environment: there is no client
        return failure
    except RuntimeError as error:  # it was closed meanwhile
        return TransportError.of_environment(str(error), error)
    request = None
    client, library, content = http.client, http.library, send.request.content
    try:
        body = closing(_blocks(content)) if isinstance(content, Upload) else nullcontext(content)
        with body as given:  # an error would keep the file open as long as it is kept
            request = http.build(send, given)
            response = client.send(request, stream=True, follow_redirects=False)
        try:
            reader = BodyReader(library, response, send.request)
            reader.start()
            try:
                for block in response.iter_raw() if reader.is_raw else response.iter_bytes():
                    if reader.add(block):
                        break
                    reader.report()
            except library.RequestError as error:
                reader.end_early(error)
            return reader.finish()
        finally:
            response.close()
    except BaseException as error:
        if isinstance(error, library.HTTPStatusError):
            return response_of_hook(library, error)
        if is_of_library(library, error):
            return map_error(library, error, http.proxy(send.url), is_sent=http.has_sent(request, error))
        clients.retire(http)
        raise
    finally:
        del http  # a traceback that someone keeps would keep a retired client open


def _blocks(upload: Upload) -> Generator[bytes]:
    with closing(upload.blocks()) as blocks:
        for number, block in enumerate(blocks):
            yield block
            upload.report(number)


async def _send_async(clients: Clients, send: Send) -> Response | TransportError:
    try:
        http = await clients.of_loop(send.url)
    except TransportError as failure:  # as in `_send`
        return failure
    except RuntimeError as error:
        return TransportError.of_environment(str(error), error)
    request = None
    client, library, content = http.client, http.library, send.request.content
    try:
        body = aclosing(_blocks_async(content)) if isinstance(content, Upload) else nullcontext(content)
        async with body as given:
            request = http.build(send, given)
            response = await client.send(request, stream=True, follow_redirects=False)
        http.shield_closing(response)
        try:
            reader = BodyReader(library, response, send.request)
            await in_thread_unless(reader.in_memory, reader.start)
            try:
                received = response.aiter_raw() if reader.is_raw else response.aiter_bytes()
                async with aclosing(received if reader.in_memory else _gather(received, reader)) as blocks:
                    async for block in blocks:
                        if await in_thread_unless(reader.in_memory, reader.add, block):
                            break
                        reader.report()
            except library.RequestError as error:
                reader.end_early(error)
            return await in_thread_unless(reader.in_memory, reader.finish)
        finally:
            await response.aclose()
    except BaseException as error:
        if isinstance(error, library.HTTPStatusError):
            return response_of_hook(library, error)
        if is_of_library(library, error):
            return map_error(library, error, http.proxy(send.url), is_sent=http.has_sent(request, error))
        clients.retire(http)
        raise
    finally:
        del http  # a traceback that someone keeps would keep a retired client open


async def _gather(received: AsyncGenerator[bytes], reader: BodyReader) -> AsyncGenerator[bytes]:
    """Join small blocks, for each costs a thread."""
    held, size = list[bytes](), 0
    async with aclosing(received) as blocks:
        async for block in blocks:
            reader.extend()
            held.append(block)
            size += len(block)
            if size >= PIECE:
                yield b"".join(held)
                held, size = [], 0
    if held:
        yield b"".join(held)


async def _blocks_async(upload: Upload) -> AsyncGenerator[bytes]:
    with closing(upload.blocks()) as blocks:

        def following() -> bytes:
            return next(blocks, b"")

        number = 0
        while block := await in_thread_unless(upload.in_memory, following):
            yield block
            upload.report(number)
            number += 1
