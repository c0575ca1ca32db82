"""One call without I/O: what is sent, when it is repeated, and what becomes of the response."""
