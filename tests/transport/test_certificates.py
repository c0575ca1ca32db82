"""Which certificates our clients trust, and that those of an environment which cannot work are named."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
import trustme

from mistral_voices import errors
from mistral_voices._core.response import TransportError
from mistral_voices._transport.certificates import _library_certificates, trusted

from .conftest import call_own

HTTPS = "https://voices.example"


def folder_of(path: Path) -> Path:
    """Make the paths that a variable may hold by mistake."""
    (path / "empty").touch()
    (path / "text").write_text("not PEM")
    (path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    trustme.CA().private_key_pem.write_to_path(str(path / "key.pem"))
    trustme.CA().cert_pem.write_to_path(str(path / "ca.pem"))
    (path / "folder").mkdir()
    (path / "hashed").mkdir()
    (path / "hashed" / "0a1b2c3d.0").write_bytes((path / "ca.pem").read_bytes())
    return path


NOT_PEM = "it cannot be read as certificates in PEM ("
FILE, FOLDER, KEY_LOG = "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"
# Variable, path below a folder, what is said of it; None where it works.
VALUES: list[tuple[str, str, str | None]] = [
    (FILE, "gone", "there is no such file; name certificates in PEM, or unset it"),
    (FILE, "gone/ca.pem", "there is no such file"),
    (FILE, "hashed", "this is not a file; a folder goes into SSL_CERT_DIR"),
    *[(FILE, each, NOT_PEM) for each in ("empty", "text", "broken.pem", "key.pem")],
    (FILE, "ca.pem", None),
    *[(FOLDER, name, "there is no such folder") for name in ("gone", "ca.pem", f"gone{os.pathsep}ca.pem")],
    (FOLDER, "folder", "no certificate there is named by its hash, as `openssl rehash` names them"),
    (FOLDER, "hashed", None),
    (KEY_LOG, "gone/keys", "this file cannot be written (No such file or directory); name a file that can be written"),
    (KEY_LOG, "folder", "this file cannot be written (Is a directory)"),
    (KEY_LOG, "keys", None),
]


@pytest.mark.parametrize(("variable", "name", "problem"), VALUES)
def test_certificates_of_the_environment(
    variable: str, name: str, problem: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = str(folder_of(tmp_path) / name)
    monkeypatch.setenv(variable, value)
    _library_certificates.cache_clear()
    assert isinstance(trusted(is_plain_http=True), ssl.SSLContext)  # which needs none
    if problem is None:
        assert trusted(is_plain_http=False).verify_mode == ssl.CERT_REQUIRED
        return
    with pytest.raises(TransportError) as caught:
        trusted(is_plain_http=False)
    assert f"{variable} is {value!r}: {problem}" in caught.value.reason
    assert caught.value.reason.endswith(", or unset it")
    assert (caught.value.is_transient, caught.value.was_sent) == (False, False)


def test_a_path_that_is_not_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE, f"{tmp_path}/\udcff")
    with pytest.raises(TransportError, match="there is no such file") as caught:
        trusted(is_plain_http=False)
    assert caught.value.reason.encode()  # it can be printed


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_call_ends_at_once_and_names_the_variable(
    is_async: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE, str(folder_of(tmp_path) / "text"))
    with pytest.raises(errors.NoResponseError) as caught:
        call_own(is_async, HTTPS)
    assert str(caught.value).startswith(f"GET /v1/audio/voices/v1 could not be sent: {FILE} is '{tmp_path}/text': ")
    assert isinstance(caught.value.__cause__, ssl.SSLError)
