"""Lines of keys in TOML."""

from __future__ import annotations

import pytest

from libstats.workspace.key_lines import line_of

TEXT = """# x
[export."apollo items"]
recognise = ["a = b"]
"a.b" = 1
c.d = 2
[export."apollo items".fills]
loan = '''
"A" as item_id,
"c" = "d" as item
'''
[export."apollo holds"]
recognise = []
"""


@pytest.mark.parametrize(
    ("at", "line"),
    [
        (("export",), 2),
        (("export", "apollo items"), 2),
        (("export", "apollo items", "recognise"), 3),
        (("export", "apollo items", "a.b"), 4),
        (("export", "apollo items", "c", "d"), 5),
        (("export", "apollo items", "nowhere"), 2),
        (("export", "apollo items", "fills", "loan"), 7),
        (("export", "apollo items", "fills", "loan", "as item"), 9),
        (("export", "apollo items", "fills", "loan", "as nothing"), 7),
        (("export", "apollo holds", "recognise"), 12),
        (("weeding",), 1),
    ],
)
def test_the_line_that_leads_furthest_along_the_keys(at: tuple[str, ...], line: int) -> None:
    assert line_of(TEXT, at) == line
