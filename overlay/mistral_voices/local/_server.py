"""`VoicesServer`: the local server as its users see it."""

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from mistral_voices.local._received import ReceivedRequests

if TYPE_CHECKING:
    import httpx

    from mistral_voices.local._http import HttpServer


class VoicesServer:
    """A server of the voices API, in process or over HTTP on loopback.

    Args:
        data: the SQLite file that keeps the voices, made if absent; None keeps them in memory.
        seed: voices to begin with, as mappings with the members of a voice, of which `name` is needed, and
            `sample_audio` (base64 text) and `sample_filename`; or the path of a file with a list of them, in JSON if it
            is named .json, else in YAML. Without an `id` a voice gets one that only its name decides. Ids that the data
            file has already are left as they are.
        api_key: the only key that is accepted; None or "" accepts any.
        sample_form: how samples are sent: "audio", the bytes, or "json", base64 text as a JSON string.
        without_v2: respond 404 to whatever is below /v2, as an older server does.

    Raises:
        ValueError: `data` cannot be used, or an entry of `seed` is no voice; the message names entry and member.
        TypeError: an argument is of a wrong type; the message names it.
        ModuleNotFoundError: the extra `local` is not installed.
    """

    def __init__(
        self,
        data: str | os.PathLike[str] | None = None,
        seed: Iterable[Mapping[str, Any]] | str | os.PathLike[str] = (),
        api_key: str | None = None,
        sample_form: Literal["audio", "json"] = "audio",
        without_v2: bool = False,
    ) -> None:
        if sample_form not in ("audio", "json"):
            raise ValueError(f'sample_form must be "audio" or "json", not {sample_form!r}')
        if data is not None and not _is_path(data):
            raise TypeError(f"data must be the path of a file or None, not {type(data).__name__}")
        if not _is_path(seed) and (isinstance(seed, bytes) or not isinstance(seed, Iterable)):
            raise TypeError(f"seed must be voices as mappings or the path of a file, not {type(seed).__name__}")
        if not isinstance(api_key, str | None):
            raise TypeError(f"api_key must be text or None, not {type(api_key).__name__}")
        try:  # only here, so that importing this package is cheap and needs no extra
            from mistral_voices.local import _application, _document, _seed, _store
        except ModuleNotFoundError as error:
            if error.name not in ("jsonschema", "yaml"):
                raise
            message = f'the local server needs {error.name}: pip install "mistral-voices[local]"'
            raise ModuleNotFoundError(message, name=error.name) from error
        document = _document.packaged_document()
        entries = _seed.read_seed_file(seed) if isinstance(seed, (str, os.PathLike)) else seed
        store = _store.Store(data)
        with ExitStack() as on_failure:
            on_failure.callback(store.close)
            with _store.explain_damage(data):
                _seed.fill(store, document, entries)
            self._application = _application.Application(document, store, api_key or None, sample_form, without_v2)
            on_failure.pop_all()
        self._http: HttpServer | None = None

    @property
    def requests(self) -> ReceivedRequests:
        """What arrived, oldest first: a sequence to count and compare, with `clear()`."""
        return self._application.requests

    @property
    def url(self) -> str:
        """The address, such as ``http://127.0.0.1:43121``.

        Raises:
            RuntimeError: `serve` has not been called, or the server is closed.
        """
        if self._http is None:
            raise RuntimeError("the local server has no address: call serve() first")
        return self._http.url

    def serve(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Serve over HTTP in background threads, until `close`, and give the address.

        Args:
            port: the port to listen on; 0 lets the system choose.
            host: the loopback address to listen on.

        Raises:
            ValueError: `host` is not a loopback address, or `port` is out of its range.
            TypeError: one of them is of a wrong type.
            OSError: the port is taken or not allowed.
            RuntimeError: the server is serving already, or closed.
        """
        if self._http is not None or self._application.closed:
            raise RuntimeError(
                "the local server is closed" if self._application.closed else "serve() was called before"
            )
        if not isinstance(port, int) or isinstance(port, bool):
            raise TypeError(f"port must be a number, not {type(port).__name__}")
        if not isinstance(host, str):
            raise TypeError(f"host must be text, not {type(host).__name__}")
        if not 0 <= port <= 65_535:
            raise ValueError(f"port must be within 0-65535, not {port}")
        from mistral_voices.local._http import HttpServer  # 10 ms, which a server in process need not pay

        self._http = HttpServer(self._application.handle, host, port)
        return self._http.url

    def client(self, library: ModuleType | None = None, **options: Any) -> "httpx.Client":
        """Make an HTTP client whose requests are served in process, whatever host they are for; the caller closes it.

        Args:
            library: `httpx` or `httpx2`, whose Client it will be; None means httpx.
            options: for that Client, such as `timeout` or `headers`.
        """
        from mistral_voices.local._mount import make_client  # loads httpx, which a server over HTTP does not need

        client: httpx.Client = make_client(self._application, library, False, options)
        return client

    def async_client(self, library: ModuleType | None = None, **options: Any) -> "httpx.AsyncClient":
        """Make an async HTTP client; all else as for `client`."""
        from mistral_voices.local._mount import make_client  # as above

        client: httpx.AsyncClient = make_client(self._application, library, True, options)
        return client

    def fail(
        self,
        status: int | None = None,
        *,
        times: int | None = None,
        every: int | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        delay: float = 0.0,
        drop: Literal["before", "after"] | None = None,
        cut: int | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Let the next requests fail; a request meets the waiting faults in their order, and the first for it takes it.

        Args:
            status: respond with this status, 200 to 599, and do no work; None does the work and responds as ever.
            times: the number of requests that fail; None means one or, with `every`, no end until `clear_faults`.
            every: fail each `every`-th of the requests that it is for: 3 means the third, the sixth and so on, 1 means
                all. Counted are those since this call that no earlier fault took. None means the next ones.
            headers: put these in place of the response's own, also without `status`; None as a value leaves one out.
            body: of the response with `status`: bytes, text, or a value to send as JSON; None means the general error
                body, or none below 400.
            delay: seconds to wait before responding or dropping; work is done before it.
            drop: close the connection without a response, "before" any work or "after" it has been done.
            cut: send no more than this number of bytes of a body that was announced whole, and close the connection.
            method: only for requests of this method; None means any.
            path: only for requests to this path, as on the wire without the query, or as the document's template
                (``/v1/audio/voices/{voice_id}``); None means any.

        Raises:
            ValueError: an argument is of a wrong kind or does not go with another; the message names it.
        """
        arguments = {"status": status, "times": times, "every": every, "headers": headers, "body": body}
        arguments |= {"delay": delay, "drop": drop, "cut": cut, "method": method, "path": path}
        self._application.faults.add(arguments)

    def clear_faults(self) -> None:
        """Forget all faults that are still waiting."""
        self._application.faults.clear()

    def shape_pages(self, sizes: Iterable[int], repeat: bool = False) -> None:
        """Let the next searches (GET /v2/audio/voices) give pages that are awkward, but allowed.

        Args:
            sizes: the largest number of voices on each of the next pages, for any client: 0 gives an empty page, with a
                cursor if voices follow. Pages after them are as large as requested; so are all after an empty list.
            repeat: begin again after the last size.

        Raises:
            ValueError: a size is not a number from 0; the message names its place in the list.
        """
        if isinstance(sizes, Iterable):
            sizes = [*sizes]
        self._application.pages.set({"sizes": sizes, "repeat": repeat})

    def close(self) -> None:
        """Stop serving, end all connections and close the data file; closing twice is fine."""
        if self._application.closed:
            return
        if self._http is not None:
            self._http.close()
            self._http = None
        self._application.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _is_path(value: object) -> bool:
    return isinstance(value, (str, os.PathLike)) and isinstance(os.fspath(value), str)
