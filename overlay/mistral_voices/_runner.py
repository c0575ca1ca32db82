"""Makes calls with the client's settings: one call or a script of several, sync or async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ._lazy import LazyModule

if TYPE_CHECKING:
    from . import _drivers, _flow
    from ._flow import Ask, Call, Script, Steps
    from ._http import Clients
    from ._options import CallOptions, Key, Policy, Settings
else:
    _drivers, _flow = LazyModule("_drivers"), LazyModule("_flow")

T = TypeVar("T")

# So many ids of voices that were made are remembered: more than can be made while one create is in doubt.
MOST_CREATED = 10_000


class Runner:
    """What all operations of one Mistral share."""

    def __init__(
        self, clients: Clients, server_url: str, key: Key, policy: Policy, timeout: float | None, debug_logger: Any
    ) -> None:
        self.clients = clients
        self.server_url = server_url
        self._key = key
        self._policy = policy
        self._timeout = timeout
        self._debug_logger = debug_logger
        self.created: dict[str, None] = {}

    @cached_property
    def _settings(self) -> Settings:
        return self._settle({})

    def run(self, call: Call[T], options: CallOptions) -> T:
        """Make one call."""
        steps = _flow.run(call, self.settle(options), own_client=self.clients.given_library is None)
        return _drivers.drive(_flow.finish(steps), self.clients)

    async def run_async(self, call: Call[T], options: CallOptions) -> T:
        """Make one call without blocking the event loop."""
        steps = _flow.run(call, self.settle(options), own_client=self.clients.given_async_library is None)
        return await _drivers.drive_async(_flow.finish(steps), self.clients)

    def play(self, script: Script[T], options: CallOptions) -> T:
        """Play a script of calls."""
        ask = self._ask(options, own_client=self.clients.given_library is None)
        return _drivers.drive(_flow.finish(script(ask)), self.clients)

    async def play_async(self, script: Script[T], options: CallOptions) -> T:
        """Play a script of calls without blocking the event loop."""
        ask = self._ask(options, own_client=self.clients.given_async_library is None)
        return await _drivers.drive_async(_flow.finish(script(ask)), self.clients)

    def settle(self, options: CallOptions) -> Settings:
        """Check the options of a call and fill in the client's where one was left out."""
        return self._settle(options) if options else self._settings

    def _settle(self, options: CallOptions) -> Settings:
        from . import _options

        return _options.settle(
            options,
            server_url=self.server_url,
            key=self._key,
            policy=self._policy,
            timeout=self._timeout,
            debug_logger=self._debug_logger,
        )

    def _ask(self, options: CallOptions, *, own_client: bool) -> Ask:
        settings, run = self.settle(options), _flow.run

        def ask(call: Call[T]) -> Steps[T]:
            return run(call, settings, own_client=own_client)

        return ask

    def remember(self, voice_id: str) -> None:
        """Note the id of a voice that was made, so that it is never taken for the result of another create."""
        self.created[voice_id] = None
        if len(self.created) > MOST_CREATED:
            self.created.pop(next(iter(self.created)), None)
