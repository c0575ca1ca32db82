"""``python -m mistral_voices.local``: the local server as a command, until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
import threading

from mistral_voices.local import VoicesServer


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code; None takes the arguments of the process."""
    parser = _make_parser()
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        seed, key, form = options.seed or (), options.api_key, options.sample_form
        with VoicesServer(options.data, seed, key, form, options.without_v2) as server:
            url = server.serve(options.port, options.host)
            print(f"mistral_voices.local on {url}")  # noqa: T201 - the output of the command
            print(f"export MISTRAL_SERVER_URL={url}", flush=True)  # noqa: T201
            stop.wait()
    except ModuleNotFoundError as error:
        sys.exit(str(error))
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"cannot listen on {options.host}, port {options.port}: {error.strerror or error}")
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mistral_voices.local",
        description="Serve the voices API on this machine alone, for tests and for trying things out.",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0, the default, lets the system choose")
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on (default: %(default)s)")
    parser.add_argument("--data", metavar="FILE", help="SQLite file that keeps the voices (default: in memory)")
    parser.add_argument("--seed", metavar="FILE", help="voices to begin with: a list in YAML or JSON")
    parser.add_argument("--api-key", metavar="KEY", help="the only key that is accepted (default: any)")
    parser.add_argument(
        "--sample-form",
        choices=("audio", "json"),
        default="audio",
        help="send samples as audio or as base64 text in JSON (default: %(default)s)",
    )
    parser.add_argument("--without-v2", action="store_true", help="respond with 404 below /v2, as an older server does")
    return parser


if __name__ == "__main__":
    sys.exit(main())
