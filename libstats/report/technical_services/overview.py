"""The report on technical services: one function per section. What it tells of is read in
rows; the sections on orders are in vendors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from libstats.report import sections
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html
from libstats.report.technical_services.commands import commands, read
from libstats.report.technical_services.piles import STAGES, STEPS
from libstats.report.technical_services.rows import (
    BEST,
    Stage,
    TechnicalServices,
    covered_until,
)
from libstats.report.technical_services.vendor_rows import apart
from libstats.wording import Row, capital, change, day_name, number, tenths

__all__ = [
    "TechnicalServices",
    "accuracy",
    "answer",
    "not_judged",
    "origin",
    "read",
]

# where two lists tell of one step, each number says whose it is
LISTS = {"order_copy": ", by the orders,", "cataloguing": ", by its own list,"}
GOES = {"catalogued": "catalogued", "available": "put on the shelf"}


def answer(report: TechnicalServices) -> Html:
    """Whether technical services keep up, and the figures of it."""
    told = {state for step in report.within if (state := report.state(step)) != "outside"}
    about = {
        "period": report.period.name,
        "branch": "",
        "told": "whole" if told == {"whole"} else "partly",
    }
    return sections.answer(
        report.period.words, _verdict(report), _cards(report)[:5], about=about, before=_gaps(report)
    )


def _verdict(report: TechnicalServices) -> str:
    """What came in against what was done, the pile at the end, its age, and who is slow."""
    words = [*_kept_up(report), *_slow(report), *_claims(report)]
    return " ".join(words)


def _kept_up(report: TechnicalServices) -> list[str]:
    pile = report.pile
    last = pile.within[-1] if pile and pile.within else None
    if pile is None or last is None or last["waiting"] is None:
        return [
            (
                "Whether technical services keep up is not known: no export tells what waits "
                f"between receipt and the shelf at the end of {report.period.words}."
            ),
            *_came_in(report),
        ]
    came, done = (_flow(pile, column) for column in ("came", "done"))
    oldest, goal = last["oldest_age"], report.goal_days
    words = [_headline(last, goal, _is_whole(last))]
    if came is not None and done is not None:
        desk = f"the desk{LISTS[pile.process]}" if _by_two(report, pile) else "the desk"
        words.append(
            f"In {report.period.words} {_copies(came)} reached {desk} and {number(done)} "
            f"{'was' if done == 1 else 'were'} {GOES[pile.end]}."
        )
    if oldest is not None:
        words.append(f"The oldest has waited {tenths(oldest)} days; the goal is {goal:g} days.")
    return words


def _by_two(report: TechnicalServices, pile: Stage) -> bool:
    """True if the copies received are counted from another list than what waits."""
    return report.told_by.get("received", pile.process) != pile.process


def _headline(last: Row, goal: float, is_whole: bool) -> str:
    """Yes or no by the goal: nothing may have waited for longer."""
    waiting, oldest = last["waiting"], last["oldest_age"]
    far = "" if is_whole else "as far as the lists tell, "
    when = day_name((last["ended_at"] - timedelta(microseconds=1)).date())
    if not waiting:
        return capital(f"{far}technical services keep up: nothing waited on {when}.")
    if oldest is not None and oldest > goal:
        words = f"technical services are behind: {_copies(waiting)} waited on {when}, "
        return capital(f"{far}{words}some for longer than the goal.")
    return capital(
        f"{far}technical services keep up: {_copies(waiting)} waited on {when}, none for longer "
        "than the goal."
    )


def _came_in(report: TechnicalServices) -> list[str]:
    """What was done in the period, where nothing tells what waits."""
    told = [
        f"{number(count)} {name.lower()}"
        for step, name in STEPS.items()
        if (count := report.done(step)) is not None
    ]
    return [f"Told of it are: {', '.join(told)}."] if told else []


def _slow(report: TechnicalServices) -> list[str]:
    slow, quick = apart(report.orders.vendors)
    return [
        f"{names[0] if len(names) == 1 else ' and '.join(names)} {verb} {word} than the other "
        "vendors."
        for names, verb, word in (
            (slow, "is" if len(slow) == 1 else "are", "slower"),
            (quick, "is" if len(quick) == 1 else "are", "quicker"),
        )
        if names
    ]


def _claims(report: TechnicalServices) -> list[str]:
    """How many issues of serials are to be claimed: no matter of the shelf, and work all the
    same."""
    due = sum(row["standing"] == "claim due" for row in report.serials.claims)
    issues = "1 issue of a serial is" if due == 1 else f"{number(due)} issues of serials are"
    return [f"{issues} to be claimed."] if due else []


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{number(count)} copies"


def _is_whole(row: Row | None) -> bool:
    return row is not None and row["coverage"] == "whole"


def _flow(stage: Stage, column: str) -> int | None:
    known = [row[column] for row in stage.within if row[column] is not None]
    return sum(known) if known else None


def _gaps(report: TechnicalServices) -> list[str]:
    """What is missing of this very period, each in a sentence."""
    end = datetime.combine(report.period.until, time())
    return [
        sections.outdated(row)
        for row in report.sources
        if covered_until(row["newest_export_at"]) < end
    ]


def _cards(report: TechnicalServices) -> list[sections.Card]:
    """Received, catalogued, the pile, the wait to the shelf, and the wait for an order."""
    cards = [
        _step_card(report, step) for step in ("received", "catalogued") if step in report.steps
    ]
    if report.pile:
        cards += [_pile_card(report, report.pile), _wait_card(report, report.pile)]
    if (row := report.orders.whole) and row["p50"] is not None:
        cards.append(
            sections.Card(
                f"{tenths(row['p50'])} days",
                "until half of the orders had come",
                f"{_nine(row)} {_orders_said(report)}",
                name="order to receipt",
                value=row["p50"],
            )
        )
    return cards


def _orders_said(report: TechnicalServices) -> str:
    years = report.orders.period
    return f"Of the orders sent from {years.words}." if years else ""


def _nine(row: Row) -> str:
    if row["p90"] is None:
        return "Nine in ten: not known yet."
    return f"Nine in ten within {tenths(row['p90'])} days."


def _step_card(report: TechnicalServices, step: str) -> sections.Card:
    count, name = report.done(step), f"copies {STEPS[step].lower()}"
    months = [[row for row in report.steps[step] if row["period"] == m] for m in report.months]
    values = [report.in_month(step, month) for month in report.months]
    by = ""
    if step == "received" and report.pile and _by_two(report, report.pile):
        by = f"{capital(LISTS[report.told_by[step]].strip(', '))}. "
    return sections.Card(
        number(count),
        _label(name, count),
        f"{by}{_beside(report, step, count)}",
        trend=_trend(values, [row[0]["coverage"] if row else "whole" for row in months]),
        name=name,
        value=count,
    )


def _label(name: str, count: int | None) -> str:
    """The name of a figure beside it: 1 copy catalogued; not known: how many were."""
    if count is None:
        return f"how many {name.replace('copies', 'copies were', 1)}"
    return name.replace("copies", "copy", 1) if count == 1 else name


def _beside(report: TechnicalServices, step: str, count: int | None) -> str:
    """How a count compares with the year before, where both are told as a whole."""
    if count is None:
        return f"{capital(report.untold(step))}."
    if report.state(step) != "whole":
        return "Told of in part: there may be more, so it is not compared."
    when, then = report.period.last_year.words, report.done_before(step)
    if then is None:
        return f"{when} is not told of as a whole, so it is left aside."
    beside = f"{capital(change(count, then, when))}{f' ({number(then)})' if then else ''}"
    chart = report.judged.get(step)
    phrase = chart.of(report.period.since) if chart and report.period.months == 1 else ""
    return f"{beside}: {phrase}." if phrase else f"{beside}."


def _trend(values: Sequence[float | None], states: Sequence[str]) -> list[float | None]:
    """The months that are told as well as the best of them: a list that the library keeps by hand
    is never known to be whole, and tells of a course all the same."""
    best = min(states, key=BEST.index, default="outside")
    return [value if state == best else None for value, state in zip(values, states, strict=True)]


def _pile_card(report: TechnicalServices, pile: Stage) -> sections.Card:
    rows = [pile.at(month) for month in report.months]
    last = pile.within[-1] if pile.within else None
    waiting = last["waiting"] if last else None
    name = f"copies {STAGES[pile.start, pile.end][0].lower()}{STAGES[pile.start, pile.end][1:]}"
    return sections.Card(
        number(waiting),
        _label(name, waiting),
        f"{_age(last)} {_pile_before(report, pile)}",
        trend=_trend(
            [row["waiting"] if row else None for row in rows],
            [row["coverage"] if row else "outside" for row in rows],
        ),
        name="pile",
        value=waiting,
    )


def _age(row: Row | None) -> str:
    if row is None or row["waiting"] is None:
        return "Nothing tells how old it is."
    if row["median_age"] is None:
        return "Nothing waits."
    return (
        f"Half of them for {tenths(row['median_age'])} days or longer; the oldest for "
        f"{tenths(row['oldest_age'])}."
    )


def _pile_before(report: TechnicalServices, pile: Stage) -> str:
    """The pile a year before; in words of more and fewer nothing is said of a part."""
    then = pile.at(report.period.last_year.last_month)
    if then is None or then["waiting"] is None:
        return "A year before: not told."
    part = "" if _is_whole(then) else " as far as told"
    return f"A year before: {number(then['waiting'])}{part}."


def _wait_card(report: TechnicalServices, pile: Stage) -> sections.Card:
    by_month = {row["part"]: row for row in pile.waits}
    now, then = pile.year, pile.year_before
    shown = "not known" if now is None or now["p50"] is None else f"{tenths(now['p50'])} days"
    goes = "on the shelf" if pile.end == "available" else "catalogued"
    before = (
        ""
        if then is None or then["p50"] is None
        else f" A year before: {tenths(then['p50'])} days{_clear(now, then)}."
    )
    rows = [by_month.get(f"{month:%Y-%m}") for month in report.months]
    return sections.Card(
        shown,
        f"until half of the copies of 12 months were {goes}",
        f"{_nine(now) if now else ''}{before}",
        trend=_trend(
            [row["p50"] if row else None for row in rows],
            [row["coverage"] if row else "outside" for row in rows],
        ),
        name=f"receipt to {pile.end}",
        value=now["p50"] if now else None,
    )


def _clear(now: Row | None, then: Row) -> str:
    """Whether two waits differ by more than chance: only where neither interval reaches the
    other."""
    ends = [row and row[name] for row in (now, then) for name in ("p50_low", "p50_high")]
    if now is None or not (_is_whole(now) and _is_whole(then)) or None in ends:
        return ""
    if now["p50_high"] < then["p50_low"]:
        return ", so it has become shorter"
    if now["p50_low"] > then["p50_high"]:
        return ", so it has become longer"
    return ", no more apart than chance allows"


def accuracy(report: TechnicalServices) -> Html:
    """How accurate the cataloguing is: nothing that is loaded can tell."""
    del report
    return Html(
        paragraph(
            "No export tells how accurate the cataloguing is. Only records that a second person "
            "has checked would tell it."
        )
    )


def not_judged(report: TechnicalServices) -> Html:
    """What the page does not judge, and why."""
    told = [f"{capital(why)}." for why in report.why]
    told += [
        f"{STEPS[step]}: {report.untold(step)}."
        for step in STEPS
        if step not in report.steps or report.state(step) == "outside"
    ]
    told += [
        "What a copy needs differs: a gift, a serial or a rare book takes longer than shelf-ready "
        "copies. The exports tell this of orders at most.",
        "The work of single members of staff is never told.",
    ]
    return Html(notice("This page does not judge:", told))


# the analysis of a receipt, how it was counted, and the sheet
_COUNTED = (
    ("invoice_checks", "How the questions about invoices were found", "Questions about invoices"),
    ("purchase_requests", "How requests to buy were followed to orders", "Requests to buy"),
    ("serials_expected", "How issues of serials were counted", "Issues of serials"),
)


def origin(report: TechnicalServices) -> Html:
    """The exports, what they lack, and how the figures were counted."""
    sources = [*report.sources, *report.behind]
    lacks = [sections.unread(row) for row in sources if row["rows_rejected"]]
    complete = f"Every export below could be read as a whole. They tell of {report.period.words}."
    pieces = [
        sections.receipt(
            rows,
            "throughput",
            f"How “{STEPS[step].lower()}” was counted",
            sheet=f"Counted: {STEPS[step].lower()}",
        )
        for step, rows in report.receipts.items()
    ]
    pieces += [
        sections.receipt(rows, analysis, how, sheet=sheet)
        for rows, (analysis, how, sheet) in zip(
            (report.bills.receipt, report.requests.receipt, report.serials.receipt),
            _COUNTED,
            strict=True,
        )
        if rows
    ]
    receipts = sections.receipts(commands(report))
    return sections.origin(sources, complete, lacks, receipts, *pieces)
