"""How a file is called in all that is kept: by what of its name cannot name a person.

People call files `holds for Ann Reed.csv`, and archives hold folders of patrons. No list of names
is ever complete, so what is kept is what is known: words of file_words.txt and the library's own,
single letters, days and times, numbers of up to four digits. Any other word leaves its shape,
`holds for Xxx Xxxx~9a1c3f.csv`, and behind it six signs of what the file holds: two files of one
shape are told apart by them, and the same file is known again. Who has just named a file is told of
it by the name that it has.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

__all__ = ["is_of", "legible", "of_file", "own_words", "recorded", "recorded_before"]

NONE: frozenset[str] = frozenset()

_DAY = r"20\d\d[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?"
_TIME = r"(?:[T_ -]?(?:[01]\d|2[0-3])[-_.]?[0-5]\d(?:[-_.]?[0-5]\d)?Z?)?"
# programs whose options stand behind their names
_COMMANDS = "sel(?:item|hold|charge|catalog|bill|request)|listitems|shelfscan"
_TOKEN = re.compile(
    rf"""(?P<when>(?<!\d){_DAY}{_TIME}(?!\d))
    |(?P<number>\d+)
    |(?P<letters>(?:{_COMMANDS})[ _.-]?o[A-Z][A-Za-z]{{0,15}}(?![a-z]))
    |(?P<word>[^\W\d_]+)""",
    re.VERBOSE,
)
_WITHIN_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|.")
_LONGEST = 4  # digits of a number that is no day: a year, a page, a day of the year
_RECORDED = re.compile(r"~\w{1,6}(?=$|[.#])")
_FEW = 3  # letters that stand alone in a name
# whose numbers are a person's
_OF_PERSONS = {"patron", "borrower", "user", "member", "student", "card"}


@cache
def _words() -> frozenset[str]:
    text = resources.files("libstats.readers").joinpath("file_words.txt").read_text("utf-8")
    return frozenset(text.split())


def own_words(config: Mapping[str, Any]) -> frozenset[str]:
    """The words that a library lets stand in names, [files] words in its configuration, in small
    letters."""
    return frozenset(word.casefold() for word in config.get("files", {}).get("words", ()))


def legible(name: str) -> str:
    """A file's name as text that can be stored and printed: what in it is not UTF-8, or would move
    the cursor, is replaced."""
    return re.sub(
        r"[\0-\x1f\x7f-\x9f]",
        "\ufffd",
        name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
    )


def recorded(name: str, mark: Callable[[], str], own: Set[str] = NONE) -> str:
    """A file's name as it is recorded, with the library's `own` words; `mark` tells what tells it
    from another of its shape, and is asked only where some of the name goes.

    >>> recorded("loans-2026-10-31.csv", lambda: "9a1c3f")
    'loans-2026-10-31.csv'
    >>> recorded("Ann Reed/holds 21234000123456.csv", lambda: "9a1c3f")
    'Xxx Xxxx/holds 99999999999999~9a1c3f.csv'
    >>> recorded("Nordstadt items.csv", lambda: "9a1c3f", frozenset({"nordstadt"}))
    'Nordstadt items.csv'
    """
    whole = legible(name)
    words = {w.casefold().removesuffix("s") for w in re.findall(r"[^\W\d_]+", whole)}
    longest = 0 if words & _OF_PERSONS else _LONGEST
    spelt = len(re.findall(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])", whole)) > _FEW
    safe = _TOKEN.sub(lambda token: _kept(token, longest, spelt, own), whole)
    if safe == whole:
        return whole
    stem, dot, ending = safe.rpartition(".")
    has_ending = bool(stem) and ending.casefold() in _words()
    return f"{stem}~{mark()}{dot}{ending}" if has_ending else f"{safe}~{mark()}"


def of_file(path: Path, own: Set[str] = NONE) -> str:
    """A file's or a folder's name as it is recorded."""
    return recorded(path.name, lambda: _mark(path), own)


def recorded_before(entry: str, sha256: str, own: Set[str] = NONE) -> str:
    """What the ledger of an earlier libstats calls a file or a part of one, as it is recorded
    today."""
    if _RECORDED.search(entry):
        return entry
    return "#".join(recorded(name, lambda: sha256[:6], own) for name in entry.split("#"))


def is_of(entry: str, path: Path) -> bool:
    """True if what the ledger or a receipt calls by this name is the file, or a part of it: by the
    name that it has, or by the mark of what it holds, whichever words stood in it then."""
    file = entry.partition("#")[0]
    mark = _RECORDED.search(file)
    return file == legible(path.name) or bool(mark and mark[0] == f"~{_mark(path)}")


def _mark(path: Path) -> str:
    """Six signs of what a file holds; of one that cannot be read, or is none (to open a pipe would
    wait for ever), of its place on the disk."""
    try:
        if path.is_file():
            seen = path.stat()
            return _mark_of(path, seen.st_size, seen.st_mtime_ns)
    except OSError:
        pass
    with suppress(OSError):
        return f"{path.lstat().st_ino:06x}"[-6:]
    return "0" * 6


@lru_cache(64)
def _mark_of(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:6]


def _kept(token: re.Match[str], longest: int, spelt: bool, own: Set[str]) -> str:
    """What is kept of a token; `spelt`: letters that stand alone may spell a name."""
    if token["when"] or token["letters"]:
        return token[0]
    if token["number"]:
        return token[0] if len(token[0]) <= longest else "9" * len(token[0])
    if spelt and len(token[0]) == 1:
        return _shape(token[0])
    if token[0].casefold() in _words() | own:
        return token[0]
    return _WITHIN_WORD.sub(_piece, token[0]) if token[0].isascii() else _shape(token[0])


def _piece(part: re.Match[str]) -> str:
    """A part of a word that is written together with others; a letter that stands alone tells
    nobody, unless others spell a word with it."""
    word = part[0]
    alone = word == part.string and word.isascii()
    return word if (len(word) == 1 and alone) or word.casefold() in _words() else _shape(word)


def _shape(word: str) -> str:
    return "".join("X" if letter.isupper() else "x" for letter in word)
