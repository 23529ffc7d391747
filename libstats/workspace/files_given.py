"""What libstats.toml says of the names of files."""

from __future__ import annotations

import re

from libstats.workspace.section import Section, Setting

__all__ = ["FILES"]


def _is_file_words(value: object) -> bool:
    """True for a list of words of letters, as they stand in names of files."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(word, str) and re.fullmatch(r"[^\W\d_]{2,}", word) for word in value)
    )


FILES = Section(
    "[files]",
    {
        "words": Setting(
            _is_file_words, "is not a list of words of letters alone", '["Nordstadt", "pbooks"]'
        )
    },
)
