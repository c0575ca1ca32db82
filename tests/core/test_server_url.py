"""Which address can be that of a server."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_voices._core.server_url import check_server_url

LABEL = "a" * 63
HOST = ".".join([LABEL] * 3 + ["a" * 61])  # 253 characters
GOOD = {
    "https://api.mistral.ai": "https://api.mistral.ai",
    "http://given.example:8443/base/": "http://given.example:8443/base",
    "https://x.example//": "https://x.example",
    "http://127.0.0.1:65535": "http://127.0.0.1:65535",
    "http://[::1]:80/a": "http://[::1]:80/a",
    "http://[fe80::1%eth0]": "http://[fe80::1%eth0]",
    "https://x.example.": "https://x.example.",
    "https://under_score-1.example": "https://under_score-1.example",
    "https://xn--bcher-kva.example": "https://xn--bcher-kva.example",
    f"https://{HOST}": f"https://{HOST}",
    "https://x.example/" + "a" * 2030: "https://x.example/" + "a" * 2030,
}


@pytest.mark.parametrize(("given", "checked"), GOOD.items())
def test_good_address(given: str, checked: str) -> None:
    assert check_server_url(given, "server_url") == checked


ADDRESS = (
    "must be an address such as https://api.mistral.ai: "
    "http:// or https://, a host, and perhaps a port up to 65535 and a path, in ASCII"
)
NO_USER = "must hold no user name or password: the key goes into api_key"
NO_QUERY = "must end with the host or a path, without ? or #"
BAD = [
    *[
        (url, ADDRESS)
        for url in (
            *("", "api.mistral.ai", "//api.mistral.ai", "ftp://api.mistral.ai", "https://", "https:///path"),
            *(
                "https://x.example:port",
                "https://x.example:65536",
                "https://[::1",
                "https://[::g]",
                "https://x mistral",
            ),
            *("https://x.example\n", " https://x.example", "https://\u2603.example", "https://x.example/\u00e9"),
            *("https://1.2.3.256", "https://1.2.3", "https://12", "https://-.example/ ", "https://a..example"),
            *(f"https://{LABEL}a.example", f"https://{HOST}a", "https://a*b.example"),
            *("https://xn--a.example", "https://XN--0.example", "https://x.example/" + "a" * 2031),
        )
    ],
    *[(url, NO_USER) for url in ("https://user:marked@x.example", "https://marked@x.example", "https://@x.example")],
    *[(url, NO_QUERY) for url in ("https://x.example?x=marked", "https://x.example/?", "https://x.example/#marked")],
]


@pytest.mark.parametrize(("url", "problem"), BAD)
def test_bad_address_is_refused_and_not_shown(url: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        check_server_url(url, "NAME")
    assert str(caught.value) == f"NAME {problem}"


@pytest.mark.parametrize("url", [5, b"https://x.example", ["https://x.example"]])
def test_address_is_text(url: Any) -> None:
    with pytest.raises(
        TypeError, match=f"^NAME must be text such as https://api.mistral.ai, not {type(url).__name__}$"
    ):
        check_server_url(url, "NAME")
