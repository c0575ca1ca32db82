"""The page of the package: links that lead into the repository, or plain text while nobody knows where that is."""

from __future__ import annotations

import pytest

from scripts.release.package_page import package_page

BASE = "https://git.example/us/voices"
# What the README has, with an address, and without one.
CASES = [
    ("[a](docs/a.md)", f"[a]({BASE}/blob/v1.2.3/docs/a.md)", "a"),
    ("[a](docs/a.md#part)", f"[a]({BASE}/blob/v1.2.3/docs/a.md#part)", "a"),
    ('[a](docs/a.md "title")', f'[a]({BASE}/blob/v1.2.3/docs/a.md "title")', "a"),
    ("![bars](p.svg)", f"![bars]({BASE}/raw/v1.2.3/p.svg)", "bars"),
    ("[![bars](p.svg)](a.md)", f"[![bars]({BASE}/raw/v1.2.3/p.svg)]({BASE}/blob/v1.2.3/a.md)", "bars"),
    (
        "[![bars](https://x/p.svg)](a.md)",
        f"[![bars](https://x/p.svg)]({BASE}/blob/v1.2.3/a.md)",
        "![bars](https://x/p.svg)",
    ),
    ("[list[str]](a.md)", f"[list[str]]({BASE}/blob/v1.2.3/a.md)", "list[str]"),
    ("[a]: docs/a.md", f"[a]: {BASE}/blob/v1.2.3/docs/a.md", "[a]: #"),
    ('<img src="p.svg">', f'<img src="{BASE}/raw/v1.2.3/p.svg">', "<img>"),
    ('<a href="docs/">', f'<a href="{BASE}/blob/v1.2.3/docs/">', "<a>"),
    *((same, same, same) for same in ("[a](https://x/a.md)", "[a](mailto:a@x)", "[a](#part)", '<a href="#part">')),
    *((same, same, same) for same in ("`[a](b)`", "```python\nx[a](b)\n```", "```\n[a]: b\n```", "[ ] (a)", "a [b]")),
]


@pytest.mark.parametrize(("readme", "linked", "plain"), CASES, ids=[case[0] for case in CASES])
def test_links(readme: str, linked: str, plain: str) -> None:
    assert package_page(readme, BASE, "1.2.3") == linked
    assert package_page(readme, None, "1.2.3") == plain
