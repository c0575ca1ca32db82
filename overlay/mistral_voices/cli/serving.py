"""Trying things out: the command serve, a voices server on this machine."""

from __future__ import annotations

import signal
import sys
import threading

import click

from .failures import Failure
from .options import NamedPath
from .output import examples, say, write


@click.command(
    epilog=examples(
        "mistral-voices serve --port 8080 --data voices.sqlite",
        "export MISTRAL_SERVER_URL=http://127.0.0.1:8080 MISTRAL_API_KEY=any      in another terminal",
    )
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; without it the system chooses.")
@click.option("--data", metavar="FILE", type=NamedPath(dir_okay=False), help="Keep the voices in this SQLite file.")
@click.option(
    "--seed",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Voices to begin with: a list in YAML or JSON, such as '- name: Ada'.",
)
def serve(port: int, data: str | None, seed: str | None) -> None:
    """Run a voices server on this machine, until Ctrl-C, to try things out; it takes any key."""
    from mistral_voices.local import VoicesServer

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: stop.set())
    try:
        server = VoicesServer(data, seed or ())
    except ModuleNotFoundError as error:
        raise Failure(str(error)) from error
    with server:
        try:
            url = server.serve(port)
        except OSError as error:
            raise Failure(f"Cannot listen on port {port}: {error.strerror or error}", "Take another --port.") from error
        write(f"export MISTRAL_SERVER_URL={url}")
        sys.stdout.flush()  # whoever reads it from a pipe waits for it
        say("Ctrl-C ends it.")
        stop.wait()
