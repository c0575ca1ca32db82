# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""How a model is written as JSON, and shown in a terminal and in a notebook; it loads when that is first done."""

import datetime
import html
import json
from dataclasses import fields
from typing import Any

# So many models, or members of one, are shown, and of a cell so many characters.
MOST = 20
LONGEST_CELL = 100


def write_json(members: dict[str, Any], indent: int | None) -> str:
    """Write what to_dict gave as JSON text."""
    text = json.dumps(members, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair can be sent only as an escape
        return json.dumps(members, indent=indent)
    return text


def show(model: Any) -> str:
    """Write a model as Python does, without what is absent; a list of models has a line for each, and is cut."""
    shown = []
    for name, value in _members(model).items():
        if _is_list_of_models(value):
            lines = [f"{each!r}," for each in value[:MOST]] + _more(len(value))
            shown.append(f"{name}=[" + "".join(f"\n  {line}" for line in lines) + "\n]")
        else:
            shown.append(f"{name}={value.isoformat() if isinstance(value, datetime.datetime) else repr(value)}")
    return f"{type(model).__name__}({', '.join(shown)})"


def show_html(model: Any) -> str:
    """Write a model as a table in HTML: a list of models has a row for each, and is cut; else each member has one."""
    members = _named(model)
    listed = next((name for name, value in members.items() if _is_list_of_models(value)), None)
    caption, head, notes = type(model).__name__, "", list[str]()
    if listed is None:
        rows = [_cell(name, "th") + _cell(value) for name, value in [*members.items()][:MOST]]
        notes = _more(len(members), " members")
    else:
        models = members.pop(listed)
        caption += "".join(f", {name}: {_text(value)}" for name, value in members.items())
        shown = [_named(each) for each in models[:MOST]]
        columns = list(dict.fromkeys(name for each in shown for name in each))
        notes = _more(len(models)) + _more(len(columns), " columns")
        del columns[MOST:]
        head = f"<thead><tr>{''.join(_cell(name, 'th') for name in columns)}</tr></thead>"
        rows = ["".join(_cell(each.get(name)) for name in columns) for each in shown]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    # Notebooks would set a name such as $x$ as a formula but for these classes.
    table = (
        f'<table class="tex2jax_ignore mathjax_ignore">{_cell(caption, "caption")}{head}<tbody>{body}</tbody></table>'
    )
    return (table + "".join(f"<p>{note}</p>" for note in notes)).encode("utf-8", "backslashreplace").decode()


def _members(model: Any) -> dict[str, Any]:
    """Give the members that are not absent; of a model that is only half made, those that it has by now."""
    found = {field.name: getattr(model, field.name, None) for field in fields(model)}
    return {n: value for n, value in found.items() if value is not None and (value or n != "additional_properties")}


def _named(model: Any) -> dict[str, Any]:
    """Give the same by the names of the API, with the unknown members, but nothing that is empty."""
    members = {name.rstrip("_"): value for name, value in _members(model).items()}
    members |= members.pop("additional_properties", {})
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _is_list_of_models(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(hasattr(each, "__dataclass_fields__") for each in value)


def _more(found: int, what: str = "") -> list[str]:
    return [f"... and {found - MOST:,} more{what}"] if found > MOST else []


def _cell(value: Any, tag: str = "td") -> str:
    text = _text(value)
    return f"<{tag}>{html.escape(text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + '...')}</{tag}>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return value if isinstance(value, str) else repr(value)
