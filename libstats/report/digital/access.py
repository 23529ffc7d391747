"""Whether access works: who did not get in at the proxy, what did not open, logins at vendors'
pages, what was reported, the link resolver."""

from __future__ import annotations

from collections.abc import Sequence

from libstats.analysis.today.digital import PROXY, Digital, said
from libstats.report.charts import Figure, bars
from libstats.report.digital.rows import Digital as Report
from libstats.report.page.html import items, paragraph
from libstats.report.page.table import Html, Table, folded, joined, table, tabled
from libstats.report.sections import shortened
from libstats.wording import Row, day_name, many, number, percent, tenths

__all__ = ["hosts", "hours", "logins", "problems", "resolver", "shut", "unwell", "vendors"]

# what EZproxy calls an event, in words
CAUSES = {
    "login.failure": "wrong name or password",
    "login.denied": "right password, not allowed",
    "login.intruder.user": "locked out at once",
}
PARTS = ("troubles", "let_in", "locked_out", "not_let_in")


def summed(rows: Sequence[Row], name: str) -> int:
    """A count of all rows together; what is not known is left out."""
    return sum(int(row[name] or 0) for row in rows)


def unwell(report: Report) -> int:
    """How many troubles with logins did not end well."""
    return summed(report.logins, "locked_out") + summed(report.logins, "not_let_in")


def outside(report: Report, log: str) -> str:
    """That a log tells of nothing of the period, with its reason; nothing where it tells of
    anything."""
    row = report.standing.get(log)
    if row is None or row["coverage"] != "outside":
        return ""
    return paragraph(f"Not known of {report.period.words}: {row['reason']}.")


def logins(report: Report) -> Html:
    """Who did not get in at the proxy, by cause; which days stand out."""
    if not report.told["access_event"]:
        return Html(paragraph("No audit file of a proxy that is loaded tells of failed logins."))
    if why := outside(report, "access_event"):
        return Html(why)
    if not report.logins:
        return Html(paragraph(f"Nobody is told to have failed to log in in {report.period.words}."))
    rows = [
        {"cause": CAUSES.get(str(row["part"]).lower(), row["part"]), **{n: row[n] for n in PARTS}}
        for row in report.logins
    ]
    headings = {
        "cause": "Cause of the first failure",
        "troubles": "Troubles",
        "let_in": "Got in by trying again",
        "locked_out": "Locked out",
        "not_let_in": "Gave up",
    }
    caption = f"Troubles with logins at the proxy in {report.period.words}, by cause"
    days = [row for row in report.beyond if row["place"] == PROXY]
    return joined(
        paragraph(_finding(report)),
        items(said(Digital(refused=days))) if days else paragraph(_usual(report)),
        table(rows, caption, headings=headings),
        paragraph(
            "A trouble is a run of failures under one name, each within 30 minutes of the one "
            "before. Whoever got in by trying again needs no help; the others may have called."
        ),
    )


def _finding(report: Report) -> str:
    let_in = summed(report.logins, "let_in")
    return (
        f"{many(summed(report.logins, 'troubles'), 'trouble')} with logins: {number(let_in)} got "
        f"in by trying again, {number(summed(report.logins, 'locked_out'))} locked out, "
        f"{number(summed(report.logins, 'not_let_in'))} gave up."
    )


def _usual(report: Report) -> str:
    return f"No day of {report.period.words} is told to stand out."


def hours(report: Report) -> Figure | Html:
    """At which hours those who did not get in tried."""
    told = [
        (row["part"], row["locked_out"] + row["not_let_in"])
        for row in report.hours
        if row["locked_out"] + row["not_let_in"]
    ]
    if not told:
        return Html("")
    return bars(
        told,
        "Did not get in, by the hour of the first failure",
        f"Who did not get in at the proxy in {report.period.words}",
    )


def hour_table(report: Report) -> Html:
    """The picture's figures."""
    rows = [
        {
            "hour": row["part"],
            "did_not": row["locked_out"] + row["not_let_in"],
            "let_in": row["let_in"],
        }
        for row in report.hours
    ]
    if not rows:
        return Html("")
    headings = {"did_not": "Did not get in", "let_in": "Got in by trying again"}
    return tabled(table(rows, "Troubles with logins by hour", headings=headings))


def shut(rows: Sequence[Row]) -> list[Row]:
    """The hosts that were asked for through the proxy's door and never opened."""
    return [row for row in rows if row["asked_not_opened"] and not row["visits"]]


def hosts(report: Report) -> Html:
    """What was opened through the proxy, host by host, and what was asked for and did not open."""
    if not report.told["access_session"]:
        return Html(paragraph("No log of a proxy that is loaded tells what was opened."))
    if why := outside(report, "access_session"):
        return Html(why)
    if not report.hosts:
        return Html(paragraph(f"The proxy’s log tells of nothing in {report.period.words}."))
    words = (
        f"{many(summed(report.hosts, 'visits'), 'visit')} at "
        f"{many(sum(row['visits'] > 0 for row in report.hosts), 'host')}."
    )
    closed = [
        f"Asked for and opened by nobody on that day: {row['part']}, "
        f"{many(row['asked_not_opened'], 'time')}."
        for row in shut(report.hosts)
    ]
    names = ("visits", "asked_not_opened", "refused", "failed")
    rows = [
        {"host": row["part"], **{name: row[name] for name in names}}
        for row in sorted(report.hosts, key=lambda row: (-row["visits"], row["part"] or ""))
    ]
    headings = {
        "asked_not_opened": "Asked for in vain",
        "failed": "Not found, error",
    }
    caption = f"Hosts behind the proxy in {report.period.words}"
    return joined(
        paragraph(words),
        items(closed) if closed else "",
        shortened(table(rows, caption, headings=headings)),
        *_starts(report),
        paragraph(
            "A visit is a session at a host on a day. Use without the proxy, as in the building, "
            "is left out of it: publishers’ own counts have that, and are never added."
        ),
    )


def _starts(report: Report) -> list[Table | str]:
    """What was started from the library's links, where the proxy logs that."""
    if not report.starts:
        return []
    rows = [
        {"resource": row["part"], "starts": row["starts"], "not_proxied": row["not_proxied"]}
        for row in sorted(report.starts, key=lambda row: (-row["starts"], row["part"] or ""))
    ]
    caption = f"Started from the library’s links in {report.period.words}"
    headings = {"resource": "Leads to", "not_proxied": "Of them without the proxy"}
    return [shortened(table(rows, caption, headings=headings))]


def vendors(report: Report) -> Html:
    """Whether vendors' pages let cards in: what they asked the library system in SIP2."""
    lend = {
        row["part"]
        for kind in ("checkout", "checkin")
        for row in report.at_machines(kind, "machine")
        if row["part"]
    }
    every = report.at_machines("patron check", "machine")
    rows = [row for row in every if row["part"] not in lend]
    if why := outside(report, "machine_event"):
        return Html(why)
    other = _at_desk([row for row in every if row["part"] in lend])
    if not rows:
        return Html(
            paragraph(
                f"{other}No log of SIP2 tells of logins at vendors’ pages. Pages that ask the "
                "library system in another way are not told."
            )
        )
    days = [row for row in report.beyond if row["what"] == "logins" and row["place"] != PROXY]
    listed = [
        {
            "account": row["part"] or "not named",
            "asked": row["done"] + row["refused"],
            "refused": row["refused"],
            "share": _share(row["refused"], row["done"] + row["refused"]),
        }
        for row in rows
    ]
    caption = f"Cards that were looked up by SIP2 in {report.period.words}, by account"
    headings = {
        "account": "Account",
        "asked": "Looked up",
        "share": "Share refused",
    }
    refused = summed(rows, "refused")
    return joined(
        paragraph(
            f"{number(refused)} of {number(refused + summed(rows, 'done'))} looks at a card were "
            f"refused: the card was not known, or its password was wrong. {other}".rstrip()
        ),
        items(said(Digital(refused=days))) if days else paragraph(_usual(report)),
        table(listed, caption, headings=headings, formats={"share": percent}),
        folded("Cards that any account was refused, by hour", _vendor_hours(report)),
    )


def _at_desk(rows: Sequence[Row]) -> str:
    """How many looks at cards machines that lend or take back had: no vendor's page asked."""
    looks = summed(rows, "done") + summed(rows, "refused")
    return (
        f"{many(looks, 'look')} at cards of machines that lend or take back: left out. "
        if looks
        else ""
    )


def _vendor_hours(report: Report) -> Table:
    names = {"done": "good", "refused": "refused"}
    rows = [
        {"hour": row["part"], **{as_: row[name] for name, as_ in names.items()}}
        for row in report.at_machines("patron check", "hour")
    ]
    return table(rows, "Cards that were looked up by any account, by hour")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def problems(report: Report) -> Html:
    """What was reported not to open, and how long it took until it did."""
    if not report.told["access_problem"]:
        return Html(
            paragraph("Nobody writes down what patrons report: the form access-problems is empty.")
        )
    if not report.problems:
        return Html(paragraph(f"Nothing was reported in {report.period.words}."))
    still = sum(row["is_open"] for row in report.problems)
    rows = [
        {
            "resource": row["resource"],
            "cause": row["cause"],
            "reported": row["reported_at"].date(),
            "stands": _stands(row),
        }
        for row in report.problems
    ]
    headings = {"stands": "How it stands"}
    caption = f"What did not open, as reported up to the end of {report.period.words}"
    verb = "is" if still == 1 else "are"
    return joined(
        paragraph(f"{many(len(rows), 'problem')}, of which {number(still)} {verb} open."),
        shortened(table(rows, caption, headings=headings)),
    )


def _stands(row: Row) -> str:
    if not row["is_open"]:
        return (
            "no problem" if row["days"] is None else f"opens again after {tenths(row['days'])} days"
        )
    told = row["passed_on_at"]
    return f"open; vendor told on {day_name(told)}" if told else "open; vendor not told"


def resolver(report: Report) -> Html:
    """What the link resolver was asked for, and could not offer."""
    if not report.told["link_resolver_usage"]:
        return Html(paragraph("No list of a link resolver that is loaded tells of requests."))
    if not report.resolver:
        return Html(paragraph(f"No list tells of requests in {report.period.words}."))
    rows = [
        {
            "origin": row["part"] or "not told",
            "requests": row["requests"],
            "clicked": row["clicked"],
            "without": row["without_services"],
            "share": row["share_without"],
        }
        for row in sorted(report.resolver, key=lambda row: -(row["requests"] or 0))
    ]
    headings = {
        "origin": "Link was in",
        "clicked": "A service was chosen",
        "without": "Nothing to offer",
        "share": "Share with nothing",
    }
    caption = f"Requests of the link resolver in {report.period.words}"
    none = summed(report.resolver, "without_services")
    return joined(
        paragraph(
            f"{many(summed(report.resolver, 'requests'), 'request')}; for {number(none)} nothing "
            "could be offered."
        ),
        shortened(table(rows, caption, headings=headings, formats={"share": percent})),
    )
