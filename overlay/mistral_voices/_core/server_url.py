"""The address of a server, checked before anything is sent to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .key import is_one_word

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

LONGEST_URL = 2048
# Brackets stand only around an IPv6 address, which urlsplit does not check.
BRACKETS = r"[^\[\]]*(\[[^\]]*:[^\]]*\](:[0-9]*)?)?"


def check_server_url(server_url: str, name: str) -> str:
    """Check the address of a server and take off a final slash."""
    from urllib.parse import urlsplit  # 2 ms that a client without an address of its own is spared

    if not isinstance(server_url, str):
        raise TypeError(f"{name} must be text such as https://api.mistral.ai, not {type(server_url).__name__}")
    try:
        parts = urlsplit(server_url)
        _ = parts.port  # raises when it is not a number
        check_host((parts.hostname or "") if re.fullmatch(BRACKETS, parts.netloc) else "")
    except ValueError:
        parts = urlsplit("")
    if len(server_url) > LONGEST_URL or parts.scheme not in ("http", "https") or not is_one_word(server_url):
        parts_of_one = "http:// or https://, a host, and perhaps a port up to 65535 and a path, in ASCII"
        raise ValueError(f"{name} must be an address such as https://api.mistral.ai: {parts_of_one}")
    if "@" in parts.netloc:
        raise ValueError(f"{name} must hold no user name or password: the key goes into api_key")
    if "?" in server_url or "#" in server_url:
        raise ValueError(f"{name} must end with the host or a path, without ? or #")
    if re.search(r"/v[12](/audio(/voices)?)?/*$", server_url):  # as other clients want it
        raise ValueError(f"{name} must end before /v1, which is part of the path of each operation")
    return server_url.rstrip("/")


def check_host(host: str) -> None:
    """Raise ValueError for a host that the HTTP libraries would refuse later, and in words of their own."""
    if ":" in host or re.fullmatch(r"[0-9.]*[0-9]", host):
        from ipaddress import ip_address  # 2 ms, for addresses in numbers

        ip_address(host.partition("%")[0])
        return
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,63}", label) for label in labels):
        raise ValueError
    if any(label.lower().startswith("xn--") for label in labels):
        host.encode("ascii").decode("idna")


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = address_of(host)
    return address is not None and address.is_loopback


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """Read a host that is an address in numbers; None for a name."""
    from ipaddress import ip_address  # as above

    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
