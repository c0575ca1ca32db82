"""Finding out why something does not work: the command doctor."""

from __future__ import annotations

import os
import platform
import re
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from mistral_voices import Mistral, errors, utils

from .connection import address, connect, read_key
from .failures import DONE, FAILED, NOT_AUTHORISED, Failure, describe, exit_status
from .options import global_options, settings
from .output import paint, visible, write, write_json

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
MOST_SECONDS_APART = 60
SECONDS_TO_CONNECT = 5


class Check(NamedTuple):
    """What was looked at: its name, "ok", "warning" or "failed", what was found, and what to do about it."""

    name: str
    state: str
    found: str
    remedy: str = ""
    status: int = FAILED


@click.command()
@global_options(hidden=True)
def doctor() -> int:
    """Look at versions, key, server, proxy, TLS and clock, make one read call, and say what to do about what fails."""
    checks: list[Check] = []
    as_json = settings().get("json")
    for check in _all_checks():
        checks.append(check)
        if not as_json:
            _show(check)
    if as_json:
        names = ("name", "state", "found", "remedy")
        write_json({"checks": [dict(zip(names, check, strict=False)) for check in checks]})
    return next((check.status for check in checks if check.state == "failed"), DONE)


def _show(check: Check) -> None:
    colour = {"ok": "green", "warning": "yellow"}.get(check.state, "red")
    write(f"{paint(f'{check.state:7}', sys.stdout, fg=colour)}  {check.name:10}  {visible(check.found)}")
    if check.remedy:
        write(f"{'':21}{visible(check.remedy)}")


def _all_checks() -> Iterator[Check]:
    yield _versions()
    key = _key()
    yield key
    server = _server()
    yield server
    if server.state == "failed":
        return
    url = urlsplit(address())
    proxies = {name: value for name in PROXIES if (value := os.environ.get(name) or os.environ.get(name.lower()))}
    shown = ", ".join(f"{name}={re.sub('//[^/@]*@', '//...@', value)}" for name, value in proxies.items())
    yield Check("proxy", "ok", shown or "none is set")
    if not proxies.keys() - {"NO_PROXY"}:  # else what is in between decides
        yield from _network(
            url.hostname or "", url.port or (443 if url.scheme == "https" else 80), url.scheme == "https"
        )
    if key.state == "ok":
        with connect(retries=0) as mistral:
            yield from _read_call(mistral)


def _versions() -> Check:
    found = f"mistral-voices {version('mistral-voices')}, httpx {version('httpx')}, click {version('click')}"
    return Check("versions", "ok", f"{found}, Python {platform.python_version()} on {platform.platform(terse=True)}")


def _key() -> Check:
    given = settings()
    file, command = given.get("api_key_file"), given.get("api_key_command")
    try:
        length = len(read_key(file, command))
    except Failure as error:
        return Check("key", "failed", error.message, error.remedy, NOT_AUTHORISED)
    origin = f"from {file}" if file else "from --api-key-command" if command else "from MISTRAL_API_KEY"
    return Check("key", "ok", f"{origin}, {length} characters")


def _server() -> Check:
    given = settings()
    names = {"server_url": "--server-url", "server": "--server"}
    origin = next((option for name, option in names.items() if given.get(name)), "MISTRAL_SERVER_URL")
    if origin not in os.environ and not given.keys() & names.keys():
        origin = "the default"
    try:
        Mistral("key", server_url=address()).close()
    except ValueError as error:
        return Check("server", "failed", str(error), f"It comes from {origin}.")
    return Check("server", "ok", f"{address()}, from {origin}")


def _network(host: str, port: int, is_https: bool) -> Iterator[Check]:
    """Look the name up, connect and shake hands, as far as it goes."""
    try:
        found = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except OSError as error:
        yield Check("name", "failed", f"{host} is not found: {error.strerror}", "Check the address and the network.")
        return
    yield Check("name", "ok", f"{host} is {', '.join(found[:3])}")
    began = time.monotonic()
    try:
        with socket.create_connection((host, port), SECONDS_TO_CONNECT) as connection:
            yield Check("connection", "ok", f"port {port}, in {(time.monotonic() - began) * 1000:.0f} ms")
            if is_https:
                yield _handshake(connection, host)
    except OSError as error:
        reason = error.strerror or str(error)
        yield Check("connection", "failed", f"port {port}: {reason}", "A firewall, or a proxy that is not set?")


def _handshake(connection: socket.socket, host: str) -> Check:
    import certifi  # of the HTTP library: whose certificates it trusts

    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            ends = (secured.getpeercert() or {}).get("notAfter", "")
            return Check("TLS", "ok", f"{secured.version()}, certificate until {ends}")
    except ssl.SSLCertVerificationError as error:
        remedy = "Does a company's proxy read along? SSL_CERT_FILE names the file with its certificate."
        return Check("TLS", "failed", error.verify_message, remedy)


def _read_call(mistral: Mistral) -> Iterator[Check]:
    """List one voice in the newer way, else in the older one."""
    seen: list[utils.ResponseInfo] = []
    voices = mistral.audio.voices
    calls: dict[str, Callable[[], object]] = {
        "v2": lambda: voices.search(page_size=1, on_response=seen.append),
        "v1": lambda: next(iter(voices.iterate(max_items=1, on_response=seen.append)), None),
    }
    for name, call in calls.items():
        try:
            call()
        except errors.NotFoundError as error:
            if name == "v2":
                yield Check("v2", "warning", "the server has no search", "Listing falls back to v1, which is slower.")
                continue
            yield _failed_call(error)
        except errors.MistralError as error:
            yield _failed_call(error)
        else:
            if name == "v2":
                yield Check("v2", "ok", "the server has the search of v2")
            info = seen[-1]
            found = f"{info.status_code} in {info.seconds * 1000:.0f} ms, request id {info.request_id or '-'}"
            yield Check("read call", "ok", found)
        break
    if seen:
        yield _clock(seen[-1])


def _failed_call(error: errors.MistralError) -> Check:
    message, remedy = describe(error)
    if isinstance(error, errors.NoResponseError):
        remedy = "See the lines above; --debug shows each attempt."
    return Check("read call", "failed", message, remedy, exit_status(error))


def _clock(info: utils.ResponseInfo) -> Check:
    try:
        server = parsedate_to_datetime(info.headers["date"])
    except (KeyError, ValueError):
        return Check("clock", "ok", "the server does not say its time")
    apart = (datetime.now(UTC) - server).total_seconds()
    if abs(apart) <= MOST_SECONDS_APART:
        return Check("clock", "ok", f"within {max(1, round(abs(apart)))} s of the server's")
    word = "ahead of" if apart > 0 else "behind"
    return Check("clock", "warning", f"{abs(apart):.0f} s {word} the server's", "Set the clock of this machine.")
