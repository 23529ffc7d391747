"""What ILLiad's database gives: requests, the log of their statuses, and their history, in dated
files."""

import csv
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sample import workbook
from sample.cases import Change, Request
from sample.exports import next_export
from sample.illiad_oddities import PURGED, lender_of, process_of, status_of, year_of
from sample.koha import money
from sample.lenders import NO_LIBRARY
from sample.places import BY_MONTH, FIRST, LAST, at

FOLDER = "illiad"
TRANSACTIONS = (
    "TransactionNumber", "Username", "RequestType", "LoanAuthor", "LoanTitle", "PhotoJournalTitle", "PhotoJournalYear",
    "PhotoArticleTitle", "TransactionStatus", "TransactionDate", "NotWantedAfter", "LendingString", "LendingLibrary",
    "ReasonForCancellation", "CancellationCode", "DocumentType", "SystemID", "IFMCost", "ProcessType", "CreationDate", "DueDate",
    "BorrowerNVTGC", "OriginalNVTGC",
)  # fmt: skip
TRACKING = ("TransactionNumber", "DateTime", "ChangedTo", "ChangedBy")
HISTORY = ("TransactionNumber", "DateTime", "Entry", "UserName")
GRID = ("Transaction Number", "Date Time", "Entry", "User Name")
"""The same, as the client writes it into a workbook."""

Row = tuple[str, ...]
NIGHT_AFTER = LAST + timedelta(days=1)
"""Exports are written by night: the day in a name is the day after the last one in the file."""
WHOLE = date(2025, 11, 1)
"""The night of the first file of requests, which has all; the later ones have what changed since
the one before."""
CHANGED = (
    date(2026, 2, 1),
    date(2026, 5, 1),
    date(2026, 8, 1),
    date(2026, 10, 1),
    date(2026, 10, 8),
    date(2026, 10, 15),
    date(2026, 10, 22),
    NIGHT_AFTER,
)
OVERLAP = 7
"""Days that a file of changed requests begins before the last one ended."""
LATE = {date(2025, 2, 1): 3, date(2025, 9, 1): 5, date(2026, 4, 1): 2}
"""Months whose log begins so many days before the month does."""
DAILY = (date(2026, 10, 29), date(2026, 10, 30), date(2026, 10, 31))
"""Nights whose log of the day came too, beside that of the month."""
HALVES = (FIRST, BY_MONTH, date(2025, 5, 1), date(2025, 11, 1), date(2026, 5, 1), NIGHT_AFTER)
"""Ends of the files of history: the first two years, then half-years; the last one is a workbook."""


def write(folder: Path, requests: list[Request]) -> dict[str, int]:
    """Write all files below `folder` and return the rows of each, without its heading."""
    rows = {}
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    begins = (date.min, *(night - timedelta(days=OVERLAP) for night in (WHOLE, *CHANGED[:-1])))
    for begin, night in zip(begins, (WHOLE, *CHANGED), strict=True):
        rows[f"transactions-{night}.csv"] = _csv(
            place / f"transactions-{night}.csv",
            TRANSACTIONS,
            _transactions(requests, begin, night),
            mark=True,
        )
    log = sorted(
        [*((change, r.number) for r in requests for change in r.changes), *PURGED],
        key=lambda entry: (entry[0].at, entry[1]),
    )
    for begin, night in log_windows():
        rows[f"tracking-{night}.csv"] = _csv(
            place / f"tracking-{night}.csv", TRACKING, _tracking(log, begin, night)
        )
    rows |= _histories(place, requests)
    return {f"{FOLDER}/{name}": count for name, count in rows.items()}


def log_windows() -> list[tuple[date, date]]:
    """Return the first day of each log and the night on which it was written."""
    windows, first = [], FIRST
    while first <= LAST:
        following = next_export(first)
        windows.append((first - timedelta(days=LATE.get(first, 0)), following))
        first = following
    return [*windows[:-1], *((night - timedelta(days=1), night) for night in DAILY), windows[-1]]


def _csv(path: Path, heading: Row, rows: Iterable[Row], *, mark: bool = False) -> int:
    """Write a file as SQL Server's tools do: commas, CRLF, a mark before the requests; return its
    rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig" if mark else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(heading)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _time(moment: datetime) -> str:
    """Return a moment as SQL Server writes it."""
    return f"{moment:%Y-%m-%d %H:%M:%S}.000"


def _transactions(requests: list[Request], begin: date, night: date) -> Iterable[Row]:
    """Return the requests that changed since `begin`, as they stood at `night`."""
    until = at(night, 0)
    for request in requests:
        seen = [change for change in request.changes if change.at < until]
        if seen and seen[-1].at.date() >= begin:
            yield _transaction(request, seen)


def _transaction(request: Request, seen: list[Change]) -> Row:
    """Return one request after the changes that were `seen`."""
    now, is_loan, is_lending = seen[-1], request.kind == "Loan", request.process == "ill_lending"
    sent = sum(
        change.status in ("Request Sent", "Awaiting RAPID Request Sending") for change in seen
    )
    is_due = request.due and any(
        change.status in ("Awaiting Post Receipt Processing", "Item Shipped") for change in seen
    )
    tried = request.tried[:sent]
    reason = request.reason if now.status.startswith("Cancelled") else None
    is_found = request.lender == NO_LIBRARY and now.status in (
        "Delivered to Web",
        "Request Finished",
    )
    lender = request.lender if is_lending or is_found else tried[-1] if tried else ""
    return (
        str(request.number), request.user, request.kind,
        request.author if is_loan else "", request.title if is_loan else "",
        "" if is_loan else f"{request.title} Review", "" if is_loan else year_of(request), "" if is_loan else f"On {request.title.lower()}s",
        status_of(request, now.status), _time(now.at), f"{request.created + timedelta(days=120):%Y-%m-%d} 00:00:00.000" if request.number % 3 == 0 else "",
        ",".join(tried), lender_of(request, lender), reason.text if reason else "", reason.code if reason else "",
        "Book" if is_loan else "Article", "OCLC" if is_lending or tried else "OTH", money(request.cents) if request.cents and tried else "",
        process_of(request), _time(request.created + timedelta(hours=request.skew)), _time(at(request.due, 0)) if is_due and request.due else "",
        request.branch, request.branch,
    )  # fmt: skip


def _tracking(log: list[tuple[Change, int]], begin: date, night: date) -> Iterable[Row]:
    """Return the changes of statuses from `begin` to the midnight before `night`."""
    for change, number in log:
        if begin <= change.at.date() < night:
            yield str(number), _time(change.at), status_of(number, change.status), change.by


def _histories(place: Path, requests: list[Request]) -> dict[str, int]:
    """Write the history in five files: four of text and a workbook."""
    notes = sorted(
        ((note, request.number) for request in requests for note in request.notes),
        key=lambda entry: (entry[0].at, entry[1]),
    )
    rows = {}
    for first, night in pairwise(HALVES):
        held = [(number, note) for note, number in notes if first <= note.at.date() < night]
        name = f"history-{night}{'.csv' if night != NIGHT_AFTER else '.xlsx'}"
        rows[name] = len(held)
        if night == NIGHT_AFTER:
            workbook.write(
                place / name,
                "Export",
                [GRID, *((number, note.at, note.entry, note.by) for number, note in held)],
            )
        else:
            _csv(
                place / name,
                HISTORY,
                ((str(number), _time(note.at), note.entry, note.by) for number, note in held),
            )
    return rows
