"""What is said to be covered, against a truth of our own: python -m tests.campaigns.coverage 200 0

Each case lives half a year at three branches, and exports a part of it: logs by month or week, lists
of loans by begin or outcome, a month or a branch left out, in any order. What these exports cover is
worked out here from how they were selected. A figure that is covered equals the truth; one that is
covered in part is at most the truth; any other is NULL and has its reason. An export more never
takes a figure away.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

import libstats
from libstats.workspace.workspace import Workspace

BRANCHES = ("EAST", "NORTH", "WEST")
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
MONTHS = [date(2026, n, 1) for n in range(1, 7)]
SINCE, UNTIL = "2026-01-01", "2026-07-01"
LONGEST = 30
LOG = (
    "datetime;branch;value;type;itemnumber;itemtype;location;borrowernumber;ccode;categorycode;"
    "interface\n"
)
LOANS = "issue_id;borrowernumber;itemnumber;date_due;branchcode;returndate;issuedate\n"
LENDING = (
    "Circ ID,Checkout / Renewal Library,Checkout Date/Time,Due Date/Time,Check In Date/Time,"
    "Desk Renewal,OPAC Renewal,Phone Renewal,Auto Renewal,Parent Circulation\n"
)
Cell = tuple[date, str]
# of a figure: its value, how much is told, why not more
Answer = dict[Cell, tuple[int | None, str, str | None]]


@dataclass(frozen=True)
class Loan:
    """One checkout of the truth."""

    number: int
    branch: str
    began: datetime
    ended: datetime


@dataclass(frozen=True)
class Export:
    """A file, and of which days at which branches it tells all checkouts, and which it shows."""

    name: str
    text: str
    whole: frozenset[tuple[date, str]] = frozenset()
    shown: frozenset[tuple[date, str]] = frozenset()
    # from when to when it tells all that is out, and from when to when it tells anything
    all_out: tuple[date, date] | None = None
    any_out: dict[str, tuple[date, date]] = field(default_factory=dict, hash=False)


@dataclass
class Case:
    """A truth and the exports of it."""

    seed: int
    loans: list[Loan]
    exports: list[Export]

    def covers(self, exports: list[Export]) -> dict[Cell, str]:
        """The reference: how much of each month and branch these exports tell of."""
        whole = set().union(*(e.whole for e in exports))
        shown = set().union(*(e.shown | e.whole for e in exports))
        found = {}
        for month in MONTHS:
            for branch in BRANCHES:
                days = [(d, branch) for d in days_of(month) if is_open(d)]
                told = sum(day in whole for day in days)
                is_shown = any(day in shown for day in days)
                found[month, branch] = (
                    "whole" if told == len(days) else "partly" if told or is_shown else "outside"
                )
        return found

    def covers_ends(self, exports: list[Export]) -> dict[Cell, str]:
        """The reference: how much of what is out at the end of each month these exports tell of."""
        ends = zip(MONTHS, [*MONTHS[1:], LAST + timedelta(1)], strict=True)
        found = {}
        for month, end in ends:
            is_told = _within(end, [e.all_out for e in exports])
            for branch in BRANCHES:
                is_shown = _within(end, [e.any_out.get(branch) for e in exports])
                state = "whole" if is_told else "partly" if is_shown else "outside"
                found[month, branch] = state
        return found


def _within(day: date, spans: list[tuple[date, date] | None]) -> bool:
    return any(first <= day <= last for first, last in filter(None, spans))


def days_of(month: date) -> list[date]:
    """The days of a month."""
    every = (month + timedelta(n) for n in range(31))
    return [day for day in every if day.month == month.month]


def is_open(day: date) -> bool:
    """No Sundays, and a week in May."""
    return day.isoweekday() != 7 and not date(2026, 5, 11) <= day <= date(2026, 5, 13)


def lived(luck: random.Random) -> list[Loan]:
    """Two to five checkouts at each branch on each open day; half a year before too, so that loans
    end in the time that begins."""
    loans = []
    day = FIRST - timedelta(LONGEST + 10)
    while day <= LAST:
        if is_open(day):
            for branch in BRANCHES:
                for _ in range(luck.randint(2, 5)):
                    began = datetime(day.year, day.month, day.day, luck.randint(9, 17))
                    ended = began + timedelta(days=luck.randint(1, LONGEST), minutes=7)
                    while not is_open(ended.date()):
                        ended += timedelta(1)
                    loans.append(Loan(len(loans) + 1, branch, began, ended))
        day += timedelta(1)
    return loans


# --- the exports ---


def log_of(
    loans: list[Loan], first: date, last: date, branches: tuple[str, ...], *, is_cut: bool = False
) -> Export:
    """The log of a span, written in the night after it, or (cut) at noon of its last day."""
    end = datetime(last.year, last.month, last.day, 12 if is_cut else 23)
    rows = sorted(
        (at, f"{at};{loan.branch};0;{kind};{loan.number};BK;GEN;1;FIC;AD;intranet\n")
        for loan in loans
        if loan.branch in branches
        for at, kind in ((loan.began, "issue"), (loan.ended, "return"))
        if first <= at.date() and at <= end
    )
    told = frozenset(
        (d, b) for d in span(first, last - timedelta(1) if is_cut else last) for b in branches
    )
    text = LOG + "".join(row for _, row in rows)
    shown = frozenset((last, b) for b in branches if is_open(last))
    named = last if is_cut else last + timedelta(1)
    return Export(f"statistics-{named}-{first}.csv", text, told, shown)


def one_log(loans: list[Loan], luck: random.Random) -> list[Export]:
    """The log in one file, a month or nothing left out of it, cut at noon or whole."""
    last = luck.choice([date(2026, 5, 30), LAST])
    is_cut = luck.random() < 0.5
    out = luck.choice([None, date(2026, 3, 1), date(2026, 4, 1)])
    export = log_of(loans, FIRST, last, BRANCHES, is_cut=is_cut)
    if out is None:
        return [export]
    lines = [line for line in export.text.splitlines(keepends=True) if f"{out:%Y-%m}-" not in line]
    whole = frozenset((d, b) for d, b in export.whole if d.month != out.month)
    return [Export(export.name, "".join(lines), whole, export.shown)]


def logs(loans: list[Loan], luck: random.Random) -> list[Export]:
    """Logs by month or by fortnight, some left out, a branch left out of some."""
    length = luck.choice([14, 0])
    starts = (
        MONTHS if not length else [FIRST + timedelta(n) for n in range(0, (LAST - FIRST).days, 14)]
    )
    found = []
    for start, after in zip(starts, [*starts[1:], LAST + timedelta(1)], strict=True):
        if luck.random() < 0.25:
            continue
        branches = BRANCHES
        if luck.random() < 0.25:
            branches = tuple(b for b in BRANCHES if b != luck.choice(BRANCHES))
        found.append(log_of(loans, start, after - timedelta(1), branches))
    return found


def lists(loans: list[Loan], luck: random.Random) -> list[Export]:
    """One list of loans, by what its cases were selected for."""
    at = luck.choice([date(2026, 4, 1), date(2026, 5, 1), date(2026, 7, 1)])
    moment = datetime(at.year, at.month, at.day)
    since = at - timedelta(luck.randint(35, 75))
    known = [loan for loan in loans if loan.began < moment]
    chosen: dict[str, Callable[[Loan], bool]] = {
        "all": lambda loan: loan.began.date() >= since,
        "open only": lambda loan: loan.ended >= moment,
        "closed only": lambda loan: since <= loan.ended.date() < at,
        "since": lambda loan: loan.ended.date() >= since,
    }
    kind = luck.choice(list(chosen))
    held = [loan for loan in known if chosen[kind](loan)]
    write = luck.choice([as_koha, as_evergreen])
    whole = {(d, b) for d in span(since, at - timedelta(1)) for b in BRANCHES}
    shown = frozenset((loan.began.date(), loan.branch) for loan in held)
    return [
        Export(
            f"{write.__name__[3:]}-{at}.csv",
            write(held, moment),
            frozenset(whole if kind in ("all", "since") else ()),
            shown,
            {
                "all": (since + timedelta(LONGEST + 1), at),
                "open only": (at, at),
                "closed only": None,
                "since": (since, at),
            }[kind],
            out_between(held, at),
        )
    ]


def out_between(loans: list[Loan], at: date) -> dict[str, tuple[date, date]]:
    """From when to when some loans tell of any that is out, by branch."""
    first = {loan.branch: loan.began.date() for loan in reversed(loans)}
    return {branch: (day, at) for branch, day in first.items()}


def pair(loans: list[Loan], luck: random.Random) -> list[Export]:
    """What is open, and what ended in a span, as two tables of one system."""
    at = luck.choice([date(2026, 5, 1), date(2026, 7, 1)])
    moment = datetime(at.year, at.month, at.day)
    since = at - timedelta(luck.randint(40, 80))
    known = [loan for loan in loans if loan.began < moment]
    still = [loan for loan in known if loan.ended >= moment]
    closed = [loan for loan in known if since <= loan.ended.date() < at]
    told = frozenset((d, b) for d in span(since, at - timedelta(1)) for b in BRANCHES)
    shown = [
        frozenset((loan.began.date(), loan.branch) for loan in some) for some in (still, closed)
    ]
    # the second of them completes the first
    return [
        Export(
            f"issues-{at}.csv",
            as_koha(still, moment),
            shown=shown[0],
            all_out=(at, at),
            any_out=out_between(still, at),
        ),
        Export(
            f"old_issues-{at}.csv",
            as_koha(closed, moment),
            told,
            shown[1],
            (since, at),
            out_between(closed, at),
        ),
    ]


def as_koha(loans: list[Loan], moment: datetime) -> str:
    """Loans as a report on issues and old_issues."""
    rows = (
        f"{n.number};1;{n.number};2027-01-01;{n.branch};{n.ended if n.ended < moment else ''};"
        f"{n.began}\n"
        for n in loans
    )
    return LOANS + "".join(rows)


def as_evergreen(loans: list[Loan], moment: datetime) -> str:
    """Loans as a report of circulations."""
    rows = (
        f"{n.number},{n.branch},{n.began},2027-01-01,{n.ended if n.ended < moment else ''},"
        "0,0,0,0,\n"
        for n in loans
    )
    return LENDING + "".join(rows)


def span(first: date, last: date) -> list[date]:
    """The days from the first to the last."""
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def case(seed: int) -> Case:
    """A truth and its exports, in any order but for two tables of one moment."""
    luck = random.Random(seed)
    loans = lived(luck)
    make = luck.choice([logs, logs, one_log, lists, lists, pair])
    exports = make(loans, luck)
    if make is logs:
        luck.shuffle(exports)
    return Case(seed, loans, exports or logs(loans, random.Random(seed + 1)))


# --- the analyses ---


def circulation(con: duckdb.DuckDBPyConnection) -> Answer:
    """Checkouts by month and desk."""
    rows = libstats.circulation(con, since=SINCE, until=UNTIL).select(
        "period, branch, checkouts, coverage, reason"
    )
    return {(at, place): (n, state, why) for at, place, n, state, why in rows.fetchall()}


def lent(of: Case) -> Counter[Cell]:
    """The truth of it."""
    return Counter((loan.began.date().replace(day=1), loan.branch) for loan in of.loans)


def throughput(con: duckdb.DuckDBPyConnection) -> Answer:
    """Loans by the month and branch of their beginning, of lists of loans."""
    rows = libstats.throughput(
        con, "loan", milestone="checked_out", since=SINCE, until=UNTIL, by="branch"
    )
    return {(at, place): (n, state, why) for at, place, n, state, why in rows.fetchall()}


def backlog(con: duckdb.DuckDBPyConnection) -> Answer:
    """Loans that are out at the end of each month, by branch."""
    rows = libstats.backlog(
        con, "loan", since=SINCE, until=UNTIL, every="month", by="branch"
    ).select("period, part, waiting, coverage, reason")
    return {(at, place): (n, state, why) for at, place, n, state, why in rows.fetchall()}


def out(of: Case) -> Counter[Cell]:
    """The truth of it."""
    ends = zip(MONTHS, [*MONTHS[1:], LAST + timedelta(1)], strict=True)
    return Counter(
        (month, loan.branch)
        for month, end in ends
        for loan in of.loans
        if loan.began.date() < end <= loan.ended.date()
    )


@dataclass(frozen=True)
class Analysis:
    """A question, its truth, and how much of each of its figures some exports tell."""

    ask: Callable[[duckdb.DuckDBPyConnection], Answer]
    truth: Callable[[Case], Counter[Cell]]
    covers: Callable[[Case, list[Export]], dict[Cell, str]]
    of_loans: bool = False


ANALYSES = {
    "circulation": Analysis(circulation, lent, Case.covers),
    "throughput": Analysis(throughput, lent, Case.covers, of_loans=True),
    "backlog": Analysis(backlog, out, Case.covers_ends, of_loans=True),
}


def asked(of: Case) -> dict[str, Analysis]:
    """The analyses of which the exports of a case can tell: a log has no loans."""
    is_log = of.exports[0].name.startswith("statistics")
    return {name: each for name, each in ANALYSES.items() if not (each.of_loans and is_log)}


def faults(
    of: Case, exports: list[Export], place: Workspace, met: Counter[tuple[str, str]]
) -> Iterator[str]:
    """What an analysis says that is not so."""
    with libstats.open(place) as con:
        for name, analysis in asked(of).items():
            answer, true = analysis.ask(con), analysis.truth(of)
            expected = analysis.covers(of, exports)
            for cell, state in expected.items():
                value, told, why = answer.get(cell, (None, "outside", "no row"))
                met[name, state] += 1
                words = f"{name} {cell[0]:%Y-%m} {cell[1]}: {told} {value} ({why}), it is {state} of {true[cell]}"
                if told == "whole" and value != true[cell]:
                    yield f"not the truth: {words}"
                elif told == "partly" and (value is None or value > true[cell] or not why):
                    yield f"more than the truth: {words}"
                elif told == "outside" and (value is not None or not why):
                    yield f"not NULL with its reason: {words}"
                elif told != state:
                    yield f"not the reference: {words}"


def loaded(seed: int, folder: Path) -> tuple[Case, Workspace]:
    """A case with all its exports, loaded at once."""
    of = case(seed)
    place = libstats.init(folder / f"case-{seed}")
    load(place, of.exports, folder)
    return of, place


def load(place: Workspace, exports: list[Export], folder: Path) -> None:
    """Write some exports, and load them."""
    files = [folder / export.name for export in exports]
    for file, export in zip(files, exports, strict=True):
        file.write_text(export.text, encoding="utf-8")
    receipt = libstats.load(place, files)
    assert receipt.is_clean, str(receipt)


def run(seed: int, folder: Path, met: Counter[tuple[str, str]]) -> list[str]:
    """Load a case in two steps, and say what is wrong after each."""
    of = case(seed)
    place = libstats.init(folder / f"case-{seed}")
    half = max(1, len(of.exports) // 2)
    found: list[str] = []
    before: dict[str, Answer] = {}
    for there, fresh in ((of.exports[:half], of.exports[:half]), (of.exports, of.exports[half:])):
        if not fresh:
            continue
        load(place, fresh, folder)
        found += faults(of, there, place, met)
        found += lost(of, place, before)
    return [f"case {seed}: {text}" for text in found]


def lost(of: Case, place: Workspace, before: dict[str, Answer]) -> Iterator[str]:
    """Figures that an export more took away; `before` then holds those of now."""
    with libstats.open(place) as con:
        for name, analysis in asked(of).items():
            answer = analysis.ask(con)
            for cell, (value, _, _) in before.get(name, {}).items():
                if value is not None and answer.get(cell, (None,))[0] is None:
                    yield f"an export more took a figure away: {name} {cell}"
            before[name] = answer


def campaign(seeds: range) -> tuple[list[str], Counter[tuple[str, str]]]:
    """All that is wrong in some cases, and how often each analysis met each state."""
    met: Counter[tuple[str, str]] = Counter()
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            found += run(seed, Path(folder), met)
    return found, met


def main() -> int:
    """Run so many cases from a seed on."""
    number, first = (int(text) for text in (*sys.argv[1:], "50", "0")[:2])
    found, met = campaign(range(first, first + number))
    print("\n".join(found[:40]))
    print(f"{number} cases, {len(found)} faults; met: {dict(sorted(met.items()))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
