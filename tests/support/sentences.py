"""The sentences of a page as people read them, and what is wrong with each."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag

MOST_WORDS = 25
# What holds text and no other piece; cells of lists are the library's own words.
_PIECES = ("p", "li", "h1", "h2", "h3", "h4", "summary", "caption", "figcaption", "text")
_ENDS = re.compile(r"(?<=[.!?])[)”]?\s+")
_NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|nothing|without|cannot)\b|n’t\b|n't\b", re.I)
_MINUS_NOTHING = re.compile(r"(?<![\w-])-0(?:\.0+)?(?![\d.\w-])")


def of_text(text: str) -> list[str]:
    """The sentences of a text."""
    return [each for each in _ENDS.split(" ".join(text.split())) if each]


def of_page(page: Path) -> list[str]:
    """The sentences of a page, outside the cells of its tables, each once."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    found = [_own(piece) for piece in soup.find_all(_PIECES) if piece.find_parent("td") is None]
    found += [each["aria-label"] for each in soup.find_all(attrs={"aria-label": True})]
    return list(dict.fromkeys(each for text in found for each in of_text(text)))


def _own(piece: Tag) -> str:
    """The text of a piece without that of the pieces within it."""
    return " ".join(text for text in piece.strings if text.find_parent(_PIECES) is piece)


def faults(sentence: str) -> list[str]:
    """What is wrong with a sentence: too long, two negations in a clause, nothing with a minus."""
    words = len(re.findall(r"[\w’'-]*\w[\w.,:’'%-]*", sentence))
    told = []
    if words > MOST_WORDS:
        told.append(f"{words} words")
    if any(len(_NEGATION.findall(clause)) > 1 for clause in re.split("[;:]", sentence)):
        told.append("two negations")
    if _MINUS_NOTHING.search(sentence):
        told.append("-0")
    return told
