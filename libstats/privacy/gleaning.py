"""What a pattern may take out of free text that may name people: words that stand in the pattern
itself, and one sign more. A name, a number, an address would be more."""

from __future__ import annotations

from collections.abc import Iterable
from re import _constants as kind  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["takes_more_than_its_words"]

MOST = 1  # sign that is not the pattern's own: that something stands there, no more
_REPEATS = (kind.MAX_REPEAT, kind.MIN_REPEAT, kind.POSSESSIVE_REPEAT)
_NOTHING = (kind.LITERAL, kind.AT, kind.ASSERT, kind.ASSERT_NOT, kind.FAILURE)


def takes_more_than_its_words(pattern: str) -> bool:
    """True if what a pattern finds can hold more than one sign that does not stand in the pattern.

    >>> [takes_more_than_its_words(p) for p in (r"(?i)shipped|lost", r"\\S", r"^\\s*system\\s*$")]
    [False, False, False]
    >>> [takes_more_than_its_words(p) for p in (".*", r"(?<=for )\\w+", r"\\d{14}", "([a-z]|x)+")]
    [True, True, True, True]
    """
    return _free(parser.parse(pattern)) > MOST


def _free(nodes: Iterable[tuple[Any, Any]]) -> float:
    """How many signs of what is found are not named one by one, at most."""
    return sum(_of_node(op, given) for op, given in nodes)


def _of_node(op: Any, given: Any) -> float:
    if op in _NOTHING:
        return 0
    if op is kind.IN:
        return 0 if _is_one_sign(given) else 1
    if op is kind.BRANCH:
        return max(_free(nodes) for nodes in given[1])
    if op is kind.SUBPATTERN:
        return _free(given[3])
    if op is kind.ATOMIC_GROUP:
        return _free(given)
    if op in _REPEATS:
        return _of_repeat(*given)
    return MOST + 1 if op in (kind.GROUPREF, kind.GROUPREF_EXISTS) else 1


def _of_repeat(least: int, most: Any, nodes: Any) -> float:
    """What is chosen anew each time can spell anything."""
    free = _free(nodes)
    if most == 1:
        return free
    return float("inf") if free or _chooses(nodes) else 0


def _chooses(nodes: Iterable[tuple[Any, Any]]) -> bool:
    return any(
        op is kind.BRANCH
        or (op is kind.SUBPATTERN and _chooses(given[3]))
        or (op is kind.ATOMIC_GROUP and _chooses(given))
        or (op in _REPEATS and _chooses(given[2]))
        for op, given in nodes
    )


def _is_one_sign(members: Iterable[tuple[Any, Any]]) -> bool:
    """True for a class that is one letter in either case, or blanks and signs, which spell
    nothing."""
    letters = set()
    for op, given in members:
        if op is kind.LITERAL:
            if chr(given).isalnum():
                letters.add(chr(given).casefold())
        elif (op, given) != (kind.CATEGORY, kind.CATEGORY_SPACE):
            return False
    return len(letters) <= 1
