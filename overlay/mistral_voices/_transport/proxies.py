"""Which proxy leads to a server: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, read as curl reads them.

The HTTP library reads them too, but it fails at an IPv6 address in NO_PROXY, knows no networks there, and sends what is
meant for this machine, with the key, to the proxy.
"""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

from .._core.response import TransportError
from .._core.server_url import address_of, check_host, is_loopback

DEFAULT_PORTS = {"http": 80, "https": 443}


class Proxy:
    """A proxy, and the variable that names it; shown without user name and password, so it is no tuple."""

    __slots__ = ("address", "variable")

    def __init__(self, variable: str, address: str) -> None:
        self.variable = variable
        self.address = address

    @property
    def is_https(self) -> bool:
        """Whether the way to the proxy itself is encrypted, for which it needs a certificate."""
        return self.address[:6].lower() == "https:"

    def __str__(self) -> str:
        return f"{_without_password(self.address)} ({self.variable})"

    def __repr__(self) -> str:
        return str(self)


def find_proxy(url: str) -> Proxy | None:
    """Find the proxy that leads to an address; None when there is to be none.

    Raises:
        TransportError: The environment names a proxy that cannot be one.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if is_loopback(host):
        return None
    found = getproxies()
    kind = parts.scheme if found.get(parts.scheme) else "all"
    value = found.get(kind)
    if not value or is_exempt(found.get("no", ""), parts.scheme, host, parts.port or DEFAULT_PORTS[parts.scheme]):
        return None
    return read_proxy(_variable(kind, value), value)


def read_proxy(variable: str, value: str) -> Proxy:
    """Check the address of a proxy as a variable holds it; without a scheme it is one of http."""
    address = value.strip()
    if "://" not in address:
        address = f"http://{address}"
    scheme = address.partition("://")[0].lower()
    if scheme not in ("http", "https", "socks5", "socks5h"):
        remedy = "socks5://host:port" if scheme.startswith("socks") else "http://host:port"
        raise _unusable(variable, value, f"{scheme}:// is no kind of proxy that can be used, write {remedy}")
    if not _is_address(address):
        form = f"write {scheme}://host:port, or {scheme}://user:password@host:port"
        raise _unusable(variable, value, f"this is not the address of a proxy, {form} with %23 for # and %2F for /")
    if scheme.startswith("socks") and find_spec("socksio") is None:
        problem = "SOCKS needs the package socksio, which is not installed: pip install socksio"
        raise _unusable(variable, value, problem, ImportError(problem))
    if scheme.startswith("socks") and not _fits_socks(address):
        raise _unusable(variable, value, "SOCKS takes at most 255 bytes as user name, and as password")
    return Proxy(variable, address)


def is_exempt(no_proxy: str, scheme: str, host: str, port: int) -> bool:
    """Say whether NO_PROXY has a host: by its name or that of a domain above it, by its address, or by its network."""
    address = address_of(host)
    for entry in re.split(r"[\s,]+", no_proxy.lower()):
        of_scheme, _, name = entry.rstrip("/").rpartition("://")
        if of_scheme not in ("", "all", scheme):
            continue
        if name == "*":
            return True
        if with_port := re.fullmatch(r"(\[.*\]|[^:]*):([0-9]{1,5})", name):
            name = with_port[1]
            if int(with_port[2]) != port:
                continue
        if _covers(name.replace("[", "").replace("]", ""), host, address):
            return True
    return False


def _covers(name: str, host: str, address: IPv4Address | IPv6Address | None) -> bool:
    """Say whether a name in NO_PROXY is that of a host, of a domain above it, or of its network."""
    if address is None:
        domain = name.removeprefix("*").strip(".")
        return domain != "" and f".{host}".endswith(f".{domain}")
    try:
        return address in ip_network(re.sub("%[^/]*", "", name), strict=False)
    except ValueError:
        return False


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises when it is not a number
        check_host(parts.hostname or "")
    except ValueError:
        return False
    # What stands after the host is of no use, unless it is the rest of a password.
    return address.isprintable() and " " not in address and "@" not in f"{parts.path}{parts.query}{parts.fragment}"


def _fits_socks(address: str) -> bool:
    parts = urlsplit(address)
    return all(len(unquote(part or "").encode()) <= 255 for part in (parts.username, parts.password))


def _variable(kind: str, value: str) -> str:
    """Find the variable, in upper or lower case, that holds a value; there is none where the system's settings do."""
    wanted = f"{kind}_proxy"
    names = [name for name in os.environ if name.lower() == wanted and os.environ[name] == value]
    return min(names, key=str.isupper, default="the system's proxy settings")


def _without_password(address: str) -> str:
    before, at, host = address.rpartition("@")
    scheme, separator, _ = before.rpartition("://") if "://" in before else ("", "", "")
    return f"{scheme}{separator}***@{host}" if at else address


def _unusable(variable: str, value: str, problem: str, cause: Exception | None = None) -> TransportError:
    reason = f"{variable} is {_without_password(value)!r}: {problem}"
    # Not the parser's own error, which may show a part of the password.
    return TransportError.of_environment(reason, cause or ValueError(reason))
