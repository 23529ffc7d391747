"""What is planted in ILLiad's files, and what a correct loader does with it."""

from datetime import date

from sample.borrowing import CLEAN_UP_DAYS, QUEUE
from sample.cases import Change, Request
from sample.oddities import Oddity
from sample.places import at

_CASED = {
    "Delivered to Web": "Delivered To Web",
    "Customer Notified via E-Mail": "Customer Notified via E-mail",
}
PURGED_NUMBER = 47_990
_BEGUN = date(2025, 3, 4)
PURGED = (
    (Change(at(_BEGUN, 10), "Submitted by Customer", "odette.p"), PURGED_NUMBER),
    (Change(at(_BEGUN, 10, 3), "Awaiting Request Processing", "System"), PURGED_NUMBER),
)
"""Changes of a request that staff made as a trial and deleted afterwards."""


def status_of(request: Request | int, status: str) -> str:
    """Return a status as the release of that day wrote it: every seventh request has other
    capitals."""
    number = request if isinstance(request, int) else request.number
    return _CASED.get(status, status) if number % 7 == 0 else status


def process_of(request: Request) -> str:
    """Return the kind of process; for scans of our own there are two spellings."""
    if request.process == "document_delivery":
        return "DocDel" if request.number % 5 == 0 else "Doc Del"
    return "Borrowing" if request.process == "ill_borrowing" else "Lending"


def lender_of(request: Request, symbol: str) -> str:
    """Return a symbol as it was typed: every eleventh in small letters."""
    return symbol.lower() if request.number % 11 == 0 else symbol


def year_of(request: Request) -> str:
    """Return a year as people write it."""
    return (f"{request.year}", f"©{request.year}.", f"Spring {request.year}")[
        request.number % 13 % 3
    ]


ODDITIES = (
    Oddity(
        "requests tidied away",
        f"`illiad/transactions-*`: articles become `Request Finished` {CLEAN_UP_DAYS} days after `Delivered to Web`, at four in the morning",
        "takes the delivery from the log; refuses a turnaround from `TransactionDate`",
    ),
    Oddity(
        "two clocks in one row",
        "`illiad/transactions-*`: `CreationDate` of some is two or three hours ahead of the log, so that some were cancelled before they were made",
        "begins with the first status of the log; drops nothing, and counts what is negative",
    ),
    Oddity(
        "statuses in other capitals",
        "`illiad/`: `Delivered To Web` and `Customer Notified via E-mail` for requests whose number 7 divides",
        "reads them as the same statuses",
    ),
    Oddity(
        "queue of its own",
        f"`illiad/tracking-*`: some loans pass through `{QUEUE}`",
        "keeps it as exported; it is no milestone until the library says of which",
    ),
    Oddity(
        "sent more than once",
        "`illiad/tracking-*`: `Request Sent` comes again after each `Awaiting Unfilled Processing`",
        "dates the order by the first, and counts the refusals",
    ),
    Oddity(
        "cancelled and taken up again",
        "`illiad/tracking-*`: some have `Cancelled by ILL Staff` and go on the same day",
        "counts them by what came of them in the end",
    ),
    Oddity(
        "delivered twice",
        "`illiad/tracking-*`: some scans were bad and have a second `Delivered to Web`, in the same month",
        "takes the last",
    ),
    Oddity(
        "shipped, in words",
        "`illiad/history-*`: entries of `System` say that a lender shipped; staff's notes have the word too, and people's names",
        "takes only those of `System`, and never reads the words into the database",
    ),
    Oddity(
        "a workbook among the files",
        "`illiad/history-2026-11-01.xlsx`: headings have spaces, times are serial numbers",
        "reads it as the same export",
    ),
    Oddity(
        "lender that is no library",
        "`illiad/transactions-*`: `LendingLibrary` is `OA` for what was found on the web; some symbols are in small letters",
        "does not count `OA` among the lenders, and takes a symbol for one library however it is written",
    ),
    Oddity(
        "reasons of two lists",
        "`illiad/transactions-*`: `CancellationCode` has OCLC's numbers and DOCLINE's texts, `ReasonForCancellation` what staff chose; either may be blank",
        "says them in common words, and keeps those it does not know as exported",
    ),
    Oddity(
        "two words for one process",
        "`illiad/transactions-*`: `Doc Del` and `DocDel`",
        "reads both as document delivery",
    ),
    Oddity(
        "request that is gone",
        f"`illiad/tracking-2025-04-01.csv`: {len(PURGED)} changes of request {PURGED_NUMBER}, which is in no file of requests",
        "keeps the changes; the request is in no count, since nothing says of which kind it was",
    ),
    Oddity(
        "overlapping files of ILLiad",
        "`illiad/`: each file of changed requests begins a week before the last one ended; some logs begin days early, and three came by the day too",
        "counts what is in both once; of a request the newest state holds",
    ),
    Oddity(
        "requests without an answer",
        "`illiad/`: a few stay in `Request Sent` for ever",
        "shows them as open, older than all others",
    ),
)
