"""What the sheets of a workbook are called: each by what tells its table from the others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from libstats.wording import MONTHS

__all__ = ["FIRST", "LONGEST", "names"]

FIRST = "Contents"
LONGEST = 31  # signs that a sheet's name may have
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
# what a caption can spare, the first line first: times, then small words
_TIMES = re.compile(
    rf",?\s*\b((in|on|from|to|up to) )*({'|'.join(MONTHS)})( \d{{1,2}},)?( \d{{4}})?\b"
)
_WORDS = re.compile(r"\b(a|an|and|are|in|is|on|or|that|the|they|was|were|which|with)\b ?", re.I)


def names(wanted: Sequence[str]) -> list[str]:
    """Names of sheets for captions: allowed signs, not too long, each once."""
    found: list[str] = []
    taken = {FIRST.casefold(), "history"}  # the second is Excel's own
    for caption in wanted:
        plain, again = _plain(caption), 1
        name = _short(plain, LONGEST)
        while name.casefold() in taken:
            again += 1
            name = f"{_short(plain, LONGEST - len(str(again)) - 1)} {again}"
        taken.add(name.casefold())
        found.append(name)
    return found


def _plain(caption: str) -> str:
    """A caption without the signs that a name may not have; a long one without what it can
    spare."""
    whole = " ".join(FORBIDDEN.sub(" ", caption).split()).strip("' ")
    for spare in (_TIMES, _WORDS):
        if len(whole) > LONGEST:
            spared = " ".join(spare.sub("", whole).split()).replace(" ,", ",")
            whole = spared.strip("', ") or whole
    return f"{whole[:1].upper()}{whole[1:]}" or "Table"


def _short(text: str, longest: int) -> str:
    """A text cut where a word ends, without a comma at its end; what stands behind its last comma
    stays, since it often is all that differs."""
    if len(text) <= longest:
        return text
    start, _, end = text.rpartition(", ")
    if start and len(end) <= longest // 2:
        return f"{_short(start, longest - len(end) - 2)}, {end}"
    cut = text[: longest + 1].rpartition(" ")[0] or text[:longest]
    return cut.rstrip(" ,.;'")
