"""The only code that touches the HTTP library, sends or sleeps."""
