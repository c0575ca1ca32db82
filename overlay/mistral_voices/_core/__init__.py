"""One call without I/O: what is sent, when it is retried, and what becomes of the response."""
