"""Which headings look as if they told of persons: what stands under them is never shown, and never
mapped by itself."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

__all__ = ["is_personal", "tells_of_groups"]

# what a day is needed by, unlike who did it
_TIME = {"needed", "need", "required", "wanted", "due"}
# words of a name that alone are none: a display
_BESIDE_A_NAME = {"full", "middle", "display", "preferred", "legal", "sur", "completo"}
_MEANINGS = ("personal", "person", "of one", "group", "name", "attribute", "counted")
_FIRST_WITHOUT_SPACES = "\u0e00"  # Thai, Chinese, Japanese, Korean: words stand together


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    """The words of person_headings.csv by what they mean, as they are compared.

    personal  a person's name, number, address, or free text that may name people
    person    somebody: personal but beside a word for a group
    of one    what is written together with it is one person's: patronname, lånernummer
    group     what tells of a group of people, or of a place
    name      what a heading of nothing else makes a name
    attribute what alone is a group of people
    counted   what beside a group says that it is counted
    """
    text = resources.files("libstats.privacy").joinpath("person_headings.csv").read_text("utf-8")
    found: dict[str, set[str]] = {meaning: set() for meaning in _MEANINGS}
    for line in csv.DictReader(text.splitlines()):
        found[line["meaning"]].update(map(_plain, line["words"].split()))
    return {meaning: frozenset(words) for meaning, words in found.items()}


def _plain(text: str) -> str:
    """Text without accents and signs that do not show, in small letters."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    shown = "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Cf", "Lm"))
    return unicodedata.normalize("NFC", shown)


def _words(heading: str) -> set[str]:
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", unicodedata.normalize("NFKC", heading))
    return {w for w in re.split(r"[\W\d_]+", _plain(apart)) if w}


def is_personal(heading: str) -> bool:
    """True if a heading looks like a person's name, number, address or contact, like who did
    something, or like free text that may name people; in any language of person_headings.csv.

    >>> personal = ("E-mail", "Patron name", "borrowernumber", "Name", "Checked out by", "Notes")
    >>> [is_personal(heading) for heading in (*personal, "patronname", "Låntagare", "読者氏名")]
    [True, True, True, True, True, True, True, True, True]
    >>> others = ("Patron group", "Branch name", "Author", "Item barcode", "User library")
    >>> [is_personal(heading) for heading in (*others, "Needed by", "Benutzergruppe")]
    [False, False, False, False, False, False, False]
    """
    if "@" in heading:  # an address stands where a heading should
        return True
    known, words = _vocabulary(), _words(heading)
    joined = re.sub(r"[\W\d_]+", "", _plain(heading))
    if words & known["personal"] or joined in known["personal"]:
        return True
    if words and (_is_name(words) or _is_name({joined})):
        return True
    told = {part for word in (*words, joined) for part in _parts(word)}
    return bool(
        ("personal" in told or ("person" in told and "group" not in told))
        or (heading.casefold().strip().endswith((" by", "_by")) and not words & _TIME)
    )


def tells_of_groups(heading: str, *, alone: bool = False) -> bool:
    """True if a heading looks like a group of people, or a place of theirs: an attribute of
    patrons; `alone`: and nothing more stands in it.

    >>> told = ("Patron category", "borrower_type", "Benutzergruppe", "age band")
    >>> [tells_of_groups(heading) for heading in told]
    [True, True, True, True]
    >>> [tells_of_groups(h) for h in ("patrons", "patron count", "item type", "owning branch")]
    [False, False, False, False]
    >>> [tells_of_groups(h, alone=True) for h in ("patron type code", "patron group child")]
    [True, False]
    """
    words, known = _words(heading), _vocabulary()
    told = {part for word in words for part in _parts(word)}
    joined = re.sub(r"[\W\d_]+", "", _plain(heading))
    if joined in known["attribute"]:
        return True
    is_told = {"person", "group"} <= told and not words & known["counted"]
    beside = {w for w in words if not _parts(w)} - known["of one"]
    return is_told and not (alone and beside)


def _is_name(words: set[str]) -> bool:
    """True where nothing but words of a name stands."""
    return words <= _vocabulary()["name"] and not words <= _BESIDE_A_NAME


def _parts(word: str) -> set[str]:
    """What a word, or one written together with others, tells: of a person, a group; personal where
    what belongs to one person is written behind a word for one."""
    known = _vocabulary()
    told = {meaning for meaning in ("person", "group") if word in known[meaning]}
    if word.removesuffix("s") in known["person"]:
        told.add("person")
    if word >= _FIRST_WITHOUT_SPACES:
        return told | {
            meaning
            for meaning in ("personal", "person", "group")
            if any(part in word for part in known[meaning] if part >= _FIRST_WITHOUT_SPACES)
        }
    for length in range(3, len(word)):
        if word[:length] in known["person"]:
            rest = word[length:]
            if rest in known["of one"] or rest.removeprefix("s") in known["of one"]:
                told.add("personal")
            elif rest in known["group"] or rest.removeprefix("s") in known["group"]:
                told |= {"person", "group"}
    return told
