"""A check of arguments that several layers make."""


def check_flag(name: str, value: object) -> None:
    """Refuse what is neither True nor False: "no" would be taken for True."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
