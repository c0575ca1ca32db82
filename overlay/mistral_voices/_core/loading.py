"""The lock under which the first call loads modules, and for which a fork waits.

A child that is forked while another thread loads a module would wait for that module for ever.
"""

import logging  # 4 ms; a fork takes its lock, for which loading may wait, after ours only if it was imported before
import os
import sys
import threading

LOADING = threading.RLock()
# Should loading never end, a fork does not wait for ever either.
LONGEST = 30.0
_held: list[bool] = []


def _before_fork() -> None:
    _held.append(LOADING.acquire(timeout=LONGEST))


def _after_fork() -> None:
    if _held.pop():
        LOADING.release()


def _begin_child() -> None:
    _after_fork()
    if "httpcore" in sys.modules and "sniffio" not in sys.modules:
        from importlib.util import find_spec

        # httpcore looks for it in each async call. A thread that was doing so left its name locked, for ever.
        if find_spec("sniffio") is None:
            sys.modules["sniffio"] = None  # type: ignore[assignment]  # that there is none, without looking


del logging
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_begin_child)
