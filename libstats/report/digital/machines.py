"""Whether self-service takes load off the desk, and what machines refuse."""

from __future__ import annotations

from collections.abc import Sequence

from libstats.analysis.today.digital import Digital, said
from libstats.report.charts import Figure, bars
from libstats.report.digital.access import outside, summed
from libstats.report.digital.refusals import why_refused
from libstats.report.digital.rows import Digital as Report
from libstats.report.page.html import items, paragraph
from libstats.report.page.table import Html, folded, joined, table
from libstats.report.sections import shortened
from libstats.wording import Row, many, number, percent

__all__ = ["MACHINES", "by_hour", "of_desk", "refused", "returned", "share_chart", "shares"]

MACHINES = "at machines"
SHARES = ("share", "before")
SURE = 1.96  # of a normal distribution: 95 in 100
LIES = ("done", "not_on_loan", "sent_on")  # what a piece in a bin may be
LOGS = {"own log": "the library system’s log", "machines": "the machines’ log"}
NONE = "No log of SIP2 that is loaded tells what machines refused."


def of_desk(report: Report) -> list[Row]:
    """The branches of which it is told how many checkouts patrons did themselves, and that have a
    machine."""
    return [row for row in report.shares if row["share"] is not None and row["self_checkouts"]]


def name_of(report: Report, part: str | None) -> str:
    """A branch as it is called."""
    return report.names.get(part or "", part or "branch not told")


def shares(report: Report) -> Html:
    """The share of checkouts that patrons did themselves, branch by branch, beside the period
    before."""
    rows = of_desk(report)
    silent = [row for row in report.shares if row["share"] is None]
    if not rows:
        return Html(
            paragraph(
                "Machines’ logs tell of checkouts there. Nothing that is loaded tells of all "
                "checkouts: load loans or statistics of the library system."
                if report.at_machines("checkout", "machine")
                else "Nothing that is loaded tells which checkouts were done at a machine: "
                "neither the library system’s log nor a log of SIP2."
            )
        )
    done, every = summed(rows, "self_checkouts"), summed(rows, "checkouts")
    before = {row["part"]: row for row in report.before}
    listed = [
        {
            "branch": name_of(report, row["part"]),
            "checkouts": row["checkouts"],
            "self": row["self_checkouts"],
            "share": row["share"],
            "before": _before(before.get(row["part"])),
            "apart": _apart(row, before.get(row["part"])),
            "told_by": LOGS.get(row["told_by"], row["told_by"]),
        }
        for row in sorted(rows, key=lambda row: -row["share"])
    ]
    headings = {
        "self": "Done by patrons",
        "share": "Share",
        "before": f"Share in {report.period.before.words}",
        "apart": "More than chance?",
        "told_by": "Told by",
    }
    caption = f"Self-service checkouts in {report.period.words}, by branch"
    without = [
        name_of(report, r["part"])
        for r in report.shares
        if r["share"] is not None and not r["self_checkouts"]
    ]
    notes = [f"No checkout was done at a machine at {name}." for name in without]
    if silent:
        names = ", ".join(name_of(report, row["part"]) for row in silent)
        notes.append(
            f"Of these branches no export tells how checkouts were done: {names}. If they have "
            "self-checks, load the logs of SIP2."
        )
    return joined(
        paragraph(
            f"Patrons did {number(done)} of {number(every)} checkouts themselves "
            f"({percent(done / every)}) at branches with a machine."
        ),
        table(listed, caption, headings=headings, formats=dict.fromkeys(SHARES, percent)),
        items(notes) if notes else "",
        paragraph(
            "Where the library system’s own log tells of machines, it alone is asked; else the "
            "machines’ log is. The two are never added."
        ),
    )


def _before(row: Row | None) -> float | None:
    return None if row is None else row["share"]


def _apart(now: Row, then: Row | None) -> str | None:
    """Whether two shares differ by more than chance: only where neither interval reaches the
    other."""
    if then is None or then["share"] is None or not then["checkouts"]:
        return None
    low, high = _interval(now["self_checkouts"], now["checkouts"])
    low_then, high_then = _interval(then["self_checkouts"], then["checkouts"])
    if low > high_then:
        return "yes, a larger share"
    return "yes, a smaller share" if high < low_then else "no"


def _interval(part: int, whole: int) -> tuple[float, float]:
    """Where a share very likely lies (Wilson 1927)."""
    share, wide = part / whole, SURE**2 / whole
    centre = (share + wide / 2) / (1 + wide)
    half = SURE / (1 + wide) * (share * (1 - share) / whole + wide / (4 * whole)) ** 0.5
    return centre - half, centre + half


def share_chart(report: Report) -> Figure | Html:
    """The shares side by side."""
    rows = of_desk(report)
    if len(rows) < 2:
        return Html("")
    return bars(
        [
            (name_of(report, row["part"]), row["share"])
            for row in sorted(rows, key=lambda row: -row["share"])
        ],
        "Share of checkouts that patrons did themselves",
        f"Self-service by branch in {report.period.words}",
        percent,
    )


def by_hour(report: Report) -> Html:
    """At which hours of the day patrons do checkouts themselves."""
    rows = [row for row in report.by_hour if row["self_checkouts"] is not None]
    if len(rows) < 2 or not summed(rows, "self_checkouts"):
        return Html("")
    most = max(rows, key=lambda row: row["self_checkouts"])
    listed = [
        {
            "hour": row["part"],
            "checkouts": row["checkouts"],
            "self": row["self_checkouts"],
            "share": row["share"],
        }
        for row in rows
    ]
    caption = f"Self-service checkouts in {report.period.words}, by hour of the day"
    headings = {"self": "Done by patrons", "share": "Share"}
    return joined(
        paragraph(
            f"Most of them were done in the hour from {most['part']}: "
            f"{number(most['self_checkouts'])} of {many(most['checkouts'], 'checkout')}, at "
            "branches with a machine."
        ),
        folded(
            "Self-service by hour of the day",
            table(listed, caption, headings=headings, formats={"share": percent}),
        ),
    )


def refused(report: Report) -> Html:
    """What machines refused, machine by machine, and why."""
    rows = report.at_machines("checkout", "machine")
    if not rows:
        return Html(outside(report, "machine_event") or paragraph(NONE))
    days = [row for row in report.beyond if row["what"] == "checkouts"]
    listed = [
        {
            "machine": row["part"] or "not named",
            "done": row["done"],
            "refused": row["refused"],
            "share": _share(row),
            "offline": row["offline"],
        }
        for row in sorted(rows, key=lambda row: -row["refused"])
    ]
    headings = {
        "done": "Lent there",
        "share": "Share refused",
        "offline": "Of those lent, done offline",
    }
    caption = f"Checkouts at machines in {report.period.words}"
    return joined(
        paragraph(_finding(rows)),
        items(said(Digital(refused=days)))
        if days
        else paragraph(f"No machine stands out on a day of {report.period.words}."),
        table(listed, caption, headings=headings, formats={"share": percent}),
        *why_refused(report),
    )


def _finding(rows: Sequence[Row]) -> str:
    many_refused, done = summed(rows, "refused"), summed(rows, "done")
    words = f"{number(many_refused)} of {number(many_refused + done)} checkouts were refused."
    worst = max(rows, key=lambda row: row["refused"] / max(row["refused"] + row["done"], 1))
    if len(rows) > 1 and worst["refused"]:
        asked = number(worst["refused"] + worst["done"])
        name = worst["part"] or "a machine without a name"
        words += f" The largest share: {number(worst['refused'])} of {asked} at {name}."
    return words


def _share(row: Row) -> float | None:
    whole = row["refused"] + row["done"]
    return row["refused"] / whole if whole else None


def returned(report: Report) -> Html:
    """Returns at machines: of what was not on loan, and bin by bin."""
    rows = report.at_machines("checkin", "branch")
    if not rows:
        none = paragraph("No log of SIP2 tells of returns at machines.")
        return Html(outside(report, "machine_event") or none)
    names = ("done", "not_on_loan", "sent_on", "refused")
    listed = [{"branch": row["part"], **{name: row[name] for name in names}} for row in rows]
    headings = {
        "done": "Returned",
        "not_on_loan": "Not on loan",
        "sent_on": "Sent on, not accepted",
    }
    bins = [
        {"bin": f"Bin {row['part']}", "pieces": sum(row[name] or 0 for name in LIES)}
        for row in report.at_machines("checkin", "bin")
        if row["part"]
    ]
    strange = summed(rows, "not_on_loan")
    words = f"{many(summed(rows, 'done'), 'return')} at machines."
    if strange:
        words += (
            f" {number(strange)} more {'was' if strange == 1 else 'were'} not on loan: mostly read "
            "in the library and put into the machine."
        )
    caption = f"Returns at machines in {report.period.words}"
    return joined(
        paragraph(words),
        table(listed, caption, headings=headings),
        shortened(table(bins, "Pieces that came into each bin of the sorter")) if bins else "",
    )
