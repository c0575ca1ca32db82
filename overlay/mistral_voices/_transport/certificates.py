"""Which certificates our own clients trust: the HTTP library's, or those of SSL_CERT_FILE or SSL_CERT_DIR."""

from __future__ import annotations

import os
import re
import ssl
from functools import cache
from pathlib import Path

import httpx

from .._core.response import TransportError


def trusted(is_plain_http: bool) -> ssl.SSLContext:
    """Say what our clients trust: nobody by plain http, which spares loading certificates for 18 ms.

    The library's certificates are loaded once a process; the environment's each time, because the files that
    SSL_CERT_FILE and SSL_CERT_DIR name may change while a process runs.

    Raises:
        TransportError: The environment names what is not there or cannot be read.
    """
    if is_plain_http:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), None)
    problem = _problem(variable)
    if problem is not None:
        raise _unusable(variable, problem, ValueError(problem))
    try:
        return _library_certificates() if variable is None else httpx.create_ssl_context()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        if isinstance(error, OSError) and error.filename is not None:
            raise _unusable("SSLKEYLOGFILE", f"this file cannot be written ({error.strerror})", error) from error
        raise _unusable(variable, f"it cannot be read as certificates in PEM ({error})", error) from error


def _problem(variable: str | None) -> str | None:
    """Say what is wrong with the path in a variable, as far as loading it would not say so."""
    value = os.environ.get(variable or "", "")
    if variable == "SSL_CERT_FILE":
        if not Path(value).exists():
            return "there is no such file"
        if not Path(value).is_file():
            return "this is not a file; a folder goes into SSL_CERT_DIR"
    if variable == "SSL_CERT_DIR":
        folders = [Path(each) for each in value.split(os.pathsep) if os.path.isdir(each)]
        if not folders:
            return "there is no such folder"
        names = (name for folder in folders for name in os.listdir(folder))
        if not any(re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", name) for name in names):
            return "no certificate there is named by its hash, as `openssl rehash` names them"
    return None


@cache
def _library_certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _unusable(variable: str | None, problem: str, cause: Exception) -> TransportError:
    if variable is None:
        return TransportError.of_environment(f"the certificates of the package certifi: {problem}", cause)
    remedy = "name a file that can be written" if variable == "SSLKEYLOGFILE" else "name certificates in PEM"
    value = os.environ.get(variable)
    return TransportError.of_environment(f"{variable} is {value!r}: {problem}; {remedy}, or unset it", cause)
