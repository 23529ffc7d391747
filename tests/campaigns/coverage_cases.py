"""A truth and the exports of it, for tests/campaigns/coverage.py: half a year at three branches, and
how much of it the exports tell, worked out from how they were selected."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

BRANCHES = ("EAST", "NORTH", "WEST")
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
MONTHS = [date(2026, n, 1) for n in range(1, 7)]
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
STEPS = "process,case,milestone,happened_at,branch\n"
Cell = tuple[date, str]


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
    # which loans a list holds, and as of when
    held: frozenset[int] = frozenset()
    at: datetime | None = None
    # whether it tells of all ends of what it tells the beginning of, as soon as its span is long enough
    has_ends: bool = False
    # of so few that are over the first may look like the first of those that were selected by end
    doubtful_before: date = date.min


Writer = Callable[[list[Loan], datetime], str]


@dataclass
class Case:
    """A truth and the exports of it."""

    seed: int
    loans: list[Loan]
    exports: list[Export]
    # the kind of work that they are told as, with its beginning
    process: str = "loan"
    start: str = "checked_out"
    # the milestone that ends it, where it is not the usual one
    end: str | None = None
    branches: tuple[str, ...] = BRANCHES
    longest: int = LONGEST
    # whether each end has a day: what only its word ends was over by then
    has_days: bool = True

    @property
    def is_usual(self) -> bool:
        """True if it is waited for from the milestone to those that its kind of work says."""
        return self.end is None or self.start == "ordered"

    def covers(self, exports: list[Export]) -> dict[Cell, str]:
        """The reference: how much of each month and branch these exports tell of."""
        whole = set().union(*(e.whole for e in exports))
        shown = set().union(*(e.shown | e.whole for e in exports))
        doubtful = {d for e in exports for d, _ in e.whole if d < e.doubtful_before}
        found = {}
        for month in MONTHS:
            for branch in self.branches:
                days = [(d, branch) for d in days_of(month) if is_open(d)]
                told = sum(day in whole for day in days)
                is_shown = any(day in shown for day in days)
                found[month, branch] = (
                    "whole" if told == len(days) else "partly" if told or is_shown else "outside"
                )
                if told == len(days) and doubtful & set(days_of(month)):
                    found[month, branch] = "whole or partly"
        return found

    def covers_ends(self, exports: list[Export]) -> dict[Cell, str]:
        """The reference: how much of what is out at the end of each month these exports tell of."""
        found = {}
        for branch in self.branches:
            told = [e.any_out[branch] for e in exports if branch in e.any_out]
            first, last = (
                min((a for a, _ in told), default=LAST),
                max(b for _, b in told or [(FIRST, FIRST)]),
            )
            logged = self.logged(exports, branch)
            for month, end in self.ends(exports):
                # over shut doors nothing goes out or comes back
                lists = [(_open_before(a), b) for a, b in (e.all_out for e in exports if e.all_out)]
                if any(a <= end <= b for a, b in [*lists, *_later(logged, self.longest + 6)]):
                    state = "whole"
                elif any(a <= end <= b for a, b in _later(logged, self.longest - 3)) or any(
                    # a month of which the files of the months before hold none that is out
                    e.at and e.at.date() == end and not e.all_out and branch in e.any_out
                    for e in exports
                ):
                    state = "whole or partly"
                else:
                    state = "partly" if first < end <= last else "outside"
                found[month, branch] = state
        return found

    def ends(self, exports: list[Export]) -> list[tuple[date, date]]:
        """The months with the end of each: that in which the newest list lies ends with it."""
        newest = max((e.at.date() for e in exports if e.at), default=date.max)
        return [
            (month, min(after, newest) if month < newest else after)
            for month, after in zip(MONTHS, [*MONTHS[1:], LAST + timedelta(1)], strict=True)
        ]

    def logged(self, exports: list[Export], branch: str) -> list[tuple[date, date]]:
        """The spans without a gap, last day not included, of which beginnings and ends at a branch
        are told."""
        days = sorted(set().union(*(e.whole for e in exports if e.has_ends)))
        found: list[tuple[date, date]] = []
        for day in (d for d, b in days if b == branch):
            if found and all(not is_open(d) for d in span(found[-1][1], day - timedelta(1))):
                found[-1] = (found[-1][0], day + timedelta(1))
            else:
                found.append((day, day + timedelta(1)))
        return found

    def known_until(self, exports: list[Export]) -> dict[int, datetime]:
        """Up to when the exports tell of each loan of which they tell."""
        found: dict[int, datetime] = {}
        for export in exports:
            for number in export.held if export.at else ():
                found[number] = max(export.at or datetime.min, found.get(number, datetime.min))
        for branch in self.branches if self.process == "reshelving" else ():
            for since, until in self.logged(exports, branch):
                for loan in self.loans:
                    if loan.branch == branch and since <= loan.began.date() < until:
                        found[loan.number] = datetime(until.year, until.month, until.day)
        return found


def _open_before(day: date) -> date:
    """The day after the last open one before a day."""
    while not is_open(day - timedelta(1)):
        day -= timedelta(1)
    return day


def _later(spans: list[tuple[date, date]], days: int) -> list[tuple[date, date]]:
    """The spans, each from so many days on: about as long as a loan takes, by chance it is less."""
    return [(since + timedelta(days), until) for since, until in spans]


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


def lists(
    loans: list[Loan],
    luck: random.Random,
    writers: tuple[Writer, ...] = (),
    longest: int = LONGEST,
    kinds: tuple[str, ...] = ("all", "open only", "closed only", "since"),
) -> list[Export]:
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
    kind = luck.choice(kinds)
    held = [loan for loan in known if chosen[kind](loan)]
    write = luck.choice(writers or (as_koha, as_evergreen))
    whole = {(d, b) for d in span(since, at - timedelta(1)) for b in {n.branch for n in loans}}
    shown = frozenset((loan.began.date(), loan.branch) for loan in held)
    return [
        Export(
            f"{write.__name__[3:]}-{at}.csv",
            write(held, moment),
            frozenset(whole if kind in ("all", "since") else ()),
            shown,
            {
                "all": (since + timedelta(longest + 1), at),
                "open only": (at, at),
                "closed only": None,
                "since": (since, at),
            }[kind],
            out_between(held, at),
            frozenset(loan.number for loan in held),
            moment,
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
            held=frozenset(loan.number for loan in still),
            at=moment,
        ),
        Export(
            f"old_issues-{at}.csv",
            as_koha(closed, moment),
            told,
            shown[1],
            (since, at),
            out_between(closed, at),
            frozenset(loan.number for loan in closed),
            moment,
        ),
    ]


def increments(
    loans: list[Loan],
    luck: random.Random,
    writers: tuple[Writer, ...] = (),
    longest: int = LONGEST,
) -> list[Export]:
    """Lists of what was lent in each month, written at its end or a month later, some of them left
    out, a branch left out of some: of what comes back later each tells nothing."""
    found = []
    late = luck.choice([0, 0, longest + 10])
    write = writers[0] if writers else as_evergreen
    named = write.__name__[3:] if writers else "circulations"
    places = tuple(sorted({loan.branch for loan in loans}))
    for month, after in zip(MONTHS, [*MONTHS[1:], LAST + timedelta(1)], strict=True):
        branches = _some(luck, places)
        if not branches:
            continue
        at = after + timedelta(late)
        moment = datetime(at.year, at.month, at.day)
        held = [
            loan for loan in loans if loan.branch in branches and month <= loan.began.date() < after
        ]
        found.append(
            Export(
                f"{named}-{at}.csv",
                write(held, moment),
                frozenset((d, b) for d in span(month, after - timedelta(1)) for b in branches),
                all_out=None,
                any_out=out_between(held, at),
                held=frozenset(loan.number for loan in held),
                at=moment,
                has_ends=late > longest,
                doubtful_before=_doubtful_before([n for n in held if n.ended < moment]),
            )
        )
    return found


def _doubtful_before(over: list[Loan]) -> date:
    """The first end of some loans that are over, if one of them began longer before it than they
    took on the whole."""
    if not over:
        return date.min
    first = min(n.ended for n in over)
    mean = sum((n.ended - n.began for n in over), timedelta()) / len(over)
    return first.date() if any(n.began < first - mean for n in over) else date.min


def kept(loans: list[Loan], luck: random.Random) -> list[Export]:
    """A log of beginnings and ends by month, some left out, a branch left out of some."""
    found = []
    for month, after in zip(MONTHS, [*MONTHS[1:], LAST + timedelta(1)], strict=True):
        branches = _some(luck)
        if not branches:
            continue
        rows = sorted(
            (at, f"reshelving,{loan.number},{step},{at},{loan.branch}\n")
            for loan in loans
            if loan.branch in branches
            for at, step in ((loan.began, "returned"), (loan.ended, "reshelved"))
            if month <= at.date() < after
        )
        days = span(month, after - timedelta(1))
        found.append(
            Export(
                f"steps-{after}.csv",
                STEPS + "".join(row for _, row in rows),
                frozenset((d, b) for d in days for b in branches),
                any_out=dict.fromkeys(branches, (days[0], after)),
                has_ends=True,
            )
        )
    return found


def _some(luck: random.Random, places: tuple[str, ...] = BRANCHES) -> tuple[str, ...]:
    """The branches of an export: none of them if it is left out, mostly all."""
    if luck.random() < 0.15:
        return ()
    out = luck.choice(places) if len(places) > 1 and luck.random() < 0.25 else ""
    return tuple(place for place in places if place != out)


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
    make = luck.choice([logs, logs, one_log, lists, lists, pair, increments, kept])
    exports = make(loans, luck) or make(loans, random.Random(seed + 1))
    if make in (logs, increments, kept):
        luck.shuffle(exports)
    if make is kept:
        return Case(seed, loans, exports, "reshelving", "returned")
    return Case(seed, loans, exports)
