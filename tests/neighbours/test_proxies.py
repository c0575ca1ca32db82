"""A forward proxy that wants a password, and one that signs the traffic with a certificate of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from mistral_voices import Mistral, errors
from tests.harness import KEY
from tests.loopback import SecureServer, Server, serving

from .calls import both, run

Start = Callable[..., str]


@both
def test_a_proxy_with_a_password(proxy: Start, monkeypatch: pytest.MonkeyPatch, is_async: bool) -> None:
    address = proxy("--basic-auth", "ada:s3cret!")
    with serving(Server()) as server:
        named = server.url.replace("127.0.0.1", "voices.example")
        monkeypatch.setenv("HTTP_PROXY", f"http://ada:s3cret%21@{address}")
        assert run(Mistral(KEY, server_url=named), is_async, "get", voice_id="v1").name == "Ada"

        monkeypatch.setenv("HTTP_PROXY", f"http://ada:wrong@{address}")
        with pytest.raises(errors.SDKError, match="The proxy requires a user name and a password") as failed:
            run(Mistral(KEY, server_url=named), is_async, "get", voice_id="v1")
        assert failed.value.status_code == 407
        assert "wrong" not in str(failed.value)
        assert server.served == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="proxy.py signs with the program openssl")
@both
def test_a_proxy_with_a_certificate_of_its_own(
    proxy: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_async: bool
) -> None:
    company, public = trustme.CA(key_type=trustme.KeyType.RSA), trustme.CA()
    company.cert_pem.write_to_path(tmp_path / "company.pem")
    company.private_key_pem.write_to_path(tmp_path / "company.key")
    public.cert_pem.write_to_path(tmp_path / "public.pem")
    options = ["--ca-cert-file", "company.pem", "--ca-key-file", "company.key", "--ca-signing-key-file", "company.key"]
    options += ["--ca-file", "public.pem"]
    paths = [each if each.startswith("--") else str(tmp_path / each) for each in options]
    address = proxy(*paths, "--ca-cert-dir", str(tmp_path))
    with serving(SecureServer(public, "voices.example")) as server:
        url = server.url.replace("localhost", "voices.example")
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
        assert run(Mistral(KEY, server_url=url), is_async, "get", voice_id="v1").name == "Ada"
        assert server.served == 1

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))  # which the proxy's is not signed by
        with pytest.raises(errors.NoResponseError, match="SSL_CERT_FILE can name the certificates to trust"):
            run(Mistral(KEY, server_url=url), is_async, "get", voice_id="v1")
        assert server.served == 1
