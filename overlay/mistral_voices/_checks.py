"""Checks of arguments that several layers make."""


def check_flag(name: str, value: object) -> None:
    """Refuse what is neither True nor False: "no" would be taken for True."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")


def check_function(name: str, value: object, expected: str) -> None:
    """Refuse what is neither None nor can be called."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be {expected}, not {type(value).__name__}")
