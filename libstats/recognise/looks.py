"""What an unknown list looks like: of which kinds its headings tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from libstats.readers.shown import shown
from libstats.recognise.kinds import (
    ACROSS,
    BOUGHT,
    COUNTED,
    COUNTS,
    COURSES,
    CROSSTAB,
    DIGITAL,
    DIGITAL_LOANS,
    GONE,
    ITS_GROUP,
    KINDS,
    LAST,
    OF_ALL,
    PATRONS,
    SHELVED,
    THINGS,
    WHO,
    Kind,
)

_ONE_WORD = (
    dict.fromkeys(("no", "nr", "num", "nbr", "id"), "number")
    | dict.fromkeys(("library", "lib", "branchcode", "branchname"), "branch")
    | dict.fromkeys(("cko", "ckos", "checkedout"), "checkout")
    | {"cki": "checkin", "pol": "po line", "bc": "barcode", "qty": "quantity"}
)
_RUN_TOGETHER = re.compile(
    r"(?<=[a-z])(?=(date|time|callnumber|number|barcode|branch|location|type|status|price)\b)|"
    r"(?<=\bdate)(?=(accessioned|last|added|created|due|enrolled|sent|arrived|placed|received)"
    r"\w*\b)|(?<=\bcall)(?=number\b)|(?<=\bdatelast)(?=\w)|(?<=\bpub)(?=date\b)"
)


@dataclass(frozen=True)
class Looks:
    """What a list looks like.

    kinds    the kinds that its headings speak for, the clearest first; several are a doubt
    because  kind -> the headings that told it
    """

    kinds: tuple[Kind, ...]
    because: Mapping[str, tuple[str, ...]]

    @property
    def kind(self) -> Kind | None:
        """The one kind that it is; None where that is in doubt."""
        return self.kinds[0] if len(self.kinds) == 1 else None

    @property
    def is_of_values(self) -> bool:
        """True where the headings are months, hours or fields, and so no line of a person's."""
        return bool(self.kind and self.kind.name in (CROSSTAB, KINDS[0].name))

    @property
    def words(self) -> str:
        """What it looks like, for a person, with the headings that told it as they may
        be shown."""
        told = [
            f"{kind.name} ({', '.join(map(shown, self.because[kind.name]))})"
            if self.because.get(kind.name)
            else kind.name
            for kind in self.kinds[:3]
        ]
        return " or ".join(told)


@cache
def words_of(heading: str) -> str:
    """A heading as words in small letters, those that name the same being one.

    >>> words_of("Item no."), words_of("ItemID"), words_of("Z30_BARCODE")
    ('item number', 'item number', 'barcode')
    >>> words_of("Home Library"), words_of("issuedate"), words_of("homebranch")
    ('home branch', 'issue date', 'home branch')
    """
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", heading.replace("#", " number "))
    apart = re.sub(r"^\s*z\d\d_", "", apart.casefold())
    found = [word for word in re.split(r"[^\w$%]+|_+", apart) if word]
    text = " ".join(_ONE_WORD.get(word, word) for word in found)
    text = _RUN_TOGETHER.sub(" ", text)
    return " ".join(_ONE_WORD.get(word, word) for word in text.split())


def looks(headings: Iterable[str], is_filled: Mapping[str, bool] | None = None) -> Looks:
    """What a list with these headings looks like; `is_filled` says under which most rows have a
    value (a day of withdrawal that is mostly blank is one of copies that are held)."""
    given = {h: words_of(h) for h in headings if h.strip()}
    across = [h for h in given if ACROSS.fullmatch(h.strip().casefold())]
    if len(across) >= 3 and 2 * len(across) >= len(given):
        return Looks((Kind(CROSSTAB, None, ()),), {CROSSTAB: tuple(across[:3])})
    filled = is_filled or {}
    found: dict[str, tuple[str, ...]] = {}
    kinds = []
    for kind in KINDS:
        told = _told(kind, given, filled)
        if len(told) >= kind.fewest:
            kinds.append(kind)
            found[kind.name] = tuple(told[:4])
    return _weighed(kinds, found, given)


def _told(kind: Kind, given: Mapping[str, str], filled: Mapping[str, bool]) -> list[str]:
    """The headings that are marks of the kind. When something was last done, and how often in all,
    stands in lists of copies."""
    return [
        h
        for h, words in given.items()
        if filled.get(h, True)
        and not LAST.search(words)
        and not OF_ALL.search(words)
        and any(re.search(mark, words) for mark in kind.marks)
    ]


def _weighed(kinds: list[Kind], found: dict[str, tuple[str, ...]], given: dict[str, str]) -> Looks:
    """The kinds less those that are a part of another; copies, titles, patrons or counts where none
    is told."""
    who = [h for h, w in given.items() if WHO.search(w) and not ITS_GROUP.search(w)]
    loans = next(kind for kind in KINDS if kind.name == "loans")
    due = [h for h, w in given.items() if re.search(r"\bdue\b", w) and not OF_ALL.search(w)]
    shelved = sum(bool(SHELVED.search(w)) for w in given.values())
    if not kinds and due and (who or not shelved):
        return Looks((loans,), {loans.name: (*due[:2], *who[:2])})
    is_of_people = len(who) > max(0, shelved - 2) and (not kinds or len(who) >= 4)
    if is_of_people and not any(k.table for k in kinds):
        return Looks((Kind(PATRONS, None, ()),), {PATRONS: tuple(who[:4])})
    if any(
        re.search(r"^item (number|barcode|record number)$|^barcode$", w) for w in given.values()
    ):
        kinds = [kind for kind in kinds if kind.name != "holdings"]  # a copy is of some holdings
    if kinds:
        return Looks(tuple(_apart(kinds, found)), found)
    counted = [h for h, w in given.items() if COUNTED.search(w)]
    things = [h for h, w in given.items() if THINGS.search(w)]
    if len(things) > 1 or (counted and not any(is_handle(w) for w in given.values())):
        return Looks((Kind(COUNTS, None, ()),), {COUNTS: tuple(counted[:4])})
    return Looks((), {})


def _apart(kinds: list[Kind], found: Mapping[str, tuple[str, ...]]) -> list[Kind]:
    """Without a kind all of whose marks tell a clearer one too: an order has a vendor."""
    names = [kind.name for kind in kinds]
    apart = [
        kind
        for at, kind in enumerate(kinds)
        if not any(set(found[kind.name]) <= set(found[other]) for other in names[:at])
    ]
    told = {kind.name for kind in apart}
    if DIGITAL in told:  # which are borrowed and waited for, and are no copies
        return [DIGITAL_LOANS if "loans" in told else apart[names.index(DIGITAL)]]
    if "interlibrary requests" in told:  # which are asked for, come and are due as holds and loans
        apart = [kind for kind in apart if kind.name not in ("holds", "loans")]
    is_bought = {"vendors, funds or budgets", "fees or payments"} if told & BOUGHT else set()
    return [kind for kind in apart if kind.name not in is_bought]


def is_of_another(headings: Iterable[str]) -> bool:
    """True if headings that lists of copies have too tell of loans, holds, fees, orders or courses:
    each row is then no copy, though it names one."""
    return any(kind.table or kind.name == COURSES for kind in looks(headings).kinds)


def of_gone_copies(headings: Iterable[str]) -> list[str]:
    """The headings that tell which copies are lost, missing or withdrawn."""
    given = {h: words_of(h) for h in headings if h.strip()}
    kinds = [kind for kind in KINDS if kind.name in GONE]
    return [h for h in given if any(_told(kind, {h: given[h]}, {}) for kind in kinds)]


def is_mark(heading: str) -> bool:
    """True if a heading has words that a kind of list is told by, a person's, or a count's."""
    words = words_of(heading)
    marks = (mark for kind in KINDS for mark in (*kind.marks, *kind.plain))
    return bool(COUNTED.search(words) or WHO.search(words)) or any(
        re.search(mark, words) for mark in marks
    )


def is_handle(words: str) -> bool:
    """True if a heading names a thing by its number, barcode, call number or title.

    >>> is_handle("item barcode"), is_handle("item type")
    (True, False)
    """
    return bool(
        re.search(r"\b(barcode|call number(?! range)|title|isbn|record|author)\b", words)
        or re.search(r"^(item|bib\w*|biblio|copy|title|record|rec)? ?number$", words)
    )
