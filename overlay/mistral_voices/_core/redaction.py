"""Keeping the key and the sample out of what errors and logs repeat."""

import re
from typing import Any

from .request import Send

# Shorter text is taken for a placeholder: hiding every "x" would make an error unreadable.
SHORTEST_SECRET = 8
# A run of base64 text that is long enough to be looked for in the sample; one of LONG_BASE64 is taken for a part of it.
BASE64 = r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{32,}={0,2}"
LONG_BASE64 = 100
# So many different runs are looked for, each in time linear in the sample. Where a response holds more, such as a
# sample in lines, all others are taken for parts of it.
MOST_LOOKUPS = 8
# The words of a user's headers so named are taken for credentials.
SENSITIVE = ("auth", "key", "token", "secret", "password", "cookie")

# What these headers of a response say is not for others; an address to go to may be signed.
SECRET_HEADERS = frozenset(
    {"authentication-info", "authorization", "location", "proxy-authentication-info", "proxy-authorization"}
    | {"set-cookie", "set-cookie2", "x-api-key", "x-auth-token"}
)


class Redaction:
    """Takes the key and the sample of one request out of text in which a server repeats them."""

    def __init__(self, send: Send) -> None:
        secrets = [send.headers["authorization"].rpartition(" ")[2], send.request.secret]
        for name, value in send.headers.items():
            if name not in send.request.headers and any(part in name for part in SENSITIVE):
                secrets += re.split(r"[\s;,=]+", value)
        self._secrets = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        self._sample = send.request.secret if send.request.creates else None
        self._is_in_sample: dict[str, bool] = {}  # by the runs that were looked for

    def hide(self, text: str) -> str:
        """Take the secrets out of a text."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text if self._sample is None else re.sub(BASE64, self._hide_part, text)

    def _hide_part(self, found: re.Match[str]) -> str:
        """Hide what may be a part of the sample: a server may repeat no more than its beginning."""
        is_part = len(found[0]) >= LONG_BASE64
        if not is_part and self._sample:
            run = found[0].rstrip("=")
            if run not in self._is_in_sample and len(self._is_in_sample) < MOST_LOOKUPS:
                self._is_in_sample[run] = run in self._sample
            is_part = self._is_in_sample.get(run, True)
        return "***" if is_part else found[0]

    def hide_in(self, value: Any) -> Any:
        """Do the same in parsed JSON, whose strings may have been escaped."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.hide_in(item) for item in value]
        if isinstance(value, dict):
            return {self.hide(name): self.hide_in(member) for name, member in value.items()}
        return value
