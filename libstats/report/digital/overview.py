"""The report on the digital desk: its answer, what is to be done, the uses in the house, and what
is not told."""

from __future__ import annotations

from decimal import Decimal

from libstats.analysis.today.digital import FETCH
from libstats.report import sections
from libstats.report.digital.access import shut, summed, unwell
from libstats.report.digital.commands import commands, read
from libstats.report.digital.machines import of_desk
from libstats.report.digital.rows import LENDING, Rows
from libstats.report.digital.rows import Digital as Report
from libstats.report.digital.use import DENIALS, advised, comparable, unused
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html, joined, table
from libstats.wording import capital, day_name, listed, many, month_name, number, percent

__all__ = ["answer", "house", "not_told", "origin", "read", "to_do"]

MOST_NAMES = 3
NEVER = "all: none was ever loaded"
# what wants a hand, in this order, and how
TO_DO = (
    ("See why so much was refused", "Try it yourself; then mend it, or ask the vendor"),
    ("Try what was asked for and not opened", "Try the link; mend what the proxy has of the host"),
    ("Follow up what was reported", "Ask the vendor; answer whoever reported it"),
    ("Decide licences", "Enter the day in the form licences"),
    ("Decide digital titles", "Renew, buy copies, or let go: libstats today says which"),
    ("Look at licences without use", "End them, or tell patrons of them"),
    ("Think of more places, or of a licence", "See who was turned away"),
    ("Fetch reports of use", f"{capital(FETCH)}; then libstats load exports"),
)
LOGS = {
    "access_session": "The proxy’s log",
    "access_event": "The proxy’s audit files",
    "machine_event": "The log of machines",
}
HOUSE = {
    "public computer sessions": "Sessions at public computers",
    "wifi sessions": "Sessions in the wifi",
    "microfilm uses": "Uses of microfilm",
}


def answer(report: Report) -> Html:
    """Whether access works, what use costs, and whether machines take load off the desk."""
    about = {"period": report.period.name, "branch": "", "told": "partly"}
    words = [*_access(report), *_use(report), *_lending(report), *_desk(report)]
    return sections.answer(
        report.period.words, " ".join(words), _cards(report), about=about, before=_gaps(report)
    )


def _gaps(report: Report) -> list[str]:
    """Which logs tell of a part of the period alone, or of nothing of it."""
    when = report.period.words
    return [
        f"{LOGS[name]}: {sections.told_in_part(when, row['reason'])}."
        if row["coverage"] == "partly"
        else f"{LOGS[name]}: {when} is not known: {row['reason']}."
        for name, row in report.standing.items()
        if row["coverage"] != "whole"
    ]


def _access(report: Report) -> list[str]:
    if not (report.told["access_event"] or report.told["access_session"]):
        return ["Whether access works is not known: no log of a proxy is loaded."]
    days = {row["day"] for row in report.beyond if row["what"] == "logins"}
    when = listed([day_name(day) for day in sorted(days)][:MOST_NAMES])
    words = [f"Access did not work as usual on {when}."] if days else []
    if not days and report.logins:
        words = ["Access works: no day stands out."]
    if report.logins:
        troubles, let_in = (summed(report.logins, name) for name in ("troubles", "let_in"))
        words.append(
            f"Of {many(troubles, 'trouble')} with logins at the proxy {number(let_in)} ended well."
        )
    words += _shut(report)
    return words or [f"The proxy’s logs tell of nothing in {report.period.words}."]


def _shut(report: Report) -> list[str]:
    """What was asked for and opened by nobody; that of one time nothing is known yet."""
    asked = {row["part"]: row["asked_not_opened"] for row in shut(report.hosts)}
    often = [f"{name} ({number(n)} times asked for)" for name, n in asked.items() if n > 1]
    once = [name for name, n in asked.items() if n == 1]
    words = []
    if often:
        verb = "does" if len(often) == 1 else "do"
        words.append(f"{listed(often[:MOST_NAMES])} {verb} not open.")
    if once:
        words.append(f"Try {listed(once[:MOST_NAMES])}: asked for once, and not opened.")
    return words


def _use(report: Report) -> list[str]:
    words = []
    if priced := comparable(report):
        dear = max(priced, key=lambda row: row["cost_per_use"])
        price = f"{dear['cost_per_use']:,.2f} {dear['currency'] or ''}".strip()
        costs = [row for row in advised(report) if row["cost_per_use"] is not None]
        # in other currencies, and by other metrics, nothing is dearer or cheaper
        which = (
            f"Of {number(len(priced))} that can be compared, the" if costs[len(priced) :] else "The"
        )
        words.append(
            f"{which} dearest use cost {price}: {dear['resource']}, by "
            f"{dear['metric'].replace('_', ' ')}, in the {number(dear['months'])} months from "
            f"{month_name(dear['first_month'])}."
        )
    if names := [row["resource"] for row in unused(report)]:
        words.append(f"Nobody used {listed(names[:MOST_NAMES])}.")
    if not words:
        words = ["What use costs is not known: no licence whose use is told has ended."]
    return words


def _lending(report: Report) -> list[str]:
    if not report.lending.is_listed:
        return []
    wanted = len(report.lending.decide)
    verb = "wants" if wanted == 1 else "want"
    return [f"{many(wanted, 'digital title')} {verb} a decision."]


def _desk(report: Report) -> list[str]:
    rows = of_desk(report)
    if not rows:
        return ["Nothing tells what share of checkouts patrons did themselves."]
    share = percent(summed(rows, "self_checkouts") / summed(rows, "checkouts"))
    return [f"At branches with a self-check, patrons did {share} of checkouts themselves."]


def _cards(report: Report) -> list[sections.Card]:
    """Visits, who did not get in, licences without use, who was turned away, self-service."""
    cards = []
    if report.told["access_session"] and report.hosts:
        visits = summed(report.hosts, "visits")
        in_vain = summed(report.hosts, "asked_not_opened")
        words = f"Asked for in vain: {number(in_vain)}."
        cards.append(_card(visits, "visits through the proxy", words, "visits"))
    if report.told["access_event"] and report.logins:
        words = f"{number(summed(report.logins, 'locked_out'))} of them locked out."
        cards.append(_card(unwell(report), "times somebody did not get in", words, "not let in"))
    if advised(report):
        words = f"{number(len(report.licences))} to be decided now or soon."
        cards.append(_card(len(unused(report)), _named(len(unused(report))), words, "unused"))
    if full := [row for row in report.uses if row["metric"] == "Limit_Exceeded"]:
        words = f"Too many were in at once, {_told_of(report, full)}."
        cards.append(_card(summed(full, "uses_told"), "times turned away", words, "turned away"))
    if rows := of_desk(report):
        done, every = (summed(rows, name) for name in ("self_checkouts", "checkouts"))
        words = f"{number(done)} of {number(every)} at branches with a machine."
        cards.append(
            sections.Card(
                percent(done / every),
                "of checkouts by patrons themselves",
                words,
                name="self-service",
                value=done / every,
            )
        )
    if report.lending.is_listed:
        wanted = report.lending.decide
        words = (
            f"{number(sum(bool(row['to_buy']) for row in report.lending.queues))} to buy more of."
        )
        cards.append(_card(len(wanted), "digital titles to decide", words, "digital titles"))
    return cards


def _card(value: int, what: str, words: str, name: str) -> sections.Card:
    return sections.Card(number(value), what, words, name=name, value=value)


def _named(count: int) -> str:
    return "licence that nobody used" if count == 1 else "licences that nobody used"


def _told_of(report: Report, rows: Rows) -> str:
    """Of which months counts are: the year, or how many months of it their reports tell."""
    year = report.year.words if report.year else ""
    told = sorted({(row["months_told"], row["months"]) for row in rows})
    if all(count == of for count, of in told):
        return year
    (least, of), (most, _) = told[0], told[-1]
    count = number(most) if least == most else f"{number(least)} to {number(most)}"
    return f"in the {count} told of the {number(of)} months {year}"


def to_do(report: Report) -> Html:
    """What wants a hand: what does not open, what must be decided, what did not come."""
    closed = [row["part"] for row in shut(report.hosts)]
    still = [row["resource"] for row in report.problems if row["is_open"]]
    # a platform has several reports and metrics, and is one thing to do
    denied = sorted(
        {
            row["platform"] or ""
            for row in report.uses
            if row["metric"] in DENIALS and row["uses_told"]
        }
    )
    places = [row["place"] for row in report.beyond]
    late = [f"{row['report']} of {row['platform']}" for row in report.missing]
    if report.told["licence"] and not report.told["usage_report"]:
        late = [NEVER]
    licences = [row["resource"] for row in report.licences]
    idle = [row["resource"] for row in unused(report)]
    digital = [row["title"] for row in report.lending.decide]
    named = (places, closed, still, licences, digital, idle, denied, late)
    found = [
        {
            "what": what,
            "count": None if names == [NEVER] else len(names),
            "which": _few(names),
            "how": how,
        }
        for (what, how), names in zip(TO_DO, named, strict=True)
        if names
    ]
    if not found:
        return Html(paragraph("Nothing that is loaded wants a hand."))
    headings = {"count": "How many", "how": "How"}
    return joined(
        table(found, "What is to be done at the digital desk", sheet="To do", headings=headings)
    )


def _few(names: list[str | None]) -> str:
    """The first names, each once, and how many more there are."""
    each = list(dict.fromkeys(name or "not named" for name in names))
    more = len(each) - MOST_NAMES
    return ", ".join(each[:MOST_NAMES]) + (f" and {number(more)} more" if more > 0 else "")


def house(report: Report) -> Html:
    """What public computers, wifi and microfilm in the house were used for."""
    if not report.house:
        return Html(
            paragraph(
                "No count tells of public computers, wifi or microfilm. Write them into the form "
                "of counts: see docs/counts.md."
            )
        )
    rows = [
        {
            "measure": HOUSE[row["measure"]],
            "uses": _whole(row["uses"]),
            "estimated": _whole(row["estimated"]),
            "days": row["days_counted"],
        }
        for row in report.house
    ]
    headings = {
        "measure": "What",
        "estimated": "Of them worked out from samples",
        "days": "Days counted",
    }
    return joined(table(rows, f"Used in the house in {report.period.words}", headings=headings))


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def not_told(report: Report) -> Html:
    """What nothing tells of, each with the reason."""
    told = [
        why
        for name, why in (
            ("access_session", "What was opened through the proxy: its log is not loaded."),
            ("access_event", "Who did not get in: no audit file of the proxy is loaded."),
            ("machine_event", "What machines refused: no log of SIP2 is loaded."),
            ("usage_report", "Publishers’ counts: no report of COUNTER is loaded."),
            ("licence", "What use costs, and what must be decided: the form licences is empty."),
            ("access_problem", "What patrons reported: the form access-problems is empty."),
            ("link_resolver_usage", "What the link resolver was asked: no list of it is loaded."),
        )
        if not report.told[name]
    ]
    if not any(report.told[name] for name in LENDING):
        told.append("Digital lending, as of e-books: no report of a platform is loaded.")
    told += [
        "Use without the proxy, as in the building or by a login at the publisher’s: the proxy "
        "does not see it. Publishers count it; the two are never added.",
        "Who used what: names and sessions are keyed hashes that expire, and no single patron is "
        "told of.",
        "Calls and visits at the desk about access: nobody’s system records them.",
    ]
    return Html(notice("This page does not tell:", told))


def origin(report: Report) -> Html:
    """Where these figures come from."""
    lacks = [sections.unread(row) for row in report.sources if row["rows_rejected"]]
    return sections.origin(
        report.sources,
        "All rows of the exports below could be read.",
        lacks,
        sections.receipts(commands(report)),
    )
