"""What the rows of an unknown export are about, told by its headings: the vocabulary of kinds, each
with the table that could take it, if one does.

A kind is told by what only it says: a list of loans has a day of lending, one of fees what is owed.
Copies are what is left, and claimed only where nothing speaks for another kind; a list that speaks
for two is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_ONE_WORD = (
    dict.fromkeys(("no", "nr", "num", "nbr", "id"), "number")
    | dict.fromkeys(("library", "lib", "branchcode", "branchname"), "branch")
    | dict.fromkeys(("cko", "ckos", "checkedout"), "checkout")
    | {"cki": "checkin", "pol": "po line", "bc": "barcode", "qty": "quantity"}
)
_RUN_TOGETHER = re.compile(
    r"(?<=[a-z])(?=(date|time|callnumber|number|barcode|branch|location|type|status|price)\b)|"
    r"(?<=\bdate)(?=(accessioned|last|added|created|due|enrolled|sent|arrived|placed|received)\w*\b)"
    r"|(?<=\bcall)(?=number\b)|(?<=\bdatelast)(?=\w)|(?<=\bpub)(?=date\b)"
)
_OUT = r"(check(ed)? ?outs?|loan(ed)?|lent|issued?|borrow(ed)?|charged?|lending|out)"
_BACK = r"(check(ed)? ?ins?|return(ed)?|discharged?|in)"
_WHEN = r"(date|time|day|on|at|date ?time|timestamp|stamp)"
_GONE = r"(deleted?|withdrawn|withdrawal|weeded|discard(ed)?|removed|deletion|suppress(ed)?)"


@dataclass(frozen=True)
class Kind:
    """What the rows of a list may be.

    name    in words, as in "it looks like a list of loans"
    table   the table that could take it; None where no list of that kind is to be guessed
    marks   patterns over the words of a heading that only such a list has
    fewest  how many headings must be marks
    plain   words that other lists have too: they make a line one of headings, and tell nothing
    """

    name: str
    table: str | None
    marks: tuple[str, ...]
    fewest: int = 1
    plain: tuple[str, ...] = ()


COURSES = "courses or their reading lists"
# the first ones leave the least doubt; of two that are told both are named
KINDS = (
    Kind(
        "fields of catalogue records",
        None,
        (r"^(tag )?\d{3} ?\$? ?\w?$|^\d{3} (ind\w* )?subfield|^leader$",),
        fewest=2,
    ),
    Kind(
        "electronic resources or their use",
        None,
        (
            r"\b(platform|metric|portfolio|embargo|e ?resource|openurl|proxy|downloads?|doi)\b",
            r"\b(coverage|package|database|searches|url|publisher number)\b",
        ),
        fewest=2,
    ),
    Kind(
        "interlibrary requests",
        None,
        (
            r"\b(ill|lender|lenders|interbranch loan|inter branch|oclc symbol|interlibrary)\b",
            r"\b(lending|borrowing|supplying|requesting|partner) (branch|library|institution)\b",
            r"\b(transaction status|cancellation reason|lending string)\b",
        ),
    ),
    Kind(
        COURSES,
        None,
        (
            r"\b(courses?|instructors?|professors?|lecturers?|teachers?|syllabus|crn)\b",
            r"\b(reading list|course reserves?|semester|reserve desk|academic (term|unit))\b",
            r"\bsection number\b|\benrol(l|led|lment|ments?)\b",
        ),
    ),
    Kind(
        "programmes, visits or rooms",
        None,
        (
            r"\b(attend\w*|visits?|visitors|door ?count|gate ?count|gate|programs?|programmes?)\b",
            r"\b(bookings?|room|workstation|computer|session|sessions|volunteers?|shift|staff)\b",
            r"\b(start|end) time\b|\b(event|audience)\b|\breference (questions?|transactions?)\b",
        ),
    ),
    Kind(
        "transfers between branches",
        None,
        (
            r"\btransit\b|\bdate ?(sent|arrived)\b|\b(sent|arrived|received) (from|to|at)\b",
            r"^(from|to|frm|source|destination|origin) ?branch$|\btransfer (date|reason)\b",
        ),
    ),
    Kind(
        "deleted or withdrawn copies",
        None,
        (rf"\b{_GONE} {_WHEN}\b|\b{_WHEN} {_GONE}\b|\b{_GONE} (reason|by)\b|^{_GONE}$",),
    ),
    Kind(
        "a log of transactions",
        None,
        (
            r"\b(transaction|event|action|activity|operation|statistic) ?(type|code|kind)\b",
            rf"^(transaction|event|action|activity|operation)( {_WHEN})?$|\btype of transaction\b",
            rf"\b(transaction|event|action|activity) {_WHEN}\b|\b{_WHEN} (?:of )?transaction\b",
        ),
    ),
    Kind(
        "fees or payments",
        "charge",
        (
            r"\b(fines?|fees?|penalt(y|ies)|owed|owes|owing|balance|outstanding|bill(s|ed|ing)?)\b",
            r"\b(waived?|forgiven|refund(ed)?|payments?|paid|debit|credit|overdue charges?)\b",
            r"\b(account ?lines?|charge amount|amount (due|charged|remaining))\b",
        ),
        plain=(r"\bamount\b", rf"\bassessed\b|\b{_WHEN} assessed\b", r"\bdescription\b"),
    ),
    Kind(
        "invoices",
        None,
        (r"\binvoices?\b|\binvoiced\b|\bvoucher\b|\bshipment (cost|date)\b",),
    ),
    Kind(
        "order lines",
        "order_line",
        (
            r"(?<!shelving )(?<!sort )(?<!display )(?<!alphabetic )\borders?\b|\bordered\b",
            r"\b(po|purchase orders?|basket|line ?item|aqorders|standing order|encumb\w*)\b",
            r"\b(list price|quantity|copies ordered|acquisition method|selector|claimed?)\b",
        ),
        plain=(
            r"\b(vendors?|suppliers?|booksellers?|funds?|ledger|budget|discount|fiscal)\b",
            r"\breceived\b|\breceipt\b|\bcurrency\b|\bcancel(l?ed|lation)\b",
        ),
    ),
    Kind(
        "vendors, funds or budgets",
        None,
        (
            r"\b(vendors?|suppliers?|booksellers?|funds?|ledger|budget|discount|fiscal)\b",
            r"\b(allocat\w+|expend\w+|spent|available balance)\b",
        ),
        fewest=2,
    ),
    Kind(
        "subscriptions or their issues",
        None,
        (
            r"\b(subscriptions?|frequency|periodicity|serial ?seq|predict\w+|routing)\b",
            r"\b(expected|next) (date|on|issue)\b|\bissue number\b|\bdate expected\b|\bplanned\b",
        ),
    ),
    Kind(
        "holds",
        "hold",
        (
            rf"\b(holds?|reserves?|reservations?|requests?|requested|reserved|placed) {_WHEN}\b",
            r"\b(date|time|day) (of )?(holds?|reserv(es?|ations?)|requests?|requested|placed)\b",
            r"\b(hold|reserve|reservation|request) (number|status|expir\w*|type|queue|position)\b",
            r"\bpick ?up\b|^placed$|\bqueue\b|\bwaiting date\b|\bhold ?shelf\b|\bhold ratio\b",
            r"\b(unfilled|holds? per|copies needed|title holds|hold count|priority)\b",
        ),
    ),
    Kind(
        "loans",
        "loan",
        (
            rf"^(item |transaction )?{_OUT} ?{_WHEN}\b|^{_WHEN} {_OUT}\b|^(issues?|loan) due\b",
            rf"^(item |transaction )?{_BACK} ?{_WHEN}\b|^{_WHEN} {_BACK}\b|^returned$",
            r"\b(loan|circ|circulation|checkout|issue|charge) (transaction )?number\b",
            r"^days? (over ?due|late|out)\b|^over ?due|\bdays overdue$",
            r"\b(check ?out|loan|issuing|check ?in|return) (branch|location|desk)\b",
            r"^borrowed$|^loaned$|^(auto )?renewed( on)?$|\brenewal date\b|\brenewals left\b",
        ),
        plain=(r"\bdue\b",),
    ),
    Kind(
        "holdings",
        None,
        (
            r"\bholdings? (number|record|statement|summary|note|type|location)\b|\bmfhds?\b",
            r"\b(summary|textual|branch has|marc) holdings?\b|^holdings$|\bbound with\b",
        ),
    ),
)
PATRONS, COUNTS, CROSSTAB = (
    "patrons",
    "counts that are added up already",
    "counts across (a crosstab)",
)
_BOUGHT = {"order lines", "invoices"}
COPIES = Kind("copies", "item", ())
TITLES = Kind("titles", "title", ())
# words of a count over many things, which a list of things does not have
_THINGS = re.compile(
    r"\bcounts?\b|\b(total|number of) (items|copies|titles|holds)\b|^(items|copies|titles)$"
)
_COUNTED = re.compile(
    r"^(counts?|total|sum|avg|average|median|percent\w*|share|ratio|turnover)\b|"
    r"\b(count|total|percent|average)$|\bnumber of (items|titles|copies|loans|checkouts|holds)\b|"
    r"^(items|titles|copies|holds|circs?|circulations?|checkouts?|issues|renewals|loans|uses)$|"
    r"\bcount\b.*|^(adult|juvenile|child\w*|teen|young adult)\b.*"
)
_LAST = re.compile(r"\b(last|latest|most recent|previous|prior|newest|oldest|first|final)\b")
_OF_ALL = re.compile(r"\b(total|number of|count|counts|lifetime|ytd|times|sum|average|avg)\b")
_ACROSS = re.compile(
    r"(19|20)\d\d([-/ .]?(0?[1-9]|1[0-2]|q[1-4]))?|q[1-4]|(mon|tue|wed|thu|fri|sat|sun)[a-z]*|"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([-/ .']*\d{2,4})?|"
    r"\d{1,2}(:\d\d)?( ?[ap]m)?|fy ?\d{2,4}|(19|20)\d\d[-/]\d{2,4}"
)
# what a list of copies says and one of loans need not
_SHELVED = re.compile(
    r"\b(call number|location|collection|ccode|status|(item|circulation|material) type|itype|"
    r"accession\w*|added|acquired|price|shelf|sublocation)\b"
)
_WHO = re.compile(
    r"(?<!last )(?<!previous )\b(patrons?|borrowers?|users?|members?|students?|customers?|readers?|"
    r"borrowernumber|cardnumber|card|surname|firstname|lastname|first name|last name|e ?mail|"
    r"phone|birth\w*|address|guardian|homeroom|grade|requester|cardholder)\b"
)
_ITS_GROUP = re.compile(
    r"\b(group|type|category|branch|class|count|status)\b|\bnumber of\b|\btotal"
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
        """What it looks like, for a person, with the headings that told it."""
        told = [
            f"{kind.name} ({', '.join(self.because[kind.name])})"
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
    across = [h for h in given if _ACROSS.fullmatch(h.strip().casefold())]
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
        and not _LAST.search(words)
        and not _OF_ALL.search(words)
        and any(re.search(mark, words) for mark in kind.marks)
    ]


def _weighed(kinds: list[Kind], found: dict[str, tuple[str, ...]], given: dict[str, str]) -> Looks:
    """The kinds less those that are a part of another; copies, titles, patrons or counts where none
    is told."""
    who = [h for h, w in given.items() if _WHO.search(w) and not _ITS_GROUP.search(w)]
    loans = next(kind for kind in KINDS if kind.name == "loans")
    due = [h for h, w in given.items() if re.search(r"\bdue\b", w) and not _OF_ALL.search(w)]
    shelved = sum(bool(_SHELVED.search(w)) for w in given.values())
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
    counted = [h for h, w in given.items() if _COUNTED.search(w)]
    things = [h for h, w in given.items() if _THINGS.search(w)]
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
    is_bought = {"vendors, funds or budgets", "fees or payments"} if told & _BOUGHT else set()
    return [kind for kind in apart if kind.name not in is_bought]


def is_of_another(headings: Iterable[str]) -> bool:
    """True if headings that lists of copies have too tell of loans, holds, fees, orders or courses:
    each row is then no copy, though it names one."""
    return any(kind.table or kind.name == COURSES for kind in looks(headings).kinds)


def is_mark(heading: str) -> bool:
    """True if a heading has words that a kind of list is told by, a person's, or a count's."""
    words = words_of(heading)
    marks = (mark for kind in KINDS for mark in (*kind.marks, *kind.plain))
    return bool(_COUNTED.search(words) or _WHO.search(words)) or any(
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
