"""A fault in libstats.toml: the keys that lead to it, what is wrong, and the remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import NamedTuple

from libstats.workspace.key_lines import line_of

CONFIG = "libstats.toml"
# sections that have a name each: [sources.koha]
_REPEATED = ("change",)  # and those of which there may be several: [[change]]
_NAMED = ("sources", "export", "headings", "coverage", "calendar", "process", "harvest", "pull")


class Fault(NamedTuple):
    """What is wrong at a key, and its remedy, both without the point at their end.

    `at` are the keys that lead to it; behind fills and its table may stand what a line of the
    SELECT ends with.
    """

    at: tuple[str, ...]
    problem: str
    remedy: str

    def in_words(self, text: str) -> str:
        """The fault with its line, for a person; `text` is that of the file."""
        line = line_of(text, self.at)
        return f"{CONFIG}, line {line}, {self._dotted}: {self.problem}\n  {self.remedy}."

    @property
    def _dotted(self) -> str:
        """The keys as libstats.toml has them: [export."apollo items"] columns item."""
        if self.at[0] in _REPEATED and len(self.at) > 1:
            return " ".join((f"[[{self.at[0]}]]", *self.at[2:]))
        depth = 2 if self.at[0] in _NAMED else 1
        section = ".".join((self.at[0], *map(_named, self.at[1:depth])))
        return " ".join((f"[{section}]", *self.at[depth:]))


def _named(label: str) -> str:
    return label if re.fullmatch(r"[\w-]+", label, re.A) else f'"{label}"'


def nearest(wrong: str, names: Iterable[str]) -> str:
    """The question whether the name most like a wrong one was meant; nothing if none is like it."""
    folded = {name.casefold(): name for name in names}
    found = difflib.get_close_matches(wrong.casefold(), folded, 1)
    return f"Did you mean {folded[found[0]]}? " if found else ""
