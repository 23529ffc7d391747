"""A fault in libstats.toml: the keys that lead to it, what is wrong, and the remedy."""

from __future__ import annotations

from typing import NamedTuple

from libstats.workspace.key_lines import line_of

CONFIG = "libstats.toml"


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
        if self.at[0] == "weeding":
            return " ".join(("[weeding]", *self.at[1:]))
        named = "".join(f'."{label}"' for label in self.at[1:2])
        return " ".join((f"[{self.at[0]}{named}]", *self.at[2:]))
