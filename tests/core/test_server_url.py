"""Which address can be that of a server."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_voices._core.server_url import check_server_url, is_loopback

HOST = ".".join(["a" * 63] * 3 + ["a" * 61])  # 253 characters
LONG = "https://x.example/" + "a" * 2030
GOOD = """
    https://api.mistral.ai http://given.example:8443/base http://127.0.0.1:65535 http://[::1]:80/a http://[::1] http://[fe80::1%eth0]
    https://x.example./v10 https://x.example. https://under_score-1.example https://xn--bcher-kva.example
"""
ADDRESS = (
    "must be an address such as https://api.mistral.ai: "
    "http:// or https://, a host, and perhaps a port up to 65535 and a path, in ASCII"
)
BAD = {
    ADDRESS: """
        api.mistral.ai //api.mistral.ai ftp://api.mistral.ai https:// https:///path https://x.example:port
        https://x.example:65536 https://[::1 https://[::g] https://[::1]x https://[::1]x:1 https://[v1.x]:1
        https://\u2603.example https://x.example/\u00e9
        https://1.2.3.256 https://1.2.3 https://12 https://a..example https://a*b.example https://a(b.example
        https://xn--a.example https://XN--0.example
    """,
    "must hold no user name or password: the key goes into api_key": """
        https://user:marked@x.example https://marked@x.example https://@x.example
    """,
    "must end with the host or a path, without ? or #": """
        https://x.example?x=marked https://x.example/? https://x.example/#marked
    """,
    "must end before /v1, which is part of the path of each operation": """
        https://marked.example/v1 https://marked.example/base/v1/ https://marked.example/v2/audio/voices
    """,
}
CASES = [(problem, each) for problem, some in BAD.items() for each in some.split()]
CASES += [(ADDRESS, each) for each in ("", "https://x mistral", "https://x.example\n", " https://x.example")]
CASES += [(ADDRESS, each) for each in (f"https://{'a' * 64}.example", f"https://{HOST}a", LONG + "a")]


@pytest.mark.parametrize("given", [*GOOD.split(), f"https://{HOST}", LONG])
def test_good_address(given: str) -> None:
    assert check_server_url(given, "server_url") == given
    assert check_server_url(given[:2047] + "/", "server_url") == given[:2047]


@pytest.mark.parametrize(("problem", "given"), CASES)
def test_bad_address_is_refused_and_not_shown(problem: str, given: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        check_server_url(given, "NAME")
    assert str(caught.value) == f"NAME {problem}"


def test_address_is_text() -> None:
    given: Any = b"https://x.example"
    with pytest.raises(TypeError, match=r"^NAME must be text such as https://api.mistral.ai, not bytes$"):
        check_server_url(given, "NAME")


@pytest.mark.parametrize("host", ["localhost", "localhost.", "a.localhost", "127.8.9.1", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.example", "notlocalhost", "128.0.0.1", "::2", "10.0.0.1", "", "127.example"]
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)
