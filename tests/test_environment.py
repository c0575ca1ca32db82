"""Whatever the environment holds, a call ends in a result or in an error of ours."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import chdir
from typing import Any
from unittest.mock import patch

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_voices import Mistral, errors, models

from .loopback import Server, serving

ANY = st.binary(max_size=12).map(lambda some: os.fsdecode(some.replace(b"\0", b"")))
HOST = st.sampled_from(["127.0.0.1", "[::1]", "p", "a..b", "a" * 64, "", "\u00e9", "127.1", "[::1", "xn--a"]) | ANY
PORT = st.sampled_from(["", ":", ":9", ":0", ":65536", ":one", ":-1", ":\u0661"])
SCHEME = st.sampled_from(["", "http://", "https://", "HTTP://", "socks://", "socks5://", "socks5h://", "//"])
USER = st.sampled_from(["", "@", "user@", "u:marked@", "u:marked#1@", "u:marked/@", "u:%ff@", ":@", "\u00e9:\u00e9@"])
REST = st.sampled_from(["", "/", "/path", "?a", "#a", " ", "\n", "/@"])
PROXY = st.tuples(SCHEME, USER, HOST, PORT, REST).map("".join) | ANY
NO_PROXY = st.lists(st.sampled_from(["*", "::1", "[::1]", "10.0.0.0/8", "fe80::/10", "[", "/", ":", "a://b"]) | ANY)
PLACE = st.sampled_from(["{pem}", "{folder}", "{gone}"]) | ANY
SERVER = st.sampled_from(["http://voices.example", "https://voices.example", "{server}", ""])
REQUIRED = {"MISTRAL_SERVER_URL": SERVER, "MISTRAL_API_KEY": st.sampled_from(["key", "other-key"])}
ODD = {"MISTRAL_SERVER_URL": ANY, "MISTRAL_API_KEY": st.sampled_from([" key", "", "k\u00e9y"]) | ANY}
VARIABLES: dict[str, st.SearchStrategy[str]] = {
    **{name: PROXY for kind in ("http", "https", "all") for name in (f"{kind}_proxy", f"{kind.upper()}_PROXY")},
    **dict.fromkeys(("no_proxy", "NO_PROXY"), NO_PROXY.map(",".join)),
    **dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"), PLACE),
    "MISTRAL_DEBUG": st.sampled_from(["1", "0", ""]) | ANY,
}
USUAL = st.fixed_dictionaries(REQUIRED, optional=VARIABLES)
UNUSUAL = st.fixed_dictionaries({}, optional={**VARIABLES, **ODD})


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("environment")
    trustme.CA().cert_pem.write_to_path(str(folder / "ca.pem"))
    with chdir(folder), serving(Server()) as server:  # SSLKEYLOGFILE makes files
        known = {"pem": folder / "ca.pem", "folder": folder, "gone": folder / "gone" / "file", "server": server.url}
        yield {f"{{{name}}}": str(place) for name, place in known.items()}


def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
    """Look up names as the system does, but know none beyond this machine."""
    name = host if isinstance(host, bytes) else (host or "").encode("idna")
    if name.decode().strip("[]") in ("127.0.0.1", "::1", "localhost", ""):
        return LOOK_UP(host, *arguments, **options)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


LOOK_UP = socket.getaddrinfo


def call(is_async: bool) -> models.VoiceResponse:
    with Mistral(retry_config=None, timeout_ms=2000) as mistral:
        if is_async:
            return asyncio.run(mistral.audio.voices.get_async(voice_id="v1"))
        return mistral.audio.voices.get(voice_id="v1")


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(variables=USUAL | USUAL | USUAL | UNUSUAL)
def test_a_call_ends_in_a_result_or_an_error_of_ours(
    is_async: bool, places: dict[str, str], variables: dict[str, str]
) -> None:
    environment = {name: places.get(value, value) for name, value in variables.items()}
    with patch.dict(os.environ, environment), patch("socket.getaddrinfo", look_up):
        try:
            outcome: Any = call(is_async).id
        except Exception as error:  # noqa: BLE001 - which it may be is said below
            outcome = error
    logger = logging.getLogger("mistral_voices")
    logger.handlers.clear()  # of MISTRAL_DEBUG
    logger.setLevel(logging.NOTSET)
    if isinstance(outcome, errors.NoResponseError):
        assert isinstance(outcome.__cause__, Exception)
        assert "marked" not in str(outcome)
    elif isinstance(outcome, (TypeError, ValueError)):
        assert not isinstance(outcome, (UnicodeError, ssl.SSLError))
        assert "MISTRAL_" in str(outcome)
    else:
        assert outcome == "v1" or isinstance(outcome, errors.MistralError)
